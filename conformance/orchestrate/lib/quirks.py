"""Players with quirks of real ones, the numbers by which clients know those, and what a client of
our own sees of a player that does not answer."""
import json
import os
import re
import signal
import struct
import subprocess
import time

import pytest

import tree
from mtp_client import container
from papsim import ask
from usbip_client import ECONNRESET, IN, RET_UNLINK

MTP = (tree.PLAYERS / "mtp.yaml").read_text(encoding="utf-8")
# As libmtp 1.1.20 and libgphoto2 2.5.30 know them.
UNKNOWN = (0x1209, 0x4D54)
SANSA_M240 = (0x0781, 0x7400)    # NO_RELEASE_INTERFACE
SANSA_CONNECT = (0x0781, 0x7480)  # no flag; known, so its descriptors are not probed
SANSA_CLIP = (0x0781, 0x7432)    # ALWAYS_PROBE_DESCRIPTOR
SANSA_CLIP_PLUS = (0x0781, 0x74D0)  # BROKEN_SET_SAMPLE_DIMENSIONS
ZEN = (0x041E, 0x4157)           # IGNORE_HEADER_ERRORS
GALAXY = (0x04E8, 0x6877)        # LONG_TIMEOUT, SAMSUNG_OFFSET_BUG
KYOCERA_RISE = (0x0482, 0x0571)  # FORCE_RESET_ON_CLOSE
BLACKBERRY = (0x0FCA, 0x8007)    # SWITCH_MODE_BLACKBERRY
EOS_R = (0x04A9, 0x32DA)         # PTP_DONT_CLOSE_SESSION
# An interface of the vendor's whose name says nothing of MTP.
NAMELESS = (("persona: mtp", "persona: pap"), ("interface-name: MTP", "interface-name: Player"))
FULL_SPEED = (("speed: high", "speed: full"),)
ON_OFF = pytest.mark.parametrize("on", [True, False], ids=["on", "off"])


def player(folder, *quirks, ids=UNKNOWN, text=MTP, changes=()):
    """A player file with these quirks (False, None: none) and numbers."""
    for key, number in zip(("vendor", "product"), ids):
        text = re.sub(rf"{key}: 0x\w+", f"{key}: {number:#06x}", text, count=1)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    listed = ", ".join(filter(None, quirks))
    path = folder / "player.yaml"
    path.write_text(text + (f"quirks: [{listed}]\n" if listed else ""), encoding="utf-8")
    return path


def client(file, script, folder, *options):
    """A shell script of clients, all on one player: (exit status, what they print)."""
    done = subprocess.run([tree.PAPSIM, "exec", "--player", file, *options, "--", "sh", "-c",
                           script], cwd=folder, text=True, errors="replace", timeout=tree.SECONDS,
                          check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.replace("\r", "\n")


def frozen(control):
    """Whether the only player of that control socket is locked up."""
    return json.loads(ask(control, b'{"verb":"status"}\n'))["players"][0]["frozen"]


def locks_up(file, words, folder):
    """True: the client locked the player up, and was ended while it waited for it; False: it left
    by itself, content, and the player lives."""
    path = folder / "control"
    with subprocess.Popen([tree.PAPSIM, "exec", "--player", file, "--control", path, "--", "sh",
                           "-c", f"echo $$; exec {words} > said 2>&1"], cwd=folder, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        pid = int(process.stdout.readline())
        deadline = time.monotonic() + tree.SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline
            try:
                locked = frozen(path)
            except (OSError, ValueError):  # it has left meanwhile, and its player with it
                continue
            if locked:
                os.kill(pid, signal.SIGKILL)
                process.wait(tree.SECONDS)
                assert process.returncode == 128 + signal.SIGKILL  # it had not left
                return True
        assert process.returncode == 0, (folder / "said").read_text()
    return False


def unanswered(connection, urb):
    """That URB waits: it can be taken back."""
    victim = connection.seqnum
    connection.send(urb)
    connection.send(connection.cancel(victim))
    found = connection.reply()
    if found.command == RET_UNLINK:
        return found.status == ECONNRESET
    assert connection.reply().status == 0  # of the UNLINK that came too late
    return False


def silent(mtp):
    return unanswered(mtp.usb, mtp.usb.urb(mtp.bulk_in, IN, 512))


def command_of(mtp, code, *params):
    return container(1, code, mtp.transaction, struct.pack(f"<{len(params)}I", *params))


def advance(server, seconds):
    server.tell("clock", advance=seconds)
