"""A review lasts as long as its sentences, and the page says what is left of it."""

from datetime import date
from pathlib import Path

import polib
import pytest

from app import create_app
from quietpage.config import Settings
from quietpage.errors import QuietpageError
from quietpage.languages import load_languages
from quietpage.po_files import TEMPLATE, page_messages, read_po
from quietpage.review_marks import WHOLE, Mark, mark_of, review_of, set_mark
from quietpage.review_sheet_texts import SHEET_ONLY

ANA = Mark("Casa Ana & co", date(2026, 12, 1))
BEN = Mark("Ben", date(2026, 12, 3))
NO_NAME = Mark("", date(2026, 12, 2))


def entry(message: str, text: str, mark: Mark | None = None) -> polib.POEntry:
    made = polib.POEntry(msgid=message, msgstr=text)
    set_mark(made, mark)
    return made


def entries(*marks: Mark | None) -> dict[str, polib.POEntry]:
    return {f"m{n}": entry(f"m{n}", "x", mark) for n, mark in enumerate(marks)}


def own_language(
    folder: Path,
    locale: str,
    marks: dict[str, Mark | None],
    *,
    was_whole: bool = False,
    others: Mark = ANA,
) -> None:
    """Write a complete catalog; `others` marks each message that `marks` leaves out."""
    catalog = polib.POFile(wrapwidth=78)
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    if was_whole:
        catalog.metadata[WHOLE] = "2026-12-01"
    is_source = locale == "en"
    for message in page_messages(read_po(TEMPLATE)):
        text = message if is_source else f"x {message}"
        catalog.append(entry(message, text, marks.get(message, others)))
    file = folder / "translations" / locale / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    catalog.save(str(file))


def display_path(folder: Path, tag: str, *, show_drafts: bool = True) -> str:
    settings = Settings(folder=folder, locales=(tag,), show_drafts=show_drafts)
    return create_app(settings).test_client().get(f"/{tag}/").text


def test_a_change_of_either_text_ends_a_mark() -> None:
    kept = entry("Healing", "Sanar", ANA)
    assert mark_of(kept) == ANA

    kept.msgstr = "Sana"
    assert mark_of(kept) is None

    kept.msgid, kept.msgstr = "Heal", "Sanar"
    assert mark_of(kept) is None


def test_a_mark_replaces_only_the_last_mark() -> None:
    kept = entry("Healing", "Sanar")
    kept.tcomment = "A note.\nAnother."
    set_mark(kept, ANA)
    set_mark(kept, BEN)

    assert kept.tcomment.splitlines()[:2] == ["A note.", "Another."]
    assert kept.tcomment.count("reviewed: ") == 1
    assert mark_of(kept) == BEN

    set_mark(kept, None)
    assert kept.tcomment == "A note.\nAnother."


@pytest.mark.parametrize("width", range(20, 100))
def test_a_mark_survives_any_wrapping_of_comments(width: int) -> None:
    mark = Mark("The Women's Aid of Some Far-away Town, and Friends", BEN.day)
    catalog = polib.POFile(wrapwidth=width)
    catalog.append(entry("Healing", "Sanar", mark))

    assert mark_of(polib.pofile(str(catalog))[0]) == mark


@pytest.mark.parametrize(
    ("marks", "header", "expected"),
    [
        ([ANA, ANA, ANA, ANA], "", (("Casa Ana & co",), ANA.day, False)),
        ([BEN, ANA], "", (("Casa Ana & co", "Ben"), BEN.day, False)),
        ([BEN, NO_NAME], "", ((), BEN.day, False)),
        ([ANA, ANA, ANA, None], "once whole", (("Casa Ana & co",), ANA.day, True)),
        ([ANA, ANA, ANA, None], "", None),
        ([ANA, ANA, None, None], "once whole", None),
        ([None, None], "once whole", None),
        ([], "once whole", None),
    ],
)
def test_the_state_of_a_page_follows_from_its_marks(
    marks: list[Mark | None], header: str, expected: tuple[object, ...] | None
) -> None:
    review = review_of(entries(*marks), was_whole=bool(header))

    found = review and (review.names, review.day, review.is_changed)
    assert found == expected


def test_the_page_names_who_reviewed_it_and_when(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {})

    page = display_path(tmp_path, "nl")

    said = "<bdi>Casa Ana &amp; co</bdi> reviewed this translation on 1 december 2026."
    assert said in page
    assert "have changed" not in page
    assert "is a draft" not in page


def about(page: str) -> str:
    return page[page.index("x About this guide") :]


def test_a_review_of_a_translation_is_not_one_of_the_text(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {})

    assert "x The text of" in (found := about(display_path(tmp_path, "nl")))
    assert "has not been reviewed by a support service" in found
    assert "Casa Ana" not in found


def test_a_reviewed_translation_names_who_reviewed_the_text(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {})
    own_language(tmp_path, "en", {}, others=BEN)

    found = about(display_path(tmp_path, "nl"))

    assert "was reviewed by <bdi>Ben</bdi>." in found
    assert "Casa Ana" not in found


def test_a_draft_does_not_share_in_the_review_of_the_text(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {"Later": None})
    own_language(tmp_path, "en", {})

    found = about(display_path(tmp_path, "nl"))

    assert "has not been reviewed by a support service" in found
    assert "Casa Ana" not in found


def test_the_page_names_nobody_without_consent(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {"Later": NO_NAME})

    page = display_path(tmp_path, "nl")

    assert "An organisation that supports people reviewed this translation on" in page
    assert "Casa Ana" not in page


def test_the_page_says_that_sentences_have_changed(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {"Later": None}, was_whole=True)

    page = display_path(tmp_path, "nl")

    assert "reviewed this translation on 1 december 2026." in page
    assert "Some sentences have changed since then." in page
    assert "has not been reviewed" in page


def test_a_partial_review_leaves_a_draft(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {"Later": None})

    page = display_path(tmp_path, "nl")

    assert 'class="draft"' in page
    assert "reviewed this translation" not in page


def test_without_drafts_a_changed_sentence_is_shown_in_english(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {"Later": None}, was_whole=True)

    page = display_path(tmp_path, "nl", show_drafts=False)

    assert '<h2><span lang="en" dir="ltr">Later</span></h2>' in page
    assert "<h2>x Later</h2>" in display_path(tmp_path, "nl")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "was reviewed by <bdi>Casa Ana &amp; co</bdi>."),
        ({"Later": NO_NAME}, "was reviewed by an organisation that supports people."),
        ({"Later": None}, "has not been reviewed"),
    ],
)
def test_english_says_whether_it_was_reviewed(
    tmp_path: Path, changed: dict[str, Mark | None], said: str
) -> None:
    own_language(tmp_path, "en", changed, was_whole=True)

    page = display_path(tmp_path, "en")

    assert said in page
    assert "reviewed this translation" not in page
    assert 'class="draft"' not in page


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (Mark("Ana\u202e", ANA.day), "the character U\\+202E"),
        (Mark("see evil.example//x", ANA.day), "contains an address or a date"),
        (Mark("A" * 101, ANA.day), "over 100 letters"),
    ],
)
def test_a_misleading_name_stops_the_start(
    tmp_path: Path, mark: Mark, expected: str
) -> None:
    own_language(tmp_path, "nl", {"Later": mark})

    with pytest.raises(QuietpageError, match=rf"messages.po:\d+: .*{expected}"):
        load_languages(Settings(folder=tmp_path, locales=("nl",)))


def test_an_invalid_date_is_reported(tmp_path: Path) -> None:
    own_language(tmp_path, "nl", {})
    file = next(tmp_path.rglob("*.po"))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("on 2026-12-01", "on 2026-13-01", 1), encoding="utf-8")

    with pytest.raises(QuietpageError, match="2026-13-01, which is not a day"):
        load_languages(Settings(folder=tmp_path, locales=("nl",)))


def test_messages_used_only_in_the_sheet_are_not_missing_on_the_page() -> None:
    template = read_po(TEMPLATE)

    assert {entry.msgid for entry in template} >= SHEET_ONLY
    assert not page_messages(template).keys() & SHEET_ONLY
