"""`static/` to the inline style and scripts, with their CSP hashes."""

import base64
import hashlib
from dataclasses import dataclass

from rcssmin import cssmin
from rjsmin import jsmin

from .config import ROOT


@dataclass(frozen=True)
class Assets:
    """Style and scripts as inlined, and the sources that the CSP admits."""

    style: str
    exit_script: str
    guide_script: str

    @property
    def inlined(self) -> tuple[str, str, str]:
        """All that is inlined in the document."""
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
    """Read style and scripts, without comments and white space, to save bytes."""
    return Assets(
        style=cssmin(_read("style.css")),
        exit_script=jsmin(_read("exit.js")),
        guide_script=jsmin(_read("guide.js")),
    )


def _read(name: str) -> str:
    return (ROOT / "static" / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
