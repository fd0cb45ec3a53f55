"""The settings of a copy: `quietpage.toml`, read into one frozen `Settings`."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import ROOT as ROOT  # noqa: PLC0414 - others import it from here
from .errors import QuietpageError, chmod_advice, display_path, not_utf8
from .setting_checks import (
    Check,
    is_bool,
    is_country,
    is_host,
    is_https,
    is_line,
    is_list_of,
    is_nonblank_line,
    is_onion,
    is_proxy,
    is_table_of,
    is_whole_number,
    unknown_countries,
)
from .toml_hints import toml_hint

FILE = "quietpage.toml"

# Wikipedia does not answer in mainland China; docs/exit.md says why this one does.
EXITS_BY_DEFAULT = {"zh-Hans": "https://www.nmc.cn/"}

# Settings that had another name before the first release: {old name: new name}.
_RENAMED = {
    "least_translated": "min_translated_percent",
    "own_countries": "replace_countries",
    "curtain_seconds": "cover_after_seconds",
}
# Settings that a command has replaced: {setting: what to do}.
_REPLACED = dict.fromkeys(
    ("reviews", "reviewed_by"),
    "Remove it, and take the reviewed sheet by: flask translate take FILE.xlsx",
)


def _setting(default: object, check: Check, expected: str, help_text: str) -> Any:
    metadata = {"check": check, "expected": expected, "help": help_text}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


def _flag(help_text: str, *, default: bool = False) -> Any:
    return _setting(default, is_bool, "true or false", help_text)


_COUNTRIES = (
    is_list_of(is_country),
    'a list of country codes of ISO 3166, such as ["GB", "MX"]',
)
_LINE = (is_line, "a text of one line")


@dataclass(frozen=True)
class Settings:
    """What an organisation can choose; each field is a key of `quietpage.toml`."""

    hosts: tuple[str, ...] = _setting(
        ("localhost", "127.0.0.1", "[::1]"),
        lambda value: is_list_of(is_host)(value) and bool(value),
        "a list of host names in lower case, without scheme or port",
        "The host names this copy answers to; any other gets 400.",
    )
    titles: Mapping[str, str] = _setting(
        {},
        is_table_of(
            lambda value: is_nonblank_line(value) and not set('<>"&%') & set(str(value))
        ),
        'a table of language and title without < > " & %, such as { en = "Recipes" }',
        'What the tab and the history show, by language; elsewhere "Notes".',
    )
    exit_url: str = _setting(
        "https://www.wikipedia.org/",
        is_https,
        "an address that begins with https:// and has no query",
        "Where the quick exit goes. As long as this is the default, readers of"
        " simplified Chinese go to https://www.nmc.cn/ instead.",
    )
    exit_urls: Mapping[str, str] = _setting(
        {},
        is_table_of(is_https),
        'a table of language and https address, such as { es = "https://…" }',
        "Where the quick exit goes in some languages.",
    )
    locales: tuple[str, ...] = _setting(
        (),
        is_list_of(is_line),
        'a list of language tags, such as ["en", "es", "pt-BR"]',
        "The languages to offer, the default first. If empty, all are offered, English"
        " first.",
    )
    show_drafts: bool = _flag(
        "Offer translations that no person has reviewed; they say so on the page. If"
        " false, sentences that have changed since their review appear in English.",
        default=True,
    )
    min_translated_percent: int = _setting(
        20,
        is_whole_number(1, 100),
        "a whole number from 1 to 100",
        "A language is offered when at least this percentage of its messages is"
        " translated; the others appear in English.",
    )
    organisation: str = _setting(
        "", *_LINE, "Who runs this copy; shown in the last topic."
    )
    contact: str = _setting(
        "", *_LINE, "Where to report a wrong number; shown in the last topic."
    )
    countries_first: tuple[str, ...] = _setting(
        (), *_COUNTRIES, "The countries that come first among the numbers."
    )
    replace_countries: tuple[str, ...] = _setting(
        (),
        *_COUNTRIES,
        "Countries whose helplines come from your helplines.csv alone; a country"
        " without any there keeps its emergency number.",
    )
    cover_after_seconds: int = _setting(
        30,
        is_whole_number(0, 3600),
        "a whole number from 0 to 3600",
        "A page that was out of sight for this long comes back covered, and so does one"
        " that Back or a discarded tab loads again. 0 means never.",
    )
    search_engines: bool = _flag("Let search engines list this copy.")
    https: bool = _flag(
        "Redirect HTTP to HTTPS. gunicorn also does so whenever trusted_proxies is set;"
        " an export does not. With either value, answers over HTTPS send HSTS, so that"
        " browsers refuse plain HTTP for this host for a year."
    )
    hsts_subdomains: bool = _flag(
        "Apply HSTS to all subdomains; any that lack HTTPS stop working."
    )
    hsts_preload: bool = _flag(
        'Add "preload" to HSTS, with hsts_subdomains. To be listed, you must also'
        " submit the host; the list is public and hard to leave."
    )
    onion: str = _setting(
        "",
        is_onion,
        "the 56 letters of an onion address and .onion, copied in full: the last"
        " letters are a checksum",
        "The onion mirror of this copy, which Tor Browser then offers.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        is_list_of(is_proxy),
        "a list of IP addresses or networks",
        "IP addresses or networks of reverse proxies whose X-Forwarded-Proto header is"
        " trusted. Connections over a Unix socket are always trusted.",
    )
    # The folder with the organisation's own helplines, templates and catalogs, if any.
    folder: Path | None = None
    # The file that the values come from, for messages only.
    file: Path = field(default=ROOT / FILE, compare=False)

    def exit_url_for(self, tag: str) -> str:
        """Return the address that the exit opens on the page of a language."""
        url = self.exit_url
        if url == DEFINITIONS["exit_url"].default:
            url = EXITS_BY_DEFAULT.get(tag, url)
        return self.exit_urls.get(tag, url)

    def exit_site_for(self, tag: str) -> str:
        """Return the site that the exit opens, as readers know it: wikipedia.org."""
        return (urlsplit(self.exit_url_for(tag)).hostname or "").removeprefix("www.")

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """The folders with templates: an organisation's own override ours."""
        own = (self.folder / "templates",) if self.folder else ()
        return (*own, ROOT / "templates")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The hosts that this copy answers to, the onion among them if there is one."""
        return (*self.hosts, *filter(None, [self.onion]))

    @property
    def forces_https(self) -> bool:
        """Whether plain HTTP is redirected: by the setting, or behind a proxy."""
        return self.https or bool(self.trusted_proxies)


def load_settings(path: Path | None = None) -> Settings:
    """Read settings from `path`, `$QUIETPAGE_CONFIG` or the root's `quietpage.toml`.

    For a folder the `quietpage.toml` in it is read. The other files in that folder
    (helplines.csv, templates, translations) are the organisation's own, unless it is
    the root. Without a file in the root the defaults apply.

    Raises:
        QuietpageError: The named file does not exist, or a file is not TOML or has an
            unknown key or a wrong value.
    """
    file, values = read_values(path)
    folder = file.parent if file.parent != ROOT else None
    checked = _checked(display_path(file), values)
    settings = Settings(**checked, folder=folder, file=file)
    for url in (settings.exit_url, *settings.exit_urls.values()):
        address = urlsplit(url)
        # Another server may listen on another port.
        is_own = address.hostname in settings.allowed_hosts
        if is_own and address.port in (None, 443):
            raise QuietpageError(
                f"{display_path(file)}: the exit leads to '{url}', which is this copy."
                " Choose another site."
            )
    return settings


def read_values(path: Path | None = None) -> tuple[Path, dict[str, object]]:
    """Return the file that the settings come from, and its values.

    Raises:
        QuietpageError: The named file does not exist, or a file is not TOML.
    """
    named = path or os.environ.get("QUIETPAGE_CONFIG")
    file = Path(named or ROOT).resolve()
    try:
        if file.is_dir():
            file /= FILE
        if not named and not file.exists():
            return file, {}
        text = file.read_text(encoding="utf-8-sig")
        return file, tomllib.loads(text)
    except FileNotFoundError as error:
        raise QuietpageError(
            f"{display_path(file)}: does not exist. Make it:"
            f" cp {ROOT}/deploy/{FILE} {file}"
        ) from error
    except OSError as error:
        raise QuietpageError(
            f"{display_path(file)}: cannot be read ({error.strerror})."
            f" {chmod_advice(file.parent)}"
        ) from error
    except UnicodeDecodeError as error:
        raise QuietpageError(f"{display_path(file)}: {not_utf8(error)}") from error
    except tomllib.TOMLDecodeError as error:
        raise QuietpageError(
            f"{display_path(file)}: {toml_hint(text, error)}"
        ) from error


def _checked(name: str, values: Mapping[str, object]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if new_name := _RENAMED.get(key):
            raise QuietpageError(
                f"{name}: '{key}' is called '{new_name}' now. Rename it."
            )
        if way := _REPLACED.get(key):
            raise QuietpageError(f"{name}: '{key}' is no longer a setting. {way}")
        if key not in DEFINITIONS:
            near = difflib.get_close_matches(key, DEFINITIONS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else "Remove it."
            raise QuietpageError(f"{name}: '{key}' is not a setting. {hint}")
        setting = DEFINITIONS[key]
        if isinstance(value, dict) and (taken := DEFINITIONS.keys() & value.keys()):
            raise QuietpageError(
                f"{name}: the line [{key}] takes every line below it into {key},"
                f" {min(taken)} too. Write {key} = {{ … }} on one line, or move [{key}]"
                " and what belongs to it to the end."
            )
        if not setting.metadata["check"](value):
            raise QuietpageError(
                f"{name}: {key} is {value!r}, but must be "
                f"{setting.metadata['expected']}."
                f"{unknown_countries(value) if 'countries' in key else ''}"
                f" {setting.metadata['help']}"
            )
        checked[key] = tuple(value) if isinstance(value, list) else value
    return checked


DEFINITIONS = {s.name: s for s in fields(Settings) if s.metadata}
