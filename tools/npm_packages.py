"""Install and run the npm packages of tools/npm, by locked hashes and never as root.

Root becomes the user nobody; any other user stays the same.
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
    """Install the locked packages in a new `folder`; return its node_modules.

    The unprivileged user owns `folder`, and must be able to enter its parents.
    """
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is missing. Install nodejs and npm, then run this again.")
    shutil.copytree(LOCKED, folder, ignore=shutil.ignore_patterns("node_modules"))
    hand_over(folder)
    # It may be set in a file that the other user cannot read.
    registry = subprocess.check_output([npm, "config", "get", "registry"], text=True)
    run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
        folder,
        {"npm_config_registry": registry.strip()},
    )
    return folder / "node_modules"


def hand_over(folder: Path) -> None:
    """Give `folder` and everything in it to the unprivileged user."""
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
    """Run a command in `folder`, which is also its home; return the output."""
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
