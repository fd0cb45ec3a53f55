"""The Containerfile: the files that it copies are enough to start, as nobody."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from quietpage.config import ROOT

CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
STEPS = re.sub(r"\\\n\s*", "", CONTAINERFILE).splitlines()


def instructions(name: str) -> list[str]:
    """Return the arguments of every instruction with that name, in order."""
    return [step.removeprefix(f"{name} ") for step in STEPS if step.startswith(name)]


def test_the_files_in_the_image_are_enough_to_start(tmp_path: Path) -> None:
    for line in instructions("COPY"):
        *sources, target = shlex.split(line)
        for source in sources:
            to = (
                tmp_path
                / target
                / (Path(source).name if target.endswith(("/", ".")) else "")
            )
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to)
            else:
                shutil.copy(ROOT / source, to)
    (tmp_path / "quietpage.toml").touch()
    variables = dict(
        pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line)
    )
    (entry,) = instructions("ENTRYPOINT")
    assert entry == '[".venv/bin/gunicorn"]'

    checked = subprocess.run(
        [str(Path(sys.executable).with_name("gunicorn")), "--check-config"],
        cwd=tmp_path,
        env=os.environ | variables | {"QUIETPAGE_CONFIG": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_image_runs_as_nobody_and_reads_settings_from_outside() -> None:
    assert instructions("USER") == ["65534:65534"]
    assert "QUIETPAGE_CONFIG=/config/quietpage.toml" in instructions("ENV")[0]
    assert instructions("ENV")[0].startswith("BIND=unix:/run/")
