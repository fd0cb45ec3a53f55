"""Chromium, Firefox and WebKitGTK behind one interface: real input on a real screen.

Selenium drives Chromium and WebKitGTK through their WebDrivers. Firefox itself speaks
WebDriver BiDi. Input is the JSON of WebDriver actions, the same for all three.
"""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import websocket
from selenium import webdriver
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService
from urllib3.exceptions import HTTPError
from Xlib.display import Display

from tests.support.chromium import CHROMIUM_FLAGS
from tests.support.gunicorn import PATIENCE_S

Actions = list[dict[str, Any]]

SIZE = (1000, 800)
# What the page reports about itself while a navigation is pending, because Chromium's
# debugger does not answer then.
STATE = """[[...document.documentElement.children].map((part) =>
  part === document.head ? "" : part.textContent).join(""), document.title]"""
WITNESS = f"setInterval(() => console.log(JSON.stringify({STATE})), 20)"


class Engine:
    """A browser with one window, on its own screen."""

    name = ""

    def open(self, url: str) -> None:
        """Navigate, and return when the page has loaded."""
        self.run("window.isLeftBehind = true")
        self.navigate(url)
        self.wait(
            lambda: self.run(
                "return document.readyState === 'complete' && !window.isLeftBehind"
            )
        )

    def shows(self, url: str) -> None:
        """Return when the page at that address has loaded."""
        self.wait(
            lambda: (
                self.run("return location.href + document.readyState")
                == f"{url}complete"
            )
        )

    def wait(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """Return what `condition` does as soon as it is true; fail after `seconds`.

        A dead driver is reported as such, so that pytest runs the test again.
        """
        end = time.monotonic() + seconds
        fault: Exception | None = None
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
                fault = None
            except Exception as error:  # noqa: BLE001 - a page that changes answers so
                fault = error
            time.sleep(0.05)
        if isinstance(fault, HTTPError):
            raise fault
        message = f"{self.name}: did not happen within {seconds} s"
        raise AssertionError(message) from fault

    def navigate(self, url: str) -> None:
        """Start a navigation."""
        raise NotImplementedError

    def run(self, script: str, *values: object) -> Any:
        """Run the body of a function in the page; return its result."""
        raise NotImplementedError

    def perform(self, actions: Actions) -> None:
        """Send input as WebDriver actions."""
        raise NotImplementedError

    def hold(self, key: str, repeats: int) -> None:
        """Hold a key down until it has repeated that often."""
        steps: list[dict[str, object]] = [{"type": "keyDown", "value": key}] * repeats
        steps.append({"type": "keyUp", "value": key})
        self.perform([{"type": "key", "id": "keyboard", "actions": steps}])

    def leave_tab(self) -> None:
        """Go to another tab."""
        raise NotImplementedError

    def return_to_tab(self) -> None:
        """Close the other tab and come back."""
        raise NotImplementedError

    def traverse(self, delta: int) -> None:
        """Press Back (-1) or Forward (1); without such an entry nothing happens."""
        raise NotImplementedError

    def url(self) -> str:
        """Return the address of the page."""
        raise NotImplementedError

    def tabs(self) -> int:
        """Return how many tabs are open."""
        raise NotImplementedError

    def fresh_tab(self) -> None:
        """Replace the tab with a new one, which has its own history."""
        raise NotImplementedError

    def find_tab(self, url: str) -> bool:
        """Switch to the tab with an address; return whether there is one."""
        raise NotImplementedError

    def watch(self) -> None:
        """Make the page report its content, for `states`."""
        self.run(WITNESS)

    def states(self, count: int) -> list[list[Any]]:
        """Return [text outside the head, title], sampled that many times from now."""
        seen = []
        for _ in range(count):
            seen.append(self.run(f"return {STATE}"))
            time.sleep(0.02)
        return seen


class Selenium(Engine):
    """An engine that Selenium drives."""

    def __init__(self, driver: WebDriver) -> None:
        """Take over a started driver."""
        self.driver = driver

    def navigate(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *values: object) -> Any:
        return self.driver.execute_script(script, *values)

    def perform(self, actions: Actions) -> None:
        self.driver.execute(Command.W3C_ACTIONS, {"actions": actions})

    def traverse(self, delta: int) -> None:
        if delta < 0:
            self.driver.back()
        else:
            self.driver.forward()

    def url(self) -> str:
        return str(self.driver.current_url)

    def tabs(self) -> int:
        return len(self.driver.window_handles)

    def leave_tab(self) -> None:
        self._tab = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")

    def return_to_tab(self) -> None:
        self.driver.close()
        self.driver.switch_to.window(self._tab)

    def fresh_tab(self) -> None:
        old = self.driver.window_handles
        self.driver.switch_to.new_window("tab")
        new = self.driver.current_window_handle
        for handle in old:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(new)
        # WebKitGTK drops a navigation that starts before the tab's first page.
        self.wait(lambda: self.run("return document.readyState") == "complete")
        time.sleep(0.2)


class Chromium(Selenium):
    """Debian's Chromium."""

    name = "Chromium"

    def hold(self, key: str, repeats: int) -> None:
        # Chromium's driver does not mark repeated keys as such.
        name, code = {
            "\ue00c": ("Escape", 27),
            "\ue008": ("Shift", 16),
            "\ue007": ("Enter", 13),
        }[key]
        event: dict[str, object] = {"key": name, "windowsVirtualKeyCode": code}
        if name == "Enter":
            event["text"] = "\r"
        for count in range(repeats):
            event |= {"type": "keyDown", "autoRepeat": count > 0}
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", event)
        event["type"] = "keyUp"
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", event)

    def slow_down(self, times: int) -> None:
        """Slow the page's processor down by that factor."""
        self.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": times})

    def return_to_tab(self) -> None:
        super().return_to_tab()
        self.driver.execute_cdp_cmd("Page.bringToFront", {})

    def watch(self) -> None:
        """Listen without the driver, whose commands wait for pending navigations."""
        address = self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        target = self.driver.current_window_handle
        self._socket = websocket.create_connection(
            f"ws://{address}/devtools/page/{target}", suppress_origin=True
        )
        self._socket.send('{"id": 1, "method": "Runtime.enable"}')
        super().watch()

    def states(self, count: int) -> list[list[Any]]:
        seen: list[list[Any]] = []
        start = time.time() * 1000
        self._socket.settimeout(60)
        while len(seen) < count:
            event = json.loads(self._socket.recv())
            if event.get("method") != "Runtime.consoleAPICalled":
                continue
            logged = event["params"]
            if logged["timestamp"] >= start:
                seen.append(json.loads(logged["args"][0]["value"]))
        self._socket.close()
        return seen


class WebKit(Selenium):
    """WebKitGTK's MiniBrowser."""

    name = "WebKitGTK"

    def __init__(self, start: Callable[[], WebDriver]) -> None:
        """Start a driver and remember how: now and then one crashes."""
        super().__init__(start())
        self._start = start

    def open(self, url: str) -> None:
        try:
            super().open(url)
        except AssertionError:
            # On a busy machine it now and then drops a navigation.
            super().open(url)

    def fresh_tab(self) -> None:
        try:
            super().fresh_tab()
        except HTTPError:
            self.driver = self._start()
            super().fresh_tab()

    def leave_tab(self) -> None:
        # Here a second tab does not hide the first; minimising the window does.
        self.driver.minimize_window()

    def return_to_tab(self) -> None:
        self.driver.set_window_rect(0, 0, *SIZE)

    def shows(self, url: str) -> None:
        self.wait(lambda: self.url() == url)
        time.sleep(0.1)
        super().shows(url)


class Firefox(Engine):
    """Firefox ESR over WebDriver BiDi, https://w3c.github.io/webdriver-bidi/ ."""

    name = "Firefox"

    def __init__(self, address: str) -> None:
        """Connect to a started Firefox."""
        self._socket = websocket.create_connection(
            address, suppress_origin=True, timeout=30
        )
        self._calls = 0
        self._call("session.new", capabilities=_insecure_certificates())
        self.context = self._contexts()[0]["context"]

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _call(self, method: str, **parameters: object) -> Any:
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._calls:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def _contexts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("browsingContext.getTree")["contexts"]
        return found

    def navigate(self, url: str) -> None:
        self._call(
            "browsingContext.navigate", context=self.context, url=url, wait="none"
        )

    def run(self, script: str, *values: object) -> Any:
        answer = self._call(
            "script.evaluate",
            expression=f"JSON.stringify((function() {{ {script} }})"
            f".apply(null, {json.dumps(values)}) ?? null)",
            target={"context": self.context},
            awaitPromise=False,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def perform(self, actions: Actions) -> None:
        try:
            self._call("input.performActions", context=self.context, actions=actions)
        except RuntimeError as error:
            # The page left while the press lasted; the tests check where it went.
            if "EventUtils.js" not in str(error):
                raise

    def traverse(self, delta: int) -> None:
        with suppress(RuntimeError):  # no such entry
            self._call(
                "browsingContext.traverseHistory", context=self.context, delta=delta
            )

    def url(self) -> str:
        mine = [c for c in self._contexts() if c["context"] == self.context]
        return str(mine[0]["url"])

    def tabs(self) -> int:
        return len(self._contexts())

    def leave_tab(self) -> None:
        self._other = self._call("browsingContext.create", type="tab")["context"]

    def return_to_tab(self) -> None:
        self._call("browsingContext.activate", context=self.context)
        self._call("browsingContext.close", context=self._other)

    def find_tab(self, url: str) -> bool:
        found = [c["context"] for c in self._contexts() if c["url"] == url]
        if found:
            self.context = found[0]
        return bool(found)

    def fresh_tab(self) -> None:
        old = [c["context"] for c in self._contexts()]
        made = self._call("browsingContext.create", type="tab")
        self.context = made["context"]
        for context in old:
            self._call("browsingContext.close", context=context)


def _insecure_certificates() -> dict[str, Any]:
    return {"alwaysMatch": {"acceptInsecureCerts": True}}


@contextmanager
def screen() -> Iterator[Display]:
    """Start an X server, whose screen the pixel tests read, and set it as DISPLAY."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x900x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL
    )
    os.close(writer)
    # The server writes the number and the newline apart, and exits if nobody reads.
    with os.fdopen(reader) as answer:
        number = answer.readline().strip()
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = f":{number}"
    display = Display(f":{number}")
    try:
        yield display
    finally:
        display.close()
        server.terminate()
        server.wait()
        os.environ.pop("DISPLAY")
        if before:
            os.environ["DISPLAY"] = before


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[Engine]:
    """Start Chromium."""
    options = webdriver.ChromeOptions()
    options.binary_location = _found("chromium")
    options.add_argument(f"--user-data-dir={profile}")
    for flag in [*CHROMIUM_FLAGS, f"--window-size={SIZE[0]},{SIZE[1]}", *flags]:
        options.add_argument(flag)
    options.page_load_strategy = "none"
    options.accept_insecure_certs = True
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(_found("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield Chromium(driver)
    finally:
        driver.quit()


@contextmanager
def webkit(_profile: Path) -> Iterator[Engine]:
    """Start WebKitGTK."""
    os.environ["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    options = WebKitOptions()
    options.page_load_strategy = "none"
    options.set_capability("acceptInsecureCerts", True)
    services = []

    def start() -> WebDriver:
        service = WebKitService(_found("WebKitWebDriver"))
        service.start()
        services.append(service)
        # WebKitGTK never answers a script that a change of pages interrupts: ask again.
        patience = ClientConfig(remote_server_addr=service.service_url, timeout=4)
        connection = RemoteConnection(client_config=patience)
        driver = webdriver.Remote(connection, options=options)
        driver.set_window_rect(0, 0, *SIZE)
        return driver

    engine = WebKit(start)
    try:
        yield engine
    finally:
        with suppress(HTTPError):
            engine.driver.quit()
        for service in services:
            service.stop()


@contextmanager
def firefox(profile: Path, *preferences: str) -> Iterator[Engine]:
    """Start Firefox ESR; its last line before it listens names the address."""
    lines = [f"user_pref({preference});\n" for preference in preferences]
    (profile / "user.js").write_text("".join(lines))
    command = [_found("firefox-esr"), "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [
            *command,
            "--remote-debugging-port=0",
            f"--width={SIZE[0]}",
            f"--height={SIZE[1]}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Without network namespaces, which cost the kernel more than the tests.
        env=os.environ | {"MOZ_ASSUME_USER_NS": "0"},
    )
    assert process.stderr
    found = (re.search(r"BiDi listening on (ws\S+)", line) for line in process.stderr)
    address = next(match[1] for match in found if match)
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    engine = Firefox(f"{address}/session")
    try:
        yield engine
    finally:
        engine.close()
        process.terminate()
        process.wait(PATIENCE_S)
        drain.join(5)
        process.stderr.close()


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "Chromium": chromium,
    "Firefox": firefox,
    "WebKitGTK": webkit,
}


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is missing: sh tools/install-debian"
    return path
