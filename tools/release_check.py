"""`make release-check`: the checks before a tag, as docs/releasing.md says."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from quietpage import __version__
from quietpage.config import ROOT
from quietpage.export.files import SUMS

CHANGELOG = ROOT / "CHANGELOG.md"
TAG = f"v{__version__}"
_FLASK = (sys.executable, "-m", "flask")
# The files that name images, and Docker Hub's official images without a digest.
_IMAGE_FILES = (
    ROOT / "deploy" / "Containerfile",
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
)
_UNPINNED = re.compile(r"\b(?:debian|python):[\w.-]++(?!@)")


def main() -> None:
    """Run each check, and the slow tests only if all others pass."""
    images = list(unpinned_images())
    if images:
        print("Images without a digest; docs/releasing.md says how to resolve one:")
        print("".join(f"      {image}\n" for image in images), end="")
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "the tree is what a tag would hold": tree_faults,
        "version and changelog agree": lambda: changelog_faults(
            __version__, CHANGELOG.read_text(encoding="utf-8")
        ),
        "generated files are in step": generated_faults,
        "two exports are the same bytes": export_faults,
        "bill of materials": lambda: make_faults("sbom"),
        "advisories were asked, and none applies": lambda: make_faults("advisories"),
    }
    # All of them, so that one run shows everything that is left to do.
    results = [_is_green(name, check) for name, check in checks.items()]
    if not all(results):
        raise SystemExit("Not ready for a tag. `make test` was not run.")
    if subprocess.run(["make", "test"], cwd=ROOT, check=False).returncode:
        raise SystemExit("Not ready for a tag: make test failed.")
    print(
        f"\n{TAG} is green. What no program does is left: docs/releasing.md, from"
        f' "Read" on. Then:\n    git tag -s {TAG} -m "Quietpage {__version__}"\n'
        f"    git verify-tag {TAG}\n    git push origin {TAG}"
    )


def _is_green(name: str, check: Callable[[], Iterator[str]]) -> bool:
    faults = list(check())
    print(f"{'FAIL' if faults else 'ok  '}  {name}")
    for fault in faults:
        print(f"      {fault}")
    return not faults


def tree_faults() -> Iterator[str]:
    """Yield uncommitted changes, and a tag that exists already."""
    for line in _git("status", "--porcelain").splitlines():
        yield f"{line[3:]}: is not committed. Commit it or remove it."
    if _git("tag", "--list", TAG):
        yield (
            f"{TAG}: the tag exists already. Write the next version into "
            "quietpage/__init__.py and CHANGELOG.md."
        )


def changelog_faults(version: str, changelog: str) -> Iterator[str]:
    """Yield the faults in the changelog's two topmost sections for this version."""
    if ".dev" in version:
        version = version.partition(".dev")[0]
        yield f"quietpage/__init__.py: is of a development version. Write {version}."
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    bodies = {
        heading.strip(): body.strip()
        for heading, _, body in (section.partition("\n") for section in sections)
    }
    first, second, *_ = [*bodies, "", ""]
    if first != "Unreleased" or bodies[first]:
        yield (
            "CHANGELOG.md: the topmost section must be '## Unreleased', with nothing "
            f"in it. Move what it holds below '## {version} - DATE'."
        )
    name, _, day = second.partition(" - ")
    if name != version or not _is_date(day):
        yield (
            f"CHANGELOG.md: the section below Unreleased is '{second}', but "
            f"quietpage/__init__.py says {version}. Write '## {version} - YYYY-MM-DD'."
        )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def generated_faults() -> Iterator[str]:
    """Write the generated files again, and yield those that change."""
    names = _git("ls-files").splitlines()
    before = {name: (ROOT / name).read_bytes() for name in names}
    _run(*_FLASK, "settings", "--write")
    _run(*_FLASK, "translate", "update")
    for name, content in before.items():
        if (ROOT / name).read_bytes() != content:
            yield f"{name}: was not as the code makes it, and now is. Commit it."


def export_faults() -> Iterator[str]:
    """Export from here and from a clone of the commit; yield differences."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        _run("git", "clone", "--quiet", "--shared", str(ROOT), str(clone))
        here, there = (
            _export(root, Path(folder, name))
            for root, name in ((ROOT, "here"), (clone, "there"))
        )
    names = sorted({line.partition("  ")[2] for line in here ^ there})
    if names:
        yield (
            f"{names[0]} and {len(names) - 1} others differ between this folder and a "
            "clone of its commit. Commit what is not, or find what is not repeatable."
        )


def _export(root: Path, folder: Path) -> set[str]:
    """Return the checksums of an export with the sample settings."""
    settings = {"QUIETPAGE_CONFIG": str(root / "deploy" / "quietpage.toml")}
    _run(*_FLASK, "export", str(folder), cwd=root, env=os.environ | settings)
    return set((folder / SUMS).read_text(encoding="utf-8").splitlines())


def make_faults(target: str) -> Iterator[str]:
    """Yield the last lines of a target that fails or cannot reach a service."""
    made = subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=ROOT,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if made.returncode:
        yield from [f"make {target} failed:", *made.stdout.splitlines()[-5:]]


def unpinned_images(paths: Sequence[Path] = _IMAGE_FILES) -> Iterator[str]:
    """Yield each image without a digest, and its file; ignore comments."""
    for path in paths:
        text = re.sub(r"^\s*#.*", "", path.read_text("utf-8"), flags=re.MULTILINE)
        for image in dict.fromkeys(_UNPINNED.findall(text)):
            yield f"{image} in {path.name}"


def _git(*arguments: str) -> str:
    return _run("git", *arguments)


def _run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Return the output of a command; if it fails, stop with its message."""
    ran = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        check=False,
        text=True,
        capture_output=True,
    )
    if ran.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {ran.stderr.strip()}")
    return ran.stdout


if __name__ == "__main__":
    main()
