"""Firefox, driven over its own WebDriver BiDi: Playwright wants a Firefox that it has built itself."""

import itertools
import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager

import websocket

PROGRAM = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
PATIENCE = 180  # seconds
ARROW_RIGHT = "\ue014"  # as WebDriver writes the key


@contextmanager
def running_firefox(folder):
    """A Firefox without window. `folder`: an empty Path for its profile."""
    command = [PROGRAM, "--headless", "--no-remote", "--profile", folder]
    command += ["--remote-debugging-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Firefox(_address(folder, process))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _address(folder, process):
    noted, end = folder / "WebDriverBiDiServer.json", time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            server = json.loads(noted.read_text(encoding="utf-8"))
            return f"ws://{server['ws_host']}:{server['ws_port']}/session"
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.1)
    raise RuntimeError("Firefox has not started.")


class Firefox:
    """One tab."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, PATIENCE, suppress_origin=True)
        self.numbers, self.faults = itertools.count(1), []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        self.tab = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method, **parameters):
        """The result of a command of WebDriver BiDi; errors that pages log go to `faults`."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.recv())
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.faults.append(told["params"]["text"])
            if told.get("id") == number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['message']}")
                return told["result"]

    def open(self, url):
        """Load a page."""
        self.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def value(self, expression):
        """The value of an expression of JavaScript on the page: a text, a number or a bool."""
        found = self.command(
            "script.evaluate",
            expression=expression,
            target={"context": self.tab},
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    def wait(self, expression):
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.value(expression):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.05)

    def type(self, selector, *keys):
        """Press keys in an element."""
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        actions = [{"type": way, "value": key} for key in keys for way in ("keyDown", "keyUp")]
        self.command(
            "input.performActions",
            context=self.tab,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )
