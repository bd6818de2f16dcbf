"""The kernel lane's helper: one boot of a virtual machine that runs named steps against players on
this host's loopback and keeps what each printed. Tests then judge the steps."""
import contextlib
import dataclasses
import os
import pathlib
import re
import shlex
import subprocess

from papsim import Papsim
from tree import ROOT, SECONDS, tool

HOST_SEEN_FROM_GUEST = "10.0.2.2"

# Every step of the guest begins with these.
PRELUDE = r"""
export LC_ALL=C.UTF-8
# No process is started to look: a fork costs 20 ms in the emulator, and there are 16 root hubs.
now() { IFS=. read -r seconds _ < /proc/uptime; }
# wait_for SECONDS COMMAND...: until the command succeeds; fails at the deadline
wait_for() {
    now
    deadline=$((seconds + $1))
    shift
    until "$@"; do
        now
        [ "$seconds" -lt "$deadline" ] || return 1
        busybox usleep 20000
    done
}
# node VID:PID: the sysfs folder of the device, once the kernel has configured it
node() {
    for folder in /sys/bus/usb/devices/*; do
        [ -e "$folder/idVendor" ] || continue
        read -r vendor < "$folder/idVendor" && read -r product < "$folder/idProduct" &&
            [ "$vendor:$product" = "$1" ] &&
            read -r configuration < "$folder/bConfigurationValue" && [ -n "$configuration" ] &&
            echo "$folder" && return 0
    done 2>/dev/null
    return 1
}
gone() { ! node "$1" > /dev/null; }
# attach TCP-PORT BUSID VID:PID: imports and waits until the device is configured. In place of a
# port the slot of a controller that has a player by usbredir: its driver is what comes and goes.
attach() {
    case $1 in
    0000:*) echo "$1" > /sys/bus/pci/drivers_probe ;;
    *) usbip --tcp-port "$1" attach -r @HOST@ -b "$2" ;;
    esac && wait_for 60 node "$3" > /dev/null
}
used_ports() { usbip port 2>/dev/null | sed -n 's/^Port \([0-9]*\):.*/\1/p'; }
# controllers_out: none of usbredir's has a driver
controllers_out() {
    for slot in /sys/bus/pci/devices/0000:00:1[0-9a-d].0; do
        [ ! -e "$slot/driver" ] || echo "${slot##*/}" > "$slot/driver/unbind" || return 1
    done
}
# detach VID:PID: of whatever is attached, and waits until the device is gone
detach() {
    for port in $(used_ports); do usbip detach -p "$port" || return 1; done
    controllers_out && wait_for 60 gone "$1"
}
# No udevd here, unless systemd is process 1: what libusb's clients print about devices comes from
# sysfs and usbfs alone.
""".replace("@HOST@", HOST_SEEN_FROM_GUEST)


# Which way a guest takes to its players: each file of the lane has its own, and runs over either.
def front(usual):
    chosen = os.environ.get("PAPKIT_FRONT", usual)
    assert chosen in ("usbip", "usbredir"), f"PAPKIT_FRONT={chosen}"
    return chosen


@dataclasses.dataclass
class Player:
    """A simulated player that listens on this host."""
    papsim: Papsim
    busid: str
    vid_pid: str
    slot: str = ""  # of the controller that has it by usbredir

    @property
    def port(self):
        return self.papsim.port

    @property
    def where(self):
        """As a step's `attach` takes it."""
        return f"{self.slot or self.port} {self.busid} {self.vid_pid}"

    @property
    def place(self):
        """As `papsim exec --connect` takes it."""
        return self.papsim.place(self.busid)


@contextlib.contextmanager
def players(*names, options=()):
    """Serves these players on one port, the first on bus id 1-1, and so on."""
    with Papsim(*names, options=options) as papsim:
        found = exported(papsim.port)
        assert len(found) == len(names), f"usbip lists {found}"
        yield [Player(papsim, *one) for one in found]


@contextlib.contextmanager
def player(name, *options):
    """Serves one player."""
    with players(name, options=options) as (one,):
        yield one


class Fleet:
    """Players that a guest reaches over one front, which `boot()` is told of by `way`."""

    def __init__(self, stack, way):
        self.stack, self.way, self.places = stack, way, []

    def player(self, name, *options, controller="qemu-xhci"):
        if self.way == "usbip":
            return self.stack.enter_context(player(name, *options))
        one = self.stack.enter_context(player(name, "--usbredir", "127.0.0.1:0", *options))
        one.slot = f"0000:00:{0x10 + len(self.places):02x}.0"
        self.places.append(f"{controller},127.0.0.1:{one.papsim.usbredir()}")
        return one


def exported(port):
    """(bus id, vendor:product) of each device the server exports, as usbip reads its list."""
    text = subprocess.run([tool("usbip"), "--tcp-port", str(port), "list", "-r", "127.0.0.1"],
                          check=True, text=True, stdout=subprocess.PIPE, timeout=SECONDS).stdout
    return re.findall(r"^\s*([\d.-]+): .*\(([0-9a-f]{4}:[0-9a-f]{4})\)", text, re.M)


@dataclasses.dataclass
class Step:
    """What one step of the guest did."""
    name: str
    status: int
    out: str
    err: str

    @property
    def text(self):
        return self.out + self.err

    def ok(self):
        """Itself, when it succeeded; else a failure with all it printed."""
        assert self.status == 0, f"step {self.name} ended with {self.status}:\n{self.text[-6000:]}"
        return self


class Lane:
    """The steps of one boot, by name."""

    def __init__(self, folder, names, machine):
        self.folder, self.names, self.machine = pathlib.Path(folder), names, machine

    def step(self, name):
        assert name in self.names, f"no step {name}"
        assert (self.folder / f"{name}.status").exists(), \
            f"step {name} was not reached; the machine: {self.machine}"
        read = {kind: (self.folder / f"{name}.{kind}").read_text("utf-8", "replace")
                for kind in ("status", "out", "err")}
        return Step(name, int(read["status"]), read["out"], read["err"])

    def file(self, name):
        return self.folder / name


def boot(folder, steps, modules="vhci-hcd", timeout=900, step_timeout=240, kernel="", qemu="",
         shell="sh", systemd=False, fleet=None):
    """Runs the steps {name: script} in one machine whose working folder is `folder`, shared with
    this host. Deadlines are for an emulator on a slow and busy machine. A step that fails or hangs
    does not stop those after it."""
    folder = pathlib.Path(folder)
    places = fleet.places if fleet else []
    if places:
        steps = {"controllers-out": "controllers_out"} | steps
    script = [f"cd {shlex.quote(str(folder))}"]
    for name, text in steps.items():
        (folder / f"{name}.sh").write_text(PRELUDE + text, "utf-8")
        script.append(f"timeout -k 5 {step_timeout} {shell} ./{name}.sh >{name}.out 2>{name}.err; "
                      f"echo $? >{name}.status")
    (folder / "all.sh").write_text("\n".join(script) + "\n", "utf-8")
    result = subprocess.run(
        [str(ROOT / "ci/vm"), "run", "--modules", modules, "--timeout", str(timeout),
         "--kernel", kernel, f"--qemu={qemu}", *(("--systemd",) if systemd else ()),
         *(word for place in places for word in ("--usbredir", place)),
         "--share", str(folder), "--", "sh", str(folder / "all.sh")],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=timeout + 60, check=False)
    return Lane(folder, set(steps), f"exit {result.returncode}: {result.stdout[-3000:]}")


# What the kernel says when a device or its driver misbehaves.
COMPLAINT = re.compile(r"WARNING|BUG|Oops|Call Trace|blocked for more than|not responding|"
                       r"tim(?:ed?)? ?-?out|not accepting address|unable to enumerate|can't set "
                       r"config|device descriptor read|babble|failed|reset by peer|error", re.I)


def complaints(log):
    """Lines of dmesg that say something is wrong with a USB device, or with the kernel itself.
    What a kernel says of the emulated machine while it boots is none."""
    return [line for line in log.splitlines() if COMPLAINT.search(line)
            and re.search(r"usb|vhci|BUG|WARNING|Oops|Call Trace|blocked", line)]
