"""Chromium without its driver, because Chromium discards no tab that has one."""

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from tests.support.chromium import CHROMIUM_FLAGS

# Chromium's internal page for discarding tabs, and the button to press there.
PAGE = "chrome://discards/"
PRESS = """(() => {
  const table = document.querySelector("discards-main").shadowRoot
    .querySelector("discards-tab").shadowRoot;
  const row = [...table.querySelectorAll("tr")].find((one) =>
    one.innerText.includes("%s"));
  [...row.querySelectorAll("div")].findLast((one) =>
    one.innerText.trim() === "[Urgent Discard]").click();
  return true; })()"""
PATIENCE_S = 120
TRY_S = 20


class Chromium:
    """A Chromium behind its debugger, with one connection for each question."""

    def __init__(self, port: int) -> None:
        """Take over a started Chromium that listens on that port."""
        self._port = port

    def run(self, url: str, expression: str) -> Any:
        """Evaluate an expression in the page at an address, once it has loaded."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._ask(next(iter(self._tabs(url).values())), expression)
            except (
                StopIteration,
                LookupError,
                OSError,
                websocket.WebSocketException,
            ):
                # Not loaded yet.
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def discard(self, url: str) -> None:
        """Go to another tab, discard the one with the address, come back to it."""
        end = time.monotonic() + PATIENCE_S
        while not self._has_discarded(url):
            # On a busy machine the tab now and then stays out of sight.
            assert time.monotonic() < end, "the tab was not discarded and loaded again"

    def _has_discarded(self, url: str) -> bool:
        before = self._tabs(url)
        tool = json.loads(self._get(f"new?{PAGE}", "PUT"))
        end = time.monotonic() + TRY_S
        # Chromium refuses right after the tab has gone out of sight.
        while self._tabs(url) == before and time.monotonic() < end:
            self.run(PAGE, PRESS % url)
            time.sleep(0.5)
        # Only the discarded tab is left, and Chromium loads it again.
        self._get(f"close/{tool['id']}")
        loaded = "document.wasDiscarded && document.readyState === 'complete'"
        while not (is_loaded := self.run(url, loaded)) and time.monotonic() < end:
            time.sleep(0.1)
        return bool(is_loaded)

    def _tabs(self, url: str) -> dict[str, str]:
        """Return {id: debugger's address} of the tabs of an address."""
        pages: list[dict[str, str]] = json.loads(self._get("list"))
        return {
            page["id"]: page["webSocketDebuggerUrl"]
            for page in pages
            if (page["type"], page["url"]) == ("page", url)
        }

    def _ask(self, address: str, expression: str) -> Any:
        asked = {"expression": expression, "returnByValue": True}
        message = {"id": 1, "method": "Runtime.evaluate", "params": asked}
        # Our own socket, because the library leaves its socket open when a tab is gone.
        with socket.create_connection(("127.0.0.1", self._port), 10) as plain:
            connection = websocket.create_connection(
                address, suppress_origin=True, socket=plain
            )
            connection.send(json.dumps(message))
            answer = json.loads(connection.recv())["result"]
        if "exceptionDetails" in answer:
            raise LookupError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def _get(self, path: str, method: str = "GET") -> bytes:
        address = f"http://127.0.0.1:{self._port}/json/{path}"
        request = urllib.request.Request(address, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body


@contextmanager
def chromium(profile: Path, url: str) -> Iterator[Chromium]:
    """Start Chromium with one tab of that address."""
    # Without this, its internal pages are locked.
    (profile / "Local State").write_text('{"internal_only_uis_enabled": true}')
    command = ["chromium", f"--user-data-dir={profile}", *CHROMIUM_FLAGS]
    process = subprocess.Popen(
        [*command, "--no-first-run", "--remote-debugging-port=0", url],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    found = (re.search(r"listening on ws://[^:]+:(\d+)", x) for x in process.stderr)
    port = next(int(match[1]) for match in found if match)
    try:
        yield Chromium(port)
    finally:
        process.terminate()
        process.communicate(timeout=20)
