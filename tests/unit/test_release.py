"""The version is the same in the code, the changelog, the settings and the exports."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from quietpage import __version__
from quietpage.config import Settings
from quietpage.export.files import export_files
from quietpage.prepared_site import Site
from tools.release_check import CHANGELOG, changelog_faults, unpinned_images

READY = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-26\n\n### Added\n"


@pytest.fixture
def app() -> Flask:
    return create_app(Settings())


def test_the_changelog_has_the_version_of_the_code_or_one_before() -> None:
    released = re.search(
        r"^## (\d+\.\d+\.\d+) - ", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE
    )

    assert released
    version, _, development = __version__.partition(".dev")
    numbers = [tuple(map(int, text.split("."))) for text in (released[1], version)]
    assert numbers[0] < numbers[1] if development else numbers[0] == numbers[1]


def test_a_changelog_that_is_ready_has_no_fault() -> None:
    assert list(changelog_faults("1.2.3", READY)) == []


@pytest.mark.parametrize(
    ("changelog", "said"),
    [
        (READY.replace("1.2.3", "1.2.2"), "is '1.2.2 - 2026-11-26', but"),
        (READY.replace("11-26", "11-31"), "Write '## 1.2.3 - YYYY-MM-DD'"),
        (READY.replace(" - 2026-11-26", ""), "is '1.2.3', but"),
        (READY.replace("Unreleased\n", "Unreleased\n\n- New."), "nothing in it"),
        (READY.replace("## Unreleased\n", ""), "must be '## Unreleased'"),
        ("# Changelog\n", "must be '## Unreleased'"),
    ],
)
def test_a_changelog_that_is_not_ready_says_what_to_write(
    changelog: str, said: str
) -> None:
    assert said in " ".join(changelog_faults("1.2.3", changelog))


def test_a_development_version_is_not_released() -> None:
    (fault,) = changelog_faults("1.2.3.dev0", READY)

    assert fault.endswith("Write 1.2.3.")


def test_the_settings_and_the_exported_configurations_name_the_version(
    app: Flask, site: Site
) -> None:
    shown = app.test_cli_runner().invoke(args=["settings"]).output
    files = export_files(site, Settings(), "/srv/quietpage", 80)

    assert shown.startswith(f"# Quietpage {__version__}\n")
    for name in ("nginx.conf", "Caddyfile", "apache.conf"):
        first, _, _ = files[name].decode().partition("\n")
        assert re.search(rf"Quietpage {re.escape(__version__)}\b", first)


def test_an_image_without_a_digest_is_named_with_its_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.yml").write_text(
        "# debian:comment\ncontainer: debian:trixie\n  - python:3.13-slim@sha256:ab\n"
        "  - python:3.14-slim\n"
    )

    assert list(unpinned_images([tmp_path / "one.yml"])) == [
        "debian:trixie in one.yml",
        "python:3.14-slim in one.yml",
    ]
