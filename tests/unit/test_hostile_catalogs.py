"""Catalogs as an attacker might send them: hypothesis writes them, the page is safe."""

import re
import shutil
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import create_app
from quietpage.config import ROOT, Settings
from quietpage.content import Content
from quietpage.errors import QuietpageError
from quietpage.languages import load_languages, translation_domain
from quietpage.page import render_guide

SOURCE = ROOT / "translations"
SETTINGS = Settings(locales=("es",), min_translated_percent=0)
# English instead of Spanish, so that no test depends on what a translator writes.
SPANISH = [
    polib.POEntry(msgid=entry.msgid, msgstr=entry.msgid)
    for entry in polib.pofile(str(SOURCE / "messages.pot"))
]
EVIL = (
    "<meta http-equiv='refresh' content='4;url=//x.example/'><a href='tel:806'>806</a>"
)
FRAGMENTS = [
    EVIL, "<b>", "<!--", "&lt;b&gt;", "&#60;b>", '\\" onclick=\\"x', "' x='", "\\x3cb>",
    "\0", "\0" + EVIL, "\x0b", "\x85", "\u2028", "\\n", "\\t", " ", "\u00a0", "\u200b",
    "\u202e", "\u2067", "\u200f", "\u200c", "\u200d", "\u00ad", "\u034f", "\u3164",
    "\u2800", "\ufe0f", "\U000e0041", "a\u0301", "n\u0303", "ａｙｕｄａ", "ауда", "Α",
    "9", "９", "۹", "९", "Ⅸ", "⑨", "⁹", "½", "𝟗", "九一一", "፱", "https://x.example/",
    "//x.example", "www.x", "bit.ly/abc", "ayuda.app", "ayuda-ya.xyz", "x\u2024com",
    "ｘ．ｃｏｍ", "помощь.рф", "a@x.example", "a(at)x", "tel:806", "javascript:x",
    "%(site)s", "%(x)s", "%s", "%", "％s", "{{ 7*7 }}", "{% raw %}", "Violencia: ayuda",
]  # fmt: skip
PIECES = st.sampled_from(FRAGMENTS) | st.text(max_size=4).map(
    lambda text: text.replace("\\", "").replace('"', "")
)
TEXTS = st.lists(PIECES | st.just(" y algo más"), max_size=2).map("".join)


class Read(HTMLParser):
    """A document: elements with attributes, links, and the texts between tags."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str | None] = []
        self.labels: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # These mark English where a catalog lacks a message.
        if (tag, attrs) == ("span", [("lang", "en"), ("dir", "ltr")]):
            return
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [v for name, v in attrs if name in {"href", "src", "http-equiv"}]
        self.labels += [
            v or "" for name, v in attrs if name.startswith(("aria", "data"))
        ]
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] not in {"style", "script"}:
            self.texts[-1] += data.strip("\n")

    @property
    def shown(self) -> str:
        return " ".join(self.texts + self.labels)


def figures(text: str) -> Counter[str]:
    """Count everything that reads as a digit, and runs of Chinese numerals."""
    marks = [x for x in text if unicodedata.category(x).startswith("N")]
    return Counter(marks + re.findall("[一二三四五六七八九〇零]{3,}", text))


def addresses(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", text)
    return set(re.findall(r"\S*\w\.[^\W\d_]{2}\S*|\S*(?:@|//|\(at\)|www)\S*", plain))


@st.composite
def entries(draw: st.DrawFn) -> str:
    """Return an entry of a catalog, similar to a Spanish one or to none."""
    known = draw(st.sampled_from([e for e in SPANISH if len(e.msgid) < 40] + SPANISH))
    message, text = known.msgid, known.msgstr
    kind = draw(st.sampled_from(["text", "text", "id", "both", "new"]))
    piece, place = draw(TEXTS), draw(st.integers(0, len(text)))
    if kind == "new":
        message = draw(TEXTS)
    if kind in {"text", "both"}:
        text = draw(st.sampled_from([piece, text[:place] + piece + text[place:]]))
    if kind in {"id", "both"}:
        message += piece
    lines = [f'msgctxt "{draw(TEXTS)}"'] if draw(st.integers(0, 9)) == 9 else []
    lines.append(f'msgid "{message}"')
    if draw(st.integers(0, 9)) == 9:
        lines.append(f'msgid_plural "{draw(TEXTS)}"')
        if draw(st.booleans()):
            lines += [f'msgstr[0] "{text}"', f'msgstr[1] "{piece}"']
            return "\n".join(lines)
    return "\n".join([*lines, f'msgstr "{text}"'])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("hostile") / "translations"
    copy.mkdir()
    shutil.copy(SOURCE / "messages.pot", copy)
    (copy / "es" / "LC_MESSAGES").mkdir(parents=True)
    return copy


class Page:
    """The Spanish page, made from any catalog."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "es" / "LC_MESSAGES" / "messages.po"
        self.folder = folder
        self.app = create_app(SETTINGS)
        self.content = self.app.extensions["quietpage"]
        self.reference = self.of(HEADER + "\n".join(map(str, SPANISH)))

    def of(self, catalog: str) -> Read:
        self.file.write_text(catalog, encoding="utf-8", newline="\n")
        languages = load_languages(SETTINGS, self.folder)
        content = Content(SETTINGS)
        # The tables do not change from one catalog to the next.
        vars(content).update(languages=languages, countries=self.content.countries)
        with self.app.test_request_context():
            translation_domain(languages).as_default()
            return Read(render_guide(content, languages[0]))


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page(folder)


def test_a_message_that_passes_every_check_reaches_the_page(page: Page) -> None:
    shown = page.of(f'{HEADER}msgid "Later"\nmsgstr "L\'a & ñandú"\n')

    assert "L'a & ñandú" in shown.texts
    assert "Notes" in shown.texts


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@settings(
    # Shrinking a failing example takes minutes, because each one renders a page.
    phases=[Phase.generate],
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(added=st.lists(entries(), min_size=1, max_size=2))
def test_no_catalog_adds_a_tag_a_link_a_figure_or_an_empty_label(
    page: Page, added: list[str]
) -> None:
    ids = {line for entry in added for line in entry.split("\n") if "msgid " in line}
    kept = [str(e) for e in SPANISH if f'msgid "{e.msgid}"' not in ids]
    reference = page.reference
    try:
        shown = page.of(HEADER + "\n\n".join([*added, *kept]))
    except QuietpageError as error:
        message = error.format_message()
        assert message.isprintable()
        assert re.match(r"/\S+/translations/es/LC_MESSAGES/messages\.po:", message)
        return

    assert shown.elements == reference.elements
    assert shown.links == reference.links
    assert figures(shown.shown) <= figures(reference.shown)
    assert addresses(shown.shown) <= addresses(reference.shown)
    for kind in ("texts", "labels"):
        ours, theirs = getattr(shown, kind), getattr(reference, kind)
        assert [bool(re.search(r"\w", x)) for x in ours] == [
            bool(re.search(r"\w", x)) for x in theirs
        ]
