"""`make bench`: measure, and rewrite the tables of docs/performance.md."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.gunicorn import start_server
from tools.benchmark import first_flight, languages, latency, phone, rates, report
from tools.benchmark.nginx import serve_files
from tools.benchmark.peers import guide_text
from tools.exit_benchmark.peers import fetch_peers, serve_peers

EXIT = "https://www.wikipedia.org/"
BARE = {"GUNICORN_CMD_ARGS": "--config tools/benchmark/gunicorn.conf.py"}


def main() -> None:
    """Measure every subject, put its table into the page, and print the goals."""
    with TemporaryDirectory() as name:
        reports = measure(Path(name))
    goals = report.goals_table(reports.values())
    print(goals)
    for mark, text in {
        "machine": report.machine(),
        "goals": goals,
        **{mark: one.table for mark, one in reports.items()},
    }.items():
        report.put(mark, text)


def measure(folder: Path) -> dict[str, report.Report]:
    """Return the report of every subject, by its marker in the page."""
    reports = {}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                start_server(
                    folder / f"peer-{number}",
                    peer.target,
                    environment={}
                    if name == rates.OURS
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
        ours = servers[rates.OURS]
        reports["first-flight"] = first_flight.report(ours)
        plain = stack.enter_context(
            start_server(
                folder / "plain",
                "tools.benchmark.peers:plain_flask()",
                environment=BARE,
            )
        )
        modules = fetch_peers(folder / "npm")
        peers = stack.enter_context(serve_peers(modules, EXIT, guide_text()))
        reports["phone"] = phone.report(
            [
                phone.Site(rates.OURS, ours.url, "#quick-exit[aria-describedby]"),
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
