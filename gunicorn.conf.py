"""Start the site with `gunicorn`: pages made once, nothing about visitors kept."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from quietpage import serving
from quietpage.config import load_settings
from quietpage.errors import QuietpageError

try:
    _settings = load_settings()
except QuietpageError as error:
    sys.exit(f"Error: {error.format_message()}")

wsgi_app = "app:serve()"
# Such as unix:/run/quietpage.sock; a socket that systemd hands over goes before all.
bind = os.environ.get("BIND") or ":".join(
    (os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
)
worker_class = "gthread"
workers = 2
threads = 8
# Pages are made once and shared; a fault ends the start before a worker exists.
preload_app = True
# Nothing on disk: no control socket in the home folder, heartbeats in memory.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
logger_class = serving.QuietLogger
accesslog = None
forwarded_allow_ips = ",".join(_settings.trusted_proxies)
# Requests of the page are short; slow senders are cut off.
limit_request_line = 1024
limit_request_fields = 50
limit_request_field_size = 4096
timeout = 20
graceful_timeout = 10
keepalive = 5

post_worker_init = serving.answer_errors_quietly
pre_exec = serving.hand_over_sockets
when_ready = serving.take_over
