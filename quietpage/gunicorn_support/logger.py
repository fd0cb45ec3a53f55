"""A logger for gunicorn that prints what operators need, and nothing about visitors."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from gunicorn.glogging import Logger

# The only messages that are printed, as gunicorn words them. Their arguments are
# process ids, signals and listening addresses; other messages have client data.
MESSAGES = frozenset(
    {
        "Starting gunicorn %s",
        "Listening at: %s (%s)",
        "Listening at: %s",
        "Using worker: %s",
        "Booting worker with pid: %s",
        "Handling signal: %s",
        "Hang up: %s",
        "Master has been promoted.",
        "USR2 signal ignored. Child exists.",
        "USR2 signal ignored. Parent exists.",
        "Worker exiting (pid: %s)",
        "Worker graceful timeout (pid:%s)",
        "WORKER TIMEOUT (pid:%s)",
        "Worker (pid:%s) was sent %s!",
        "Worker (pid:%s) was sent %s! Perhaps out of memory?",
        "Worker (pid:%s) exited with code %s.",
        "Shutting down: %s",
        "Reason: %s",
        "Connection in use: %s",
        "Invalid address: %s",
        "Can't connect to %s",
    }
)


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Prints the messages of `MESSAGES`, and the type and place of errors."""

    def setup(self, cfg: Any) -> None:
        """Set up the log; a line that cannot be written is not reported elsewhere."""
        super().setup(cfg)
        # That report would include the message of the error being handled.
        logging.raiseExceptions = False

    def critical(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print a message of the list."""
        if msg in MESSAGES:
            super().critical(msg, *args, **kwargs)

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print a message of the list."""
        if msg in MESSAGES:
            super().error(msg, *args, **kwargs)
        elif kwargs.get("exc_info"):
            self.exception(msg)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print a message of the list."""
        if msg in MESSAGES:
            super().warning(msg, *args, **kwargs)

    def info(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print a message of the list."""
        if msg in MESSAGES:
            super().info(msg, *args, **kwargs)

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print nothing: debug lines hold requests."""

    def log(self, lvl: int, msg: str, *args: Any, **kwargs: Any) -> None:
        """Print nothing: gunicorn does not call it."""

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Print nothing: there is no access log, whatever the command line says."""

    def exception(self, msg: object, *args: Any, **kwargs: Any) -> None:
        """Print the type of the error being handled, and where it was raised.

        A connection that a client breaks off is ignored: a line would show the time of
        a visit.
        """
        del args, kwargs
        kind, _, trace = sys.exc_info()
        if kind and msg != "Socket error processing request.":
            self.fault(kind, trace)

    def fault(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        """Print an error without its message, which may contain request data."""
        places = [
            f"{Path(file).name}:{line}"
            for file, line, *_ in traceback.extract_tb(trace)[-1:]
        ]
        super().error(
            "%s at %s (message withheld: it may contain request data)",
            kind.__name__,
            *places or ["an unknown place"],
        )
