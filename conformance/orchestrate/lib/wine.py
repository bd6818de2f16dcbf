"""Wine with a folder of its own, in which nothing of this machine's users is."""
import contextlib
import os
import subprocess
import tempfile

import tree

LOADER, SERVER = "/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64"
DLL = tree.ROOT / "build/windows/spcore.dll"
JUDGE = tree.ROOT / "build/wine/lib/wine/papcheck"

# What a provider registers lies below these, and what others do is none of ours.
CLASSES = r"HKLM\Software\Classes"
PLUGINS = r"HKLM\SOFTWARE\Microsoft\Windows Media Device Manager"
SECONDS = 120


def windows_name(path):
    """Z: is this system's root."""
    return "Z:" + str(path).replace("/", "\\")


class Wine:
    """A prefix whose server runs: nobody waits for one to start, nor starts two."""

    def __init__(self, folder):
        self.env = {**os.environ, "WINEPREFIX": str(folder), "WINEARCH": "win64",
                    "WINEDEBUG": "-all", "WINESERVER": SERVER, "WINELOADER": LOADER}
        self.env.pop("DISPLAY", None)

    def run(self, *words):
        """(exit status, whose upper bits are lost, and stdout) of a program of Windows."""
        # Not a pipe: services that it starts have it open as long as they are there.
        with tempfile.TemporaryFile() as stdout:
            status = subprocess.run([LOADER, *map(str, words)], env=self.env, stdout=stdout,
                                    stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    timeout=SECONDS, check=False).returncode
            stdout.seek(0)
            return status, stdout.read().decode("utf-8", "replace").replace("\r\n", "\n")

    def regsvr32(self, *words):
        return self.run("regsvr32", "/s", *words, windows_name(DLL))[0]

    def registry(self):
        """{(key, value's name): (type, text)} of all that a provider's registration could touch."""
        found = {}
        for root in (CLASSES, PLUGINS):
            key = None
            for line in self.run("reg", "query", root, "/s")[1].splitlines():
                if line.startswith("HKEY_"):
                    key = line
                elif line.strip():
                    name, kind, text = (line.strip().split("    ") + [""])[:3]
                    found[key, name] = (kind, text)
        return found


@contextlib.contextmanager
def wine(folder):
    """A new prefix as of Windows 10."""
    folder.mkdir()
    made = Wine(folder)
    subprocess.run([SERVER, "-p"], env=made.env, check=True, timeout=SECONDS)
    try:
        assert made.run("wineboot", "-i")[0] == 0
        made.run("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
        yield made
    finally:
        subprocess.run([SERVER, "-k"], env=made.env, check=False, timeout=SECONDS)
