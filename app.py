"""Join the parts: `create_app` for Flask's commands, `serve` for gunicorn."""

import sys

from flask import Flask
from flask_babel import Babel

from blueprints import errors, guide
from quietpage import helplines
from quietpage.assets import load_assets
from quietpage.catalog import domain_of, load_languages
from quietpage.config import Settings, load_settings
from quietpage.errors import QuietpageError
from quietpage.headers import secure
from quietpage.page import Content
from quietpage.snapshot import Site


def create_app() -> Flask:
    """Return the app as the commands need it: nothing is read, so nothing fails."""
    app = Flask(__name__, static_folder=None)
    # Wrapped lines of a template are one line to a translator.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.cli.add_command(helplines.commands)
    return app


def create_site(settings: Settings | None = None) -> Flask:
    """Return the app with content and routes; each request renders anew.

    Raises:
        QuietpageError: A setting, table or catalog is wrong.
    """
    settings = settings or load_settings()
    app = create_app()
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    content = Content(
        load_assets(), settings, helplines.load_countries(), load_languages()
    )
    app.extensions["quietpage"] = content
    Babel(app)
    domain = domain_of(content.languages)
    app.before_request(domain.as_default)
    secure(app, content.assets, settings)
    app.register_blueprint(guide.blueprint)
    errors.register(app)
    return app


def freeze_site(settings: Settings | None = None) -> Site:
    """Return the WSGI application that visitors meet, all pages made."""
    settings = settings or load_settings()
    app = create_site(settings)
    content: Content = app.extensions["quietpage"]
    tags = [language.tag for language in content.languages]
    return Site(app, tags, settings.hosts, forces_https=settings.forces_https)


def serve() -> Site:
    """Return the site for gunicorn; a fault ends the start with one sentence."""
    try:
        return freeze_site()
    except QuietpageError as error:
        sys.exit(f"Error: {error.format_message()}")
