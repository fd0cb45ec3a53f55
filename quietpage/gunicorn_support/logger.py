"""A log for gunicorn that prints what an operator needs, and nothing of visitors."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from gunicorn.glogging import Logger

# All that is printed, as gunicorn words it. What is put into these is the server's own:
# process ids, signals, where it listens. Requests and addresses stand in its others.
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
    """Print the messages of `MESSAGES`, and of an error its kind and its place."""

    def setup(self, cfg: Any) -> None:
        """Prepare the log; a line that cannot be written is not explained elsewhere."""
        super().setup(cfg)
        # The explanation would hold the error that is being handled, in its words.
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
        """Print nothing: gunicorn has no use for it."""

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Print nothing: there is no access log, whatever the command line says."""

    def exception(self, msg: object, *args: Any, **kwargs: Any) -> None:
        """Print the kind of the error being handled, and where it was raised.

        A connection that breaks off is a client's doing, and not worth a line that has
        the time of a visit.
        """
        del args, kwargs
        kind, _, trace = sys.exc_info()
        if kind and msg != "Socket error processing request.":
            self.fault(kind, trace)

    def fault(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        """Print an error without its message, which may be a visitor's words."""
        places = [
            f"{Path(file).name}:{line}"
            for file, line, *_ in traceback.extract_tb(trace)[-1:]
        ]
        super().error(
            "%s at %s (message withheld: it may contain request data)",
            kind.__name__,
            *places or ["an unknown place"],
        )
