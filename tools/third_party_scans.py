"""`make scans`: what strangers' tools say of the site behind the nginx of `deploy/`.

Writes docs/third-party-scans.md. Needs root, since nginx takes ports 80 and 443 here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import create_site
from quietpage.config import ROOT, Settings
from tests.support import nginx
from tests.support.gunicorn import start_server
from tools import npm_packages

SETTINGS = """trusted_proxies = ["*"]
hosts = ["localhost"]
search_engines = true
"""
# 100, and what version 1.4.8 adds for CSP, CORP, the referrer and frames; 15 more are
# for cookies, scripts of others and being on the browsers' list of preloaded hosts.
OBSERVATORY = 130
REPORT = ROOT / "docs" / "third-party-scans.md"
# A box of the plan carries autocomplete="off", which HTML does not have for boxes:
# without it Firefox writes the ticks to its session file.
HTML_RULES = {
    "root": True,
    "extends": ["html-validate:standard"],
    "rules": {"valid-autocomplete": "off"},
}


def main() -> None:
    """Ask every judge, write the table, and end with 1 where one is not content."""
    for program in ("npm", "testssl", "nginx", "chromium"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            sys.exit(f"{program} is missing. Install it, then run make scans again.")
    with TemporaryDirectory() as name, served(Path(name)) as authority:
        # The packages run as another user.
        Path(name).chmod(0o755)
        folder = Path(name, "npm")
        # The list of preloaded hosts is brought by a script; none of them is ours.
        observatory = npm_packages.install(folder) / "@mdn" / "mdn-http-observatory"
        (observatory / "conf" / "hsts-preload.json").write_text("{}")
        rows = [
            *html_rows(folder),
            *lighthouse_rows(folder, authority),
            *script_rows(folder, authority),
            *tls_rows(Path(name)),
        ]
    table = "\n".join(
        f"| {judge} | {asked} | {said} |" for judge, asked, said, _ in rows
    )
    today = datetime.now(UTC).date()
    text = REPORT.read_text(encoding="utf-8")
    kept = text.partition("<!-- from here on by make scans -->\n")
    REPORT.write_text(
        f"{kept[0]}{kept[1]}\nSaid on {today}:\n\n| judge | asked for | said |\n"
        f"|---|---|---|\n{table}\n",
        encoding="utf-8",
    )
    print(table)
    if not all(holds for *_, holds in rows):
        sys.exit("A judge is not content.")


Row = tuple[str, str, str, bool]


@contextmanager
def served(folder: Path) -> Iterator[Path]:
    """Serve the site at http and https localhost; yield the authority's certificate."""
    address = f"{folder}/quietpage.sock"
    nginx.issue(folder, "localhost")
    configuration = nginx.write_deployed(folder, address, 443, 80)
    environment = {"BIND": f"unix:{address}"}
    with (
        start_server(folder / "site", settings=SETTINGS, environment=environment),
        nginx.start_nginx(configuration, 80, 443),
    ):
        yield folder / "ca.pem"


def html_rows(folder: Path) -> Iterator[Row]:
    """Validate every document."""
    pages = folder / "pages"
    pages.mkdir()
    site = create_site(Settings())
    for kind in (site.guides, site.errors):
        for (tag, coding), snapshot in kind.items():
            if coding == "identity":
                name = f"{tag}-{len(snapshot.body)}.html"
                (pages / name).write_bytes(snapshot.body)
    (folder / ".htmlvalidate.json").write_text(json.dumps(HTML_RULES))
    command = ["npx", "--no-install", "html-validate", "--max-warnings=0", str(pages)]
    run = npm_packages.run(command, folder, check=False)
    count = len(list(pages.iterdir()))
    said = "no finding" if run.returncode == 0 else run.stdout.strip()[-300:]
    yield "html-validate", f"{count} documents valid", said, run.returncode == 0


def lighthouse_rows(folder: Path, authority: Path) -> Iterator[Row]:
    """Ask Lighthouse, as of a copy that search engines may list."""
    del authority
    categories = {"accessibility": 100, "best-practices": 100, "seo": 91}
    for tag in ("en", "ar"):
        report = folder / f"lighthouse-{tag}.json"
        flags = "--headless=new --no-sandbox --ignore-certificate-errors"
        npm_packages.run(
            [
                *("npx", "--no-install", "lighthouse", f"https://localhost/{tag}/"),
                f"--chrome-flags={flags} --disable-background-networking",
                f"--only-categories={','.join(categories)}",
                *("--quiet", "--output=json", f"--output-path={report}"),
            ],
            folder,
            {"CHROME_PATH": shutil.which("chromium") or ""},
        )
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        short = [
            key
            for key, audit in found["audits"].items()
            if audit["score"] is not None and audit["score"] < 1
        ]
        for category, least in categories.items():
            score = round(100 * found["categories"][category]["score"])
            said = str(score) + (f" ({', '.join(short)})" if score < 100 else "")
            yield f"Lighthouse, {category}, {tag}", "100", said, score >= least


def script_rows(folder: Path, authority: Path) -> Iterator[Row]:
    """Ask the Observatory, csp_evaluator and Firefox's reader mode."""
    site = create_site(Settings())
    snapshot = site.guides["en", "identity"]
    policy = dict(snapshot.headers["https"])["Content-Security-Policy"]
    page = folder / "en.html"
    page.write_bytes(snapshot.body)
    shutil.copy(ROOT / "tools" / "third_party_scans.mjs", folder)
    command = ["node", "third_party_scans.mjs", "localhost", str(page), policy]
    printed = npm_packages.run(
        command, folder, {"NODE_EXTRA_CA_CERTS": str(authority)}
    ).stdout
    said = json.loads(printed)
    score, failed = said["observatory"]["score"], said["observatory"]["failed"]
    told = f"{score}" + (f" (fails: {', '.join(failed)})" if failed else "")
    yield "MDN HTTP Observatory", str(OBSERVATORY), told, score >= OBSERVATORY
    findings = "; ".join(said["csp"]) or "none"
    yield "csp_evaluator", "no finding above information", findings, not said["csp"]
    share, numbers = said["reader"]["share"], said["reader"]["numbers"]
    told = f"{share} % of the letters, {numbers} numbers"
    every = snapshot.body.count(b'href="tel:')
    yield "Reader mode (Readability)", "all is kept", told, numbers == every


def tls_rows(folder: Path) -> Iterator[Row]:
    """Ask testssl; what it holds against the test's own certificate is left out."""
    report = folder / "testssl.json"
    subprocess.run(
        ["testssl", "--quiet", "--jsonfile", str(report), "localhost:443"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    # BREACH takes a secret and an echo of the request; the page has neither.
    left_out = re.compile(
        r"BREACH|cert|OCSP|DNS_CAA|HSTS_preload|engine_problem|scanTime", re.IGNORECASE
    )
    high = [
        f"{one['id']}: {one['finding']}"
        for one in found
        if one["severity"] in {"MEDIUM", "HIGH", "CRITICAL", "WARN"}
        and not left_out.search(one["id"])
    ]
    asked = "no finding above low but BREACH and the test's certificate"
    yield "testssl", asked, "; ".join(high) or "none", not high


if __name__ == "__main__":
    main()
