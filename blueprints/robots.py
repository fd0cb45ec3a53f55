"""What crawlers are told."""

from flask import Blueprint, Response

blueprint = Blueprint("robots", __name__)


@blueprint.get("/robots.txt", provide_automatic_options=False)
def show() -> Response:
    """Answer that all may be read; whether it may be listed, X-Robots-Tag says.

    A crawler that may not read a page never learns that it must not list it.
    """
    return Response("User-agent: *\nDisallow:\n", mimetype="text/plain")
