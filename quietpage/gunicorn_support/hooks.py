"""gunicorn's hooks: settings, address, checks at start, and seamless reload."""

import errno
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gunicorn import systemd

from quietpage.config import Settings, load_settings
from quietpage.errors import QuietpageError
from quietpage.port_check import port_fault

from .logger import QuietLogger

WORKER = "quietpage.gunicorn_support.worker.QuietWorker"
# The settings that a running server keeps when its file is broken.
_settings: Settings | None = None


def server_settings() -> Settings:
    """Return the settings; an error aborts the startup, but not a running server.

    On HUP gunicorn reads its configuration again; after an error the old one stays.
    """
    global _settings  # noqa: PLW0603 - kept when gunicorn reads its configuration again
    try:
        _settings = load_settings()
    except QuietpageError as error:
        if _settings is None:
            sys.exit(f"Error: {error.format_message()}")
        sentence = f"Error: {error.format_message()} The old settings stay."
        print(sentence, file=sys.stderr)  # noqa: T201
    return _settings


def bind_address(environ: Mapping[str, str]) -> str:
    """Return where to listen: BIND, such as unix:/run/quietpage.sock, or HOST and PORT.

    A socket from systemd takes precedence. A wrong PORT aborts the startup with one
    sentence.
    """
    if bind := environ.get("BIND"):
        return bind
    # With an empty host gunicorn would listen on every address.
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and int(port) in range(1, 65536)):
        sys.exit(f"Error: PORT is '{port}', but must be a number from 1 to 65535.")
    is_bare_ipv6 = ":" in host and not host.startswith("[")
    return f"[{host}]:{port}" if is_bare_ipv6 else f"{host}:{port}"


def require_our_classes(server: Any) -> None:
    """Abort the startup if another logger or worker would repeat what visitors send.

    GUNICORN_CMD_ARGS can set one, since it overrides our file.
    """
    for option, is_ours, fault in (
        (
            "--logger-class",
            issubclass(server.cfg.logger_class, QuietLogger),
            "would write what visitors send",
        ),
        (
            "--worker-class",
            server.cfg.worker_class_str == WORKER,
            "would answer broken requests in gunicorn's words, without our headers",
        ),
    ):
        if not is_ours:
            sys.exit(
                f"Error: gunicorn's {option} {fault}. Take it out of the command line"
                " and of GUNICORN_CMD_ARGS."
            )


def refuse_busy_port(server: Any) -> None:
    """Abort the startup if the port is taken; gunicorn would retry for five seconds.

    A socket from systemd or an old master is ours already.
    """
    if server.master_pid or systemd.listen_fds(unset_environment=False):
        return
    for address in server.cfg.address:
        fault = port_fault(*address) if isinstance(address, tuple) else None
        if fault and fault.errno == errno.EADDRINUSE:
            port = address[1]
            sys.exit(
                f"Error: port {port} is in use. Choose another: PORT={port + 1} make"
                " serve"
            )


def check_start(server: Any) -> None:
    """Check, in `on_starting`, what must be right before a socket is opened."""
    require_our_classes(server)
    refuse_busy_port(server)


def restore_systemd_sockets(master: Any) -> None:
    """Move systemd's sockets back to where a new master looks for them.

    gunicorn passes on their number, counting from descriptor 3, but has moved them.
    """
    if master.systemd:
        for fd, listener in enumerate(master.LISTENERS, systemd.SD_LISTEN_FDS_START):
            os.dup2(listener.fileno(), fd)


def stop_old_master(master: Any) -> None:
    """End the master that received USR2, now that this one has rendered its pages.

    New visitors wait in the socket, which both masters hold. systemd is notified first;
    otherwise it would treat the end of its main process as the end of the service.
    """
    if old_pid := master.master_pid:
        # Otherwise gunicorn ignores USR2 until the old master has ended, seconds
        # later, and a second reload would be lost.
        master.master_pid, master.master_name = 0, "Master"
        os.environ.pop("GUNICORN_PID", None)
        systemd.sd_notify(f"MAINPID={master.pid}", master.log)
        # It may have died while this one rendered.
        with suppress(ProcessLookupError):
            os.kill(old_pid, signal.SIGTERM)
