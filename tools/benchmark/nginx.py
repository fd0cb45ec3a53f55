"""The export on nginx, compared with a plain file with the same headers."""

import getpass
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from quietpage.config import ROOT
from tests.support.gunicorn import free_port
from tests.support.nginx import start_nginx
from tools.benchmark.rates import EXPORT, PLAIN_FILE

MAIN = """
user {user};
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  access_log off;
  {servers}
}}
"""
PLAIN = """
  server {{
    listen 127.0.0.1:{port};
    server_tokens off;
    etag off;
    max_ranges 0;
    root {folder};
    default_type "text/html; charset=utf-8";
    add_header Last-Modified "";
    {headers}
  }}
"""
# Headers that nginx itself adds to each answer.
ITS_OWN = {"server", "date", "content-type", "content-length", "connection"}


@contextmanager
def serve_files(folder: Path) -> Iterator[dict[str, int]]:
    """Serve the export and the plain file; yield their ports by name."""
    site, plain = folder / "export", folder / "plain"
    plain.mkdir(parents=True)
    ports = {name: free_port() for name in (EXPORT, PLAIN_FILE)}
    flask = Path(sys.executable).with_name("flask")
    place = ["--root", str(site), "--port", str(ports[EXPORT])]
    subprocess.run(
        [flask, "--app", "app", "export", site, *place],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    its_own = (site / "nginx.conf").read_text(encoding="utf-8")
    with _serve(folder / "first", its_own, ports[EXPORT]):
        headers, body = _answer(ports[EXPORT])
        (plain / "index.html").write_bytes(body)
        server = PLAIN.format(port=ports[PLAIN_FILE], folder=plain, headers=headers)
        with _serve(folder / "second", server, ports[PLAIN_FILE]):
            if _answer(ports[PLAIN_FILE]) != (headers, body):
                raise SystemExit("The plain file differs from the export.")
            yield ports


@contextmanager
def _serve(folder: Path, servers: str, port: int) -> Iterator[None]:
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        MAIN.format(folder=folder, user=getpass.getuser(), servers=servers),
        encoding="utf-8",
    )
    with start_nginx(configuration, port):
        yield


def _answer(port: int) -> tuple[str, bytes]:
    """Return the directives that add the headers, and the body in gzip."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    headers = (
        f'add_header {name} "{value}";'
        for name, value in answer.getheaders()
        if name.lower() not in ITS_OWN
    )
    return "\n".join(sorted(headers)), body
