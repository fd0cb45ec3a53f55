"""Start the site with `gunicorn`: pages made once, nothing about visitors kept."""

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from quietpage import serving

# A core dump would hold requests. At 1 byte the kernel gives it to no program either;
# a limit of 0 that we are given (LimitCORE=0) may not be raised.
_core_bytes = 1 if resource.getrlimit(resource.RLIMIT_CORE)[1] else 0
resource.setrlimit(resource.RLIMIT_CORE, (_core_bytes, _core_bytes))
_settings = serving.server_settings()

wsgi_app = "app:serve()"
bind = serving.bind_address(os.environ)
worker_class = serving.BoundedWorker
workers = 2
threads = 8
worker_connections = serving.most_connections(
    resource.getrlimit(resource.RLIMIT_NOFILE)[0]
)
# Pages are made once and shared; a fault ends the start before a worker exists.
preload_app = True
# Nothing on disk: no control socket in the home folder, heartbeats in memory.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
logger_class = serving.QuietLogger
accesslog = None
forwarded_allow_ips = ",".join(_settings.trusted_proxies)
# A proxy that passes a client's SCRIPT_NAME on would let it ask for a 500.
forwarder_headers = ""
# Requests of the page are short; slow senders are cut off.
limit_request_line = 1024
limit_request_fields = 50
limit_request_field_size = 4096
timeout = 20
graceful_timeout = 10
keepalive = 5

on_starting = serving.refuse_to_tell
post_worker_init = serving.prepare_worker
pre_exec = serving.hand_over_sockets
when_ready = serving.take_over
