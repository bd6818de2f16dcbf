"""Quirks of real players that show on the bus, in the session or in time: numbers and names are those
of `papsim deviations`. A real client (libmtp's tools, libmtp itself, gphoto2) must stumble over each,
and must not without it; where its own table has a work-around for a VID:PID, that must help. What
no client shows is shown by hand-made containers and command blocks. A client that hangs is ended by
its process id; papsim never hangs, and a player that locked up comes back with the next plug."""
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import time

import pytest

import usbip_client as usbip
import vm
from mtp_client import ALL, OK, RESPONSE, Mtp, Reader, container
from test_stress import control, imported, session
from usbip_client import ECONNRESET, EPIPE, ESHUTDOWN, IN, OUT, RET_UNLINK

PAPSIM = vm.BUILD / "papsim"
BASE = (vm.ROOT / "fixtures" / "players" / "mtp.yaml").read_text()
SECONDS = 240
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


def player(folder, *quirks, ids=UNKNOWN, changes=()):
    """A player file: persona MTP, with these quirks."""
    text = BASE
    for old, new in (("vendor: 0x1209", f"vendor: {ids[0]:#06x}"),
                     ("product: 0x4d54", f"product: {ids[1]:#06x}"), *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "player.yaml"
    path.write_text(text + (f"quirks: [{', '.join(quirks)}]\n" if quirks else ""))
    return path


def quirk(on, name):
    return (name,) if on else ()


def client(file, script, folder, *options):
    """A shell script of clients, all on one player: (exit status, what they print)."""
    done = subprocess.run([PAPSIM, "exec", "--player", file, *options, "--", "sh", "-c", script],
                          cwd=folder, text=True, errors="replace", timeout=SECONDS, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.replace("\r", "\n")


def status(path):
    """The only player's row of the control socket's status."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(usbip.SECONDS)
        link.connect(str(path))
        link.sendall(b'{"verb":"status"}\n')
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := link.recv(65536):
            answer += piece
    return json.loads(answer)["players"][0]


def locks_up(file, words, folder):
    """True: the client locked the player up, and was ended while it waited for it; False: it left by
    itself, content, and the player lives."""
    path = folder / "control"
    with subprocess.Popen([PAPSIM, "exec", "--player", file, "--control", path, "--", "sh", "-c",
                           f"echo $$; exec {words} > said 2>&1"], cwd=folder, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        pid = int(process.stdout.readline())
        deadline = time.monotonic() + SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline
            try:
                frozen = status(path)["frozen"]
            except (OSError, ValueError):  # it has left meanwhile, and its player with it
                continue
            if frozen:
                os.kill(pid, signal.SIGKILL)
                process.wait(SECONDS)
                assert process.returncode == 128 + signal.SIGKILL  # it had not left
                return True
        assert process.returncode == 0, (folder / "said").read_text()
    return False


@pytest.fixture
def serve(tmp_path):
    """Serves a player with these quirks: a server as test_stress has it."""
    running = []

    def serves(*quirks, **more):
        manager = usbip.serving(tmp_path, player(tmp_path, *quirks, **more))
        running.append(manager)
        server = manager.__enter__()
        server.links = []
        return server
    yield serves
    for manager in running:
        manager.__exit__(None, None, None)


def unanswered(link, urb):
    """That URB waits: it can be taken back."""
    victim = link.seqnum
    link.send(urb)
    link.send(link.cancel(victim))
    found = link.reply()
    if found.command == RET_UNLINK:
        return found.status == ECONNRESET
    assert link.reply().status == 0  # of the UNLINK that came too late
    return False


def silent(mtp):
    return unanswered(mtp.link, mtp.link.urb(mtp.bulk_in, IN, 512))


def command_of(mtp, code, *params):
    return container(1, code, mtp.transaction, struct.pack(f"<{len(params)}I", *params))


def advance(server, seconds):
    control(server, verb="clock", advance=seconds)


SENDGET = """
    mtp-sendfile {0} {0} > sent 2>&1
    id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
    mtp-getfile "$id" back"""


# ---- 5: one byte more

@ON_OFF
def test_quirk_05_libmtp_gets_a_byte_too_many(tmp_path, on):
    """1012 bytes behind a header of 12: two full packets. (libmtp looks for the byte only behind a
    header that has a packet of its own, whatever its flags.)"""
    data = random.Random(5).randbytes(1012)
    (tmp_path / "file.bin").write_bytes(data)
    file = player(tmp_path, *quirk(on, "no-zero-reads"))
    code, said = client(file, SENDGET.format("file.bin"), tmp_path)
    assert code == 0, said
    assert (tmp_path / "back").read_bytes() == data + (b"\0" if on else b"")


@pytest.mark.parametrize("room", [512, 1 << 16])
@ON_OFF
def test_quirk_05_on_the_wire(serve, on, room):
    """The byte is a packet of its own where a zero-length one belongs; other sizes are as ever."""
    mtp = session(serve(*quirk(on, "no-zero-reads")))
    for size in (499, 500, 501, 1012):
        data = random.Random(size).randbytes(size)
        handle = mtp.send("edge.bin", data)
        mtp.command(0x1009, handle)
        extra = b"\0" if on and (size + 12) % 512 == 0 else b""
        assert mtp.get(room) == container(2, 0x1009, mtp.transaction, data) + extra
        assert mtp.response().code == OK
        mtp.next()
        mtp.delete(handle)
    mtp.link.socket.close()


# ---- 6: locks up when the interface is released

@ON_OFF
def test_quirk_06_libmtp_locks_it_up_at_its_end(tmp_path, on):
    file = player(tmp_path, *quirk(on, "no-release-interface"))
    assert locks_up(file, "mtp-files", tmp_path) == on


def test_quirk_06_libmtps_flag_helps(tmp_path):
    file = player(tmp_path, "no-release-interface", ids=SANSA_M240)
    assert not locks_up(file, "mtp-files", tmp_path)
    assert "Tone One.mp3" in (tmp_path / "said").read_text()


def test_quirk_06_a_plug_brings_it_back(serve):
    """Until then nothing is answered, not even to the next importer; papsim itself lives."""
    server = serve("no-release-interface")
    mtp = session(server)
    get_status = {"setup": usbip.setup(0x82, 0, 0, mtp.bulk_in | 0x80, 2)}
    assert unanswered(mtp.link, mtp.link.urb(0, IN, 2, **get_status))
    assert silent(mtp)
    mtp.link.socket.close()
    link = imported(server)
    device = {"setup": usbip.setup(0x80, 6, 0x0100, 0, 18)}
    assert unanswered(link, link.urb(0, IN, 18, **device))
    assert status(server.control)["frozen"]
    control(server, verb="unplug", busid="1-1")
    link.rest()
    link.socket.close()
    control(server, verb="plug", busid="1-1")
    assert not status(server.control)["frozen"]
    mtp = session(server)
    assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.link.socket.close()


# ---- 7: junk in headers

@ON_OFF
def test_quirk_07_libmtp_cannot_open_it(tmp_path, on):
    _, said = client(player(tmp_path, *quirk(on, "ignore-header-errors")), "mtp-files", tmp_path)
    assert ("failed to open session on second attempt" in said) == on
    assert ("Tone One.mp3" in said) == (not on)


def test_quirk_07_libmtps_flag_helps(tmp_path):
    _, said = client(player(tmp_path, "ignore-header-errors", ids=ZEN), "mtp-files", tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


# ---- 8 and 26: a disk

INQUIRY, TEST_UNIT_READY, REQUEST_SENSE, READ_10 = 0x12, 0x00, 0x03, 0x28


def ask_disk(mtp, opcode, length):
    """One command of the Bulk-Only Transport: (status, residue, data)."""
    block = bytes([opcode, 0, 0, 0, length & 0xFF, 0]).ljust(16, b"\0")
    wrapper = b"USBC" + struct.pack("<IIBBB", 0x1234, length, 0x80, 0, 6) + block
    assert len(wrapper) == 31
    assert mtp.link.transfer(mtp.bulk_out, OUT, 31, wrapper).status == 0
    data = mtp.link.transfer(mtp.bulk_in, IN, length).data if length else b""
    found = mtp.link.transfer(mtp.bulk_in, IN, 13).data
    assert found[:8] == b"USBS" + struct.pack("<I", 0x1234) and len(found) == 13
    return found[12], struct.unpack("<I", found[8:12])[0], data


def disk_without_medium(mtp):
    code, residue, data = ask_disk(mtp, INQUIRY, 36)
    assert (code, residue) == (0, 0)
    assert data[0] == 0 and data[1] == 0x80 and data[4] == 31  # a disk, removable
    assert ask_disk(mtp, TEST_UNIT_READY, 0)[0] == 1
    code, _, data = ask_disk(mtp, REQUEST_SENSE, 18)
    assert code == 0 and (data[0], data[2], data[12]) == (0x70, 2, 0x3A)  # medium not present
    code, residue, data = ask_disk(mtp, READ_10, 4096)
    assert (code, residue, len(data)) == (1, 4096, 4096)


@ON_OFF
def test_quirk_08_gphoto2_takes_it_for_a_disk(tmp_path, on):
    file = player(tmp_path, *quirk(on, "unload-driver"))
    _, said = client(file, "gphoto2 --auto-detect; lsusb -v", tmp_path)
    assert ("USB PTP Class Camera" in said) == (not on)
    assert bool(re.search(r"bInterfaceClass +8\b", said)) == on


def test_quirk_08_both_on_the_same_pipes(serve):
    server = serve("unload-driver")
    with server.link() as link:
        assert link.devices()[0][2] == [bytes([0x08, 0x06, 0x50])]
    mtp = session(server)
    assert mtp.link.control(0xA1, 0xFE, 0, 0, 1).data == b"\0"  # Get Max LUN
    for _ in range(2):
        disk_without_medium(mtp)
        assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.link.socket.close()


@ON_OFF
def test_quirk_26_libmtp_finds_no_mtp(tmp_path, on):
    _, said = client(player(tmp_path, *quirk(on, "switch-mode-blackberry")), "mtp-files", tmp_path)
    assert ("failed to open session on second attempt" in said) == on
    assert ("Tone One.mp3" in said) == (not on)


def test_quirk_26_libmtps_flag_helps(tmp_path):
    _, said = client(player(tmp_path, "switch-mode-blackberry", ids=BLACKBERRY), "mtp-files",
                     tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


def test_quirk_26_a_disk_until_it_is_asked_for_mtp(serve):
    link = imported(serve("switch-mode-blackberry"))
    link.configure()
    mtp = Mtp(link, session=0)
    disk_without_medium(mtp)
    mtp.link.send(mtp.link.urb(mtp.bulk_out, OUT, 16, command_of(mtp, 0x1002, 1)))
    assert mtp.link.reply().status == EPIPE
    mtp.resume()
    link.control(0xC0, 0xAA, 0, 4, 64)
    mtp.ask(0x1002, 1)
    assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.link.socket.close()


# ---- 9: the Microsoft OS descriptor first

def test_quirk_09_libmtp_waits_in_vain(tmp_path):
    """It gives up after 5 seconds of its own, and tries again for longer."""
    file = player(tmp_path, "always-probe-descriptor", ids=SANSA_CONNECT, changes=NAMELESS)
    with subprocess.Popen([PAPSIM, "exec", "--player", file, "--", "sh", "-c",
                           "echo $$; exec mtp-files 2>&1"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        pid = int(process.stdout.readline())
        said = ""
        while "failed to open session" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("quirks, ids", [((), SANSA_CONNECT),
                                         (("always-probe-descriptor",), SANSA_CLIP)],
                         ids=["off", "flag"])
def test_quirk_09_without_it_or_with_libmtps_flag_it_is_listed(tmp_path, quirks, ids):
    _, said = client(player(tmp_path, *quirks, ids=ids, changes=NAMELESS), "mtp-files", tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


@ON_OFF
def test_quirk_09_silent_until_the_string_was_read(serve, on):
    link = imported(serve(*quirk(on, "always-probe-descriptor")))
    link.configure()
    mtp = Mtp(link, session=0)
    command = command_of(mtp, 0x1002, 1)
    assert unanswered(link, link.urb(mtp.bulk_out, OUT, len(command), command)) == on
    assert link.descriptor(3, 18, index=0xEE).data[2:10] == "MSFT".encode("utf-16-le")
    if on:
        mtp.ask(0x1002, 1)
        assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.link.socket.close()


# ---- 18: the size of album art

ALBUM = "mtp-albumart -i 3 -n Waves -s 65537 cover.jpg"


@pytest.mark.parametrize("quirks, ids, crashes", [
    (("broken-set-sample-dimensions",), UNKNOWN, True), ((), UNKNOWN, False),
    (("broken-set-sample-dimensions",), SANSA_CLIP_PLUS, False)], ids=["on", "off", "flag"])
def test_quirk_18_libmtp_sends_a_cover(tmp_path, quirks, ids, crashes):
    (tmp_path / "cover.jpg").write_bytes(bytes(3000))
    assert locks_up(player(tmp_path, *quirks, ids=ids), ALBUM, tmp_path) == crashes


# ---- 20, 28, 34: time

DELETE = "mtp-delfile -n 6"


def test_quirk_20_libmtp_gives_up_unless_its_flag_says_to_wait(tmp_path):
    """20 seconds and 60 are libmtp's own; nobody moves the player's clock here, so it runs with the
    world's."""
    waits = {}
    for name, quirks, ids in (("on", ("long-timeout",), UNKNOWN),
                              ("flag", ("long-timeout",), GALAXY), ("off", (), UNKNOWN)):
        (tmp_path / name).mkdir()
        waits[name] = subprocess.Popen(
            [PAPSIM, "exec", "--player", player(tmp_path / name, *quirks, ids=ids), "--",
             "sh", "-c", DELETE], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
    said = {name: process.communicate(timeout=SECONDS)[0] for name, process in waits.items()}
    for name, process in waits.items():
        assert process.returncode == (1 if name == "on" else 0), said[name]
        assert ("Failed to delete file:6" in said[name]) == (name == "on")


@ON_OFF
def test_quirk_20_the_answer_comes_on_the_players_clock(serve, on):
    server = serve(*quirk(on, "long-timeout"))
    mtp = session(server)
    handle = mtp.announce("slow.bin", 3)
    mtp.command(0x100D)
    mtp.put(container(2, 0x100D, mtp.transaction, b"abc"))
    if on:
        assert silent(mtp)
        advance(server, 20)
        assert silent(mtp)
        mtp.link.send(mtp.link.urb(mtp.bulk_in, IN, 512))  # it waits, and the clock brings it
        advance(server, 10)
        assert mtp.response(mtp.link.reply().data).code == OK
    else:
        assert mtp.response().code == OK
    mtp.next()
    assert mtp.content(handle) == b"abc"  # reading takes no longer
    mtp.link.socket.close()


@ON_OFF
def test_quirk_28_as_long_as_there_are_objects(serve, on):
    """20 ms for each: 2,000 objects take 40 s."""
    server = serve(*quirk(on, "slow-object-handles"))
    mtp = session(server)
    for number in range(2000):
        mtp.folder(f"folder {number}")
    count = mtp.ask(0x1006, ALL, 0, 0).params[0]
    mtp.command(0x1007, ALL, 0, 0)
    if on:
        assert silent(mtp)
        advance(server, 20)  # libmtp and gphoto2 have given up
        assert silent(mtp)
        advance(server, 22)
    assert len(Reader(mtp.get()[12:]).numbers()) == count >= 2000
    assert mtp.response().code == OK
    mtp.link.socket.close()


@ON_OFF
def test_quirk_34_slower_with_every_object(serve, on):
    """After 200 objects each answer takes 50 s."""
    server = serve(*quirk(on, "slows-down"))
    mtp = session(server)

    def ask(code, *params, send=None):
        mtp.command(code, *params)
        if send is not None:
            mtp.put(container(2, code, mtp.transaction, send))
        if on:
            advance(server, 100)
        found = mtp.get()
        if struct.unpack("<H", found[4:6])[0] != RESPONSE:
            found = mtp.get(512)
        assert mtp.response(found).code == OK
        mtp.next()

    handle = mtp.send("first.bin", b"first")
    for _ in range(200):
        ask(0x1009, handle)
    mtp.command(0x1004)
    if on:
        assert silent(mtp)
        advance(server, 20)
        assert silent(mtp)
        advance(server, 31)
    assert Reader(mtp.get()[12:]).numbers()
    assert mtp.response().code == OK
    mtp.link.socket.close()


# ---- 21, 25, 31: sessions

TWICE = "mtp-files > /dev/null 2>&1; mtp-files"
RESETS = "trying again after resetting USB interface"


@pytest.mark.parametrize("quirks, ids, stumbles", [
    (("force-reset-on-close",), UNKNOWN, True), ((), UNKNOWN, False),
    (("force-reset-on-close",), KYOCERA_RISE, False)], ids=["on", "off", "flag"])
def test_quirk_21_libmtp_must_reset_it(tmp_path, quirks, ids, stumbles):
    """The second client waits for 5 seconds, resets the player and is served."""
    _, said = client(player(tmp_path, *quirks, ids=ids), TWICE, tmp_path)
    assert (RESETS in said) == stumbles
    assert "Tone One.mp3" in said


GPHOTO_TWICE = "gphoto2 --summary > first 2>&1 || exit 9; gphoto2 --summary"


@pytest.mark.parametrize("quirks, ids, fails", [
    (("dont-close-session",), UNKNOWN, True), ((), UNKNOWN, False),
    (("dont-close-session",), EOS_R, False)], ids=["on", "off", "flag"])
def test_quirk_25_gphoto2_is_served_once(tmp_path, quirks, ids, fails):
    code, said = client(player(tmp_path, *quirks, ids=ids), GPHOTO_TWICE, tmp_path)
    assert code == (1 if fails else 0), said
    assert ("PTP General Error" in said) == fails
    assert ("Manufacturer: papkit" in said) == (not fails)


def test_quirk_25_until_it_is_plugged_again(serve):
    server = serve("dont-close-session")
    mtp = session(server)
    mtp.ask(0x1003)
    assert mtp.run(0x1002, 1).code == 0x2002
    assert mtp.run(0x1001).code == 0x2002
    mtp.link.socket.close()
    link = imported(server)
    link.configure()
    assert Mtp(link, session=0).run(0x1002, 1).code == 0x2002
    control(server, verb="unplug", busid="1-1")
    link.rest()
    link.socket.close()
    control(server, verb="plug", busid="1-1")
    session(server).link.socket.close()


@ON_OFF
def test_quirk_31_the_next_client_finds_the_session_open(serve, on):
    server = serve(*quirk(on, "session-already-open"))
    session(server).link.reset()  # interrupted
    link = imported(server)
    link.configure()
    mtp = Mtp(link, session=0)
    answer = mtp.run(0x1002, 7)
    assert (answer.code, answer.params) == ((0x201E, (1,)) if on else (OK, ()))
    link.configure()  # nor does a reset end it
    assert mtp.run(0x1002, 7).code == (0x201E if on else OK)
    mtp.link.socket.close()
    said = subprocess.run([PAPSIM, "exec", "--connect", f"127.0.0.1:{server.port}/1-1", "--",
                           "mtp-files"], text=True, timeout=SECONDS, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    assert "Tone One.mp3" in said  # libmtp goes on in it


# ---- 23: the last packet full

PARTIAL = """
import ctypes
mtp = ctypes.CDLL("libmtp.so.9")
mtp.LIBMTP_Init()
mtp.LIBMTP_Get_First_Device.restype = ctypes.c_void_p
device = ctypes.c_void_p(mtp.LIBMTP_Get_First_Device())
data, count = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_uint()
code = mtp.LIBMTP_GetPartialObject(device, ctypes.c_uint32(4), ctypes.c_uint64({offset}),
                                   ctypes.c_uint32({length}), ctypes.byref(data),
                                   ctypes.byref(count))
print("partial", code, count.value, flush=True)
mtp.LIBMTP_Release_Device(device)
"""


@pytest.mark.parametrize("quirks, ids, offset, length, says", [
    (("samsung-offset-bug",), UNKNOWN, 0, 500, None),
    ((), UNKNOWN, 0, 500, "partial 0 500"),
    (("samsung-offset-bug",), UNKNOWN, 1, 499, "partial 0 499"),
    (("samsung-offset-bug",), GALAXY, 0, 500, "partial 0 499")],
    ids=["on", "off", "another-length", "flag"])
def test_quirk_23_libmtp_reads_the_end_of_a_file(tmp_path, quirks, ids, offset, length, says):
    """Object 4 has 500 bytes, with the header one full packet. libmtp's flag asks for one less."""
    (tmp_path / "partial.py").write_text(PARTIAL.format(offset=offset, length=length))
    file = player(tmp_path, *quirks, ids=ids)
    assert locks_up(file, "/usr/bin/python3 partial.py", tmp_path) == (says is None)
    if says:
        assert says in (tmp_path / "said").read_text()


# ---- 27: the string that resets

@pytest.mark.parametrize("quirks, speed, found", [
    (("os-string-resets",), FULL_SPEED, False), ((), FULL_SPEED, True),
    (("os-string-resets",), (), True)], ids=["on", "off", "high-speed"])
def test_quirk_27_libmtp_probes_it_away(tmp_path, quirks, speed, found):
    _, said = client(player(tmp_path, *quirks, changes=NAMELESS + speed), "mtp-files", tmp_path)
    assert ("No Devices have been found" in said) == (not found)
    assert ("Tone One.mp3" in said) == found


def test_quirk_27_it_drops_off_the_bus_and_comes_back(serve):
    server = serve("os-string-resets", changes=FULL_SPEED)
    mtp = session(server)
    mtp.link.send(mtp.link.urb(0, IN, 18, setup=usbip.setup(0x80, 6, 0x03EE, 0, 18)))
    assert mtp.link.reply().status == ESHUTDOWN
    assert mtp.link.rest() == b""
    mtp.link.socket.close()
    session(server).link.socket.close()


# ---- 29: stale data after a cancel

@ON_OFF
def test_quirk_29_old_data_where_an_answer_belongs(serve, on):
    mtp = session(serve(*quirk(on, "cancel-pushes-old-data")))
    data = random.Random(29).randbytes(1 << 20)
    handle = mtp.send("long.bin", data)
    mtp.command(0x1009, handle)
    assert mtp.link.transfer(mtp.bulk_in, IN, 4096).data == container(
        2, 0x1009, mtp.transaction, data)[:4096]
    mtp.cancel()
    mtp.settle()
    mtp.next()
    mtp.command(0x1006, ALL, 0, 0)
    found = mtp.get(512)
    if on:
        at = 4096 - 12
        assert found == data[at:at + 32768]  # what it had in its buffers, and no more
        found = mtp.get(512)
    assert mtp.response(found).params[0] > 0
    mtp.link.socket.close()


# ---- 30: locked

@ON_OFF
def test_quirk_30_clients_meet_a_locked_player(tmp_path, on):
    file = player(tmp_path, *quirk(on, "locked-storage"))
    code, said = client(file, f"""
        mtp-files; gphoto2 --list-files; echo unlocked
        {PAPSIM} control socket unlock > answer; mtp-files; gphoto2 --list-files""", tmp_path,
                        "--control", "socket")
    before, after = said.split("unlocked\n")
    assert ("Get Storage information failed" in before) == on
    assert ("PTP Invalid Storage ID" in before) == on
    assert ("Tone One.mp3" in before) == (not on)
    assert code == 0 and "Tone One.mp3" in after and "Invalid" not in after


def test_quirk_30_is_locked_again_by_a_verb(serve):
    server = serve("locked-storage")
    mtp = session(server)
    assert mtp.run(0x1007, ALL, 0, 0).code == 0x2008
    control(server, verb="unlock")
    assert mtp.handles()
    control(server, verb="lock")
    assert mtp.run(0x1005, 0x00010001).code == 0x2008
    mtp.link.socket.close()
