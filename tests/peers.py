"""What `make bench` compares with: the same bytes and headers, sent by less."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response

from app import freeze_site
from quietpage.snapshot import Headers


def _answer() -> tuple[Headers, bytes]:
    snapshot = freeze_site().guides["en", "gzip"]
    return snapshot.headers["http"], snapshot.body


def raw_wsgi() -> WSGIApplication:
    """Return a WSGI function that does nothing but answer: the limit."""
    headers, body = _answer()

    def application(
        _environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return application


def bare_flask() -> Flask:
    """Return a Flask app of one view, with no extension."""
    headers, body = _answer()
    app = Flask(__name__)

    @app.get("/")
    def show() -> Response:
        return Response(body, headers=headers)

    return app
