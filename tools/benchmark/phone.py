"""A cheap phone on a bad line: Chromium slowed by its own debugger.

The debugger delays each request, and delivers its bytes at the rate of the line. It
does not slow DNS, connections and TLS, and does not simulate TCP: the first bytes of an
answer arrive at the same rate as the last.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from quietpage.terminal_progress import progress_map
from tests.support.chromium import launch_chromium
from tools.bar_chart import Bar, Chart
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import rounds, table

ROUNDS = 5
SLOWED = 6
# Delay in ms, bits a second.
LINES = {"3G": (400, 400_000), "2G": (2000, 50_000)}
# Fonts that other hosts of GOV.UK's system may not use; the debugger blocks them.
FONTS = "*/assets/fonts/*"
# Whether the exit's script has started or, without a script, its link exists.
WATCH = """new MutationObserver((_, watch) => {
  if (!document.querySelector(%r)) return;
  window.usableAt = performance.now();
  watch.disconnect();
}).observe(document, {childList: true, subtree: true, attributes: true})"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
IS_READ = f"window.usableAt && {PAINTED}"


@dataclass(frozen=True)
class Site:
    """A page to open: its address, and the selector of its exit once that works."""

    name: str
    url: str
    exit_selector: str


@dataclass(frozen=True)
class Visit:
    """What a reader waited for, in seconds, and what it transferred."""

    painted_s: float
    usable_s: float
    loaded_s: float
    size_bytes: int
    requests: int


def visit(browser: Browser, site: Site, line: tuple[int, int]) -> Visit:
    """Open the page with an empty cache."""
    delay_ms, bits_per_s = line
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, locale="en-GB"
    )
    page = context.new_page()
    debugger = context.new_cdp_session(page)
    sizes: list[int] = []
    debugger.on(
        "Network.loadingFinished",
        lambda event: sizes.append(event["encodedDataLength"]),
    )
    commands: dict[str, dict[str, Any]] = {
        "Network.enable": {},
        "Network.setBlockedURLs": {"urls": [FONTS]},
        "Network.emulateNetworkConditions": {
            "offline": False,
            "latency": delay_ms,
            "downloadThroughput": bits_per_s / 8,
            "uploadThroughput": bits_per_s / 8,
        },
        "Emulation.setCPUThrottlingRate": {"rate": SLOWED},
    }
    for command, values in commands.items():
        debugger.send(command, values)
    page.add_init_script(WATCH % site.exit_selector)
    page.set_default_timeout(120_000)
    page.goto(site.url)
    page.wait_for_function(IS_READ)
    painted, usable, loaded = page.evaluate(
        f"[{PAINTED}, window.usableAt, performance.timing.loadEventEnd"
        " - performance.timing.navigationStart]"
    )
    context.close()
    # A link is not visible before the first paint, even if it is in the document.
    usable = max(painted, usable)
    times = painted / 1000, usable / 1000, loaded / 1000
    # A data: URL makes no request.
    sent = [size for size in sizes if size]
    return Visit(*times, sum(sent), len(sent))


def report(sites: Sequence[Site]) -> Report:
    """Return the table; visit the sites in turn."""
    turns = [
        (line, site) for line in LINES for _ in range(rounds(ROUNDS)) for site in sites
    ]
    found: dict[tuple[str, str], list[Visit]] = {
        (line, site.name): [] for line in LINES for site in sites
    }
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)

        def open_site(turn: tuple[str, Site]) -> Visit:
            return visit(browser, turn[1], LINES[turn[0]])

        measured = progress_map("Visits by phone", open_site, turns)
        for (line, site), one in zip(turns, measured, strict=True):
            found[line, site.name].append(one)
        browser.close()
    head = (
        "",
        "",
        "first paint, s",
        "exit usable, s",
        "loaded, s",
        "bytes",
        "requests",
    )
    rows = [_row(line, name, visits) for (line, name), visits in found.items()]
    return Report(table(head, rows), chart=_weights(found))


def _weights(found: Mapping[tuple[str, str], list[Visit]]) -> Chart:
    """Return how many bytes a visit is, which no line changes."""
    bars = [
        Bar(name, visits[-1].size_bytes, f"{visits[-1].size_bytes:,} B")
        for (line, name), visits in found.items()
        if line == next(iter(LINES))
    ]
    return Chart("bytes", "Bytes that a first visit loads", {"": bars})


def _row(line: str, name: str, visits: list[Visit]) -> tuple[str, ...]:
    times = (
        statistics.median(getattr(visit, key) for visit in visits)
        for key in ("painted_s", "usable_s", "loaded_s")
    )
    last = visits[-1]
    return (
        line,
        name,
        *(f"{value:.1f}" for value in times),
        f"{last.size_bytes:,}",
        str(last.requests),
    )
