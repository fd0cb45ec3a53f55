"""`quietpage` as hosts type it: where it looks, what it shows, what it asks."""

import csv
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from werkzeug.test import Client

from app import create_app
from quietpage import __version__
from quietpage.cli.preview import Preview, refuse_busy
from quietpage.config import ROOT
from quietpage.errors import QuietpageError
from tests.support.gunicorn import free_port


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return the root of a checkout that uses a test folder for /etc/quietpage."""
    root = tmp_path / "opt"
    (root / "bin").mkdir(parents=True)
    (root / ".venv" / "bin").mkdir(parents=True)
    text = (ROOT / "bin" / "quietpage").read_text()
    command = root / "bin" / "quietpage"
    command.write_text(text.replace("/etc/quietpage", str(tmp_path / "etc")))
    command.chmod(0o755)
    python = root / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    # A Flask app whose only command shows what it received.
    (root / "app.py").write_text(
        "import os, click\nfrom flask import Flask\napp = Flask('app')\n"
        "@app.cli.command('show')\n@click.argument('x')\ndef show(x):\n"
        "    click.echo(f\"{x} {os.environ.get('QUIETPAGE_CONFIG')}\")\n"
    )
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "quietpage").symlink_to(command)
    return root


def run(
    checkout: Path, *arguments: str, config: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "QUIETPAGE_CONFIG"}
    if config:
        environment["QUIETPAGE_CONFIG"] = config
    return subprocess.run(
        [checkout.parent / "sbin" / "quietpage", *arguments],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_needs_no_environment(checkout: Path) -> None:
    (checkout / "quietpage").mkdir()
    shutil.copy(ROOT / "quietpage" / "__init__.py", checkout / "quietpage")
    shutil.rmtree(checkout / ".venv")

    assert run(checkout, "--version").stdout == f"quietpage {__version__}\n"


def test_settings_files_are_tried_in_order_and_named(checkout: Path) -> None:
    etc = checkout.parent / "etc" / "quietpage.toml"
    own = checkout / "quietpage.toml"

    none = run(checkout, "show", "a b")
    own.touch()
    in_checkout = run(checkout, "show", "x")
    etc.parent.mkdir()
    etc.touch()
    in_etc = run(checkout, "show", "x")
    named = run(checkout, "show", "x", config="/gone.toml")

    assert none.stdout == "a b None\n"
    assert "Settings: the defaults" in none.stderr
    for answer, file in ((in_checkout, own), (in_etc, etc), (named, "/gone.toml")):
        assert answer.stdout == f"x {file}\n"
        assert answer.stderr == f"Settings: {file}\n"


def test_the_help_names_the_command_as_hosts_type_it(checkout: Path) -> None:
    assert "Usage: quietpage show" in run(checkout, "show", "--help").stdout


def test_an_incomplete_environment_is_reported(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").unlink()

    answer = run(checkout, "check")

    assert answer.returncode == 1
    assert answer.stderr == (
        f"Error: {checkout}/.venv is missing or incomplete."
        f" Run: make -C {checkout} install\n"
    )


@pytest.mark.parametrize("works", [True, False])
def test_make_install_repairs_an_environment_whose_python_is_gone(
    checkout: Path, *, works: bool
) -> None:
    shutil.copy(ROOT / "Makefile", checkout)
    (checkout / "requirements.txt").touch()
    (checkout / ".venv" / "site").touch()
    if not works:
        python = checkout / ".venv" / "bin" / "python"
        python.unlink()
        python.symlink_to("/usr/bin/python3.0")

    planned = subprocess.check_output(
        ["make", "--dry-run", "install"], cwd=checkout, text=True
    )

    assert ("pip install" in planned) != works


def test_preview_shows_the_live_settings_and_each_save_on_localhost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = 'hosts = ["notes.example"]\nhttps = true\nlocales = ["en"]\n'
    file = tmp_path / "quietpage.toml"
    file.write_text(live)
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(file))
    client = Client(Preview(create_app()))

    first = client.get("/", base_url="http://localhost:8001")
    file.write_text(live + 'titles = { en = "Recipes" }')
    second = client.get("/", base_url="http://localhost:8001")
    file.write_text(live + "titles = 1")
    third = client.get("/", base_url="http://localhost:8001")

    assert first.status_code == 200
    assert "<title>Notes</title>" in first.text
    assert "<title>Recipes</title>" in second.text
    assert "titles is 1, but must be" in third.text


def test_a_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    port = free_port()
    # gunicorn renders the pages before it asks for the port.
    settings = tmp_path / "quietpage.toml"
    settings.write_text('locales = ["en"]')
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(QuietpageError, match=f"--port {port + 1}"):
            refuse_busy(port)
        ended = subprocess.run(
            [str(Path(sys.executable).with_name("gunicorn"))],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "QUIETPAGE_CONFIG": str(settings)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert ended.returncode == 1
    (hint,) = [line for line in ended.stderr.splitlines() if "PORT=" in line]
    assert hint == (
        f"Error: port {port} is in use. Choose another: PORT={port + 1} make serve"
    )


def test_reload_without_systemd_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quietpage.toml").write_text('locales = ["en"]')
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1)
    monkeypatch.setenv("PATH", "")

    result = create_app().test_cli_runner().invoke(args=["reload"])

    assert result.exit_code == 1
    assert f"{tmp_path}/quietpage.toml: used." in result.output
    assert "kill -USR2 PID" in result.output


@pytest.mark.parametrize(
    ("pids", "most_s", "said"),
    [
        (("1", "1", "2"), 600, "Reloaded: visitors get the new pages."),
        (("1",), 0, "Error: the service has not rendered the new pages"),
    ],
)
def test_reload_ends_when_the_new_pages_are_served(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pids: tuple[str, ...],
    most_s: int,
    said: str,
) -> None:
    (tmp_path / "quietpage.toml").write_text('locales = ["en"]')
    (tmp_path / "pids").write_text("\n".join(pids))
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.parent.mkdir()
    # Each question takes a line, and the last one stays.
    systemctl.write_text(
        f"#!/bin/sh\n[ $1 = show ] || exit 0\ncd {tmp_path}\nhead -n 1 pids\n"
        "tail -n +2 pids > rest; [ -s rest ] && mv rest pids; exit 0\n"
    )
    systemctl.chmod(0o755)
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))
    # A test's folder is closed to others, which root would be asked to change.
    monkeypatch.setattr("os.geteuid", lambda: 1)
    monkeypatch.setenv("PATH", f"{systemctl.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("quietpage.cli.reload._MAX_S", most_s)

    result = create_app().test_cli_runner().invoke(args=["reload"])

    assert result.exit_code == said.startswith("Error")
    assert said in result.output
    assert (tmp_path / "pids").read_text().strip() == pids[-1]


ANSWERS = {
    "country": "mx",
    "name": "Casa Nueva",
    "name_lang": "",
    "phone": "55 1234 5678",
    "sms": "",
    "kind": "",
    "audience": "",
    "region": "",
    "hours": "Mo-Fr 09:00-17:00",
    "languages": "es",
    "cost": "",
    "website": "https://casa.example",
    "source": "",
    "replaces": "",
}


def add(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *rounds: dict[str, str]
) -> Result:
    (folder / "quietpage.toml").touch()
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(folder))
    typed = "".join(f"{x}\n" for answers in rounds for x in answers.values())
    runner = create_app().test_cli_runner()
    return runner.invoke(args=["helplines", "add"], input=typed)


def test_the_form_asks_for_a_row_and_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(tmp_path, monkeypatch, ANSWERS)
    other = ANSWERS | {"name": "Casa, dos", "phone": "800 555 0100"}
    add(tmp_path, monkeypatch, other)
    with (tmp_path / "helplines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert "helplines.csv:2: MX Casa Nueva is added." in first.output
    assert [row["name"] for row in rows] == ["Casa Nueva", "Casa, dos"]
    assert [row["phone"] for row in rows] == ["+525512345678", "8005550100"]
    assert rows[0]["phone_display"] == "55 1234 5678"
    assert rows[0]["name_lang"] == "es"
    assert rows[0]["source"] == "https://casa.example"
    assert (tmp_path / "helplines.csv").stat().st_mode & 0o444 == 0o444


def test_the_language_of_a_name_needs_no_data_in_babel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ANSWERS | {"country": "tv", "phone": "20164"}

    assert add(tmp_path, monkeypatch, answers).exit_code == 0
    assert ",tvl," in (tmp_path / "helplines.csv").read_text()


def test_the_form_says_what_the_row_does_with_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quietpage.toml").write_text('replace_countries = ["PE"]')
    ours = {"country": "pe", "phone": "01 2345678", "replaces": "100"}

    result = add(tmp_path, monkeypatch, ANSWERS | ours)

    assert "PE Casa Nueva is added; no row of ours has 100." in result.output


def test_a_wrong_answer_is_reported_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = dict.fromkeys(ANSWERS, "")
    wrong = ANSWERS | {"hours": "9-5", "cost": "free"}
    right = kept | {"hours": "Mo-Fr 09:00-17:00", "cost": "-"}
    result = add(tmp_path, monkeypatch, wrong, right)

    assert "error: hours is '9-5', but must be like 24/7" in result.output
    assert result.exit_code == 0, result.output
    assert "Casa Nueva" in (tmp_path / "helplines.csv").read_text()


def test_own_rows_are_refused_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUIETPAGE_CONFIG", raising=False)

    result = create_app().test_cli_runner().invoke(args=["helplines", "add"])

    assert "your own helplines belong next to quietpage.toml, outside" in result.output
    assert result.exit_code == 1
