"""A real nginx in a test's folder, with `deploy/nginx.conf` or any other file."""

import getpass
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import trustme

from quietpage.config import ROOT
from tests.support.gunicorn import PATIENCE_S, wait_for


@contextmanager
def start_nginx(configuration: Path, *places: int | str) -> Iterator[int]:
    """Run nginx until the block ends; yield its process id once it listens.

    `places` are ports on this machine and paths of Unix sockets.

    Its output is in `log`, next to the configuration.
    """
    folder = configuration.parent
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    command = [program, "-p", str(folder), "-c", str(configuration)]
    with (folder / "log").open("ab") as output:
        process = subprocess.Popen(
            [*command, "-g", "daemon off;"], stdout=output, stderr=output
        )
        try:
            for place in places:
                address = place if isinstance(place, str) else ("127.0.0.1", place)
                wait_for(address, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def issue(folder: Path, host: str) -> None:
    """Write quietpage.crt and quietpage.key for `host`, and ca.pem to trust them."""
    authority = trustme.CA()
    # Not ECDSA, whose signatures vary in length: the tests compare sizes.
    certificate = authority.issue_cert(host, key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "quietpage.key")
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    (folder / "quietpage.crt").write_bytes(chain)


def trust(folder: Path) -> ssl.SSLContext:
    """Return a TLS context that trusts the certificates issued in `folder`."""
    return ssl.create_default_context(cafile=folder / "ca.pem")


def write_deployed(
    folder: Path,
    behind: str,
    tls_port: int,
    plain_port: int,
    environment: Mapping[str, str] = os.environ,
) -> Path:
    """Write deploy/nginx.conf with the ports and paths of the test, and error pages.

    The onion's listener becomes onion.sock in `folder`.
    `behind` is gunicorn's socket. The certificate is the one that `issue` wrote.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    for old, new in {
        "user www-data;": f"user {getpass.getuser()};",
        "/etc/nginx/quietpage": f"{folder}/quietpage",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "unix:/run/quietpage.sock": f"unix:{behind}",
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "listen [::]:80 ": f"listen [::1]:{plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{tls_port} ",
        "listen [::]:443 ": f"listen [::1]:{tls_port} ",
        "listen 127.0.0.1:8080;": f"listen unix:{folder}/onion.sock;",
        "/var/lib/acme": f"{folder}/acme",
        "http {": "http {"
        + "".join(f" {name}_temp_path {folder}/temporary;" for name in temporary),
    }.items():
        assert old in text, f"deploy/nginx.conf lacks {old}"
        text = text.replace(old, new)
    errors = folder / "quietpage-errors.conf"
    with errors.open("wb") as output:
        flask = Path(sys.executable).with_name("flask")
        command = [str(flask), "--app", "app", "proxy-error-page", "nginx"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=output)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    return configuration
