"""Build the site from the Flask app, or fail with one sentence."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from .content import content_of
from .html_policy import check_documents
from .override_files import own_files, used_templates
from .override_templates import refuse_broken
from .prepared_site import Site, render_site
from .template_errors import errors_as_sentences
from .translated_markup import check_markup


def build_site(app: Flask) -> Site:
    """Return the WSGI application for visitors, with all pages rendered and checked.

    Raises:
        QuietpageError: A setting, table, catalog or template is wrong.
    """
    content = content_of(app)
    settings = content.settings
    own = own_files(settings)
    for file, name in used_templates(own, settings.folder):
        refuse_broken(file, name)
    # A template error must abort the startup, not become a 500 page. `Site` checks
    # the host itself, since Werkzeug's TRUSTED_HOSTS does not match IPv6 addresses.
    app.config.update(PROPAGATE_EXCEPTIONS=True, TRUSTED_HOSTS=None)
    tags = [language.tag for language in content.languages]
    with errors_as_sentences(settings.template_folders):
        rendered = render_site(app, tags)
    guides, refusals = (
        {tag: response.body.decode() for tag, response in kind.items()}
        for kind in (rendered.guides, rendered.errors)
    )
    # Compressing takes longer than checking, so it runs on another core.
    with ThreadPoolExecutor(1) as pool:
        site = pool.submit(Site, rendered, settings)
        with app.test_request_context():
            check_markup(content, guides, refusals)
        if settings.folder:
            templates = settings.folder / "templates"
            check_documents(guides, refusals, content.assets.inlined, templates)
        return site.result()
