"""The guide's URLs, rendered live; `Site` serves prepared copies of the responses."""

from flask import Blueprint, Response, request

from quietpage.content import current_content
from quietpage.languages import Language
from quietpage.negotiation import locale_chooser
from quietpage.page import render_guide

blueprint = Blueprint("guide", __name__)


def requested_language() -> Language:
    """Return the language in the URL, or else the one that the client asks for."""
    by_tag = {
        language.tag.lower(): language for language in current_content().languages
    }
    tag = request.path.strip("/").lower()
    if tag in by_tag:
        return by_tag[tag]
    choose = locale_chooser([language.tag for language in current_content().languages])
    return by_tag[choose(request.headers.get("Accept-Language")).lower()]


def guide_response(status: int) -> Response:
    """Return the guide in the requested language."""
    language = requested_language()
    response = Response(render_guide(current_content(), language), status)
    response.content_language.add(language.tag)
    return response


@blueprint.get("/", provide_automatic_options=False)
@blueprint.get("/<tag>/", strict_slashes=False, provide_automatic_options=False)
def show(tag: str = "") -> Response:
    """Answer with the guide; an unknown tag is a mistyped address."""
    known = {language.tag.lower() for language in current_content().languages}
    return guide_response(200 if tag.lower() in known | {""} else 404)
