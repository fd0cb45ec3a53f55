"""Start the site with `gunicorn`: pages made once, nothing about visitors kept."""

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from quietpage import serving

# A core dump would hold requests. 1 and not 0: the kernel then gives it to no
# program either (core(5)).
resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
_settings = serving.server_settings()

wsgi_app = "app:serve()"
# Such as unix:/run/quietpage.sock; a socket that systemd hands over goes before all.
bind = os.environ.get("BIND") or ":".join(
    (os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
)
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
when_ready = serving.take_over
