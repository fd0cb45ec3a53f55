"""`static/` to the inline style and scripts, with their CSP hashes."""

import base64
import hashlib
import re
from dataclasses import dataclass

from .config import ROOT


@dataclass(frozen=True)
class Assets:
    """Style and scripts as inlined, and the sources that the CSP admits."""

    style: str
    exit_script: str
    guide_script: str

    @property
    def inlined(self) -> tuple[str, str, str]:
        """All that stands in the document as it is."""
        return self.style, self.exit_script, self.guide_script

    @property
    def style_source(self) -> str:
        """The CSP source of the style, such as 'sha256-…'."""
        return _source(self.style)

    @property
    def script_sources(self) -> tuple[str, ...]:
        """The CSP sources of the scripts."""
        return _source(self.exit_script), _source(self.guide_script)


def load_assets() -> Assets:
    """Read style and scripts, without the comments and white space readers pay for."""
    return Assets(
        style=_squeeze_style(_read("style.css")),
        exit_script=_squeeze_script(_read("exit.js")),
        guide_script=_squeeze_script(_read("guide.js")),
    )


def _read(name: str) -> str:
    return (ROOT / "static" / name).read_text(encoding="utf-8")


def _squeeze_style(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text).replace(": ", ":")
    return text.replace(";}", "}").strip()


def _squeeze_script(text: str) -> str:
    """Drop indents and lines that are only a comment; all else stays as written."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
