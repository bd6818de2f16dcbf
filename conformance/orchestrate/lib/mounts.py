"""A player as a file system, by one of the FUSE clients through `papsim exec`."""
import contextlib
import os
import subprocess
import time

import pytest

from tree import PAPSIM, SECONDS, has

# Each stays in the foreground, so that its end can be waited for.
CLIENTS = {"go-mtpfs": ["go-mtpfs"], "jmtpfs": ["jmtpfs", "-f"], "gphotofs": ["gphotofs", "-f"]}


def fuse_or_skip(client):
    has(client, "fusermount")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("no /dev/fuse here; check-vm has one")


def unmount(folder):
    """What was closed a moment ago the kernel may still hold, and the place is busy."""
    deadline = time.monotonic() + SECONDS
    while subprocess.run(["fusermount", "-u", folder], check=False, timeout=SECONDS,
                         stderr=subprocess.DEVNULL).returncode:
        assert time.monotonic() < deadline, f"{folder} stays busy"
        time.sleep(0.05)


@contextlib.contextmanager
def mounted(client, place, folder):
    """The player at that place of a USB/IP server; unmounted and given back at the end."""
    with subprocess.Popen(
            [PAPSIM, "exec", "--connect", place, "--", *CLIENTS[client], folder], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not os.path.ismount(folder):
                if process.poll() is not None:
                    said = process.stdout.read()
                    if "fuse" in said and "not permitted" in said:
                        pytest.skip("FUSE mounts are not allowed here; check-vm allows them")
                    raise AssertionError(f"{client} ended with {process.returncode}: {said}")
                assert time.monotonic() < deadline, f"{client} does not mount"
                time.sleep(0.01)
            yield folder
            unmount(folder)
            said, _ = process.communicate(timeout=SECONDS)
            assert process.returncode == 0 and "papsim:" not in said, said
        finally:
            if process.poll() is None:
                subprocess.run(["fusermount", "-uz", folder], check=False, timeout=SECONDS)
                process.kill()
