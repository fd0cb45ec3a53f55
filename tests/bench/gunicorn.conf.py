"""The peers' gunicorn: as many workers and threads as ours, all else as it comes."""

import os

bind = f"127.0.0.1:{os.environ['PORT']}"
worker_class = "gthread"
workers = 2
threads = 8
preload_app = True
keepalive = 5
control_socket_disable = True
