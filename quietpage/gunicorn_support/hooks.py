"""Hooks of gunicorn's: settings, where to listen, sockets and masters that change."""

import errno
import os
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

from gunicorn import systemd

from quietpage.config import Settings, load_settings
from quietpage.errors import QuietpageError

from .logger import QuietLogger

# What a running server goes on with when its file has been broken.
_settings: Settings | None = None


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


def require_quiet_logger(server: Any) -> None:
    """End the start where another logger would write what visitors send.

    Nothing does so by accident: GUNICORN_CMD_ARGS is stronger than our file.
    """
    if not issubclass(server.cfg.logger_class, QuietLogger):
        sys.exit(
            "Error: gunicorn's --logger-class would write what visitors send. Take it"
            " out of the command line and of GUNICORN_CMD_ARGS."
        )


def refuse_busy_port(server: Any) -> None:
    """End the start where something else listens; gunicorn would try for five seconds.

    A socket that is handed over, by systemd or an old master, is ours already.
    """
    if server.master_pid or systemd.listen_fds(unset_environment=False):
        return
    for address in server.cfg.address:
        if not isinstance(address, tuple):
            continue
        host, port = address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    sys.exit(
                        f"Error: port {port} is in use. Choose another:"
                        f" PORT={port + 1} make serve"
                    )


def check_start(server: Any) -> None:
    """Refuse what must not start: `on_starting`, before a socket is opened."""
    require_quiet_logger(server)
    refuse_busy_port(server)


def restore_systemd_sockets(master: Any) -> None:
    """Put systemd's sockets back where a new master looks for them.

    gunicorn tells it the number, for sockets count from 3, but has moved them.
    """
    if master.systemd:
        for fd, listener in enumerate(master.LISTENERS, systemd.SD_LISTEN_FDS_START):
            os.dup2(listener.fileno(), fd)


def stop_old_master(master: Any) -> None:
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
