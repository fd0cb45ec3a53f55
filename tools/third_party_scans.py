"""`make scans`: scan the site, behind the nginx of `deploy/`, with third-party tools.

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
# 100, plus what version 1.4.8 adds for CSP, CORP, the referrer and frames. The other 15
# points are for cookies, third-party scripts and the browsers' preload list.
OBSERVATORY = 130
REPORT = ROOT / "docs" / "third-party-scans.md"
# The plan's checkboxes have autocomplete="off", which HTML does not allow there:
# without it, Firefox writes the ticks to its session file.
HTML_RULES = {
    "root": True,
    "extends": ["html-validate:standard"],
    "rules": {"valid-autocomplete": "off"},
}


def main() -> None:
    """Run every tool, write the table, and exit with 1 if one misses its goal."""
    for program in ("npm", "testssl", "nginx", "chromium"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            sys.exit(f"{program} is missing. Install it, then run make scans again.")
    with TemporaryDirectory() as name, served(Path(name)) as authority:
        # The packages run as another user.
        Path(name).chmod(0o755)
        folder = Path(name, "npm")
        # An install script would fetch the preload list. We are not on it.
        observatory = npm_packages.install(folder) / "@mdn" / "mdn-http-observatory"
        (observatory / "conf" / "hsts-preload.json").write_text("{}")
        rows = [
            *html_rows(folder),
            *lighthouse_rows(folder),
            *script_rows(folder, authority),
            *tls_rows(Path(name)),
        ]
    table = "\n".join(
        f"| {tool} | {goal} | {result} |" for tool, goal, result, _ in rows
    )
    today = datetime.now(UTC).date()
    text = REPORT.read_text(encoding="utf-8")
    kept = text.partition("<!-- make scans writes everything below this line -->\n")
    REPORT.write_text(
        f"{kept[0]}{kept[1]}\nMeasured on {today}:\n\n| tool | goal | result |\n"
        f"|---|---|---|\n{table}\n",
        encoding="utf-8",
    )
    print(table)
    if not all(is_met for *_, is_met in rows):
        sys.exit("A tool missed its goal: see the table.")


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
    result = "no finding" if run.returncode == 0 else run.stdout.strip()[-300:]
    yield "html-validate", f"{count} documents valid", result, run.returncode == 0


def lighthouse_rows(folder: Path) -> Iterator[Row]:
    """Run Lighthouse on a copy that search engines may list."""
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
            result = str(score) + (f" ({', '.join(short)})" if score < 100 else "")
            yield f"Lighthouse, {category}, {tag}", "100", result, score >= least


def script_rows(folder: Path, authority: Path) -> Iterator[Row]:
    """Run the Observatory, csp_evaluator and Firefox's reader mode."""
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
    reports = json.loads(printed)
    score, failed = reports["observatory"]["score"], reports["observatory"]["failed"]
    result = f"{score}" + (f" (fails: {', '.join(failed)})" if failed else "")
    yield "MDN HTTP Observatory", str(OBSERVATORY), result, score >= OBSERVATORY
    findings, goal = "; ".join(reports["csp"]), "no finding above information"
    yield "csp_evaluator", goal, findings or "none", not findings
    share, numbers = reports["reader"]["share"], reports["reader"]["numbers"]
    result = f"{share} % of the letters, {numbers} numbers"
    every = snapshot.body.count(b'href="tel:')
    yield "Reader mode (Readability)", "keeps every number", result, numbers == every


def tls_rows(folder: Path) -> Iterator[Row]:
    """Run testssl; leave out what it reports about the certificate of this test."""
    report = folder / "testssl.json"
    subprocess.run(
        ["testssl", "--quiet", "--jsonfile", str(report), "localhost:443"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    # BREACH needs a secret and an echo of the request; the page has neither.
    left_out = re.compile(
        r"BREACH|cert|OCSP|DNS_CAA|HSTS_preload|engine_problem|scanTime", re.IGNORECASE
    )
    high = [
        f"{one['id']}: {one['finding']}"
        for one in found
        if one["severity"] in {"MEDIUM", "HIGH", "CRITICAL", "WARN"}
        and not left_out.search(one["id"])
    ]
    goal = "no finding above low except BREACH and the test's certificate"
    yield "testssl", goal, "; ".join(high) or "none", not high


if __name__ == "__main__":
    main()
