"""Printing: a small card, the plan to fill in, and only the topics that are open."""

import base64
import io
import re

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

# A bank card, ISO/IEC 7810 ID-1, in CSS pixels.
CARD = (323.5, 204)
ABUSE = re.compile("(?i)abuse|violence|violencia|women|refuge|helpline|domestic")


def printed(page: Page) -> list[str]:
    """Print with the browser's own header and footer; return the text of each page."""
    session = page.context.new_cdp_session(page)
    options = {"displayHeaderFooter": True, "preferCSSPageSize": True}
    pdf = base64.b64decode(session.send("Page.printToPDF", options)["data"])
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages]


def test_the_card_comes_first_and_has_only_numbers(page: Page) -> None:
    whole = "\n".join(printed(page))
    card, plan = whole.split("Make a safety plan")

    assert card.split("\n")[0].strip() == "United Kingdom"
    assert "999" in card
    assert "0808 2000 247" in card
    assert "07860077333" in card
    assert ABUSE.findall(card) == []
    for heading in ("Staying for now", "Getting ready to leave", "After you leave"):
        assert heading in plan
    assert "Pick a code word." in plan
    # Nothing from closed topics, no exit, no address, no time.
    for absent in (
        *(
            "Close this page",
            "Notes",
            "localhost",
            "A safety plan is",
            "Is this abuse?",
        ),
        *(
            "Are you in danger",
            "If you worry about a friend",
            "Children, pets and friends",
            "202",
        ),
    ):
        assert absent not in plan, absent


def test_open_topics_are_printed_too(page: Page) -> None:
    page.get_by_text("If you worry about a friend").click()

    whole = "\n".join(printed(page))

    assert "Listen more than you talk." in whole
    assert whole.index("Pick a code word.") < whole.index("Listen more than")
    assert "Children, pets and friends" not in whole


@pytest.mark.parametrize("script", [True, False], ids=["script on", "script off"])
def test_without_a_country_only_the_plan_is_printed(
    page: Page, *, script: bool
) -> None:
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=script, locale="en")
    other = context.new_page()
    other.goto(page.url)

    whole = "\n".join(printed(other))

    assert whole.strip().startswith("Make a safety plan")
    assert "After you leave" in whole
    assert "change the locks" in whole
    context.close()


def test_ticks_are_not_printed(page: Page) -> None:
    page.get_by_text("Make a safety plan").click()
    page.emulate_media(media="print")
    plan = page.locator(".plan").first
    empty = plan.screenshot()

    page.evaluate("document.querySelector('.plan input').checked = true")

    assert plan.screenshot() == empty


def test_printing_leaves_the_page_as_it_was(page: Page) -> None:
    printed(page)

    assert page.locator(".plan[open]").count() == 0
    assert page.locator("[data-form]").count() == 0


def test_every_card_is_as_wide_as_a_bank_card_and_not_much_taller(page: Page) -> None:
    page.evaluate(
        """document.querySelectorAll("details, .numbers p[id]").forEach(
          (one) => one.setAttribute("open", ""))"""
    )
    page.emulate_media(media="print")

    cards = page.locator(".numbers [id]:not(#numbers)").evaluate_all(
        """cards => cards.map((card) => {
          const { width, height } = card.getBoundingClientRect();
          return [card.id, width, height]; })"""
    )

    assert len(cards) > 200
    assert {round(width, 1) for _, width, _ in cards} == {CARD[0]}
    higher = {name: height for name, _, height in cards if height > CARD[1] + 1}
    assert higher == {}
