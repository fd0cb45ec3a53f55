"""`quietpage settings`: all settings, their values, a sample file and the docs."""

import json
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

import click

from quietpage import __version__
from quietpage.config import DEFINITIONS, FILE, ROOT, load_settings, read_values

SAMPLE = ROOT / "deploy" / FILE
REFERENCE = ROOT / "docs" / "settings.md"


@click.command("settings")
@click.option(
    "--write", is_flag=True, help="Write the sample file and the reference again."
)
def command(*, write: bool) -> None:
    """Print every setting, its current value and where that comes from."""
    if write:
        SAMPLE.write_text(sample(), encoding="utf-8")
        REFERENCE.write_text(reference(), encoding="utf-8")
        return
    click.echo(f"# Quietpage {__version__}")
    settings = load_settings()
    file, values = read_values()
    for name in DEFINITIONS:
        origin = str(file) if name in values else "default"
        click.echo(f"{name} = {_toml(getattr(settings, name))}  # {origin}")
    for name in ("helplines.csv", "templates", "translations"):
        own = settings.folder / name if settings.folder else None
        click.echo(f"# own {name}: {own if own and own.exists() else 'none'}")


def sample() -> str:
    """Return `deploy/quietpage.toml`: every setting with its help and default."""
    intro = (
        "# Copy this file to quietpage.toml in the root, or into a folder that\n"
        "# QUIETPAGE_CONFIG names. It lists every setting with its default.\n"
    )
    parts = [
        f"# {definition.metadata['help']}\n{name} = {_toml(_default(name))}\n"
        for name, definition in DEFINITIONS.items()
    ]
    return "\n".join([intro, *parts])


def reference() -> str:
    """Return `docs/settings.md`, a section for each setting."""
    intro = (
        "# Settings\n\n"
        "After reading this page, you can choose each setting; `quietpage settings`\n"
        "prints the current values and where they come from. `make settings`\n"
        "generates this page and the sample,\n"
        "[`deploy/quietpage.toml`](../deploy/quietpage.toml), from\n"
        "`quietpage/config.py`.\n"
    )
    parts = [
        f"## `{name}`\n\n{definition.metadata['help']}\n\n"
        f"Expected: {definition.metadata['expected']}."
        f" Default: `{_toml(_default(name))}`\n"
        for name, definition in DEFINITIONS.items()
    ]
    return "\n".join([intro, *parts])


def _default(name: str) -> Any:
    definition = DEFINITIONS[name]
    return {} if definition.default is MISSING else definition.default


def _toml(value: Any) -> str:
    """Return a setting's value as TOML has it; its strings and lists are JSON's."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if key.replace("-", "").isalnum() else json.dumps(key)
