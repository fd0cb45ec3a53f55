"""Two pseudo-locales: en-XA, longer and accented, and ar-XB, mirrored."""

import re
import unicodedata
from collections.abc import Iterator

import html5lib
import pytest
from babel.core import Locale
from playwright.sync_api import Page

from app import create_app
from quietpage.config import Settings
from quietpage.helplines import load_countries
from quietpage.languages import Language, Messages, translation_domain
from quietpage.page import render_guide

SPACE = "{http://www.w3.org/1999/xhtml}"
ACCENTS = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")


class Pseudo(Messages):
    """Translations that bracket and accent each message and make it a third longer."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(%\(\w+\)s)", message)
        parts[::2] = [part.translate(ACCENTS) for part in parts[::2]]
        return f"⟦{''.join(parts)}{'·' * (len(message) // 3)}⟧"

    ugettext = gettext

    def has(self, message: str) -> bool:
        return bool(message)


def rendered(tag: str, locale: str) -> str:
    """Return the guide in a pseudo-locale with the CLDR data of `locale`."""
    app = create_app(Settings(organisation="Mail", contact="mail"))
    language = Language(tag, Locale(locale), Pseudo())
    content = app.extensions["quietpage"]
    with app.test_request_context():
        translation_domain((language,)).as_default()
        return render_guide(content, language)


def texts(html: str) -> Iterator[str]:
    """Yield the texts that translators translate, attributes included."""
    body = html5lib.parse(html).find(f"{SPACE}body")
    assert body is not None
    skipped = {"script", "style"}

    def walk(element: object) -> Iterator[str]:
        name = str(getattr(element, "tag", "")).removeprefix(SPACE)
        get = element.get  # type: ignore[attr-defined]
        # Names in their own language, numbers and addresses; CLDR's countries.
        foreign = name == "bdi" or get("lang") or get("dir") == "ltr"
        if name not in skipped and not foreign:
            yield element.text or ""  # type: ignore[attr-defined]
            yield get("aria-label") or ""
            for child in element:  # type: ignore[attr-defined]
                yield from walk(child)
                yield child.tail or ""
        elif name == "script":
            yield from (get("data-keys") or "", get("data-show") or "")

    yield from walk(body)


@pytest.fixture(scope="module")
def longer() -> str:
    return rendered("en-XA", "en")


def test_no_text_escapes_translation(longer: str) -> None:
    locale = Locale("en")
    known = {
        *locale.territories.values(),
        *locale.languages.values(),
        *locale.days["stand-alone"]["abbreviated"].values(),
        *("WhatsApp", "AM", "PM", "Mail", "mail", "Traditional", "Hong Kong SAR"),
        *(
            line.sms_text
            for one in load_countries()
            for line in (*one.helplines, *one.crisis, *one.unconfirmed)
        ),
    } - {""}
    names = sorted(map(re.escape, known), key=len, reverse=True)
    known_words = re.compile("|".join(names))
    whole = "\n".join(texts(longer))

    rest = known_words.sub("", re.sub(r"⟦[^⟧]*⟧", "", whole.replace("\n", " ")))

    assert whole.count("⟦") > 400
    assert re.findall(r"\S*[A-Za-z]{2,}\S*", unicodedata.normalize("NFKD", rest)) == []


@pytest.mark.parametrize(("tag", "locale"), [("en-XA", "en"), ("ar-XB", "ar")])
@pytest.mark.parametrize("width", [320, 1280])
def test_longer_and_mirrored_text_fits(
    page: Page, tag: str, locale: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 568})
    page.goto("about:blank")
    page.set_content(rendered(tag, locale))
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = 1)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    direction, mirrored, box_side = page.evaluate(
        """() => [getComputedStyle(document.body).direction,
          getComputedStyle(document.querySelector("svg")).transform.startsWith("matrix(-1"),
          document.querySelector(".plan input").getBoundingClientRect().left
            > innerWidth / 2]"""
    )
    assert (direction, mirrored, box_side) == (
        ("rtl", True, True) if locale == "ar" else ("ltr", False, False)
    )
