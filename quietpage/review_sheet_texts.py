"""The texts of the reviewers' sheet, which no page shows."""

from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class ReviewTexts:
    """The first page of a sheet and the headings of its columns, in one language."""

    title: str
    purpose: str
    safety: str
    tone: str
    terms: str
    how: str
    consent: str
    terms_heading: str
    note: str
    right: str
    better: str
    remark: str
    yes: str
    no: str


def review_texts(gettext: Callable[[str], str]) -> ReviewTexts:
    """Return the texts as translated by `gettext`."""
    _ = gettext
    return ReviewTexts(
        # Translators: only in the reviewers' sheet; its title.
        title=_("Please check this translation"),
        # Translators: only in the reviewers' sheet. The reader is a colleague from a
        # support service, who knows neither computers nor this project.
        purpose=_(
            "This sheet holds the sentences of a web page for people who are hurt by"
            " someone close to them. Ten minutes of your time help. Start where you"
            " like, and leave out what you like."
        ),
        # Translators: only in the reviewers' sheet. "promise more": than the English.
        safety=_(
            "First, safety: does a sentence say something different from the English,"
            " promise more, or put someone in danger?"
        ),
        # Translators: only in the reviewers' sheet.
        tone=_(
            "Then the tone: is it plain, warm and without blame, as a support service"
            " speaks?"
        ),
        # Translators: only in the reviewers' sheet; a list of words follows.
        terms=_(
            "Then the terms: are the words in the list below those that services in"
            " your language use?"
        ),
        # Translators: only in the reviewers' sheet. Use your words of "yes" and "no"
        # below. %(example)s is a part that stays as it is.
        how=_(
            "In each row that you have read, write yes or no. If you know better words,"
            " write the whole text with them. Keep parts such as %(example)s."
        ),
        # Translators: only in the reviewers' sheet; a cell for yes or no follows.
        consent=_(
            "May the page name your organisation as the reviewer? If not, it says that"
            " an organisation that supports people did this. Write yes or no:"
        ),
        # Translators: only in the reviewers' sheet; the heading of a list of words.
        terms_heading=_("Terms"),
        # Translators: only in the reviewers' sheet; the column of notes like this one.
        note=_("Note"),
        # Translators: only in the reviewers' sheet; a column for yes or no.
        right=_("Right? yes or no"),
        # Translators: only in the reviewers' sheet; a column for a better translation.
        better=_("Better words"),
        # Translators: only in the reviewers' sheet; a column for anything else.
        remark=_("Remark"),
        # Translators: only in the reviewers' sheet; an answer that a cell takes.
        yes=_("yes"),
        # Translators: only in the reviewers' sheet; an answer that a cell takes.
        no=_("no"),
    )


# Messages of the catalogs that are not on the page.
SHEET_ONLY = frozenset(asdict(review_texts(str)).values())

# The English is reviewed together with the source of each claim.
OF_ENGLISH = ReviewTexts(
    title="Please check this text",
    purpose=(
        "This sheet holds the sentences of a web page for people who are hurt by"
        " someone close to them, in English. All translations follow it. Ten minutes"
        " of your time help. Start where you like, and leave out what you like."
    ),
    safety=(
        "First, safety: could a sentence harm a reader, or does it promise more than"
        " its source?"
    ),
    tone=(
        "Then the tone: is it plain, warm and without blame, as a support service"
        " speaks?"
    ),
    terms=(
        "Each claim of a topic is in the row whose words are nearest to it; a"
        " program chose the row. Solid: studies or documents support it. Practice:"
        " what support services advise. Contested: sources disagree. Principle: a"
        " stance or a comfort. No strength: see the source. Gathered: read before, not"
        " opened again. Named: known by reference only."
    ),
    how=(
        "In each row that you have read, write yes or no. Better words are read by the"
        " people of this project, since every translation has to follow them. Keep"
        " parts such as %(example)s."
    ),
    consent=(
        "May the page name you or your organisation as the reviewer? If not, it says"
        " that an organisation that supports people did this. Write yes or no:"
    ),
    terms_heading="",
    note="Note",
    right="Right? yes or no",
    better="Better words",
    remark="Remark",
    yes="yes",
    no="no",
)
