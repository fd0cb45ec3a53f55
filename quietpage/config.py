"""The settings of a copy: `quietpage.toml` to one frozen `Settings`."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import QuietpageError

ROOT = Path(__file__).resolve().parent.parent
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def _is_hosts(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(host, str) and _HOST.fullmatch(host) for host in value)
    )


def _is_https(value: object) -> bool:
    return isinstance(value, str) and bool(
        re.fullmatch(r"https://[\w.-]+(:\d+)?(/[\w./~%-]*)?", value)
    )


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_seconds(value: object) -> bool:
    return type(value) is int and 0 <= value <= 3600  # noqa: PLR2004 - an hour


def _is_percent(value: object) -> bool:
    return type(value) is int and 1 <= value <= 100  # noqa: PLR2004


def _is_addresses(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(address, str) and re.fullmatch(r"[0-9a-f.:/]+", address)
        for address in value
    )


def _setting(
    default: object, check: Callable[[object], bool], expected: str, help_text: str
) -> Any:
    return field(
        default=default,
        metadata={"check": check, "expected": expected, "help": help_text},
    )


@dataclass(frozen=True)
class Settings:
    """What an organisation can choose; each field is a key of `quietpage.toml`."""

    hosts: tuple[str, ...] = _setting(
        ("localhost", "127.0.0.1", "[::1]"),
        _is_hosts,
        "a list of host names in lower case, without scheme or port",
        "The host names this copy answers to; any other gets 400.",
    )
    exit_url: str = _setting(
        "https://www.wikipedia.org/",
        _is_https,
        "an address that begins with https:// and has no query",
        "Where the quick exit goes.",
    )
    show_drafts: bool = _setting(
        True,  # noqa: FBT003 - the default of a setting
        _is_bool,
        "true or false",
        "Offer translations that no person has reviewed; they say so on the page.",
    )
    least_translated: int = _setting(
        100,
        _is_percent,
        "a whole number from 1 to 100",
        "A language is offered when so many percent of it are translated.",
    )
    organisation: str = _setting(
        "",
        _is_line,
        "a text of one line",
        "Who runs this copy; shown in the last topic.",
    )
    contact: str = _setting(
        "",
        _is_line,
        "a text of one line",
        "Where to report a wrong number; shown in the last topic.",
    )
    curtain_seconds: int = _setting(
        30,
        _is_seconds,
        "a whole number from 0 to 3600",
        "A page out of sight for so long comes back covered; 0 is never.",
    )
    https: bool = _setting(
        False,  # noqa: FBT003 - the default of a setting
        _is_bool,
        "true or false",
        "Send visitors who come over plain HTTP to https.",
    )
    hsts_subdomains: bool = _setting(
        False,  # noqa: FBT003
        _is_bool,
        "true or false",
        "Let HSTS cover every name below the host's; it breaks those without TLS.",
    )
    hsts_preload: bool = _setting(
        False,  # noqa: FBT003
        _is_bool,
        "true or false",
        "Ask browsers to ship the host as HTTPS only.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        _is_addresses,
        "a list of IP addresses",
        "Proxies whose X-Forwarded-Proto is believed.",
    )

    @property
    def exit_site(self) -> str:
        """The host that the exit opens, as readers know it: wikipedia.org."""
        return (urlsplit(self.exit_url).hostname or "").removeprefix("www.")

    @property
    def forces_https(self) -> bool:
        """Whether plain HTTP is redirected: asked for, or behind a proxy."""
        return self.https or bool(self.trusted_proxies)


def load_settings(path: Path | None = None) -> Settings:
    """Read settings from `path`, `$QUIETPAGE_CONFIG` or the root's `quietpage.toml`.

    A file in the root that does not exist means the defaults.

    Raises:
        QuietpageError: The file is missing though named, is not TOML, or holds
            an unknown key or a wrong value.
    """
    named = path or os.environ.get("QUIETPAGE_CONFIG")
    file = Path(named or ROOT / "quietpage.toml")
    if not named and not file.exists():
        return Settings()
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuietpageError(
            f"{file.name}: cannot be read ({error}). Correct the file or remove it."
        ) from error
    return Settings(**_checked(file.name, values))


def _checked(name: str, values: Mapping[str, object]) -> dict[str, Any]:
    known = {setting.name: setting for setting in fields(Settings)}
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else "Remove it."
            raise QuietpageError(f"{name}: '{key}' is not a setting. {hint}")
        setting = known[key]
        if not setting.metadata["check"](value):
            raise QuietpageError(
                f"{name}: {key} is {value!r}, but must be "
                f"{setting.metadata['expected']}. {setting.metadata['help']}"
            )
        checked[key] = tuple(value) if isinstance(value, list) else value
    return checked
