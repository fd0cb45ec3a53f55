"""Real nginx, Caddy and Apache that serve an export with its configuration."""

import http.client
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from quietpage.config import Settings
from quietpage.export.files import export_files, write_folder
from quietpage.prepared_site import Site
from tests.support.gunicorn import PATIENCE_S, Server, free_port, wait_for
from tests.support.nginx import issue

# These name the server, give the time, and say whether the connection stays open.
OWN = {"server", "date", "connection", "keep-alive"}
Answer = tuple[int, set[tuple[str, str]], bytes]


def nginx(folder: Path, export: Path) -> list[str]:
    """Return the command that runs a stock nginx that includes the export."""
    main = folder / "main.conf"
    main.write_text(f"""
pid {folder}/pid;
daemon off;
# At this level nginx would name whoever sends what it cannot read.
error_log {folder}/error.log info;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    gzip on;
    access_log {folder}/access.log;
    include {export}/nginx.conf;
}}
""")
    return ["nginx", "-c", str(main), "-e", f"{folder}/error.log"]


def caddy(_folder: Path, export: Path) -> list[str]:
    """Return the command that runs Caddy as Debian's unit does."""
    return ["caddy", "run", "--config", str(export / "Caddyfile")]


def apache(folder: Path, export: Path) -> list[str]:
    """Return the command that runs Apache with its virtual host, as Debian has it.

    Debian logs each visit to a virtual host without a log of its own.
    """
    modules = [
        "mpm_event",
        "authz_core",
        "mime",
        "dir",
        "env",
        "rewrite",
        "headers",
        "ssl",
    ]
    loaded = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in [*modules, "deflate", "filter"]
    )
    main = folder / "main.conf"
    main.write_text(f"""
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
LogLevel info
LogFormat "%h %r %{{User-Agent}}i" visits
CustomLog {folder}/other_vhosts_access.log visits
ServerTokens OS
User www-data
Group www-data
{loaded}
TypesConfig /etc/mime.types
AddOutputFilterByType DEFLATE text/html
Include {export}/apache.conf
""")
    return ["apache2", "-f", str(main), "-D", "FOREGROUND"]


COMMANDS: Mapping[str, Callable[[Path, Path], list[str]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "apache": apache,
}


# {server: (file, text in it, its replacement for TLS)}
TLS = {
    "nginx": (
        "export/nginx.conf",
        "listen PORT;\n    listen [::]:PORT;",
        "listen PORT ssl; ssl_certificate CRT; ssl_certificate_key KEY;",
    ),
    "caddy": ("export/Caddyfile", "\n:PORT {", "\nNAMES {\n\ttls CRT KEY"),
    "apache": (
        "export/apache.conf",
        ":PORT>",
        ":PORT>\nSSLEngine on\nSSLCertificateFile CRT\nSSLCertificateKeyFile KEY",
    ),
}


def add_tls(name: str, folder: Path, settings: Settings, port: int) -> None:
    """Put TLS into a configuration, where a host does so."""
    issue(folder, settings.hosts[0])
    values = {
        "PORT": str(port),
        "NAMES": ", ".join(f"https://{host}:{port}" for host in settings.allowed_hosts),
        "CRT": f"{folder}/quietpage.crt",
        "KEY": f"{folder}/quietpage.key",
    }
    path, *lines = TLS[name]
    for key, value in values.items():
        lines = [line.replace(key, value) for line in lines]
    old, new = lines
    text = (folder / path).read_text()
    assert old in text, f"{path} lacks {old}"
    (folder / path).write_text(text.replace(old, new))


@contextmanager
def start_static(
    name: str, site: Site, settings: Settings, *, tls: bool = False
) -> Iterator[Server]:
    """Run the server of that name on an export, with its logs in its own folder."""
    # Not in pytest's folder, which the workers' users cannot enter.
    with TemporaryDirectory(prefix="quietpage-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        export, logs, port = folder / "export", folder / "logs", free_port()
        logs.mkdir()
        write_folder(export, export_files(site, settings, str(export), port))
        command = COMMANDS[name](logs, export)
        if tls:
            add_tls(name, folder, settings, port)
        path = f"{os.environ['PATH']}:/usr/sbin"
        executable = shutil.which(command[0], path=path)
        assert executable, f"{command[0]} is not installed; `make test` installs it"
        log = logs / "output.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [executable, *command[1:]],
                stdout=output,
                stderr=output,
                env=os.environ | {"HOME": str(logs), "PATH": path},
            )
            try:
                wait_for(("127.0.0.1", port), process)
                yield Server(port, process.pid, log, logs)
            finally:
                process.terminate()
                process.wait(PATIENCE_S)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send one request; return the status, lower-case headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": f"localhost:{port}"} | sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    pairs = [(k.lower(), v) for k, v in answer.getheaders() if k.lower() not in OWN]
    assert len(dict(pairs)) == len(pairs), "a header came twice"
    # Apache writes the list without a space, whatever the configuration says.
    return answer.status, {(k, v.replace(", ", ",")) for k, v in pairs}, body


def check_alike(static: Server, server: Server, *request: str, **headers: str) -> None:
    """Compare status, headers and body; show only the headers that differ."""
    status, sent, body = ask(static.port, *request, **headers)
    expected_status, expected, expected_body = ask(server.port, *request, **headers)
    assert status == expected_status, (request, headers)
    assert sent ^ expected == set(), (request, headers)
    assert body == expected_body, (request, headers)
