"""Typography of a language: what is reported, and what passes."""

import pytest

from quietpage.typography import typography_faults


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("fr", "Pourquoi ?", "by ?."),
        ("fr", "Pourquoi?", "by ?."),
        ("fr", "Dire « non » et « oui\u202f»", "by « »."),
        ("de", 'Sag "nein"', "Write „ “."),
        ("nl", 'Zeg "nee"', "Write “ ”."),
        ("ru", "Текст от %(date)s.", "full stop after a date"),
        ("uk", "Текст від %(date)s.", "full stop after a date"),
        ("fa", "۱۲۳", "Write 0 to 9"),
        ("ja", "３人", "Write 0 to 9"),
    ],
)
def test_a_fault_is_reported(locale: str, text: str, expected: str) -> None:
    assert expected in " ".join(typography_faults(locale, "English", text))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fr", "Dire «\u202fnon\u202f»\u202f: pourquoi\u202f?!"),
        ("fr", "Dire «\u00a0non\u00a0»"),
        ("fr_CA", "Pourquoi?"),
        ("es", "El texto del %(date)s."),
        ("ru", "Текст от %(date)s проверен."),
        ("de", "Sag „nein“."),
        ("fa", "3 نفر"),
    ],
)
def test_correct_typography_passes(locale: str, text: str) -> None:
    assert list(typography_faults(locale, "English", text)) == []
