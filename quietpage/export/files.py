"""`quietpage export DIR`: the site as files, with configurations to serve them.

DIR/site/          what is published: a folder for each language, robots.txt, and
                   what Apache and CDNs read there
DIR/nginx.conf     DIR/Caddyfile, DIR/apache.conf
DIR/SHA256SUMS     the hashes of all other files
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.config import Settings
from quietpage.content import current_content
from quietpage.errors import QuietpageError
from quietpage.prepared_site import Site

from .server_configs import configurations

SERVED_FROM = "/srv/quietpage"
SUMS = "SHA256SUMS"
_SUFFIXES = {"identity": "", "br": ".br", "gzip": ".gz"}


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--root",
    default=SERVED_FROM,
    show_default=True,
    help="Where DIR will be on the machine that serves it.",
)
@click.option(
    "--port",
    default=80,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The port on which that machine listens for plain HTTP.",
)
@with_appcontext
def command(folder: Path, root: str, port: int) -> None:
    """Write the site to DIR as files for nginx, Caddy, Apache or a CDN.

    An unchanged earlier export in DIR is replaced completely.
    """
    if not re.fullmatch(r"/[\w./-]*", root):
        raise QuietpageError(
            f"--root is '{root}', but must be an absolute path of letters, digits and"
            " ._-/, since configurations do not quote it. Name another."
        )
    folder = folder.resolve()
    check_replaceable(folder)
    click.echo("Making every page in every coding …")
    site = build_site(current_app)
    settings = current_content().settings
    files = export_files(site, settings, root.rstrip("/"), port)
    click.echo(f"Writing {len(files)} files to {folder} …")
    write_folder(folder, files)
    tags = {tag for tag, _ in site.guides}
    total_bytes = sum(map(len, files.values()))
    click.echo(f"Done: {len(tags)} languages, {total_bytes / 1e6:.1f} MB.")
    click.echo(f"nginx.conf, Caddyfile and apache.conf expect the folder at {root}.")


def guide_file(tag: str, coding: str) -> str:
    """Return where an export keeps a language's page in one coding."""
    return f"site/{tag}/index.html{_SUFFIXES[coding]}"


def export_files(
    site: Site, settings: Settings, root: str, port: int
) -> dict[str, bytes]:
    """Return {path in the export: content}; the same input gives the same bytes."""
    files = {"site/robots.txt": site.robots.body}
    for (tag, coding), guide in site.guides.items():
        files[guide_file(tag, coding)] = guide.body
    for (tag, _), error in site.errors.items():
        files[f"site/{tag}/error.html"] = error.body
    # Hosts without content negotiation send the default language.
    default = next(tag for tag, _ in site.guides)
    for name in ("index.html", "404.html"):
        files[f"site/{name}"] = site.guides[default, "identity"].body
    files |= configurations(site, settings, root, port)
    sums = (f"{_sha256(files[name])}  {name}\n" for name in sorted(files))
    return files | {SUMS: "".join(sums).encode()}


def check_replaceable(folder: Path) -> None:
    """Accept a folder that is absent, empty, or an unchanged export.

    Raises:
        QuietpageError: Replacing it would lose other files or changes.
    """
    try:
        _refuse_changes(folder)
    except OSError as error:
        raise QuietpageError(
            f"{error.filename}: cannot be read ({error.strerror}). "
            "Name a folder that you may read and write."
        ) from error


def _refuse_changes(folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / SUMS).is_file():
        raise QuietpageError(
            f"{folder}: is not an export of this site, so nothing in it was touched. "
            "Name a folder that does not exist yet."
        )
    lines = (folder / SUMS).read_text("utf-8", "replace").splitlines()
    written = {name: digest for digest, _, name in (x.partition("  ") for x in lines)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == SUMS or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or written.get(name) != _sha256(path.read_bytes()):
            raise QuietpageError(
                f"{folder}: {name} has changed since the export, so nothing was"
                " touched. Move what is yours elsewhere and remove the folder."
            )


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace `folder` by `files`; a failure on the way leaves the old one.

    Raises:
        QuietpageError: The folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{folder.name}-", dir=folder.parent
        ) as temporary:
            new, old = Path(temporary, "new"), Path(temporary, "old")
            for name, content in files.items():
                path = new / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            # Web servers run as other users, whatever the umask here.
            for path in (new, *new.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            _exchange(folder, new, old)
    except OSError as error:
        raise QuietpageError(
            f"{folder}: cannot be written ({error.strerror}). "
            "Name a folder where you may write, on a disk with room."
        ) from error


def _exchange(folder: Path, new: Path, old: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
