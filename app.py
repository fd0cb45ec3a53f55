"""Join the parts: `create_app` for Flask, `serve` for gunicorn."""

import sys
from functools import cache
from pathlib import Path

from flask import Flask
from flask_babel import Babel, Domain
from jinja2 import FileSystemLoader

from blueprints import errors, guide, robots
from quietpage import audit, export, fallback, helplines, reference, translate
from quietpage.assets import load_assets
from quietpage.catalog import domain_of, load_languages
from quietpage.config import ROOT, Settings, load_settings
from quietpage.errors import QuietpageError
from quietpage.headers import secure
from quietpage.markup_check import check_markup
from quietpage.own import check_documents
from quietpage.page import Content, escape_messages, template_faults
from quietpage.snapshot import Site


def create_app(settings: Settings | None = None) -> Flask:
    """Return the app that renders each request anew; `flask` finds it by name.

    Tables and catalogs are read when first asked for, so that the commands which
    mend a broken one start.

    Raises:
        QuietpageError: A setting is wrong.
    """
    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    # Wrapped lines of a template are one line to a translator.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["TRUSTED_HOSTS"] = list(settings.names)
    app.jinja_loader = FileSystemLoader(_template_folders(settings))
    app.cli.add_command(fallback.command)
    app.cli.add_command(helplines.commands)
    app.cli.add_command(translate.commands)
    app.cli.add_command(reference.command)
    app.cli.add_command(audit.command)
    app.cli.add_command(export.command)
    assets = load_assets()

    @cache
    def content() -> Content:
        countries = helplines.load_countries(
            own_table=settings.folder / "helplines.csv" if settings.folder else None,
            own_countries=settings.own_countries,
        )
        return Content(assets, settings, countries, load_languages(settings))

    @cache
    def domain() -> Domain:
        return domain_of(content().languages)

    app.extensions["quietpage"] = content
    app.extensions["quietpage.factory"] = create_app
    app.extensions["quietpage.freeze"] = lambda: freeze_site(settings)
    Babel(app)
    escape_messages(app.jinja_env)
    app.before_request(lambda: domain().as_default())
    secure(app, assets, settings)
    app.register_blueprint(guide.blueprint)
    app.register_blueprint(robots.blueprint)
    errors.register(app)
    return app


def freeze_site(settings: Settings | None = None) -> Site:
    """Return the WSGI application that visitors meet, all pages made.

    Raises:
        QuietpageError: A setting, table or catalog is wrong.
    """
    settings = settings or load_settings()
    app = create_app(settings)
    # A fault in a template is the start's end, not a page that says 500.
    app.testing = True
    tags = [language.tag for language in app.extensions["quietpage"]().languages]
    with template_faults(_template_folders(settings)):
        site = Site(app, tags, settings)
    guides, refusals = (
        {tag: kind[tag, "identity"].body.decode() for tag in tags}
        for kind in (site.guides, site.errors)
    )
    with app.test_request_context():
        check_markup(app.extensions["quietpage"](), guides, refusals)
    if settings.folder and (own := settings.folder / "templates").is_dir():
        check_documents(guides, refusals, load_assets().inlined, own)
    return site


def _template_folders(settings: Settings) -> list[Path]:
    """Return where templates are looked for: an organisation's own win over ours."""
    own = [settings.folder / "templates"] if settings.folder else []
    return [*own, ROOT / "templates"]


def serve() -> Site:
    """Return the site for gunicorn; a fault ends the start with one sentence."""
    try:
        return freeze_site()
    except QuietpageError as error:
        sys.exit(f"Error: {error.format_message()}")
