"""The kernel lane's twin: the same scripts, with the same shell, through `papsim exec` on this host
and against a player of the same kind. What the two print must be the same, but for a list of named
differences."""
import dataclasses
import os
import pathlib
import re

import vm
from clients import execute


@dataclasses.dataclass(frozen=True)
class Rule:
    """One difference that is none of the player's, and why it is there."""
    why: str
    pattern: str
    instead: str = ""

    def apply(self, text):
        return re.sub(self.pattern, self.instead, text, flags=re.M)


# Everything else is compared as it stands.
RULES = [
    Rule("bus and address are given by whoever enumerates: vhci has a bus of its own",
         r"(?i)\bbus (?:location )?(\d+|0x[0-9a-f]+)(,)? dev(ice)? (\d+)", "bus N dev N"),
    Rule("the same, as libmtp, gphoto2 and pyusb say it: a guest may have many buses",
         r"(Bus location: |usb:|on Bus )\d+", r"\1N"),
    Rule("lsusb takes these three strings and the product's name from sysfs, where exec's devices "
         "are not", r"^(\s*i(?:Manufacturer|Product|Serial) +\d+) .*$", r"\1 "),
    Rule("the same, in lsusb's first line and for ids", r"^(Bus|bus)( N dev N: ID \S+) .*$",
         r"\1\2"),
    Rule("objects that were just sent carry the time of that", r"\b1[5-9]\d{8}\b|\b2\d{9}\b",
         "TIME"),
]


def normalised(text, rules=RULES):
    for rule in rules:
        text = rule.apply(text)
    return [line.rstrip() for line in text.replace("\r", "\n").splitlines() if line.strip()]


class Twin:
    """Runs named steps one after the other, each an exec of its own against one running player."""

    def __init__(self, folder, player):
        self.folder = pathlib.Path(folder)
        self.place = player.place

    def run(self, name, script):
        (self.folder / f"{name}.sh").write_text(vm.PRELUDE + script, "utf-8")
        done = execute("--connect", self.place, "--", "sh", f"./{name}.sh", cwd=self.folder,
                       env=os.environ | {"LC_ALL": "C.UTF-8"}, seconds=600)
        return vm.Step(name, done.returncode, done.stdout, done.stderr)
