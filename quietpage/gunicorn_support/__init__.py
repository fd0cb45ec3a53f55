"""Our parts of gunicorn: a quiet logger, a worker, and hooks."""

import sys
from inspect import signature
from pkgutil import resolve_name

# What we call, override or replace, with the parameters that we rely on.
_NAMES = {
    "gunicorn.glogging:Logger.error": "self msg args kwargs",
    "gunicorn.glogging:Logger.exception": "self msg args kwargs",
    "gunicorn.glogging:Logger.access": "self resp req environ request_time",
    "gunicorn.http.errors:ParseException": None,
    "gunicorn.http.errors:ExpectationFailed": None,
    "gunicorn.http.errors:LimitRequestHeaders": None,
    "gunicorn.http.errors:LimitRequestLine": None,
    "gunicorn.http.errors:UnsupportedTransferCoding": None,
    "gunicorn.http.message:Message.force_close": "self",
    "gunicorn.systemd:SD_LISTEN_FDS_START": None,
    "gunicorn.systemd:sd_notify": None,
    "gunicorn.util:close_graceful": None,
    "gunicorn.util:write_nonblock": None,
    "gunicorn.workers.base_async:AsyncWorker.handle": "self listener client addr",
    "gunicorn.workers.ggevent:GeventWorker.handle": "self listener client addr",
    "gunicorn.workers.ggevent:GeventWorker.handle_error": "self req client addr exc",
    "gunicorn.workers.ggevent:GeventWorker.handle_request": (
        "self listener_name req sock addr"
    ),
    "gunicorn.workers.ggevent:GeventWorker.patch": "self",
    "gunicorn.workers.ggevent:GeventWorker.timeout_ctx": "self",
    "gunicorn.workers.ggevent:GeventWorker.server_class": None,
    "gevent.hub:Hub.print_exception": "self context t v tb",
}


def check_overridden_names() -> None:
    """Abort the startup with one sentence if gunicorn or gevent has changed.

    Overriding a name that no longer exists would do nothing, and gunicorn's own
    responses and log lines repeat what clients send.
    """
    for name, parameters in _NAMES.items():
        try:
            found = resolve_name(name)
            is_known = (
                parameters is None
                or " ".join(signature(found).parameters) == parameters
            )
        except (ImportError, AttributeError):
            is_known = False
        if not is_known:
            sys.exit(
                f"Error: {name} is missing or has changed, and without it the server"
                " would repeat what visitors send. Install the versions that"
                " requirements.txt names."
            )
