"""The second device (fixtures/devices/other), served on a free port of the loopback."""
import re
import select
import subprocess
import sys

import tree
from papcheck import papcheck

SERVER = tree.ROOT / "fixtures/devices/other"
SERIAL = "7F03A2C4"

# How many cases at least hold of each: of those that are another USB device, and of the others.
OF_USB = {"bare": 138, "vendor": 160, "modern": 170, "full": 143, "composite": 170, "quick": 140}
OF_MEDIA = {"readonly": 100, "flat": 98, "sparing": 150, "portable": 170}


def variants():
    """Names of all that it can be."""
    done = subprocess.run([sys.executable, "-B", SERVER, "--list"], text=True, check=True,
                          timeout=tree.SECONDS, stdout=subprocess.PIPE)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


class OtherDevice:
    """As a context: one variant, judged as `uri`. It must live to its end and say nothing."""

    def __init__(self, variant):
        self.process = subprocess.Popen(
            [sys.executable, "-B", SERVER, "--variant", variant], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        ready, _, _ = select.select([self.process.stdout], [], [], tree.SECONDS)
        said = self.process.stdout.readline() if ready else ""
        match = re.fullmatch(r"listening 127\.0\.0\.1:(\d+) (\S+)\n", said)
        if not match:
            self.process.kill()
            raise AssertionError(f"the device said {said!r}: {self.process.communicate()[1]}")
        self.port, self.busid = int(match[1]), match[2]
        self.uri = f"usbip:127.0.0.1:{self.port}/{self.busid}"
        return self

    def __exit__(self, failed, *_):
        alive = self.process.poll() is None
        self.process.terminate()
        _, errors = self.process.communicate(timeout=tree.SECONDS)
        sys.stderr.write(errors)  # pytest shows it with a failure
        if not failed:
            assert alive and not errors, errors


def judge(folder, variant, *words):
    """Results of a run, in that folder, with all that a vendor would allow."""
    with OtherDevice(variant) as device:
        done = papcheck("run", *words, "--device", device.uri, "--destructive", "--serial", SERIAL,
                        "--allow-mtp", "--out", folder)
    done.folder = folder
    return done


def is_right(done, least):
    red = [(case["id"], case["reason"]) for case in done.results["cases"]
           if case["verdict"] in ("FAIL", "ERROR")]
    assert not red and done.status == 0, (done.status, red)
    green = [case["id"] for case in done.results["cases"] if case["verdict"] == "PASS"]
    assert len(green) >= least, len(green)
