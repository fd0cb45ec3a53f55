"""`make bench`: measure, and write the tables and charts of docs/performance.md."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.gunicorn import start_server
from tools.bar_chart import OURS
from tools.benchmark import (
    first_flight,
    languages,
    latency,
    phone,
    rates,
    slow_client_waits,
)
from tools.benchmark.nginx import serve_files
from tools.benchmark.peers import guide_text
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import GOALS, PERFORMANCE, machine, put, put_goals, read
from tools.exit_benchmark.peers import fetch_peers, serve_peers

EXIT = "https://www.wikipedia.org/"
BARE = {"GUNICORN_CMD_ARGS": "--config tools/benchmark/gunicorn.conf.py"}
MARKS = ("rates", "latency", "waiting", "languages", "first-flight", "phone")
PROGRAMS = {
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "Chromium": ("chromium", "--version"),
}


def main() -> None:
    """Measure every subject, and put tables, charts and goals into the page."""
    for mark in ("machine", GOALS, *MARKS):
        read(PERFORMANCE, mark)
    where = machine(PROGRAMS)
    with TemporaryDirectory() as name:
        reports = measure(Path(name))
    put(PERFORMANCE, "machine", where)
    for mark in MARKS:
        put(PERFORMANCE, mark, reports[mark].write())
    put_goals("`make bench`", [g for mark in MARKS for g in reports[mark].goals])
    print(read(PERFORMANCE, GOALS)[1])


def measure(folder: Path) -> dict[str, Report]:
    """Return the report of every subject, by its marker in the page."""
    reports = {}
    with ExitStack() as stack:
        modules = fetch_peers(folder / "npm")
        servers = {
            name: stack.enter_context(
                start_server(
                    folder / f"peer-{number}",
                    peer.target,
                    environment={}
                    if name == OURS
                    else BARE | {"PEER_WORKER": peer.worker},
                )
            )
            for number, (name, peer) in enumerate(rates.PEERS.items())
        }
        ports = {name: server.port for name, server in servers.items()}
        files = stack.enter_context(serve_files(folder / "nginx"))
        found = rates.measure(ports | files)
        reports["rates"] = rates.report(found)
        reports["latency"] = latency.report(ports, found)
        reports["waiting"] = slow_client_waits.report(ports)
        ours = servers[OURS]
        reports["first-flight"] = first_flight.report(ours)
        plain = stack.enter_context(
            start_server(
                folder / "plain",
                "tools.benchmark.peers:plain_flask()",
                environment=BARE,
            )
        )
        peers = stack.enter_context(serve_peers(modules, EXIT, guide_text()))
        reports["phone"] = phone.report(
            [
                phone.Site(OURS, ours.url, "#quick-exit[aria-describedby]"),
                phone.Site(
                    "GOV.UK", f"{peers}govuk/", "[data-govuk-exit-this-page-init]"
                ),
                phone.Site("NSW", f"{peers}nsw/", ".nsw-quick-exit"),
                phone.Site("plain template", plain.url, "#exit"),
            ]
        )
    reports["languages"] = languages.report(folder / "languages")
    return reports


if __name__ == "__main__":
    main()
