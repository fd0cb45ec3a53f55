"""An export is reproducible, and replaces only another export, all at once."""

import subprocess
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app, create_site
from quietpage.config import Settings
from quietpage.errors import QuietpageError
from quietpage.export.files import check_replaceable, export_files, write_folder
from quietpage.prepared_site import Site
from tests.support.deployed import ONION
from tests.support.locales import TAGS

FILES = {"site/index.html": b"old", "SHA256SUMS": b""}


@pytest.fixture(scope="module")
def files(site: Site) -> dict[str, bytes]:
    return export_files(site, Settings(), "/srv/quietpage", 80)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["export", *arguments])


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_page_is_written_in_every_coding_as_it_is_served(
    files: dict[str, bytes], site: Site
) -> None:
    for tag in TAGS:
        page = f"site/{tag}/index.html"
        assert files[page] == site.guides[tag, "identity"].body
        assert files[f"{page}.br"] == site.guides[tag, "br"].body
        assert files[f"{page}.gz"] == site.guides[tag, "gzip"].body
        assert files[f"site/{tag}/error.html"] == site.errors[tag, "identity"].body


def test_a_second_export_has_the_same_bytes(tmp_path: Path) -> None:
    settings = Settings(locales=("en", "es"))
    folder = tmp_path / "new" / "out"

    first = run(create_app(settings), str(folder))
    written = content_of(folder)
    second = run(create_app(settings), str(folder))

    assert [first.exit_code, second.exit_code] == [0, 0]
    assert "2 languages" in second.output
    site = create_site(settings)
    assert written == export_files(site, settings, "/srv/quietpage", 80)
    assert content_of(folder) == written
    assert list(folder.parent.iterdir()) == [folder]


def test_sha256sum_confirms_the_sums(tmp_path: Path, files: dict[str, bytes]) -> None:
    write_folder(tmp_path / "out", files)

    subprocess.run(
        ["/usr/bin/sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=tmp_path / "out",
        check=True,
    )
    assert len(files["SHA256SUMS"].splitlines()) == len(files) - 1


def test_no_file_contains_the_machine_or_the_time(files: dict[str, bytes]) -> None:
    text = b"".join(v for k, v in files.items() if not k.endswith((".br", ".gz")))

    assert str(Path.cwd()).encode() not in text
    assert str(Path.home()).encode() + b"/" not in text


def test_a_folder_that_is_not_an_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    result = run(create_app(Settings(locales=("en",))), str(tmp_path))

    assert result.exit_code == 1
    assert "is not an export of this site" in result.output
    assert content_of(tmp_path) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize("name", ["nginx.conf", "site/own.html"])
def test_a_changed_export_is_refused(
    tmp_path: Path, files: dict[str, bytes], name: str
) -> None:
    write_folder(tmp_path / "out", files)
    (tmp_path / "out" / name).write_text("mine")

    with pytest.raises(QuietpageError, match=f"{name} has changed since the export"):
        check_replaceable(tmp_path / "out")


def test_a_symlink_of_the_user_is_not_removed(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    write_folder(folder, files)
    (folder / "mine").symlink_to(tmp_path)

    with pytest.raises(QuietpageError, match="mine has changed since the export"):
        check_replaceable(folder)


def test_a_file_instead_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    with pytest.raises(QuietpageError, match="is not an export of this site"):
        check_replaceable(tmp_path / "out")


def test_an_unreadable_folder_is_reported_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "out", FILES)

    def refuse(*_: object) -> str:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(QuietpageError) as refused:
        check_replaceable(tmp_path / "out")

    assert str(tmp_path) in refused.value.message
    assert "cannot be read (Permission denied)." in refused.value.message


def test_an_error_while_writing_keeps_the_old_export(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_folder(folder, FILES)

    with pytest.raises(QuietpageError, match="cannot be written"):
        write_folder(folder, {"a": b"new", "a/b": b"a file can't be a folder"})

    assert content_of(folder) == FILES
    assert list(tmp_path.iterdir()) == [folder]


def test_an_error_while_replacing_keeps_the_old_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    write_folder(folder, FILES)
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(QuietpageError, match="No space left on device"):
        write_folder(folder, {"site/index.html": b"new"})

    assert content_of(folder) == FILES
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    check_replaceable(tmp_path)
    write_folder(tmp_path, FILES)

    assert content_of(tmp_path) == FILES


def test_settings_reach_every_configuration(site: Site) -> None:
    settings = Settings(hosts=("notes.example",), https=True, onion=ONION)
    files = export_files(site, settings, "/srv/quietpage", 80)

    for name in ("nginx.conf", "Caddyfile", "site/.htaccess"):
        text = files[name].decode()
        assert r"notes\.example" in text
        assert f"http://{ONION}/" in text
        assert "308" in text
    assert f"Onion-Location: http://{ONION}/es/" in files["site/_headers"].decode()
