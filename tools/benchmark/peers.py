"""The peers of `make bench`: the same bytes from less code, the same text from more.

gunicorn loads them by name, such as `tools.benchmark.peers:raw_wsgi()`.
"""

import json
import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, render_template
from flask_babel import Babel
from flask_talisman import Talisman
from jinja2 import DictLoader

from app import create_site
from quietpage.po_files import TEMPLATE, read_po
from quietpage.prepared_site import Headers

PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>{{ title }}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<a id="exit" href="https://www.wikipedia.org/">Close this page</a>"""


def _answer() -> tuple[Headers, bytes]:
    snapshot = create_site().guides["en", "gzip"]
    return snapshot.headers["http"], snapshot.body


def raw_wsgi() -> WSGIApplication:
    """Return a WSGI function that only answers: the upper limit."""
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
    page = create_site().guides["en", "identity"].body.decode()
    text = page.partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def plain_flask() -> Flask:
    """Return a Flask app that puts the guide's text into a template."""
    return _templated(PLAIN + "{{ text|safe }}", text=guide_text())


def naive() -> Flask:
    """Return an app that looks up its messages, with Flask-Babel and Flask-Talisman.

    It lacks the tables of helplines, which makes it faster.
    """
    messages = (entry.msgid for entry in read_po(TEMPLATE))
    calls = (f"<p>{{{{ _({json.dumps(m)}) }}}}</p>" for m in messages if "%" not in m)
    return _extended(_templated(PLAIN + "\n".join(calls)))


def finished() -> Flask:
    """Return the same app with finished text, so that it looks nothing up."""
    return _extended(plain_flask())


def _templated(template: str, **values: str) -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": template})

    @app.get("/")
    def show() -> str:
        return render_template("page.html", title="Notes", **values)

    return app


def _extended(app: Flask) -> Flask:
    Babel(app)
    Talisman(app, force_https=False)
    return app
