"""The HTML policy: it sees all that browsers see, and refuses what endangers."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import create_site
from quietpage.assets import load_assets
from quietpage.config import Settings
from quietpage.errors import QuietpageError
from quietpage.html_policy import check_documents, document_faults
from quietpage.strict_html import StrictDocument

SCRIPT = "if (a < b) { '</b>' }"
HEAD = (
    "<!doctype html><html lang='en'><head><title>Notes</title>"
    "<link rel='icon' href='data:,'></head><body>"
    "<a id='quick-exit' href='https://x.example/' rel='noreferrer'>Leave</a>"
)
# Elements that browsers add, or make from a stray end tag.
IMPLIED = {("tbody", ()), ("tr", ()), ("colgroup", ()), ("p", ())}
PIECES = [
    *("<", ">", "/", "=", "'", '"', "&", "-", "--", "!", "?", "\0", " ", "\n", "\r"),
    *("\f", "\v", "\u00a0", "<!", "<!-", "<!--", "-->", "--!>", "<!-->", "<!--->"),
    *("<![CDATA[", "]]>", "<?", "</", "<//", "</a", "</br>", "</p>", "<br/>", "<p>"),
    *("<a href=/en/>", "<a href='/en/' href=/x>", "<A HREF=/en/>x</A>", "<a\fhref=/x>"),
    *("<a/href=/x>", "<a href =/x>", "<a href= /x>", "<a href='/x'class=y>", "<a b='>"),
    *("</a>", "<a =x>", "<a x='\"'>", "<a href=/?a&amp;b>", "<a href=/?a&copy;>"),
    *(
        "<a href=/&#47;x>",
        "<a href='/&copy=x'>",
        "<a title='&notit;'>",
        "<a title=&#1;>",
    ),
    *("<title>", "</title>", "<textarea>", "</textarea>", "<style>", "</style>"),
    *(
        "<script>",
        "</script>",
        f"<script>{SCRIPT}</script>",
        "<noscript>",
        "<template>",
    ),
    *("</template>", "<plaintext>", "<xmp>", "<iframe srcdoc=x>", "<noembed>"),
    *("<svg>", "</svg>", "<svg/>", "<svg><title>", "<svg><path d=M0/></svg>", "<math>"),
    *("<svg><style>", "<svg><g>", "</g>", "<svg><a href=/x>", "<foreignObject>"),
    *("<table>", "<tr>", "<td>", "</table>", "<caption>", "<col>", "<select>", "<b>"),
    *("</b>", "<i title=x>", "<html class=x>", "<head>", "<body class=x>", "</body>"),
    *("<frameset>", "<image>", "<form>", "<dialog open>", "<p popover>", "<K\u212a>"),
    *("<a \u017f=x>", "<animate attributeName=href>", "<set>", "x", "<li value=1>"),
]


def seen_by_browsers(text: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    for element in tree.iter():
        if isinstance(element, Element) and isinstance(element.tag, str):
            attributes = {
                re.sub(r"\{.*\}", "", name).lower(): value
                for name, value in element.attrib.items()
            }
            name = re.sub(r"\{.*\}", "", element.tag).lower()
            yield name, tuple(sorted(attributes.items()))


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=8))
@example(["<!--", ">", "<a href=/x>"])
@example(["<!--->", "<a href=/x>"])
@example(["<!-- ", "--!>", "<a href=/x>", "-->"])
@example(["<svg>", "<![CDATA[", "<a href=/x>", "]]>"])
@example(["<svg>", "<title>", "<a href=/x>", "</title>", "</svg>"])
@example([f"<script>{SCRIPT}</script>", "<a href=/x>"])
@example(["<!-- a -->", "<table>", "<a href=/x>", "<td>", "<b>", "x", "</table>"])
def test_the_policy_sees_all_that_browsers_see(pieces: list[str]) -> None:
    text = HEAD + "".join(pieces)
    if list(document_faults(text, [SCRIPT], has_exit=True)):
        return
    page = StrictDocument(text, [SCRIPT])

    seen = {(e.name, tuple(sorted(e.attributes.items()))) for e in page.elements}
    assert set(seen_by_browsers(text)) - IMPLIED <= seen


def test_our_pages_pass_and_are_parsed_as_browsers_parse_them() -> None:
    site = create_site(Settings(locales=("en", "ar")))
    inlined = load_assets().inlined

    for pages in (site.guides, site.errors):
        for (_, coding), sent in pages.items():
            if coding != "identity":
                continue
            text = sent.body.decode()
            page = StrictDocument(text, inlined)
            seen = [
                (e.name, tuple(sorted(e.attributes.items()))) for e in page.elements
            ]
            assert not list(
                document_faults(text, inlined, has_exit=pages is site.guides)
            )
            assert list(seen_by_browsers(text)) == seen
    assert not any("<!--" in text for text in inlined)


@pytest.mark.parametrize(
    ("piece", "fault"),
    [
        ("<!--><meta http-equiv=refresh content=0>-->", "has '<!-->', which browsers"),
        ("<!---><p>-->", "has '<!--->', which browsers may parse differently"),
        ("<!-- a --!><p> -->", "has '<!-- a --!>', which browsers"),
        ("<svg><![CDATA[<p>]]></svg>", "has '<![CDATA[<p>', which browsers"),
        ("<!-- a", "has '<!-- a', which browsers"),
        ("\0", "has 'NUL', which browsers"),
        ("<p class=a class=b>", "has 'class=b', which browsers"),
        ("<a href='/?a=1&copy=2'>a</a>", "has 'href='/?a=1&copy=2'', which browsers"),
        ("<a/href=/x>", "has '<a/href=/x>', which browsers"),
        ("1 < 2", "has '< 2', which browsers"),
        ("<plaintext>", "has <plaintext>"),
        ("<noscript><p></noscript>", "has <noscript>"),
        ("<template><p></template>", "has <template>"),
        ("<iframe srcdoc='<p>'></iframe>", "has <iframe>"),
        ("<math><mtext></math>", "has <math>"),
        ("<svg><foreignObject></svg>", "has <foreignobject>"),
        ("<svg><a href=/x></svg>", "has <a>"),
        ("<svg><set></svg>", "has <set>"),
        ("<svg><animate attributeName=href></svg>", "has <animate>"),
        ("<svg>", "lacks a </svg>"),
        (
            "<svg><path fill='url(//x.example/#a)'/></svg>",
            "loads 'url(//x.example/#a)'",
        ),
        (
            r"<svg><path fill='\75rl(//x.example/#a)'/></svg>",
            r"loads '\75rl(//x.example/#a)'",
        ),
        ("<dialog open>", "has <dialog>"),
        ("<p popover>", "has the attribute 'popover'"),
        ("<p style='color:red'>", "has the attribute 'style'"),
        ("<p onclick='x()'>", "has the attribute 'onclick'"),
        ("<meta http-equiv=refresh content=0>", "has the attribute 'http-equiv'"),
        ("<meta name=referrer content=unsafe-url>", "has <meta name='referrer'>"),
        ("<meta name=referrer>", "has <meta name='referrer'>"),
        ("<meta charset=utf-8 name=generator>", "has <meta name='generator'>"),
        ("<meta property='og:title' content=x>", "has the attribute 'property'"),
        ("<link rel=search href=//x.example/>", "has <link rel='search'>"),
        ("<link rel='icon preload' href='data:,'>", "has <link rel='icon preload'>"),
        ("<link rel=icon href=/i.png>", "loads '/i.png'"),
        ("<link href=/x>", "has <link rel=''>"),
        ("<img src=//x.example/i>", "loads '//x.example/i'"),
        ("<img srcset=/i src='data:,'>", "has the attribute 'srcset'"),
        ("<base href=//x.example>", "has <base>"),
        ("<form>", "has <form>"),
        ("<input>", "has an <input> that is not type='checkbox'"),
        ("<a href=/x target=_blank>", "has the attribute 'target'"),
        ("<a href=/x ping=/p>", "has the attribute 'ping'"),
        ("<a href='javascript:x'>", "links to 'javascript:x'"),
        ("<a href='/\t/x.example'>", "links to '/\t/x.example'"),
        ("<a href='/\\x.example/'>", "links to '/\\x.example/'"),
        ("<a href='mailto:a@x.example'>", "links to 'mailto:a@x.example'"),
        ("<a href='tel:016,,9'>", "links to 'tel:016,,9'"),
        ("<a href='https://x.example/'>", "links to 'https://x.example/' without rel"),
        ("<a href='/&#47;x.example/'>", "links to '//x.example/' without rel"),
        ("<area href=/x>", "has <area>"),
        (f"<script>{SCRIPT} </script>", "has a style or script that is not ours"),
        ("<style>p{color:red}</style>", "has a style or script that is not ours"),
        ("<script src=/x></script>", "has the attribute 'src'"),
        ("<script type=speculationrules>", "has the attribute 'type'"),
        ("<title>x</title>", "has <title> twice"),
        ("<body hidden>", "has <body> twice"),
        ("<p id=quick-exit>", "has id='quick-exit' twice"),
    ],
)
def test_anything_that_endangers_a_reader_is_refused(piece: str, fault: str) -> None:
    faults = list(document_faults(HEAD + piece, [SCRIPT], has_exit=True))

    assert any(sentence.startswith(fault) for _, sentence in faults), faults


EXIT = "<a id='quick-exit' href='https://x.example/' rel='noreferrer'>Leave</a>"


@pytest.mark.parametrize(
    "replaced",
    [
        "<button>Leave</button>",
        "<a href='/en/'>English</a>" + EXIT,
        f"<details>{EXIT}</details>",
        f"<div hidden>{EXIT}</div>",
        EXIT.replace("id=", "hidden id="),
        EXIT.replace("id=", "aria-hidden='true' id="),
        EXIT.replace("https:", "http:"),
        EXIT.replace("Leave", " <b></b>"),
        EXIT.replace("id=", "class="),
    ],
)
def test_the_exit_must_come_first_visible_and_labelled(replaced: str) -> None:
    faults = list(document_faults(HEAD.replace(EXIT, replaced), (), has_exit=True))

    assert any(fault.startswith("lacks the exit") for _, fault in faults), faults


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<!doctype html>", "", "does not begin with <!doctype html>"),
        ("<title>Notes</title>", "", "lacks a title"),
        ("Notes", "", "lacks a title"),
        ("Notes", "Domestic abuse", "has 'abus' in its title"),
        (
            "Notes</title>",
            "Notes",
            "has '<title', which browsers may parse differently",
        ),
        ("<link rel='icon' href='data:,'>", "", "lacks <link rel='icon'"),
    ],
)
def test_a_head_must_be_complete_and_neutral(old: str, new: str, fault: str) -> None:
    faults = list(document_faults(HEAD.replace(old, new), ()))

    assert any(sentence.startswith(fault) for _, sentence in faults), faults


@pytest.mark.parametrize(
    "piece",
    [
        "<a href='https://x.example/' rel='noopener noreferrer'>x</a>",
        "<!-- a - b --><p lang=es dir=ltr title='a &amp; b'>Text &copy; 1 &lt; 2<br/>",
        "<svg viewBox='0 0 1 1'><title>Help</title><path d='M0 0'/></svg>",
        "<a href='tel:+525555'>x</a><a href='sms:741741?body=HOME'>y</a>",
        "<img src='data:image/png;base64,AA==' alt=''>",
        "<table><caption>x</caption><tr><th scope=row>y<td colspan=2>z</table>",
        f"<script data-a='b'>{SCRIPT}</script>",
        "<details open data-x><summary>x</summary></details>",
    ],
)
def test_ordinary_markup_is_accepted(piece: str) -> None:
    assert not list(document_faults(HEAD + piece, [SCRIPT], has_exit=True))


def test_the_error_names_the_template(tmp_path: Path) -> None:
    file = tmp_path / "guide" / "later.html"
    file.parent.mkdir()
    file.write_text("<dialog>")

    with pytest.raises(QuietpageError) as raised:
        check_documents({"en": f"{HEAD}<dialog>"}, {}, (), tmp_path)

    assert raised.value.format_message().startswith(
        f"{file}: the page in 'en' has <dialog>, but it must"
    )
