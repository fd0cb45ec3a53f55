"""gunicorn's logger, limits and own error answers, without a word about visitors."""

import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn import systemd, util
from gunicorn.glogging import Logger
from gunicorn.workers import gthread

from .config import Settings, load_settings
from .errors import QuietpageError
from .site import Site

# No client holds a thread for longer: a request comes in one packet or two.
_MAX_REQUEST_S = 10
# Files, sockets and pipes of a worker besides the connections of visitors.
_OWN_DESCRIPTORS = 64
_MAX_DRAIN_BYTES = 65536

# What a running server goes on with when its file has been broken.
_settings: Settings | None = None


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
        """Tell what kind of error it was and where in the code, without its words."""
        kind, _, trace = sys.exc_info()
        name = kind.__name__ if kind else "An error"
        places = [
            f"{Path(f).name}:{n}" for f, n, *_ in traceback.extract_tb(trace)[-1:]
        ]
        super().error("%s in %s; its words may be a visitor's.", name, *places or ["?"])

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Say nothing: debug lines hold requests."""

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: there is no access log, whatever the command line says."""


class BoundedWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """A worker of threads, none of which a slow client can hold for long.

    gunicorn waits for as long as a client drips its request or its reading.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since_s: dict[gthread.TConn, float] = {}

    def handle(self, conn: gthread.TConn) -> object:
        """Answer a request, and know since when it is on its way."""
        # gunicorn lets a thread wait five seconds for the first byte.
        if not (conn.initialized or conn.wait_for_data(0)):
            return gthread._DEFER  # noqa: SLF001
        self._since_s[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self._since_s[conn]

    def murder_pending(self) -> None:
        """Hang up on who is too slow; gunicorn calls this at least every second."""
        super().murder_pending()
        latest_s = time.monotonic() - _MAX_REQUEST_S
        for conn, since_s in self._since_s.copy().items():
            if since_s < latest_s:
                # The thread that waits for it sees the end of the connection.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)


def server_settings() -> Settings:
    """Return the settings; a fault ends the start, but not a server that runs.

    On HUP gunicorn reads its configuration anew; a fault then keeps the old one.
    """
    global _settings  # noqa: PLW0603 - what outlives gunicorn's reading anew
    try:
        _settings = load_settings()
    except QuietpageError as error:
        if _settings is None:
            sys.exit(f"Error: {error.format_message()}")
        print(f"Error: {error.format_message()} The old one stays.", file=sys.stderr)  # noqa: T201
    return _settings


def bind_address(environ: Mapping[str, str]) -> str:
    """Return where to listen: BIND, such as unix:/run/quietpage.sock, or HOST and PORT.

    A socket that systemd hands over goes before all. A wrong PORT ends the start with
    one sentence.
    """
    if bind := environ.get("BIND"):
        return bind
    # An empty HOST is none: gunicorn would listen everywhere.
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and int(port) in range(1, 65536)):
        sys.exit(f"Error: PORT is '{port}', but must be a number from 1 to 65535.")
    is_bare_ipv6 = ":" in host and not host.startswith("[")
    return f"[{host}]:{port}" if is_bare_ipv6 else f"{host}:{port}"


def most_connections(descriptors: int) -> int:
    """Return how many connections leave a worker descriptors of its own.

    A worker that runs out of them dies, in gunicorn 27.
    """
    return max(16, min(1000, descriptors - _OWN_DESCRIPTORS))


def refuse_to_tell(server: Any) -> None:
    """End the start where another logger would write what visitors send.

    Nothing does so by accident: GUNICORN_CMD_ARGS is stronger than our file.
    """
    if not issubclass(server.cfg.logger_class, QuietLogger):
        sys.exit(
            "Error: gunicorn's --logger-class would write what visitors send. Take it"
            " out of the command line and of GUNICORN_CMD_ARGS."
        )


def prepare_worker(worker: Any) -> None:
    """Put our error answer in place of gunicorn's, and take answers off threads."""
    site: Site = worker.app.callable

    def write_error(
        sock: socket.socket, status_int: int, reason: str, mesg: str
    ) -> None:
        # gunicorn's own echoes what the client sent.
        del reason, mesg
        util.write_nonblock(sock, site.raw_error(status_int))

    util.write_error = write_error
    util.close_graceful = _close_gracefully
    # The kernel takes an answer as a whole, so that slow readers hold no thread.
    longest = max(len(snapshot.body) for snapshot in site.guides.values())
    for listener in worker.sockets:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * longest)


def _close_gracefully(sock: socket.socket) -> None:
    """Close after reading what has come, or the answer may be lost; wait for no more.

    gunicorn waits two seconds for the client, in the loop that all others need.
    """
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(0)
        left = _MAX_DRAIN_BYTES
        while left > 0 and (come := len(sock.recv(4096))):
            left -= come
    util.close(sock)


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
    if old_pid := master.master_pid:
        # gunicorn ignores the next USR2 until the old one has ended, seconds later:
        # a second reload would be lost.
        master.master_pid, master.master_name = 0, "Master"
        os.environ.pop("GUNICORN_PID", None)
        systemd.sd_notify(f"MAINPID={master.pid}", master.log)
        os.kill(old_pid, signal.SIGTERM)
