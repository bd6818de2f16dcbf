"""The world's MTP clients, unmodified, on a real Linux host: libmtp's tools, gphoto2 and
android-file-transfer list, send and get, and what comes back is what went, byte for byte. What they
print is compared with the same commands through `papsim exec`, which needs no kernel."""
import contextlib
import hashlib
import re

import pytest

import exec_twin
import tree
import vm
from tree import content

pytestmark = pytest.mark.vm

# Around the edges that matter: one packet is 512 bytes, the container's header 12, libmtp's first
# packet carries 500 bytes of data and its next writes 16 KiB.
SIZES = [0, 1, 499, 500, 501, 512, 1012, 16384 + 500, 1048576 + 3]
TOOLS = ["mtp-detect", "mtp-files", "mtp-folders", "mtp-sendfile", "mtp-getfile", "mtp-delfile",
         "mtp-newfolder", "mtp-tracks", "gphoto2", "lsusb", "jmtpfs", "go-mtpfs", "gphotofs",
         "aft-mtp-cli"]
BIG = 8 * 1048576
DELETED = 501


def sendget(size):
    """libmtp there and back; the id is the one the sender printed."""
    name = f"send-{size}.bin"
    return f"""
        mtp-sendfile {name} {name} > sent-{size} 2>&1; code=$?
        cat sent-{size}
        id=$(tr '\\r' '\\n' < sent-{size} | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
        [ $code -eq 0 ] && [ -n "$id" ] || exit 1
        mtp-getfile $id back-{size}.bin && cmp {name} back-{size}.bin"""


def aft(size):
    return f"""
        aft-mtp-cli 'put send-{size}.bin aft-{size}.bin' &&
        aft-mtp-cli 'get aft-{size}.bin aftback-{size}.bin' &&
        cmp send-{size}.bin aftback-{size}.bin"""


# A client in the middle of a transfer: it says how far it is into a pipe of one page that nobody
# reads on, so it stands still long before the end, however fast the machine is.
MIDWAY = r"""
    rm -f /run/said; mkfifo /run/said && exec 3<>/run/said  # not in the shared folder: 9p
    /usr/bin/python3 -c 'import fcntl; fcntl.fcntl(3, fcntl.F_SETPIPE_SZ, 4096)' || exit 1
    {command} >&3 2>&3 &
    client=$!
    /usr/bin/python3 -c '
import os, re, signal
signal.alarm(200)
said = b""
while not re.search(rb"Progress: [1-9][0-9]{{5,}} of", said):
    said += os.read(3, 64)' || exit 1"""
# Killed between two packets; peers' responders never open a session again after that.
KILLED = MIDWAY + r"""
    kill -9 $client || exit 1
    wait $client; [ $? -eq 137 ] || exit 1
    mtp-files"""
# The rest of what it says is let out, so that it can end.
UNPLUGGED = MIDWAY + r"""
    detach {vid_pid} && kill -0 $client || exit 1
    cat <&3 > busy & reader=$!
    wait $client; kill $reader
    attach {where} && mtp-files"""
BIG_ID = "$(sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p' sent-big)"


PYUSB = r"""
/usr/bin/python3 -c '
import usb.core
device = usb.core.find(idVendor=0x1209, idProduct=0x4d54)
print(device)
interface = device.get_active_configuration()[(0, 0)]
out, into = interface[1], interface[0]
out.write(bytes([16, 0, 0, 0, 1, 0, 2, 16, 0, 0, 0, 0, 1, 0, 0, 0]))
print(bytes(into.read(512)).hex())
out.write(bytes([12, 0, 0, 0, 1, 0, 1, 16, 1, 0, 0, 0]))
print(bytes(into.read(512)).hex())
print(bytes(into.read(512)).hex())
try:
    into.read(512, timeout=20)
except usb.core.USBTimeoutError:
    print("timed out")
device.reset()
'"""


LIBUSB1 = r"""
/usr/bin/python3 -c '
import usb1
with usb1.USBContext() as context:
    handle = context.openByVendorIDAndProductID(0x1209, 0x4d54)
    print(handle.getDevice().getProduct())
    with handle.claimInterface(0):
        handle.bulkWrite(2, bytes([16, 0, 0, 0, 1, 0, 2, 16, 0, 0, 0, 0, 1, 0, 0, 0]))
        print(bytes(handle.bulkRead(0x81, 512)).hex())
    handle.resetDevice()
'"""


def mount(client):
    """By a FUSE client that returns when its file system is there."""
    return f"""
        folder=$(mktemp -d) && {client} "$folder" || exit 77
        (cd "$folder" && ls -R); code=$?
        fusermount -u "$folder" && wait && rmdir "$folder" && exit $code"""


def shared_steps(vid_pid):
    """In order: what the kernel lane and `papsim exec` both run, and are compared by."""
    steps = {
        "detect": "mtp-detect",
        "files-before": "mtp-files",
        "folders-before": "mtp-folders",
        "tracks": "mtp-tracks",
        "auto-detect": "gphoto2 --auto-detect",
        "summary": "gphoto2 --summary",
        "list-before": "gphoto2 --list-files",
        "lsusb": f"lsusb -v -d {vid_pid}",
        "pyusb": PYUSB,
        "libusb1": LIBUSB1,
        "jmtpfs": mount("jmtpfs"),
        "gphotofs": mount("gphotofs"),
        "go-mtpfs": """
            go_mtpfs() { go-mtpfs "$1" > /dev/null 2>&1 & wait_for 60 mountpoint -q "$1"; }"""
                    + mount("go_mtpfs"),
        "tone": """
            id=$(mtp-files | grep -B 1 'Filename: Tone One.mp3' | sed -n 's/^File ID: //p')
            mtp-getfile "$id" tone.mp3""",
    }
    steps |= {f"sendget-{size}": sendget(size) for size in SIZES}
    steps |= {
        "newfolder": "mtp-newfolder Zażółć-音楽 0 0 && mtp-folders",
        "files": "mtp-files",
        "gphoto2-list": "gphoto2 --list-files",
        "gphoto2-get": """
            store=$(gphoto2 --list-folders |
                sed -n "s,.*- \\(store_[0-9a-f]*\\).*,/\\1,p" | head -n 1)
            mkdir gphoto && cd gphoto &&
            gphoto2 --folder "${store:-/}" --get-file send-1012.bin &&
            cmp send-1012.bin ../send-1012.bin""",
        "gphoto2-put": """
            cp send-1012.bin put.bin
            gphoto2 --folder /store_00010001 --upload-file put.bin &&
            gphoto2 --folder /store_00010001 --list-files --no-recurse &&
            gphoto2 --folder /store_00010001 --delete-file put.bin &&
            gphoto2 --folder /store_00010001 --list-files --no-recurse""",
        "delete": """
            id=$(sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p' sent-501)
            mtp-delfile -n "$id" && mtp-files""",
    }
    return steps


def steps_of(player):
    steps = {"attach": f"attach {player.where}"} | shared_steps(player.vid_pid)
    steps |= {"aft-ls": "aft-mtp-cli ls"}
    steps |= {f"aft-{size}": aft(size) for size in SIZES}
    steps |= {
        "send-big": "mtp-sendfile big.bin big.bin | tr '\\r' '\\n' > sent-big; "
                    "grep 'New file ID' sent-big",
        "killed-get": KILLED.format(command=f"mtp-getfile {BIG_ID} lost.bin"),
        "killed-send": KILLED.format(command="mtp-sendfile other.bin other.bin"),
        "unplug-busy": UNPLUGGED.format(command=f"mtp-getfile {BIG_ID} lost2.bin",
                                        where=player.where, vid_pid=player.vid_pid),
        "get-big": f"mtp-getfile {BIG_ID} back-big.bin && cmp big.bin back-big.bin",
        "detach": f"detach {player.vid_pid}",
    }
    return steps | usbipd_steps()


# A device of Linux's own (gadget zero, on a host controller that is none) behind Linux's own
# server: nothing but the drop-in library is ours.
GADGET = "0525:a4a0"
MODULES = "vhci-hcd,fuse,usbip-host,dummy_hcd,usb_f_ss_lb"
BULK = r"""
import usb.core
device = usb.core.find(idVendor=0x0525, idProduct=0xa4a0)
print(device.manufacturer, device.product)
interface = device.get_active_configuration()[(0, 0)]
interface.set_altsetting()
out, into = sorted(interface, key=lambda end: end.bEndpointAddress)
for size in (512, 65536, 1048576):
    data = bytes(into.read(size))
    print(len(data), set(data), out.write(bytes(size - 3)))
device.ctrl_transfer(2, 3, 0, into.bEndpointAddress)  # halts it
try:
    into.read(512)
except usb.core.USBError as error:
    print("halted", error.backend_error_code)
device.clear_halt(into.bEndpointAddress)
print("cleared", len(into.read(512)))
device.reset()
print("reset", len(into.read(512)))
"""
# LIBUSB_ERROR_PIPE is -9.
BULK_SAYS = ["papkit zero", "512 {0} 509", "65536 {0} 65533", "1048576 {0} 1048573", "halted -9",
             "cleared 512", "reset 512"]

# The second configuration is a loopback.
SECOND = r"""
import usb.core, usb.util
device = usb.core.find(idVendor=0x0525, idProduct=0xa4a0)
device.set_configuration(2)
interface = device.get_active_configuration()[(0, 0)]
out, into = sorted(interface, key=lambda end: end.bEndpointAddress)
data = bytes(range(256)) * 16
print(out.write(data), bytes(into.read(4096)) == data)
usb.util.release_interface(device, 0)
device.set_configuration(1)
print(device.get_active_configuration().bConfigurationValue)
"""

MAKE_GADGET = r"""
mount -t configfs none /sys/kernel/config
cd /sys/kernel/config/usb_gadget && mkdir zero && cd zero || exit 1
mkdir strings/0x409 configs/c.1 configs/c.2 functions/SourceSink.0 functions/Loopback.0 || exit 1
echo 0x0525 > idVendor; echo 0xa4a0 > idProduct
echo papkit > strings/0x409/manufacturer; echo zero > strings/0x409/product
echo 0 > functions/SourceSink.0/pattern
ln -s functions/SourceSink.0 configs/c.1
ln -s functions/Loopback.0 configs/c.2
echo dummy_udc.0 > UDC || exit 1
cd "$OLDPWD"
"""


def usbipd_steps():
    papsim = tree.PAPSIM
    return {
        "usbipd": f"""
            here=$PWD
            {MAKE_GADGET}
            cd "$here" && wait_for 60 node {GADGET} > busid || exit 1
            busid=$(basename "$(cat busid)")
            lsusb -v -d {GADGET} > there
            usbipd -D && usbip bind -b "$busid" && usbip list -r 127.0.0.1""",
        "usbipd-lsusb": f"{papsim} exec --connect 127.0.0.1 -- lsusb -v -d {GADGET}",
        "usbipd-busid": f"""
            {papsim} exec --connect 127.0.0.1:3240/$(basename "$(cat busid)") -- lsusb &&
            ! {papsim} exec --connect 127.0.0.1:3240/9-9 -- lsusb""",
        "usbipd-second": f"cat > second.py <<'END'\n{SECOND}END\n"
                         f"{papsim} exec --connect 127.0.0.1 -- /usr/bin/python3 second.py",
        "usbipd-bulk": f"cat > bulk.py <<'END'\n{BULK}END\n"
                       f"{papsim} exec --connect 127.0.0.1 -- /usr/bin/python3 bulk.py",
    }


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    tree.has(*TOOLS)
    folder = tmp_path_factory.mktemp("clients")
    for size in SIZES:
        (folder / f"send-{size}.bin").write_bytes(content(size))
    for name in ("big.bin", "other.bin"):
        (folder / name).write_bytes(content(BIG))
    with contextlib.ExitStack() as stack:
        fleet = vm.Fleet(stack, vm.front("usbredir"))
        return vm.boot(folder, steps_of(fleet.player("mtp")), modules=MODULES, fleet=fleet)


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """What exec made of the shared steps, by name."""
    folder = tmp_path_factory.mktemp("twin")
    for size in SIZES:
        (folder / f"send-{size}.bin").write_bytes(content(size))
    with vm.player("mtp") as player:
        run = exec_twin.Twin(folder, player).run
        return {name: run(name, script)
                for name, script in shared_steps(player.vid_pid).items()}, folder


def test_mtp_detect_names_the_model_and_a_storage(lane):
    text = lane.step("detect").ok().out
    assert "Device recognized as MTP" in text or "Device recognized as PTP" in text
    for field in ("Manufacturer", "Model", "Serial number"):
        assert re.search(rf"^\s*{field}: \S", text, re.M), field
    assert re.search(r"StorageID: 0x[0-9a-fA-F]{8}", text)
    assert re.search(r"MaxCapacity: [1-9]", text)
    assert re.search(r"^\s*1001: Get device info", text, re.M)
    assert text.rstrip().endswith("OK.")


def test_mtp_detect_meets_no_error(lane):
    """libmtp reports what it cannot parse as it goes on, and still exits 0."""
    text = lane.step("detect").ok().text
    complaint = re.compile(r"error|PTP_|LIBMTP PANIC|failed|unable|could not|inconsistent", re.I)
    assert not [line for line in text.splitlines() if complaint.search(line)]


def test_mtp_files_lists_what_was_sent(lane):
    text = lane.step("files").ok().out
    for size in SIZES:
        assert re.search(rf"Filename: send-{size}\.bin\s+File size {size} ", text), size


@pytest.mark.parametrize("size", SIZES)
def test_libmtp_sends_and_gets_the_same_bytes(lane, size):
    lane.step(f"sendget-{size}").ok()
    assert lane.file(f"back-{size}.bin").read_bytes() == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_android_file_transfer_puts_and_gets_the_same_bytes(lane, size):
    lane.step(f"aft-{size}").ok()
    assert lane.file(f"aftback-{size}.bin").read_bytes() == content(size)


def test_android_file_transfer_lists_the_files(lane):
    text = lane.step("aft-ls").ok().out
    for size in SIZES:
        assert (f"send-{size}.bin" in text) == (size != DELETED)


def test_gphoto2_finds_the_player(lane):
    assert re.search(r"usb:\d+,\d+", lane.step("auto-detect").ok().out)


def test_gphoto2_lists_the_files(lane):
    text = lane.step("gphoto2-list").ok().out
    for size in SIZES:
        assert f"send-{size}.bin" in text


def test_gphoto2_gets_the_same_bytes(lane):
    lane.step("gphoto2-get").ok()
    assert lane.file("gphoto/send-1012.bin").read_bytes() == content(1012)


def test_a_folder_with_a_name_beyond_ascii_is_made(lane):
    assert "Zażółć-音楽" in lane.step("newfolder").ok().out


def test_a_deleted_file_is_gone(lane):
    text = lane.step("delete").ok().out
    assert "send-500.bin" in text and "send-501.bin" not in text


def test_a_client_killed_while_getting_leaves_the_player_usable(lane):
    lane.step("send-big").ok()
    assert "big.bin" in lane.step("killed-get").ok().out


def test_a_client_killed_while_sending_leaves_the_player_usable(lane):
    text = lane.step("killed-send").ok().out
    assert "Filename: big.bin" in text


def test_a_player_unplugged_while_busy_comes_back(lane):
    assert "Filename: big.bin" in lane.step("unplug-busy").ok().out


def test_a_big_file_is_whole_after_all_that(lane):
    lane.step("get-big").ok()
    assert hashlib.sha256(lane.file("back-big.bin").read_bytes()).digest() \
        == hashlib.sha256(content(BIG)).digest()


# ---- the same through exec

@pytest.mark.parametrize("name", shared_steps(""))
def test_exec_has_the_kernel_lanes_outcome(lane, twin, name):
    there, here = lane.step(name).ok(), twin[0][name]
    if name in ("jmtpfs", "gphotofs", "go-mtpfs") and here.status == 77:
        pytest.skip("FUSE mounts are not allowed here")
    here.ok()
    assert exec_twin.normalised(here.out) == exec_twin.normalised(there.out)


@pytest.mark.parametrize("name", ["tone.mp3", "gphoto/send-1012.bin",
                                  *(f"back-{size}.bin" for size in SIZES)])
def test_exec_gets_the_kernel_lanes_bytes(lane, twin, name):
    lane.step("tone").ok()
    assert (twin[1] / name).read_bytes() == lane.file(name).read_bytes()


@pytest.mark.parametrize("rule", exec_twin.RULES, ids=lambda rule: rule.why)
def test_every_difference_that_is_let_pass_is_there(lane, twin, rule):
    """A rule nobody needs would hide something some day."""
    others = [other for other in exec_twin.RULES if other is not rule]
    assert any(exec_twin.normalised(step.out, others)
               != exec_twin.normalised(lane.step(name).out, others)
               for name, step in twin[0].items())


# ---- exec with a real usbipd, which exports a device that is Linux's own

def test_lsusb_describes_what_a_real_usbipd_exports(lane):
    lane.step("usbipd").ok()
    out = lane.step("usbipd-lsusb").ok().out
    assert re.search(rf"^Bus \d+ Device \d+: ID {GADGET}", out, re.M)
    assert len(re.findall(r"^\s*bConfigurationValue\s+[12]$", out, re.M)) == 2
    there = lane.file("there").read_text()
    assert exec_twin.normalised(out) == exec_twin.normalised(there)


def test_the_second_configuration_of_a_device_behind_a_real_usbipd(lane):
    assert lane.step("usbipd-second").ok().out.splitlines() == ["4096 True", "1"]


def test_a_real_usbipds_bus_id_picks_the_device(lane):
    assert len(re.findall(f"ID {GADGET}", lane.step("usbipd-busid").ok().out)) == 1


def test_transfers_halts_and_reset_reach_a_device_behind_a_real_usbipd(lane):
    assert lane.step("usbipd-bulk").ok().out.splitlines() == BULK_SAYS
