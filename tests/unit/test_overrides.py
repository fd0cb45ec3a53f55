"""An organisation's copy: what it may change, and how a mistake is reported."""

import csv
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import polib
import pytest
from werkzeug.test import Client

from app import create_app, create_site
from quietpage.cli import settings as reference
from quietpage.config import ROOT, load_settings
from quietpage.errors import QuietpageError
from quietpage.helpline_tables import Helpline
from quietpage.po_files import TRANSLATIONS
from quietpage.review_marks import Mark, set_mark
from quietpage.template_errors import errors_as_sentences
from tests.support.deployed import ONION

OWN_LINE = {
    "country": "MX",
    "name": "Casa Propia",
    "name_lang": "es",
    "phone": "8005550100",
    "phone_display": "800 555 0100",
    "audience": "women",
    "languages": "es",
    "source": "https://casa.example",
    "kind": "counselling",
    "status": "in service",
    "published": "2026-10",
    "confidence": "high",
}


def own_copy(folder: Path, settings: str = "") -> Client:
    if "locales" not in settings:
        settings += '\nlocales = ["en", "es"]'
    (folder / "quietpage.toml").write_text(settings, encoding="utf-8")
    return Client(create_site(load_settings(folder)))


def write_table(folder: Path, **values: str) -> None:
    names = [column.name for column in fields(Helpline)]
    with (folder / "helplines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerow(OWN_LINE | values)


def write_catalog(folder: Path, locale: str, **entries: str) -> None:
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalog.extend(polib.POEntry(msgid=k, msgstr=v) for k, v in entries.items())
    file = folder / "translations" / locale / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    catalog.save(str(file))


def mark_as_reviewed(file: Path) -> None:
    catalog = polib.pofile(str(file))
    for entry in catalog:
        set_mark(entry, Mark("Casa Propia", date(2026, 5, 2)))
    catalog.save()


def write_template(folder: Path, name: str, text: str) -> None:
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_titles_exits_and_the_cover_are_as_chosen(tmp_path: Path) -> None:
    client = own_copy(
        tmp_path,
        "cover_after_seconds = 7\n"
        'titles = { en = "Recipes", es = "Recetas" }\n'
        'exit_urls = { es = "https://es.wikipedia.org/" }\n',
    )

    english, spanish = client.get("/en/").text, client.get("/es/").text

    assert '<script data-cover-after="7"' in english
    assert "<title>Recipes</title>" in english
    assert 'href="https://www.wikipedia.org/"' in english
    assert "<title>Recetas</title>" in spanish
    assert 'href="https://es.wikipedia.org/"' in spanish
    assert "<bdi>es.wikipedia.org</bdi>" in spanish


def test_the_first_of_the_locales_is_the_default(tmp_path: Path) -> None:
    client = own_copy(tmp_path, 'locales = ["es", "pt-BR"]')

    assert client.get("/").headers["Content-Language"] == "es"
    assert client.get("/en/").status_code == 404
    assert 'hreflang="en"' not in client.get("/pt-BR/").text
    assert client.get("/es/").text.count("hreflang") == 2


def test_the_countries_in_the_settings_come_first(tmp_path: Path) -> None:
    text = own_copy(tmp_path, 'countries_first = ["VN", "MX"]').get("/en/").text

    places = [text.index(f'<details id="{code}">') for code in ("VN", "MX", "US")]
    assert places == sorted(places)


def test_own_helplines_add_replace_and_remove(tmp_path: Path) -> None:
    ours = own_copy(tmp_path).get("/en/").text
    write_table(tmp_path)
    added = own_copy(tmp_path).get("/en/").text
    settings = 'replace_countries = ["MX", "AR"]'
    replaced = own_copy(tmp_path, settings).get("/en/").text

    assert "800 555 0100" in added
    assert mexico(added).startswith(mexico(ours)[:40])
    assert mexico(added).count("<li>") == mexico(ours).count("<li>") + 1
    assert mexico(replaced).count("<li>") == 1
    # A country without a row keeps its emergency number and the directories.
    assert "tel:144" in country(ours, "AR")
    assert "<li>" not in country(replaced, "AR")
    assert "tel:911" in country(replaced, "AR")


def test_text_in_an_own_table_is_neither_markup_nor_a_format_string(
    tmp_path: Path,
) -> None:
    write_table(tmp_path, region="<base href=//x.example> 50% of it")

    shown = mexico(own_copy(tmp_path).get("/en/").text)

    assert "&lt;base href=//x.example&gt; 50% of it" in shown


def test_hosts_may_be_ipv6_only(tmp_path: Path) -> None:
    settings = 'hosts = ["notes.example.org", "[2001:db8::1]"]\nlocales = ["en", "en"]'
    client = own_copy(tmp_path, settings)

    for host in ("notes.example.org", "[2001:db8::1]:8000"):
        answer = client.get("/", headers={"Host": host})
        assert answer.status_code == 200
        assert 'id="quick-exit"' in answer.text
        assert answer.text.count('hreflang="en"') <= 1


@pytest.mark.parametrize("state", ["draft", "reviewed"])
def test_an_own_catalog_states_its_own_review(tmp_path: Path, state: str) -> None:
    template = polib.pofile(str(TRANSLATIONS / "messages.pot"))
    write_catalog(tmp_path, "nl", **{e.msgid: f"x {e.msgid}" for e in template})
    if state == "reviewed":
        mark_as_reviewed(
            tmp_path / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
        )

    shown = own_copy(tmp_path, 'locales = ["nl"]').get("/nl/").text

    assert ('class="draft"' in shown) == (state == "draft")
    assert ("<bdi>Casa Propia</bdi> reviewed this" in shown) == (state == "reviewed")


def country(text: str, code: str) -> str:
    return text.partition(f' id="{code}">')[2].partition(' id="')[0]


def mexico(text: str) -> str:
    return country(text, "MX")


def test_own_messages_win_and_new_ones_count(tmp_path: Path) -> None:
    write_catalog(
        tmp_path, "es", **{"Going back": "Otra", "Our door": "Nuestra puerta"}
    )
    write_catalog(tmp_path, "en", **{"Going back": "Once more"})
    write_template(
        tmp_path, "guide/later.html", "<h2>{% trans %}Our door{% endtrans %}</h2>"
    )
    client = own_copy(tmp_path)

    assert "<h3>Once more</h3>" in client.get("/en/").text
    spanish = client.get("/es/").text
    assert "<h3>Otra</h3>" in spanish
    assert "<h2>Nuestra puerta</h2>" in spanish
    assert "Our door" in client.get("/pt-BR/").text


def test_a_language_that_only_the_host_has_is_offered(tmp_path: Path) -> None:
    template = polib.pofile(str(ROOT / "translations" / "messages.pot"))
    write_catalog(tmp_path, "kk", **{e.msgid: f"ә {e.msgid}" for e in template})

    client = own_copy(tmp_path, 'locales = ["kk"]')

    assert "ә It is not your fault" in client.get("/kk/").text


def test_search_engines_are_allowed_only_on_request(
    tmp_path: Path, client: Client
) -> None:
    opened = own_copy(tmp_path, "search_engines = true")

    assert client.get("/").headers["X-Robots-Tag"] == "noindex"
    # Never with a quotation.
    assert opened.get("/").headers["X-Robots-Tag"] == "nosnippet"
    assert opened.get("/robots.txt").text == "User-agent: *\nDisallow:\n"
    # Messengers quote a page that has no description.
    for site in (client, opened):
        assert '<meta name="description" content="Notes">' in site.get("/en/").text


def test_the_onion_mirror_is_offered_over_tls_and_never_upgraded(
    tmp_path: Path,
) -> None:
    client = own_copy(tmp_path, f'onion = "{ONION}"\nhttps = true')

    clear = client.get("/es/", base_url="https://localhost")
    onion = client.get("/es/", base_url=f"http://{ONION}")

    assert clear.headers["Onion-Location"] == f"http://{ONION}/es/"
    assert onion.status_code == 200
    assert "Onion-Location" not in onion.headers
    assert "Strict-Transport-Security" not in onion.headers
    assert "upgrade-insecure-requests" not in onion.headers["Content-Security-Policy"]
    assert client.get("/es/", base_url="http://localhost").status_code == 308


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ('locales = ["xx"]', "locales names 'xx', which has no translation: there are"),
        ('locales = ["sp"]', "locales names 'sp', which has no translation: did you"),
        ('locales = ["spanish"]', "did you mean 'es'?"),
        ('exit_urls = { pt = "https://x.example/" }', "did you mean 'pt-BR'?"),
        ('titles = { es = "Ayuda" }', "titles: 'Ayuda' contains 'ayuda', which"),
        (
            'titles = { en = "Abuse help" }',
            "titles: 'Abuse help' contains 'abus', which",
        ),
        ('titles = { en = "100%" }', "but must be a table of language and title"),
        ('hosts = ["a..b"]', "hosts is ['a..b'], but must be a list of host names"),
        ('hosts = ["[1]"]', "hosts is ['[1]'], but must be a list of host names"),
        ('exit_url = "https://../"', "exit_url is 'https://../', but must be"),
        ('exit_url = "https://a.b:99999/"', "exit_url is 'https://a.b:99999/', but"),
        ('locales = ["es"]\nshow_drafts = false', "together leave no language"),
        ('titles = { en = "<u>x</u>" }', "titles is {'en': '<u>x</u>'}, but must be"),
        ('trusted_proxies = ["1.2.3"]', "trusted_proxies is ['1.2.3'], but must be"),
        ('titles = { es = "Abuse" }', "titles: 'Abuse' contains 'abus', which"),
        ('hosts = ["[::1"]', "hosts is ['[::1'], but must be a list of host names"),
        ('onion = "short.onion"', "onion is 'short.onion', but must be the 56"),
        ('countries_first = ["mx"]', "countries_first is ['mx'], but must be a list"),
        (
            'replace_countries = ["UK"]',
            "replace_countries is ['UK'], but must be a list",
        ),
    ],
)
def test_a_wrong_setting_is_reported_in_one_sentence(
    tmp_path: Path, settings: str, sentence: str
) -> None:
    with pytest.raises(QuietpageError) as raised:
        own_copy(tmp_path, settings)

    assert "quietpage.toml: " in raised.value.format_message()
    assert sentence in raised.value.format_message()


def test_an_own_helpline_without_source_is_reported_in_one_sentence(
    tmp_path: Path,
) -> None:
    write_table(tmp_path, source="")

    with pytest.raises(QuietpageError, match=r"helplines\.csv:2: source names nothing"):
        own_copy(tmp_path)


def test_an_own_catalog_is_checked_like_ours(tmp_path: Path) -> None:
    write_catalog(tmp_path, "es", **{"Going back": "Otra https://evil.example"})

    with pytest.raises(QuietpageError, match=r"messages\.po:\d+: .* address https://"):
        own_copy(tmp_path)


@pytest.mark.parametrize(
    ("message", "text", "sentence"),
    [
        ("Notes", "Ayuda contra el maltrato", "contains 'ayuda', which"),
        (
            "Close this page",
            "Salir de esta página ya mismo",
            "letters; the exit may have at most 24",
        ),
    ],
)
def test_title_and_exit_are_neutral_in_own_catalogs_too(
    tmp_path: Path, message: str, text: str, sentence: str
) -> None:
    write_catalog(tmp_path, "es", **{message: text})

    with pytest.raises(QuietpageError, match=sentence):
        own_copy(tmp_path)


def test_files_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    # Excel's "CSV UTF-8" and some editors write one.
    write_table(tmp_path)
    for name in ("quietpage.toml", "helplines.csv"):
        file = tmp_path / name
        marked = f"\ufeff{file.read_text() if file.exists() else ''}"
        file.write_text(marked, encoding="utf-8")

    settings = replace(load_settings(tmp_path), locales=("en",))

    assert "800 555 0100" in Client(create_site(settings)).get("/en/").text


def test_the_check_reads_own_helplines_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path, source="")
    (tmp_path / "quietpage.toml").touch()
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))

    result = create_app().test_cli_runner().invoke(args=["helplines", "check"])

    assert "helplines.csv:2: error: source names nothing" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<p>\n{% if %}", "templates/guide/later.html:2: Expected"),
        ("\n{{ 1 // 0 }}", "templates/guide/later.html:2: "),
        ("{{ []|first }}", "templates/guide/later.html:1: No first item"),
        ('{% include "gone.html" %}', "templates/guide/later.html:1: gone.html"),
    ],
)
def test_a_broken_template_is_reported_in_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    write_template(tmp_path, "guide/later.html", text)

    with pytest.raises(QuietpageError) as raised:
        own_copy(tmp_path)

    assert raised.value.format_message().startswith(f"{tmp_path}/{sentence}")


def test_a_fault_in_the_code_is_not_blamed_on_a_template(tmp_path: Path) -> None:
    # The path of the copy contains the name of template folders.
    folder = tmp_path / "templates"
    write_template(folder, "guide/later.html", "{{ country_name(1) }}")

    with pytest.raises(QuietpageError, match=r"/templates/guide/later\.html:1: "):
        own_copy(folder)
    with (
        pytest.raises(ZeroDivisionError),
        errors_as_sentences([folder / "templates"]),
    ):
        exec(compile("1 / 0", str(folder / "quietpage" / "page.py"), "exec"))  # noqa: S102


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("_exit.html", "<p>Bye</p>", "lacks the exit, <a id='quick-exit'>, as its"),
        ("guide/later.html", "<!--><p>-->", "has '<!-->', which browsers may parse"),
        ("guide/later.html", "<img src='//x.example/i'>", "loads '//x.example/i'"),
        ("guide/later.html", "<form action='/x'></form>", "has <form>"),
        ("guide/later.html", "<iframe></iframe>", "has <iframe>"),
        (
            "guide/later.html",
            "<a href='javascript:x'>x</a>",
            "links to 'javascript:x'",
        ),
        ("error.html", "<img src='/x.png'>", "does not begin with <!doctype html>"),
        ("base.html", "<title>Abuse</title>", "does not begin with <!doctype html>"),
        (
            "guide/later.html",
            "<script>1</script>",
            "has a style or script that is not ours",
        ),
        ("guide/later.html", "<p onclick='x()'>", "has the attribute 'onclick'"),
        (
            "guide/later.html",
            "<a href='https://x.example/'>x</a>",
            "links to 'https://x.example/' without rel='noreferrer'",
        ),
    ],
)
def test_an_own_template_that_endangers_a_reader_is_reported_in_one_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    write_template(tmp_path, name, text)

    with pytest.raises(QuietpageError) as raised:
        own_copy(tmp_path)

    message = raised.value.format_message()
    assert message.startswith(f"{tmp_path}/templates/{name}: ")
    assert sentence in message


def test_settings_are_printed_with_their_value_and_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quietpage.toml").write_text('titles = { pt-BR = "Receitas" }')
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))

    printed = create_app().test_cli_runner().invoke(args=["settings"]).output

    line = f'titles = {{ pt-BR = "Receitas" }}  # {tmp_path / "quietpage.toml"}'
    assert line in printed
    assert "cover_after_seconds = 30  # default" in printed


def test_sample_and_reference_match_the_definitions() -> None:
    sample, docs = ROOT / "deploy" / "quietpage.toml", ROOT / "docs" / "settings.md"

    assert sample.read_text(encoding="utf-8") == reference.sample(), "make settings"
    assert docs.read_text(encoding="utf-8") == reference.reference(), "make settings"
