"""What the kernel's usbtest module is asked to do with a "gadget zero", and what it must answer.

The module (drivers/usb/misc/usbtest.c) has the cases 0 to 29. Each takes iterations, a length, a
step by which the length varies, and a queue length; which endpoints a case needs is a fact of the
module. It answers EOPNOTSUPP when the chosen alternate setting lacks them, and the table here must
agree with it in both directions: what does not apply is named, everything else must pass.

A source sends whole packets, on a bus as here: it cannot know how little the host has room for. A
read that has no room for the last packet is a babble, and the module reports EOVERFLOW; so does
Linux's own gadget. The single reads ask for that, too; all others have room for whole packets."""
import dataclasses
import errno
import json
import re

import tree

VID_PID = "0525:a4a0"
PACKET = {"bulk": {"full": 64, "high": 512, "super": 1024},
          "iso": {"full": 512, "high": 1024, "super": 1024},
          "interrupt": {"full": 64, "high": 1024, "super": 1024}}
SIZES = [1, 511, 512, 513, 1024, 4096, 65536]
QUEUES = [1, 4, 32]


@dataclasses.dataclass(frozen=True)
class Run:
    """The parameters of one call of the module."""
    iterations: int
    length: int = 0
    vary: int = 0
    queue: int = 0

    def line(self, case):
        return f"{case} {self.iterations} {self.length} {self.vary} {self.queue}"


@dataclasses.dataclass(frozen=True)
class Case:
    """One of the module's cases: the endpoints it needs and its runs for a bulk packet size."""
    number: int
    title: str
    needs: str
    runs: object

    def __str__(self):
        return f"{self.number:02}-{self.title}"


def once(*runs):
    return lambda packet: list(runs)


def sized(packet):
    return [Run(4, size) for size in SIZES]


def varied(packet):
    return [Run(20, 1024, 63), Run(20, 4096, packet), Run(10, 65536, 4099), Run(10, 513, 1),
            Run(20, 65536, 3 * packet)]


# A host controller without free scatter/gather takes lists whose parts, but for the last, are whole
# packets (usb_submit_urb): other sizes are refused before the device hears of them.
def listed(packet):
    return [Run(2, size, 0, queue) for size in (packet, 4096) for queue in QUEUES] + [
        Run(1, 65536, 0, 16), Run(2, 513, 0, 1), Run(1, packet, 0, 128)]


def listed_varied(packet):
    return [Run(2, 4096, packet, 16), Run(2, 65536, 3 * packet, 32), Run(4, 8 * packet, packet, 4)]


STREAMED = once(Run(4, 512, 0, 1), Run(4, 1024, 0, 128), Run(2, 65536, 0, 32))
UNLINKED = once(Run(4, 1), Run(4, 512), Run(8, 4096), Run(2, 65536))
WRITTEN_CONTROL = once(Run(4, 1), Run(10, 64, 1), Run(10, 513, 511), Run(10, 1024, 63),
                       Run(10, 4096, 1021))


def isochronous(packet):
    return [Run(4, 1, 0, 1), Run(2, 1024, 0, 8), Run(2, 4096, 0, 4), Run(4, packet, 0, 1),
            Run(2, packet, 0, 32), Run(2, 8 * packet, 0, 4), Run(1, 64 * packet, 0, 2)]


def interrupt(packet):
    return [Run(8, 1), Run(8, 8), Run(8, packet), Run(8, packet + 1), Run(4, 16 * packet)]


CASES = [
    Case(0, "nothing", "control", once(Run(1))),
    Case(1, "bulk-write", "bulk", sized),
    Case(2, "bulk-read", "bulk", sized),
    Case(3, "bulk-write-varied", "bulk", varied),
    Case(4, "bulk-read-varied", "bulk", varied),
    Case(5, "bulk-write-lists", "bulk", listed),
    Case(6, "bulk-read-lists", "bulk", listed),
    Case(7, "bulk-write-lists-varied", "bulk", listed_varied),
    Case(8, "bulk-read-lists-varied", "bulk", listed_varied),
    Case(9, "chapter-9", "control", once(Run(5))),
    Case(10, "control-queue", "control", once(*[Run(5, 0, 0, queue) for queue in QUEUES])),
    Case(11, "unlink-reads", "bulk", UNLINKED),
    Case(12, "unlink-writes", "bulk", UNLINKED),
    Case(13, "halt", "bulk", once(Run(5))),
    Case(14, "control-write", "control", WRITTEN_CONTROL),
    Case(15, "iso-write", "iso", isochronous),
    Case(16, "iso-read", "iso", isochronous),
    Case(17, "bulk-write-odd", "bulk", sized),
    Case(18, "bulk-read-odd", "bulk", sized),
    Case(19, "bulk-write-odd-mapped", "bulk", sized),
    Case(20, "bulk-read-odd-mapped", "bulk", sized),
    Case(21, "control-write-odd", "control", WRITTEN_CONTROL),
    Case(22, "iso-write-odd", "iso", isochronous),
    Case(23, "iso-read-odd", "iso", isochronous),
    Case(24, "unlink-from-queue", "bulk",
         once(Run(4, 512, 0, 4), Run(4, 512, 0, 32), Run(2, 65536, 0, 8))),
    Case(25, "interrupt-write", "interrupt", interrupt),
    Case(26, "interrupt-read", "interrupt", interrupt),
    Case(27, "bulk-write-stream", "bulk", STREAMED),
    Case(28, "bulk-read-stream", "bulk", STREAMED),
    Case(29, "toggle-reset", "bulk", once(Run(5))),
]

# Cases that move data for others to compare; the only ones of interest with another pattern.
PATTERNED = {1, 2, 3, 4, 5, 6, 7, 8, 13, 17, 18, 19, 20, 25, 26, 27, 28}
# Cases the module runs with pattern 0 alone: they measure, and compare nothing.
UNPATTERNED = {27, 28}
# For cases whose endpoints the setting is not there for: enough to see whether they apply.
TOUCH = Run(1, 4096, 1024, 4)
# Reads one by one, whose EOVERFLOW is asked for; the others that read.
SINGLE_READS, OTHER_READS = {2, 18, 20, 26}, {4, 6, 8, 11, 16, 23, 28}


def packet_of(case, speed):
    return PACKET.get(case.needs, {}).get(speed, 0)


def babbles(case, run, speed):
    """Whether the run reads into less room than whole packets need."""
    packet = packet_of(case, speed)
    return (case.number in SINGLE_READS | OTHER_READS
            and bool(run.length % packet or run.vary % packet))


@dataclasses.dataclass(frozen=True)
class Phase:
    """A stretch of one attachment: the alternate setting, its kinds of endpoints (beside control)
    and the data pattern. Cases that need a kind in `chiefly` get all their runs, the others one."""
    alternate: int
    kinds: tuple
    pattern: int
    chiefly: tuple

    @property
    def name(self):
        return f"alt{self.alternate}-pattern{self.pattern}"

    def why_not(self, case):
        """Why the case does not apply here; None: it does."""
        if case.needs != "control" and case.needs not in self.kinds:
            return f"alternate setting {self.alternate} has no {case.needs} endpoints"
        if case.number in UNPATTERNED and self.pattern:
            return "the module compares nothing here and runs it with pattern 0 alone"
        return None

    def runs(self, case, speed):
        if self.pattern and case.number not in PATTERNED:
            return []
        runs = case.runs(packet_of(case, speed)) if case.needs in self.chiefly else [TOUCH]
        return [run for run in runs
                if case.number not in OTHER_READS or not babbles(case, run, speed)]


# The module binds to whatever alternate setting its parameter names when it is probed. What the
# kernel says goes to a log of each phase's own.
PRELUDE = r"""
driver=/sys/bus/usb/drivers/usbtest
# choose ALTERNATE PATTERN: interface 0 of the test device is probed anew
choose() {
    echo "$1" > /sys/module/usbtest/parameters/alt
    echo "$2" > /sys/module/usbtest/parameters/pattern
    device=$(node @ID@) || return 1
    for interface in "$device/${device##*/}":*.0; do
        [ ! -e "$interface/driver" ] || echo "${interface##*/}" > $driver/unbind
        echo "${interface##*/}" > $driver/bind
    done
}
device_file() {
    read -r bus < "$device/busnum" && read -r number < "$device/devnum" &&
        printf '/dev/bus/usb/%03d/%03d\n' "$bus" "$number"
}
# phase NAME ALTERNATE PATTERN: the cases of NAME.plan
phase() {
    choose "$2" "$3" && @PROGRAM@ "$(device_file)" 0 < "$1.plan" > "$1.results"
    ended=$?
    dmesg --decode --read-clear > "$1.log"
    return $ended
}
# The default setting, for interfaces probed while the device is attached.
any_alternate() { echo -1 > /sys/module/usbtest/parameters/alt; }
""".replace("@ID@", VID_PID).replace("@PROGRAM@", str(tree.BUILD / "usbtest"))


def write_plan(folder, subject, speed, phase, wanted=lambda case, run: True, cases=None):
    """The plan of one phase; returns the guest's line that runs it."""
    name = f"{subject}.{phase.name}"
    lines = [run.line(case.number) for case in cases or CASES for run in phase.runs(case, speed)
             if wanted(case, run)]
    (folder / f"{name}.plan").write_text("".join(line + "\n" for line in lines), "ascii")
    return f"phase {name} {phase.alternate} {phase.pattern}"


def outcomes(lane, subject, phase):
    """{(case, Run): errno} of a phase, 0 for passed."""
    found = {}
    for line in lane.file(f"{subject}.{phase.name}.results").read_text("ascii").splitlines():
        one = json.loads(line)
        run = Run(one["iterations"], one["length"], one["vary"], one["sglen"])
        found[one["test"], run] = one["error"]
    return found


def log_of(lane, subject, phase):
    return lane.file(f"{subject}.{phase.name}.log").read_text("utf-8", "replace").splitlines()


def said_of(log, case):
    """The kernel's lines from the case's beginning to the next one's."""
    lines, inside = [], False
    for line in log:
        begin = re.search(r"usbtest \S+ TEST (\d+):", line)
        if begin:
            inside = int(begin[1]) == case.number
        if inside:
            lines.append(line)
    return "\n".join(lines[-40:])


def check(lane, subject, speed, case, phases, wanted=lambda case, run: True):
    """Every run of the case passed where it applies, and the module says itself where it does not.
    Returns the phases it applies in."""
    applied = []
    for phase in phases:
        found, why_not = outcomes(lane, subject, phase), phase.why_not(case)
        for run in filter(lambda run: wanted(case, run), phase.runs(case, speed)):
            assert (case.number, run) in found, f"{phase.name}: {run} was not reached"
            error = found[case.number, run]
            if why_not:
                assert error == errno.EOPNOTSUPP, f"{phase.name}: {run} ran although {why_not}"
            else:
                wants = errno.EOVERFLOW if babbles(case, run, speed) else 0
                said = said_of(log_of(lane, subject, phase), case)
                assert error == wants, f"{phase.name}: {run}: errno {error}, not {wants}\n{said}"
        if not why_not and any(name == case.number for name, run in found):
            applied.append(phase)
    return applied


# The kernel's words for a device, a client or itself in trouble.
TROUBLE = re.compile(r"\b(usb|usbtest|vhci|hub|usbip)|cut here|WARNING|BUG", re.I)
# usbtest.c: unlink1() tries again when the URB completes just then; simple_io() tells of the
# babbles that were asked for.
EXPECTED = r"usbtest \S+ unlink retry$|test(2|18|20|26) failed, .* status -75 \(not 0\)$"
# vhci_hub_control() knows high and low speed and takes full speed for none.
EXPECTED_AT_FULL_SPEED = EXPECTED + r"|vhci_hcd: vhci_device speed not set$"


def complaints(log, speed):
    expected = EXPECTED_AT_FULL_SPEED if speed == "full" else EXPECTED
    return [line for line in log if re.match(r"kern\s*:(warn|err|crit|alert|emerg)", line)
            and TROUBLE.search(line) and not re.search(expected, line)]


# ---- what is run: players, patterns, phases

PLAYERS = {"full": "zero-full", "high": "zero", "super": "zero-super"}
SPEEDS = list(PLAYERS)
# The module's numbers of data patterns, as papsim calls them; both ends must agree.
PATTERNS = ["zeroes", "mod63"]

# The settings of interface 0. What does not apply in one of them applies in another: with these
# phases no case is left out at any speed.
BULK, ISOCHRONOUS, INTERRUPT = ("bulk",), ("bulk", "iso"), ("bulk", "interrupt")
PHASES = [
    Phase(0, BULK, 0, ("control", "bulk")),
    Phase(1, ISOCHRONOUS, 0, ("iso",)),
    Phase(2, INTERRUPT, 0, ("interrupt",)),
    Phase(0, BULK, 1, ("bulk",)),
    Phase(2, INTERRUPT, 1, ("interrupt",)),
]


def sends(player, pattern):
    player.papsim.tell("pattern", pattern=PATTERNS[pattern])
    return player


def step_of(folder, subject, player, speed, phases, wanted=lambda case, run: True, cases=None):
    """One attachment: the phases in turn, each with its log. It ends as the last failure did."""
    runs = [write_plan(folder, subject, speed, phase, wanted, cases) for phase in phases]
    return "\n".join([PRELUDE,
                      "any_alternate; dmesg --clear",
                      f"attach {player.where} || exit 1",
                      "ended=0", *[f"{run} || ended=$?" for run in runs],
                      f"detach {VID_PID} && exit $ended"])
