"""`quietpage preview`: the copy as it will be, on this machine only."""

import getpass
import logging
import socket
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.serving import run_simple

from quietpage.build import build_site
from quietpage.config import Settings, load_settings
from quietpage.content import Content, init_content
from quietpage.errors import QuietpageError
from quietpage.override_files import own_files
from quietpage.port_check import port_fault
from quietpage.prepared_site import Site

# The option of both previews; each has a default of its own.
port_option = partial(
    click.option,
    "--port",
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The port to listen on.",
)


@click.command("preview")
@port_option(default=8001)
@with_appcontext
def command(port: int) -> None:
    """Serve the current settings on localhost; the live site does not change.

    The settings `hosts` and `https` are ignored. Each save shows on reload.
    """
    refuse_busy(port)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    preview = Preview(app)
    host = socket.gethostname()
    click.echo(
        f"Open http://localhost:{port}/ and reload it after each save. Press Ctrl+C to"
        " stop."
    )
    click.echo("To view it from another machine, run this there and keep it running:")
    click.echo(f"    ssh -L {port}:localhost:{port} {getpass.getuser()}@{host}")
    serve(port, preview)


def serve(port: int, application: WSGIApplication) -> None:
    """Serve on localhost until Ctrl+C, without Werkzeug's lines about each request."""
    # Its warning about production use would mislead hosts.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple("localhost", port, application)


def refuse_busy(port: int) -> None:
    """Refuse a port that cannot be used.

    Raises:
        QuietpageError: It is in use, or only root may use it.
    """
    if fault := port_fault("127.0.0.1", port):
        raise QuietpageError(
            f"port {port} cannot be used ({fault.strerror}). Choose another:"
            f" quietpage preview --port {port + 1}"
        )


def errors_as_text(application: WSGIApplication) -> WSGIApplication:
    """Return `application`, with the sentence of an error instead of a traceback."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            return application(environ, start)
        except QuietpageError as error:
            start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
            return [error.format_message().encode()]

    return answer


class Preview:
    """A WSGI application: the site, rendered again when a file changes."""

    def __init__(self, app: Flask) -> None:
        """Prepare to serve what `app` renders; nothing is read before a request."""
        self._app = app
        app.jinja_env.auto_reload = True
        self._made_of: object = None
        self._site: Site | None = None

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer like the site, or with a sentence that says what is wrong."""
        return errors_as_text(self._answer)(environ, start_response)

    def _answer(
        self, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        settings = for_localhost(load_settings())
        made_of = (settings, _state(settings))
        if made_of != self._made_of or not self._site:
            self._site = None
            init_content(self._app, Content(settings))
            self._site = build_site(self._app)
            self._made_of = made_of
        return self._site(environ, start)


def for_localhost(settings: Settings) -> Settings:
    """Return the settings changed for this machine: its host names, and no TLS."""
    hosts = Settings().hosts
    return replace(settings, hosts=hosts, https=False, onion="", trusted_proxies=())


def _state(settings: Settings) -> list[tuple[Path, int]]:
    """Return the files and their times of change, which differ after each save."""
    paths = (own.path for own in own_files(settings))
    return [(path, path.stat().st_mtime_ns) for path in paths if path.exists()]
