"""What the site runs on: pinned, told, and nothing else loaded."""

import re
import subprocess
import sys

from quietpage.config import ROOT

PINNED = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PACKAGES = set(re.findall(r"^([a-z0-9-]+)==", PINNED, flags=re.MULTILINE))
# Prints the distributions that the modules of a site with all its pages come from, and
# those of the worker that serves it.
LOADED = """
import sys
# A virtual environment of Python 3.11 loads a part of setuptools by itself.
before = set(sys.modules)
from importlib.metadata import packages_distributions
import quietpage.gunicorn_support.worker
from app import create_site
create_site()
owners = packages_distributions()
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*{owner for name in loaded for owner in owners.get(name, [])})
"""


def test_every_pin_has_its_hashes() -> None:
    parts = re.split(r"^(?=[a-z])", PINNED, flags=re.MULTILINE)[1:]

    assert len(parts) == len(PACKAGES)
    assert all(
        re.match(r"[a-z0-9-]+==\S+ \\\n +--hash=sha256:", part) for part in parts
    )


def test_every_package_that_runs_is_told_with_its_reason() -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| ([a-z0-9-]+) \| .+ \| .+ \|$", told, re.MULTILINE)) == (
        PACKAGES | {"package"}
    )


def test_nothing_is_loaded_that_is_not_pinned() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    loaded = {re.sub("[._]", "-", name.lower()) for name in printed.split()}
    assert "flask" in loaded
    assert loaded - PACKAGES == set()
