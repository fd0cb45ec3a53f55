"""Where gunicorn listens, and how a wrong port is told."""

import pytest

from quietpage.gunicorn_support.hooks import bind_address


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "0.0.0.0:80"),  # noqa: S104
        ({"HOST": "::1"}, "[::1]:8000"),
        ({"HOST": ""}, "127.0.0.1:8000"),
        ({"BIND": "unix:/run/x.sock", "PORT": "wrong"}, "unix:/run/x.sock"),
    ],
)
def test_listens_where_the_environment_says(
    environ: dict[str, str], address: str
) -> None:
    assert bind_address(environ) == address


@pytest.mark.parametrize("port", ["", "x", "0", "99999", "²"])
def test_a_wrong_port_is_one_sentence(port: str) -> None:
    with pytest.raises(SystemExit, match=f"PORT is '{port}', but must be a number"):
        bind_address({"PORT": port})
