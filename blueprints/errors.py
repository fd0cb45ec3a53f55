"""Error handlers: each error has a page's headers and nothing from the request."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from quietpage.page import render_error

from .guide import guide_response, requested_language


def not_found(_error: HTTPException) -> Response:
    """Answer a mistyped address with the guide itself: it still helps."""
    return guide_response(404)


def failed(error: HTTPException) -> Response:
    """Answer any other error with one neutral sentence."""
    language = requested_language()
    response = Response(render_error(language), error.code or 500)
    response.content_language.add(language.tag)
    return response


def register(app: Flask) -> None:
    """Replace Flask's own error pages with these."""
    app.register_error_handler(404, not_found)
    app.register_error_handler(HTTPException, failed)
