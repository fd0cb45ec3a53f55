"""Configure gunicorn: pages are rendered once, nothing about visitors is kept."""

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from quietpage.gunicorn_support import check_overridden_names, hooks
from quietpage.gunicorn_support.logger import QuietLogger

check_overridden_names()
# A core dump would contain requests. A limit of 1 byte also keeps the kernel from
# piping the dump to a program; a hard limit of 0 (LimitCORE=0) cannot be raised.
_core_bytes = 1 if resource.getrlimit(resource.RLIMIT_CORE)[1] else 0
resource.setrlimit(resource.RLIMIT_CORE, (_core_bytes, _core_bytes))
# A connection takes a file descriptor; the usual soft limit is for `select`.
_most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (_most_files, _most_files))
_settings = hooks.server_settings()

wsgi_app = "app:wsgi_app()"
bind = hooks.bind_address(os.environ)
worker_class = hooks.WORKER
workers = 2
# Per worker; further connections wait in the kernel until one of these is closed.
worker_connections = 5000
# Pages are rendered once and shared; an error aborts the startup before any worker.
preload_app = True
# Nothing on disk: no control socket in the home folder, heartbeats in memory.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
logger_class = QuietLogger
accesslog = None
forwarded_allow_ips = ",".join(_settings.trusted_proxies)
# A proxy that forwards a client's SCRIPT_NAME would let the client cause a 500.
forwarder_headers = ""
# Requests for the page are short.
limit_request_line = 1024
limit_request_fields = 50
limit_request_field_size = 4096
timeout = 20
# A request must arrive within `keepalive`, which is less than `graceful_timeout`.
keepalive = 5
graceful_timeout = 10

on_starting = hooks.check_start
pre_exec = hooks.restore_systemd_sockets
when_ready = hooks.stop_old_master
