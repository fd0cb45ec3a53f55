"""The npm packages of tools/npm, by the hashes of its lock file and never as root.

Root becomes the user nobody; anybody else stays who they are.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from quietpage.config import ROOT

LOCKED = ROOT / "tools" / "npm"


def install(folder: Path) -> Path:
    """Install what is locked in a new `folder`; return its node_modules.

    `folder` is the unprivileged user's, who has to be able to enter those above it.
    """
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is missing. Install nodejs and npm, then run this again.")
    shutil.copytree(LOCKED, folder, ignore=shutil.ignore_patterns("node_modules"))
    hand_over(folder)
    # That of whoever runs this may be in a file that the other user can't read.
    registry = subprocess.check_output([npm, "config", "get", "registry"], text=True)
    run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
        folder,
        {"npm_config_registry": registry.strip()},
    )
    return folder / "node_modules"


def hand_over(folder: Path) -> None:
    """Give `folder` and all in it to the unprivileged user."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`, which is its home too; what it prints is returned."""
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder), **environment},
        check=check,
        stdout=subprocess.PIPE,
        text=True,
        **user,
    )
