"""Checks of an organisation's templates: what is refused, and what it should know."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_file

from .config import ROOT
from .errors import QuietpageError, not_utf8, unreadable

_OURS = ROOT / "templates"
# A Jinja comment that says which version of our template was copied.
_COPIED = re.compile(r"\{#-?\s*ours:\s*([0-9a-f]{12})\s*-?#\}")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\bendtrans\s*-?%\}", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Elements without an end tag, or with one that HTML lets authors omit.
_NEVER_CLOSED = frozenset(
    {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
    | {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect"}
    | {"colgroup", "dd", "dt", "li", "p", "rp", "rt"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr"}
)
_DOCUMENT = re.compile(r"<!doctype|<(html|head|body)\b", re.IGNORECASE)


@cache
def template_names() -> tuple[str, ...]:
    """Return the names of our templates, such as guide/later.html."""
    return tuple(
        file.relative_to(_OURS).as_posix() for file in sorted(_OURS.rglob("*.html"))
    )


def is_included(name: str, templates: Path) -> bool:
    """Return whether another own template names it, to include or extend it."""
    return any(
        f'"{name}"' in text or f"'{name}'" in text
        for file, text in readable_templates(templates)
        if file.relative_to(templates).as_posix() != name
    )


def readable_templates(templates: Path) -> Iterator[tuple[Path, str]]:
    """Yield each own template with its text, by name.

    One that cannot be read is left out: `own_files` reports it if it is used.
    """
    for file in sorted(templates.rglob("*.html")):
        with suppress(OSError):
            yield file, file.read_bytes().decode(errors="replace")


def read_template(file: Path) -> str:
    """Return an own template's text.

    Raises:
        QuietpageError: It cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise QuietpageError(f"{file}: {not_utf8(error)}") from error
    except OSError as error:
        raise unreadable(str(file), file.parent) from error


def refuse_broken(file: Path, name: str) -> None:
    """Refuse a template with a likely editing mistake.

    Raises:
        QuietpageError: It is empty, is a whole document, or leaves a tag open.
    """
    text = read_template(file)
    if not text.strip():
        raise QuietpageError(
            f"{file}: is empty, so the page would lack that part. Restore it from"
            f" {_OURS / name}; to leave the part out, write {{# left out #}} into it."
        )
    ours = (
        (_OURS / name).read_text(encoding="utf-8") if name in template_names() else ""
    )
    if (found := _DOCUMENT.search(_bare(text))) and not _DOCUMENT.search(_bare(ours)):
        raise QuietpageError(
            f"{file}: has '{found[0]}', so it is a whole document, but must be a"
            " part of one. Keep what is between <body> and </body>."
        )
    for tag in _unbalanced(_bare(text)):
        raise QuietpageError(f"{file}: {tag}")


def _bare(text: str) -> str:
    return _COMMENT.sub("", _JINJA.sub("", text))


def _unbalanced(html: str) -> Iterator[str]:
    tags = re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>", html)
    opened = Counter(n.lower() for end, n, rest in tags if not end and rest[-1:] != "/")
    closed = Counter(n.lower() for end, n, _ in tags if end)
    for name in sorted((opened | closed).keys() - _NEVER_CLOSED):
        if opened[name] > closed[name]:
            yield f"has <{name}> without </{name}>. Close each in the same file."
        if opened[name] < closed[name]:
            yield f"has </{name}> without <{name}>. Remove it, or open it before."


def fingerprint(name: str) -> str:
    """Return a short hash of our template as it is today."""
    return hashlib.sha256((_OURS / name).read_bytes()).hexdigest()[:12]


def template_notes(file: Path, name: str) -> Iterator[str]:
    """Yield what to know about a used template: it is older than ours, or English only.

    A copy says in a comment which of ours it was made from.
    """
    text = read_template(file)
    if name in template_names():
        ours, mark = _OURS / name, f"{{# ours: {fingerprint(name)} #}}"
        found = _COPIED.search(text)
        if not found:
            yield (
                "whether ours has changed since you copied it is not known. Compare"
                f" (diff {ours} {file}), then write {mark} on its first line"
            )
        elif found[1] != fingerprint(name):
            yield (
                "is behind ours, which has changed since you copied it. Compare"
                f" (diff {ours} {file}), then write {mark} on its first line"
            )
    left = _bare(_TRANSLATED.sub("", text))
    if words := re.search(r"\w[^<>\n]*", re.sub(r"<[^>]*>", "<>", left)):
        yield (
            f"'{words[0].strip()[:60]}' is shown as it is in every language. Put it"
            " between {% trans %} and {% endtrans %}"
        )


def messages_of(file: Path) -> list[str]:
    """Return the sentences of a template that can be translated.

    Raises:
        QuietpageError: It cannot be read, or is not UTF-8.
    """
    read_template(file)
    found = extract_from_file("jinja2", file, options={"trimmed": "true"})
    return [message for _, message, _, _ in found if isinstance(message, str)]
