"""A desktop of the test's own (Xvfb), and hands for programs without a command line (xdotool)."""
import os
import subprocess
import time

from tree import SECONDS, has


class Desktop:
    """A context; programs find it by `env`."""

    def __init__(self, folder):
        has("Xvfb", "xdotool")
        self.folder = folder

    def __enter__(self):
        number, told = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(told), "-screen", "0", "1000x700x24", "-nolisten", "tcp"],
            pass_fds=[told], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(told)
        with os.fdopen(number) as pipe:
            self.env = os.environ | {"DISPLAY": ":" + pipe.readline().strip(),
                                     "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                                     "XDG_CONFIG_HOME": str(self.folder / "config"),
                                     "GSETTINGS_BACKEND": "keyfile"}
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(SECONDS)

    def do(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=SECONDS, check=False).stdout

    def titles(self):
        return self.do("search", "--onlyvisible", "--name", ".", "getwindowname",
                       "%@").splitlines()

    def until(self, is_so, act=None):
        """Until it is so; what is to be done is done again where nothing comes of it for two
        seconds: a window that is not yet there hears nothing."""
        deadline = time.monotonic() + SECONDS
        again = 0
        while not is_so():
            now = time.monotonic()
            assert now < deadline, self.titles()
            if act and now >= again:
                act()
                again = time.monotonic() + 2
            time.sleep(0.05)

    def has_title(self, words):
        return any(words in title for title in self.titles())
