"""The translators' commands take a language tag, or name the likely one."""

import pytest

from quietpage.cli.translate import parse_tag
from quietpage.errors import QuietpageError


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("nederlands", "did you mean 'nl'"),
        ("flemish", "did you mean 'nl-BE'"),
        ("spanisch", "did you mean 'es'"),
        ("pt-BRR", "'pt-BR'"),
        ("../x", "look it up in BCP 47"),
    ],
)
def test_anything_but_a_language_tag_is_refused(tag: str, hint: str) -> None:
    with pytest.raises(QuietpageError) as refused:
        parse_tag(tag)

    assert hint in refused.value.format_message()


@pytest.mark.parametrize(("tag", "locale"), [("nl", "nl"), ("zh-Hant", "zh_Hant")])
def test_a_language_tag_is_a_locale(tag: str, locale: str) -> None:
    assert str(parse_tag(tag)) == locale
