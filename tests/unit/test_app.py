"""The whole application without a socket: start, redirects, look-up and live Flask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client

from app import create_app, create_site
from quietpage.config import ROOT, Settings
from quietpage.prepared_site import Site


@pytest.mark.parametrize(
    ("path", "method", "scheme"),
    [
        ("/", "GET", "http"),
        ("/es/", "GET", "https"),
        ("/nothing", "GET", "https"),
        ("/en/", "POST", "http"),
    ],
)
def test_the_look_up_sends_what_flask_sends(
    site: Site, path: str, method: str, scheme: str
) -> None:
    base_url = f"{scheme}://localhost"
    looked_up = Client(site).open(path, method=method, base_url=base_url)

    rendered = create_app(Settings()).test_client()
    live = rendered.open(path, method=method, base_url=base_url)

    assert looked_up.status_code == live.status_code
    assert looked_up.text.rstrip("\n") == live.text.rstrip("\n")
    # Only the look-up pads answers and lists the methods that it allows.
    added = ("Content-Length", "X-Padding", "Allow")
    responses = [
        {k: v for k, v in answer.headers if k not in added}
        for answer in (looked_up, live)
    ]
    assert responses[0] == responses[1]


def test_hsts_is_sent_over_tls_only(client: Client) -> None:
    over_tls = client.get("/", base_url="https://localhost").headers
    plain = client.get("/", base_url="http://localhost").headers

    assert over_tls["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in plain


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            Settings(hsts_subdomains=True, locales=("en",)),
            "max-age=31536000; includeSubDomains",
        ),
        (Settings(hsts_preload=True, locales=("en",)), "max-age=31536000; preload"),
        (
            Settings(hsts_subdomains=True, hsts_preload=True, locales=("en",)),
            "max-age=31536000; includeSubDomains; preload",
        ),
    ],
)
def test_hsts_covers_subdomains_and_preload_on_request(
    settings: Settings, expected: str
) -> None:
    client = create_app(settings).test_client()

    answer = client.get("/", base_url="https://localhost")

    assert answer.headers["Strict-Transport-Security"] == expected


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/ES", "https://localhost/es/"),
        ("/", "https://localhost/"),
        ("//evil.example/x?y", "https://localhost/"),
    ],
)
def test_plain_http_is_redirected_on_request_and_repeats_nothing(
    path: str, location: str
) -> None:
    client = Client(create_site(Settings(https=True, locales=("en", "es"))))

    answer = client.get(path, base_url="http://localhost:8000")

    assert (answer.status_code, answer.headers["Location"]) == (308, location)
    assert client.get("/", base_url="https://localhost").status_code == 200


def start(folder: Path, settings: str) -> subprocess.CompletedProcess[str]:
    file = folder / "quietpage.toml"
    file.write_text(settings)
    return subprocess.run(
        [str(Path(sys.executable).with_name("gunicorn"))],
        cwd=ROOT,
        env=os.environ | {"QUIETPAGE_CONFIG": str(file), "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    ended = start(tmp_path, 'exit_url = "http://x"')

    assert ended.returncode == 1
    assert ended.stderr.startswith(
        f"Error: {tmp_path}/quietpage.toml: exit_url is 'http://x', but"
    )
    assert "Traceback" not in ended.stderr
