"""Run-time packages: pinned, documented, and nothing else loaded."""

import re
import subprocess
import sys

from quietpage.config import ROOT

PINNED = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PACKAGES = set(re.findall(r"^([a-z0-9-]+)==", PINNED, flags=re.MULTILINE))
# Prints the distributions whose modules are loaded once the site has made its pages and
# the worker that serves them is imported.
LOADED = """
import sys
# With Python 3.11, a virtual environment itself loads a part of setuptools.
before = set(sys.modules)
from importlib.metadata import packages_distributions
import quietpage.gunicorn_support.worker
from app import create_site
from quietpage.config import Settings
create_site(Settings(locales=("en", "es")))
owners = packages_distributions()
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*{owner for name in loaded for owner in owners.get(name, [])})
"""


def test_every_pin_has_hashes() -> None:
    parts = re.split(r"^(?=[a-z])", PINNED, flags=re.MULTILINE)[1:]

    assert len(parts) == len(PACKAGES)
    assert all(
        re.match(r"[a-z0-9-]+==\S+ \\\n +--hash=sha256:", part) for part in parts
    )


def test_every_run_time_package_is_documented_with_its_reason() -> None:
    documented = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

    assert set(
        re.findall(r"^\| ([a-z0-9-]+) \| .+ \| .+ \|$", documented, re.MULTILINE)
    ) == (PACKAGES | {"package"})


def test_only_pinned_packages_are_loaded() -> None:
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
