"""gunicorn's logger and its own error answers, without a word about visitors."""

import os
import signal
import socket
from typing import Any

from gunicorn import systemd, util
from gunicorn.glogging import Logger

from .snapshot import Site


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Log what the server does, never what a client sent.

    gunicorn writes the address into warnings and the request line into errors; so
    of these only the occasion is told, without arguments and traceback.
    """

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Tell gunicorn's own warnings, and of requests only that one was refused."""
        if "Invalid request" in msg:
            return
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Tell that something failed, without request and traceback."""
        super().error("An error was answered with a neutral page.")

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Say nothing: debug lines hold requests."""

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: there is no access log, whatever the command line says."""


def answer_errors_quietly(worker: Any) -> None:
    """Put our answer in place of gunicorn's, which echoes what the client sent."""
    site: Site = worker.app.callable

    def write_error(
        sock: socket.socket, status_int: int, reason: str, mesg: str
    ) -> None:
        del reason, mesg
        util.write_nonblock(sock, site.raw_error(status_int))

    util.write_error = write_error


def hand_over_sockets(master: Any) -> None:
    """Put systemd's sockets back where a new master looks for them.

    gunicorn tells it the number, for sockets count from 3, but has moved them.
    """
    if master.systemd:
        for fd, listener in enumerate(master.LISTENERS, systemd.SD_LISTEN_FDS_START):
            os.dup2(listener.fileno(), fd)


def take_over(master: Any) -> None:
    """End the master that USR2 was sent to, now that this one has made its pages.

    Visitors of the moment between wait in the socket, which both hold. systemd is
    told first, or it would take the end of its main process for the end of all.
    """
    if master.master_pid:
        systemd.sd_notify(f"MAINPID={master.pid}", master.log)
        os.kill(master.master_pid, signal.SIGTERM)
