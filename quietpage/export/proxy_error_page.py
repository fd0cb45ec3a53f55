"""`quietpage proxy-error-page`: what a reverse proxy sends when gunicorn is down."""

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.prepared_site import TLS_ONLY, PreparedResponse

# Characters that nginx or Caddy would read as a variable or the end of the text.
_ENTITIES = str.maketrans({c: f"&#{ord(c)};" for c in "$`{}\\"})


@click.command("proxy-error-page")
@click.argument("proxy", type=click.Choice(["nginx", "caddy"]))
@with_appcontext
def command(proxy: str) -> None:
    """Print the neutral error page with all headers, for a proxy to include."""
    site = build_site(current_app)
    # In the first language, padded as gunicorn sends it.
    page = next(iter(site.errors.values()))
    click.echo({"nginx": nginx_errors, "caddy": caddy_errors}[proxy](page))


def nginx_errors(page: PreparedResponse) -> str:
    """Return what a server of deploy/nginx.conf includes: its page and all headers.

    The headers are set for the server, so every location without its own `add_header`
    inherits them.
    """
    lines = ['add_header Last-Modified "" always;']
    for name, value in _lasting(page):
        shown = f'"{value}"'
        if name in TLS_ONLY:
            variable = "$quietpage_" + name.lower().replace("-", "_")
            lines += [f'set {variable} "";']
            lines += [f"if ($https) {{ set {variable} {shown}; }}"]
            shown = variable
        lines += [f"add_header {name} {shown} always;"]
    text = _text(page).replace('"', '\\"')
    location = ["internal;", "default_type text/html;", "charset utf-8;"]
    location += [f'return 200 "{text}";']
    return "\n".join([*lines, "location = //error {", *location, "}"])


def caddy_errors(page: PreparedResponse) -> str:
    """Return the snippet that deploy/Caddyfile imports for its errors."""
    lines = ["@tls protocol https", "header Content-Type `text/html; charset=utf-8`"]
    for name, value in _lasting(page):
        matcher = "@tls " if name in TLS_ONLY else ""
        lines += [f"header {matcher}{name} `{value}`"]
    return "\n".join([*lines, f"respond `{_text(page)}` {{http.error.status_code}}"])


def _lasting(page: PreparedResponse) -> list[tuple[str, str]]:
    """Return the headers that the proxy does not set itself."""
    own = ("Content-Type", "Content-Length")
    return [(name, value) for name, value in page.headers["https"] if name not in own]


def _text(page: PreparedResponse) -> str:
    return page.body.decode().translate(_ENTITIES)
