"""What `make bench` compares with: the same bytes sent by less, the same text by more.

gunicorn names them, such as `tests.bench.peers:raw_wsgi()`.
"""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, render_template_string
from flask_babel import Babel
from flask_talisman import Talisman

from app import freeze_site
from quietpage.snapshot import Headers

PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>{{ title }}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<a id="exit" href="https://www.wikipedia.org/">Leave now</a>{{ text|safe }}"""


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


def guide_text() -> str:
    """Return the English guide as HTML, without its bar, style and scripts."""
    page = freeze_site().guides["en", "identity"].body.decode()
    text = page.partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def plain_flask() -> Flask:
    """Return a Flask app that puts the guide's text into a template."""
    text = guide_text()
    app = Flask(__name__)

    @app.get("/")
    def show() -> str:
        return render_template_string(PLAIN, title="Notes", text=text)

    return app


def naive() -> Flask:
    """Return the same with Flask-Babel and Flask-Talisman as they come."""
    app = plain_flask()
    Babel(app)
    Talisman(app, force_https=False)
    return app
