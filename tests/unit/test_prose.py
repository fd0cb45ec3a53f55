"""Words to avoid, in everything but the guide and its translations.

Documents, comments, docstrings, messages, help texts and names of tests are checked. A
quotation keeps its words if it is in `QUOTATIONS`.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from quietpage.config import ROOT

# What to avoid, what to write instead, and a sentence that has it.
WORDS = [
    (
        r"(?<!there )\b(?:is|are|was|were|be) no (?!longer\b|more\b|less\b|one\b)",
        "is not a …, or there is no …",
        "'es' is no language tag",
    ),
    (r"\btold\b", "reported, listed, named, said", "Each fault is told once."),
    (r"\bstands?\b(?! for\b)", "is, appears", "The number stands in the table."),
    (r"\bstood\b", "was, appeared", "The number stood in the table."),
    (r"\bmend(?:s|ed|ing)?\b", "fix, correct", "Mend the file."),
    (r"\banew\b", "again", "Write the file anew."),
    (r"\bbeside\b", "next to, besides, compared with", "Ours beside theirs."),
    (r"\bso many\b", "the number itself, that many", "so many percent of it"),
    (r"\bone's own\b", "your own", "a copy of one's own"),
    (
        r"\btests?'s? own(?=[.:,]|$)",
        "made for the tests",
        "catalogs of the tests' own.",
    ),
    (r"\bnought\b", "zero, 0", "The margin is nought."),
    (r"\bwhence\b", "where … from", "Whence the reader came."),
    (
        r"\b(?:take|takes|took|taking) the place of\b",
        "replace",
        "It takes the place of ours.",
    ),
    (r"\bin vain\b", "without effect", "The setting names it in vain."),
    (r"\bonce more\b", "again", "Write it once more."),
    (r"\bits kin\b", "the things by name", "A plan and its kin."),
    (r"\bmay not hold\b", "must not contain", "It may not hold x."),
    (r"(?<![\w.])/(?:work|home/\w+)/", "a path on any machine", "See /work/main."),
]
# Someone else's sentence, by its file.
QUOTATIONS = [("docs/sources.md", "No one stood by you before")]

# Only comments: test_guide_text.py checks the guide's English.
TEMPLATES = "templates/**/*.html"
PROSE = [
    *("*.md", "docs/*.md", ".github/**/*.md", "quietpage/export/templates/*"),
    *("quietpage/audit/*.html", "quietpage/audit/*.toml", "quietpage/review/*.html"),
]
HASH_COMMENTS = [
    *("Makefile", "babel.cfg", "pyproject.toml", "requirements*.in", "deploy/*"),
    *("bin/*", "tools/install-debian", ".github/**/*.yml", ".github/CODEOWNERS"),
    *(".pre-commit-config.yaml", ".editorconfig", ".gitattributes"),
    *("translations/words.toml", ".ci/run"),
]
SCRIPTS = ["static/*.js", "static/*.css", "tools/*.mjs"]
PYTHON = ["*.py", "blueprints/*.py", "quietpage/**/*.py", "tools/**/*.py"]
TESTS = ["tests/**/*.py"]

# A line, and the text that begins there.
Passage = tuple[int, str]


def whole(text: str) -> Iterator[Passage]:
    """Yield each line without its code."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, re.sub(r"`[^`]*`", "``", line)


def matches(text: str, pattern: str) -> Iterator[Passage]:
    """Yield what a pattern finds, line by line."""
    for found in re.finditer(pattern, text, re.DOTALL | re.MULTILINE):
        yield from numbered(found[0], text.count("\n", 0, found.start()) + 1)


def hash_comments(text: str) -> Iterator[Passage]:
    """Yield comments that begin with #, and the words that scripts print."""
    return matches(text, r"#[^\n]*|\becho [^\n]*")


def template_comments(text: str) -> Iterator[Passage]:
    """Yield Jinja's comments."""
    return matches(text, r"\{#.*?#\}")


def script_comments(text: str) -> Iterator[Passage]:
    """Yield the comments of a script or style."""
    return matches(text, r"/\*.*?\*/|(?<!:)//[^\n]*")


def prose_of_test(text: str) -> Iterator[Passage]:
    """Yield comments, docstrings and names; the data of a test may say anything."""
    yield from python_comments(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            body = node.body[0] if node.body else None
            documentation = ast.get_docstring(node, clean=False)
            if documentation and body:
                yield from numbered(documentation, body.lineno)
            if not isinstance(node, ast.Module):
                yield node.lineno, node.name.replace("_", " ")


def python_prose(text: str) -> Iterator[Passage]:
    """Yield comments, docstrings and every text with a space in it."""
    yield from python_comments(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and " " in str(node.value):
            yield from numbered(str(node.value), node.lineno)


def python_comments(text: str) -> Iterator[Passage]:
    """Yield the comments of a Python file."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def numbered(text: str, first: int) -> Iterator[Passage]:
    """Yield the lines of a text that begins on line `first`."""
    yield from enumerate(text.splitlines(), start=first)


def faults(file: Path, passages: Iterator[Passage]) -> Iterator[str]:
    """Yield file, line, the words that were found, and what to write instead."""
    name = str(file.relative_to(ROOT))
    for number, text in passages:
        if any(file == name and words in text for file, words in QUOTATIONS):
            continue
        for pattern, instead, _ in WORDS:
            if found := re.search(pattern, text, re.IGNORECASE):
                yield f"{name}:{number}: {found[0].strip()!r}. Write: {instead}."


@pytest.mark.parametrize(("pattern", "instead", "sentence"), WORDS)
def test_each_pattern_finds_its_sentence(
    pattern: str, instead: str, sentence: str
) -> None:
    assert re.search(pattern, sentence, re.IGNORECASE)
    assert not re.search(pattern, "There is no longer a fault.", re.IGNORECASE)
    assert instead


@pytest.mark.parametrize(
    ("kinds", "read"),
    [
        pytest.param(PROSE, whole, id="documents"),
        pytest.param(HASH_COMMENTS, hash_comments, id="settings and commands"),
        pytest.param([TEMPLATES], template_comments, id="comments of templates"),
        pytest.param(SCRIPTS, script_comments, id="comments of scripts and styles"),
        pytest.param(PYTHON, python_prose, id="Python"),
        pytest.param(TESTS, prose_of_test, id="tests"),
    ],
)
def test_no_file_has_words_to_avoid(
    kinds: list[str], read: Callable[[str], Iterator[Passage]]
) -> None:
    files = sorted({file for kind in kinds for file in ROOT.glob(kind)})

    found = [
        fault
        for file in files
        for fault in faults(file, read(file.read_text(encoding="utf-8")))
    ]

    assert files
    assert found == []
