"""What a player must survive on a real Linux host, with real clients: killed or unplugged in
mid-transfer, cancels at any byte, a reset after each tool, sizes around every packet edge, events
nobody fetches, twenty plug cycles. A relay stands still at a byte it is told, so what happens in
the middle of a transfer does so by no chance. (The same without a kernel: test_stress.py,
test_exec_killed.py.)"""
import shlex

import pytest

import relay
import tree
import vm
from tree import content

pytestmark = pytest.mark.vm

TOOLS = ["aft-mtp-cli", "gphoto2", "jmtpfs", "lsusb", "mtp-detect", "mtp-files", "mtp-getfile",
         "mtp-sendfile", "usbreset"]
TREE = ["Music", "Playlists", "Tone One.mp3", "Tone Two.mp3", "Both.pla", "readme.txt", "empty.bin",
        "card.txt"]
# Of the object: a container is 12 bytes longer. Around packets, clients' buffers, pages, pieces.
SIZES = sorted({0, 1, 2, 11, 12, 13} | {
    edge + near for edge in (500, 512, 1012, 1024, 4084, 4096, 16372, 16384, 65524, 65536, 131072)
    for near in (-1, 0, 1)})
# For clients that take a second for what ours does in a moment.
EDGES = sorted({0, 1} | {edge + near for edge in (500, 512, 1012, 1024, 16372, 16384)
                         for near in (-1, 0, 1)})
BIG = 4 << 20
SOME = 70001
MIDDLE = 1 << 20
CYCLES = 20
STRESS = tree.PROGRAMS / "kernel_stress.py"

PRELUDE = r"""
# ask JSON: of the relay, or of papsim
ask() { echo "$1" | busybox nc @HOST@ @CONTROL@ | grep '"ok": true'; }
stress() { /usr/bin/python3 @STRESS@ @CONTROL@ @BUSID@ "$@"; }
# midway up|down COMMAND...: a client that stands still in the middle of a transfer. Not in the
# middle of what it reads: vhci then never says that the URB cannot be unlinked, and when its owner
# dies, the kernel asks forever, with interrupts off (usb_hcd_flush_endpoint).
midway() {
    frame=false; [ "$1" = up ] || frame=true
    ask "{\"verb\": \"hold\", \"direction\": \"$1\", \"after\": @MIDDLE@, \"frame\": $frame}" ||
        return 1
    shift
    "$@" > said 2>&1 &
    client=$!
    ask '{"verb": "held"}' && kill -0 $client && return 0
    cat said
    ask '{"verb": "release"}'
    return 1
}
# killed DIRECTION COMMAND...: SIGKILL there; what was on the way still arrives
killed() {
    midway "$@" && kill -9 $client && ask '{"verb": "release"}' || return 1
    wait $client
    [ $? -eq 137 ] || return 1
}
# unplugged DIRECTION COMMAND...: the cable is pulled there; the client ends by itself, then it is
# plugged in again
unplugged() {
    midway "$@" && detach @VID_PID@ && ask '{"verb": "release", "drop": true}' || return 1
    wait $client
    attach @PORT@ @BUSID@ @VID_PID@
}
id_of() { tr '\r' '\n' < "$1" | sed -n 's/.*New file ID: \([0-9]*\).*/\1/p'; }
"""

PUT = {"aft": "aft-mtp-cli 'put big.bin torn.bin'",
       "gphoto2": "gphoto2 --folder /store_00010001 --upload-file torn.bin",
       "libmtp": "mtp-sendfile torn.bin torn.bin"}
GET = {"aft": "aft-mtp-cli 'get big.bin /run/back.bin'",
       "gphoto2": "gphoto2 --folder /store_00010001 --get-file big.bin --filename /run/back.bin "
                  "--force-overwrite"}
# Another client than the one that was stopped.
THEN = {"aft": "mtp-files", "gphoto2": "aft-mtp-cli ls", "libmtp": "aft-mtp-cli ls"}


def each(template):
    """A word of the command line for each of the EDGES."""
    return " ".join(shlex.quote(template.format(size)) for size in EDGES)


def killed_and_unplugged():
    steps = {}
    for tool, then in THEN.items():
        steps[f"killed-put-{tool}"] = f"killed up {PUT[tool]} && {then}"
        if tool != "gphoto2":  # takes 7 s for it, and sends as libmtp does
            steps[f"unplugged-put-{tool}"] = f"unplugged up {PUT[tool]} && {then}"
    for tool, command in GET.items():
        steps[f"killed-get-{tool}"] = f"killed down {command} && {THEN[tool]}"
    return steps


def compare(folder):
    return f"for size in {' '.join(map(str, EDGES))}; do cmp $size {folder}/$size || exit 1; done"


def with_sizes():
    return {
        "sizes": f"stress sizes {' '.join(map(str, SIZES))}",
        "sizes-aft": f"mkdir /run/aft && aft-mtp-cli {each('put {0}')} && "
                     f"aft-mtp-cli {each('get {0} /run/aft/{0}')} && {compare('/run/aft')}",
        "sizes-gphoto2": "mkdir /run/gphoto2 && here=$PWD && cd /run/gphoto2 && "
                         "gphoto2 --folder /store_00010001 --no-recurse --get-all-files && "
                         f"cd $here && {compare('/run/gphoto2')}",
        "sizes-away": f"aft-mtp-cli {each('rm {0}')}",
    }


def with_resets(vid_pid):
    reset = f"usbreset {vid_pid} && wait_for 60 node {vid_pid} > /dev/null"
    tools = ["mtp-detect", "mtp-sendfile some.bin some.bin", "mtp-getfile $(id_of 1) back.bin",
             "aft-mtp-cli 'put some.bin aft.bin'", "gphoto2 --list-files",
             "aft-mtp-cli 'get aft.bin aft-back.bin' 'rm aft.bin'", "mtp-delfile -n $(id_of 1)"]
    lines = [f"{tool} > {number} 2>&1 && {reset} || {{ cat {number}; exit 1; }}"
             for number, tool in enumerate(tools)]
    begin = "mkdir resets && cd resets && cp ../some.bin . || exit 1"
    return {"resets": "\n".join([begin, *lines])}


def plugged(vid_pid):
    """Unplugged at either end in turn; seen by lsusb each time, by a client now and then."""
    return {"cycles": rf"""
        cycle=0
        while [ $cycle -lt {CYCLES} ]; do
            attach @PORT@ @BUSID@ {vid_pid} || exit 1
            lsusb -d {vid_pid} || exit 1
            if [ $((cycle % 10)) -eq 9 ]; then mtp-files > files-$cycle 2>&1 || exit 1; fi
            if [ $((cycle % 2)) -eq 0 ]; then
                usbip detach -p 0 && wait_for 60 gone {vid_pid} || exit 1
            else
                ask '{{"verb": "unplug", "busid": "@BUSID@"}}' > /dev/null &&
                    wait_for 60 gone {vid_pid} || exit 1
                ask '{{"verb": "plug", "busid": "@BUSID@"}}' > /dev/null || exit 1
            fi
            cycle=$((cycle + 1))
        done"""}


def steps_of(player, between):
    everything = " ".join(shlex.quote(name) for name in [*TREE, "big.bin"])
    steps = {"attach": "attach @PORT@ @BUSID@ @VID_PID@",
             "put-big": "aft-mtp-cli 'put big.bin' && mtp-files && "
                        """ask '{"verb": "measure", "name": "begin"}'"""}
    steps |= killed_and_unplugged()
    steps |= {"cancels": "stress cancels", "interrupted": "stress interrupted"}
    steps |= with_sizes() | with_resets(player.vid_pid)
    steps |= {
        "storm": """
            ask '{"verb": "storm"}' || exit 1
            mtp-sendfile some.bin some.bin > storm-sent &&
                mtp-getfile $(id_of storm-sent) storm-back.bin && cmp some.bin storm-back.bin &&
                aft-mtp-cli 'put some.bin storm-aft.bin' 'get storm-aft.bin' &&
                cmp some.bin storm-aft.bin; ended=$?
            ask '{"verb": "calm"}' && mtp-delfile -n $(id_of storm-sent) &&
                aft-mtp-cli 'rm storm-aft.bin' &&
            exit $ended""",
        "events": "stress events",
        "settled": f"stress settled {everything}",
        "get-big": "aft-mtp-cli 'get big.bin back-big.bin' && cmp big.bin back-big.bin",
        "detach": "detach @VID_PID@",
    } | plugged(player.vid_pid)
    steps |= {"end": """ask '{"verb": "measure", "name": "end"}'""", "dmesg": "dmesg"}
    words = {"PORT": between.port, "CONTROL": between.control, "BUSID": player.busid,
             "VID_PID": player.vid_pid, "HOST": vm.HOST_SEEN_FROM_GUEST, "MIDDLE": MIDDLE,
             "STRESS": STRESS}

    def filled(text):
        for name, value in words.items():
            text = text.replace(f"@{name}@", str(value))
        return text
    return {name: filled(PRELUDE + script) for name, script in steps.items()}


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    tree.has(*TOOLS)
    folder = tmp_path_factory.mktemp("stress")
    for size in SIZES:
        (folder / str(size)).write_bytes(content(size))
    for name, size in (("big.bin", BIG), ("torn.bin", BIG), ("some.bin", SOME)):
        (folder / name).write_bytes(content(size))
    with vm.player("mtp") as player, relay.before(player) as between:
        found = vm.boot(folder, steps_of(player, between), timeout=1800, step_timeout=480)
        found.relay = between
        return found


@pytest.mark.parametrize("step", killed_and_unplugged())
def test_a_client_is_stopped_in_mid_transfer(lane, step):
    lane.step("put-big").ok()
    out = lane.step(step).ok().out
    assert "big.bin" in out and "torn.bin" not in out


def test_a_cancel_at_any_byte(lane):
    assert int(lane.step("cancels").ok().out.split()[0]) == 53


def test_a_transfer_taken_back_on_its_way(lane):
    assert int(lane.step("interrupted").ok().out.split()[0]) == 15


def test_every_size_in_both_directions(lane):
    assert lane.step("sizes").ok().out == f"{len(SIZES)} sizes\n"


@pytest.mark.parametrize("tool", ["aft", "gphoto2"])
def test_every_size_with_a_client_that_is_not_ours(lane, tool):
    lane.step("sizes-aft").ok()
    lane.step(f"sizes-{tool}").ok()


def test_a_reset_after_each_tool(lane):
    lane.step("resets").ok()
    for name in ("back.bin", "aft-back.bin"):
        assert lane.file(f"resets/{name}").read_bytes() == content(SOME)


def test_clients_work_while_the_player_says_events_nobody_fetches(lane):
    out = lane.step("storm").ok().out
    assert '"changes": ' in out


def test_who_polls_at_last_gets_what_was_kept(lane):
    lane.step("events").ok()


def test_twenty_plug_cycles(lane):
    lane.step("detach").ok()
    seen = [line for line in lane.step("cycles").ok().out.splitlines() if "ID 1209:4d54" in line]
    assert len(seen) == CYCLES


def test_nothing_is_lost_or_torn_or_left(lane):
    lane.step("settled").ok()
    lane.step("get-big").ok()
    assert lane.file("back-big.bin").read_bytes() == content(BIG)


def test_papsim_holds_what_it_held_before(lane):
    lane.step("end").ok()
    begin, end = (lane.relay.measures[name] for name in ("begin", "end"))
    assert end["descriptors"] <= begin["descriptors"] and end["threads"] <= begin["threads"]
    assert end["own"] - begin["own"] < 1024


def test_the_kernel_has_no_complaint(lane):
    assert not vm.complaints(lane.step("dmesg").ok().out)


@pytest.mark.parametrize("line", [
    "usb 1-1: device not accepting address 2, error -71",
    "usb 1-1: device descriptor read/64, error -110",
    "usb usb1-port1: unable to enumerate USB device",
    "WARNING: CPU: 0 PID: 61 at drivers/usb/core/urb.c:503 usb_submit_urb+0x4c8/0x5f0",
    "BUG: kernel NULL pointer dereference, address: 0000000000000008",
    "INFO: task mtp-getfile:210 blocked for more than 120 seconds.",
    "vhci_hcd: failed to get the urb 1209",
    "usb 1-1: mtp-files timed out on ep2in len=0/512"])
def test_a_complaint_is_found(line):
    assert vm.complaints(f"usb 1-1: Product: papkit\n[    5.9] {line}\n") == [f"[    5.9] {line}"]
