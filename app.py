"""Join the parts: `create_app` for Flask, `wsgi_app` for gunicorn."""

import sys

from flask import Flask
from flask_babel import Babel
from jinja2 import FileSystemLoader

from blueprints import errors, guide, robots
from quietpage import audit
from quietpage.build import build_site
from quietpage.cli import (
    check,
    helplines,
    preview,
    reload,
    translate,
)
from quietpage.cli import settings as settings_command
from quietpage.config import Settings, load_settings
from quietpage.content import Content, content_of, current_content, init_content
from quietpage.errors import QuietpageError
from quietpage.export import files, proxy_error_page
from quietpage.languages import count_untranslated
from quietpage.override_report import report
from quietpage.page import set_up_templates
from quietpage.prepared_site import Site
from quietpage.security_headers import init_security_headers


def create_app(settings: Settings | None = None) -> Flask:
    """Return the app that renders each request live; `flask` finds it by name.

    Raises:
        QuietpageError: A setting is wrong.
    """
    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = FileSystemLoader(settings.template_folders)
    app.config["TRUSTED_HOSTS"] = list(settings.allowed_hosts)
    content = Content(settings)
    init_content(app, content)
    Babel(app)
    set_up_templates(app.jinja_env)
    app.before_request(use_languages)
    init_security_headers(app, content.assets, settings)
    app.register_blueprint(guide.blueprint)
    app.register_blueprint(robots.blueprint)
    errors.register(app)
    for command in (
        audit.command,
        check.command,
        files.command,
        helplines.commands,
        preview.command,
        proxy_error_page.command,
        reload.command,
        settings_command.command,
        translate.commands,
    ):
        app.cli.add_command(command)
    return app


def use_languages() -> None:
    """Let the current app translate by the catalogs of its content."""
    current_content().domain.as_default()


def create_site(settings: Settings | None = None) -> Site:
    """Return the WSGI application for visitors, for tests and tools.

    Raises:
        QuietpageError: A setting, table, catalog or template is wrong.
    """
    return build_site(create_app(settings))


def wsgi_app() -> Site:
    """Return the site for gunicorn, and print which own files it is made of.

    An error aborts the startup with one sentence.
    """
    try:
        app = create_app()
        site = build_site(app)
        lines = list(report(content_of(app)))
        counts = count_untranslated(content_of(app).languages)
    except QuietpageError as error:
        sys.exit(f"Error: {error.format_message()}")
    if counts:
        english = ", ".join(f"{tag} {count}" for tag, count in counts.items())
        lines.append(f"Messages shown in English: {english}")
    # A reload renders the pages twice, first as a test and then to serve them: the
    # list is printed once.
    if "--check-config" not in sys.argv:
        for line in lines:
            print(line, file=sys.stderr)  # noqa: T201 - gunicorn's log prints its own messages only
    return site
