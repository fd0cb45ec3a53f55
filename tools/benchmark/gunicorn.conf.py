"""The peers' gunicorn: as many workers and threads as ours, other settings default."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = os.environ.get("PEER_WORKER", "gthread")
workers = 2
threads = 8
preload_app = True
keepalive = 5
control_socket_disable = True
