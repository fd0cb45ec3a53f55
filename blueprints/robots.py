"""`robots.txt`: crawlers may read everything."""

from flask import Blueprint, Response

blueprint = Blueprint("robots", __name__)


@blueprint.get("/robots.txt", provide_automatic_options=False)
def show() -> Response:
    """Let crawlers read every page; X-Robots-Tag says whether they may list it.

    A crawler that may not read a page never sees the header that forbids listing.
    """
    return Response("User-agent: *\nDisallow:\n", mimetype="text/plain")
