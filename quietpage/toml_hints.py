"""Hints for a settings file that is not valid TOML: the usual mistakes, by line."""

import re
from tomllib import TOMLDecodeError

_CURLY = "“”„‟«»‘’‚′″"
_WORDS = {"true": "true", "yes": "true", "on": "true"} | dict.fromkeys(
    ("false", "no", "off"), "false"
)


def toml_hint(  # noqa: PLR0911 - a mistake each
    text: str, error: TOMLDecodeError
) -> str:
    """Return a sentence with the line of the mistake and what to type.

    >>> def hint(text):
    ...     import tomllib
    ...     try: tomllib.loads(text)
    ...     except TOMLDecodeError as error: print(toml_hint(text, error))
    >>> hint("https = True")
    line 1: https is True, but must be true, in small letters. Type: https = true
    >>> hint('hosts = ["a" "b"]')
    line 1: the list hosts lacks a comma between two values, or its ] at the end.
    """
    lines = text.split("\n")
    found = re.search(r"at line (\d+)", str(error))
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1]
    name, _, value = (part.strip() for part in line.partition("="))
    if any(letter in line for letter in _CURLY):
        return f"""line {number}: has curly quotes. Type straight ones: "like this"."""
    if re.search("overwrite|declare|twice|[Dd]uplicate", str(error)):
        return _twice(lines, number)
    word = value.partition("#")[0].strip()
    meant = _WORDS.get(word.lower())
    if meant and meant != word:
        return (
            f"line {number}: {name} is {word}, but must be {meant}, in small letters."
            f" Type: {name} = {meant}"
        )
    if value.count('"') % 2 or re.sub('"[^"]*"', "", value).count("'") % 2:
        return f'line {number}: lacks a quote ". Put one before and after each text.'
    if value.startswith("[") and re.search(r"[\[,]\s*[^\W\d]", value):
        return f'line {number}: a text in the list has no quotes. Type: {name} = ["…"]'
    if "Unclosed" in str(error) or _unclosed(lines[:number]):
        return _list_hint(lines, _unclosed(lines[:number]) or number)
    if not re.search(r"=", line) and line.strip():
        return f"line {number}: is not like name = value. Put a # before a remark."
    if value and re.match(r"[^\W\d]", value):
        return f'line {number}: the text has no quotes. Type: {name} = "{value}"'
    if not value:
        return f"line {number}: {name or 'a setting'} has no value. Write one after =."
    return (
        f"line {number}: is not like name = value, with one value, a text in straight"
        f" quotes, several in [ ]. ({error})"
    )


def _twice(lines: list[str], number: int) -> str:
    # For a table that is not closed, the error names the line after it.
    names = [re.split(r"[=\s]", line.strip())[0] for line in lines]
    place = number - 1 if names[number - 1] else number - 2
    first = names.index(names[place]) + 1
    if first == place + 1:
        return f"line {place + 1}: names the same thing twice. Keep one."
    return (
        f"line {place + 1}: {names[place]} appears a second time, after line {first}."
        " Keep one of the two."
    )


def _unclosed(lines: list[str]) -> int:
    """Return the line of the bracket that is open where `lines` end, or 0."""
    opened: list[int] = []
    for number, line in enumerate(lines, 1):
        for letter in re.sub(r'"[^"]*"|#.*', "", line):
            if letter in "[{":
                opened.append(number)
            elif letter in "]}" and opened:
                opened.pop()
    return opened[0] if opened else 0


def _list_hint(lines: list[str], number: int) -> str:
    name, _, value = lines[number - 1].partition("=")
    kind, closing = ("table", "}") if "{" in value else ("list", "]")
    return (
        f"line {number}: the {kind} {name.strip()} lacks a comma between two values, or"
        f" its {closing} at the end."
    )
