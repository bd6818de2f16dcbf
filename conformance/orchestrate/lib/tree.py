"""What is tested and with what: the checkout, its programs, and the tools installed here."""
import os
import pathlib
import random
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("PAPKIT_BUILD", ROOT / "build"))
PAPSIM, PAPCHECK, PAPD = BUILD / "papsim", BUILD / "papcheck", BUILD / "papd"
DROP_IN = BUILD / "libusb" / "libusb-1.0.so.0"  # what `papsim exec` puts in libusb's place
TESTS = ROOT / "conformance" / "orchestrate"
PROGRAMS = TESTS / "programs"
PLAYERS = ROOT / "fixtures" / "players"
CACHE = pathlib.Path(os.environ.get("PAPKIT_CACHE") or pathlib.Path(  # what ci/setup unpacks
    os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "papkit")
SECONDS = 240  # for what ends by itself; a deadline, never a measure


def tool(name):
    """The program's path; a missing one is a failure, never a skip."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert path, f"{name} is not installed: run `sh ci/setup`"
    return path


def has(*tools):
    for name in tools:
        tool(name)


def content(size):
    """Bytes that are the same each time, and another size's are others."""
    return random.Random(size).randbytes(size)
