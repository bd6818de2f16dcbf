"""A page as people see it, in Debian's Chromium: told by the DevTools protocol over a pipe what to
do, so that it needs neither a port nor a driver, and asks nothing of any network."""
import base64
import itertools
import json
import os
import select
import subprocess
import tempfile
import time

import tree

SECONDS = 60  # a deadline, never a measure
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe")
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}


class Chromium:
    """The browser, with one page."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="papkit-chromium-")
        theirs, self.out = os.pipe()
        self.into, ours = os.pipe()
        self.log = open(f"{self.folder.name}/log", "wb")

        def wire():  # it reads 3 and writes 4
            os.dup2(theirs, 198)
            os.dup2(ours, 199)
            os.dup2(198, 3)
            os.dup2(199, 4)

        self.process = subprocess.Popen(
            [tree.tool("chromium"), *OPTIONS, f"--user-data-dir={self.folder.name}/profile",
             "about:blank"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            preexec_fn=wire, pass_fds=(3, 4), env={**os.environ, "HOME": self.folder.name})
        os.close(theirs)
        os.close(ours)
        self.numbers, self.read, self.events, self.session = itertools.count(1), b"", [], None
        target = next(one for one in self.say("Target.getTargets")["targetInfos"]
                      if one["type"] == "page")
        self.session = self.say("Target.attachToTarget", targetId=target["targetId"],
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            self.say(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.out)  # it ends when nobody tells it anything any more
        try:
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.into)
            self.log.close()
            self.folder.cleanup()

    def next_message(self):
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self.read:
            assert select.select([self.into], [], [], max(0, deadline - time.monotonic()))[0], \
                "chromium does not answer"
            data = os.read(self.into, 1 << 16)
            assert data, open(self.log.name, encoding="utf-8", errors="replace").read()
            self.read += data
        message, self.read = self.read.split(b"\0", 1)
        return json.loads(message)

    def say(self, method, **params):
        """Its answer; events that come before it are kept."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while (answer := self.next_message()).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def wait_for(self, event):
        while not any(one.get("method") == event for one in self.events):
            self.events.append(self.next_message())

    def open(self, path, width=1400, height=900, dark=False, scripts=True):
        self.say("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)
        self.say("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.say("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        self.say("Page.navigate", url="about:blank" if path is None else f"file://{path}")
        self.wait_for("Page.loadEventFired")

    @property
    def complaints(self):
        """What the console says: scripts that fail, and what the page's own policy forbids."""
        return [one["params"] for one in self.events
                if one.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown",
                                         "Runtime.consoleAPICalled")]

    def ask(self, expression, wait=False):
        """The value of a JavaScript expression in the page; what a promise comes to."""
        answer = self.say("Runtime.evaluate", expression=expression, returnByValue=True,
                          awaitPromise=wait)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key, shift=False):
        keyboard = {"key": key, "modifiers": 8 if shift else 0,
                    "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper()))}
        text = {"text": {"Enter": "\r"}.get(key, key)} if len(key) == 1 or key == "Enter" else {}
        self.say("Input.dispatchKeyEvent", type="keyDown", **keyboard, **text)
        self.say("Input.dispatchKeyEvent", type="keyUp", **keyboard)

    def picture(self, path, top=0, height=900):
        """For people to look at: so much of the page, from there."""
        clip = {"x": 0, "y": top, "width": self.ask("innerWidth"), "height": height, "scale": 1}
        data = self.say("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))
