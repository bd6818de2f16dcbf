"""`papsim exec`: the world's clients, unmodified, without a kernel module; and what exec itself
says and answers. Commands that need the player's state from one to the next share one exec (a
script) or one papsim (--connect)."""
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import tempfile

import pytest

from clients import execute, ok
from papsim import Papsim
from tree import DROP_IN, PAPCHECK, PAPSIM, PLAYERS, PROGRAMS, ROOT, SECONDS, content, has, tool

SIZES = [0, 1, 500, 501, 512, 16384 + 500, 1048576 + 3]
STORE = "/store_00010001"
NOT_LOADED = "saw no player: it did not load libusb-1.0"


def player(*words, **more):
    return execute("--player", "mtp", "--", *words, **more)


@pytest.fixture
def serving():
    with Papsim("mtp") as server:
        yield server


def connect(server, *words, **more):
    return execute("--connect", server.place("1-1"), "--", *words, **more)


# ---- libmtp's tools

def test_mtp_detect_names_the_player_and_meets_no_error():
    has("mtp-detect")
    out = ok(player("mtp-detect"))
    for line in (r"^\s*Manufacturer: papkit$", r"^\s*Model: papkit MTP player$",
                 r"^\s*Serial number: 0A1B2C3D4E5F6071$", r"StorageID: 0x00010001",
                 r"^\s*1001: Get device info"):
        assert re.search(line, out, re.M), line
    assert out.rstrip().endswith("OK.")
    assert not re.search(r"error|PTP_|PANIC|failed|unable|could not|inconsistent", out, re.I)


@pytest.mark.parametrize("size", SIZES)
def test_libmtp_sends_lists_and_gets_the_same_bytes(tmp_path, size):
    has("mtp-sendfile", "mtp-getfile", "mtp-files")
    (tmp_path / "out.bin").write_bytes(content(size))
    out = ok(player("sh", "-e", "-c", """
        mtp-sendfile out.bin out.bin > sent
        id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
        mtp-files
        mtp-getfile "$id" back.bin > got""", cwd=tmp_path))
    assert re.search(rf"Filename: out\.bin\s+File size {size} ", out)
    assert (tmp_path / "back.bin").read_bytes() == content(size)


def test_libmtp_makes_a_folder_and_lists_it():
    has("mtp-newfolder", "mtp-folders")
    out = ok(player("sh", "-e", "-c", "mtp-newfolder Zażółć-音楽 0 0; mtp-folders"))
    made = re.search(r"New folder created with ID: (\d+)", out)
    assert made and re.search(rf"^{made[1]}\s+Zażółć-音楽$", out, re.M)


def test_libmtp_lists_the_tracks_with_their_tags():
    has("mtp-tracks")
    out = ok(player("mtp-tracks"))
    assert re.search(r"Track ID: \d+", out)
    assert re.search(r"Filetype: ISO MPEG-1 Audio Layer 3", out)
    assert re.search(r"Duration: [1-9]\d* milliseconds", out)


def test_libmtp_sends_a_track_with_a_date_that_lacks_its_seconds(tmp_path):
    """mtp-sendtr says the year as 20040101T0000.0; what stands behind it in the list is kept."""
    has("mtp-sendtr", "mtp-tracks")
    (tmp_path / "a.mp3").write_bytes(content(3000))
    out = ok(player("sh", "-e", "-c", """
        mtp-sendtr -q -t Title -a Artist -A Artist -w Composer -l Album -c mp3 -g Genre -n 3 \\
            -d 100 -y 2004 a.mp3 a.mp3
        mtp-tracks""", cwd=tmp_path))
    assert "Error" not in out
    track = out[out.index("Title: Title"):]
    for line in ("Artist: Artist", "Genre: Genre", "Composer: Composer", "Album: Album",
                 "Date: 20040101T000000.0", "Track number: 3", "Duration: 100000 milliseconds"):
        assert line in track, track


def test_libmtp_deletes_a_file():
    has("mtp-delfile", "mtp-files")
    before = ok(player("mtp-files"))
    number, name = re.search(r"File ID: (\d+)\s+Filename: (\S.*)", before).groups()
    after = ok(player("sh", "-e", "-c", f"mtp-delfile -n {number}; mtp-files"))
    assert f"Filename: {name}" in before and f"Filename: {name}" not in after


# ---- gphoto2: finds devices through a plug-in that loads libusb

def test_gphoto2_finds_and_describes_the_player():
    has("gphoto2")
    assert re.search(r"usb:001,002", ok(player("gphoto2", "--auto-detect")))
    out = ok(player("gphoto2", "--summary"))
    assert "Manufacturer: papkit" in out and "Serial Number: 0A1B2C3D4E5F6071" in out


def test_gphoto2_puts_lists_gets_and_deletes(tmp_path):
    has("gphoto2")
    (tmp_path / "out.bin").write_bytes(content(70001))
    out = ok(player("sh", "-e", "-c", f"""
        gphoto2 --folder {STORE} --upload-file out.bin
        gphoto2 --folder {STORE} --list-files --no-recurse
        gphoto2 --folder {STORE} --get-file out.bin --filename back.bin
        gphoto2 --folder {STORE} --delete-file out.bin
        echo deleted
        gphoto2 --folder {STORE} --list-files --no-recurse""", cwd=tmp_path))
    before, after = out.split("deleted")
    assert "out.bin" in before and "out.bin" not in after
    assert (tmp_path / "back.bin").read_bytes() == content(70001)


# ---- lsusb, pyusb, C, papcheck

def test_lsusb_describes_the_device_and_knows_all_of_it():
    has("lsusb")
    out = ok(player("lsusb", "-v"))
    assert re.search(r"^Bus 001 Device 002: ID 1209:4d54", out, re.M)
    for line in (r"bNumInterfaces\s+1$", r"bInterfaceClass\s+6\b", r"iInterface\s+4 MTP$",
                 r"bEndpointAddress\s+0x83  EP 3 IN$", r"^Binary Object Store Descriptor:"):
        assert re.search(line, out, re.M), line
    # lsusb asks for a bit that USB 3.2, 9.6.2.1, asks of SuperSpeed devices alone
    rest = out.replace("(Missing must-be-set LPM bit!)", "")
    assert not re.search(r"warning|unknown|invalid|unrecognized|missing|couldn't|can't", rest, re.I)


def test_several_players_have_numbers_of_their_own(serving):
    has("lsusb")
    out = ok(execute("--player", "mtp", "--player", "pap-winusb", "--connect", serving.place(),
                     "--", "lsusb"))
    places = re.findall(r"^Bus (\d+) Device (\d+): ID (1209:\w+)", out, re.M)
    assert sorted(place[2] for place in places) == ["1209:4d54", "1209:4d54", "1209:5041"]
    assert len({place[:2] for place in places}) == 3


PYUSB = """
import usb.core, usb.util
device = usb.core.find(idVendor=0x1209, idProduct=0x4d54)
print(device.manufacturer, '/', device.product, '/', device.serial_number)
device.set_configuration()
interface = device.get_active_configuration()[(0, 0)]
out, into = interface[1], interface[0]
out.write(bytes([16, 0, 0, 0, 1, 0, 2, 16, 0, 0, 0, 0, 1, 0, 0, 0]))  # OpenSession(1)
print(bytes(into.read(512)).hex())
try:
    into.read(512, timeout=20)
except usb.core.USBTimeoutError:
    print('timed out')
device.reset()
print(usb.core.find(idVendor=0xdead))
"""


def test_a_pyusb_script_speaks_to_the_player():
    pytest.importorskip("usb")
    out = ok(player("/usr/bin/python3", "-c", PYUSB)).splitlines()
    assert out == ["papkit / papkit MTP player / 0A1B2C3D4E5F6071", "0c0000000300012000000000",
                   "timed out", "None"]


ASYNC = ["cancelled", "timed out", "freed", "short", "submitted again", "threads", "left", "back",
         "threads", "done"]


def asynchronous(program, folder):
    control = f"{PAPSIM} control {folder}/control"
    return execute("--player", "mtp", "--control", folder / "control", "--", program,
                   f"{control} unplug > /dev/null", f"{control} plug > /dev/null")


def compiled(folder, *words, source="async.c"):
    flags = subprocess.run(["pkg-config", "--cflags", "libusb-1.0"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout.split()
    program = folder / "program"
    subprocess.run(["gcc", "-std=gnu11", "-g", "-o", program, PROGRAMS / source, *flags, *words,
                    "-lpthread"], check=True, timeout=SECONDS)
    return program


def library():
    """The drop-in's sources, to be compiled in."""
    return ["-I", ROOT, *(ROOT / "spcore" / "libusb").glob("*.c"),
            *(ROOT / "spcore" / "usbip").glob("*.c")]


def test_a_program_on_the_asynchronous_interface_with_hot_plug(tmp_path):
    program = compiled(tmp_path, "-lusb-1.0")
    assert ok(asynchronous(program, tmp_path)).splitlines() == ASYNC


def test_the_library_is_clean_under_thread_sanitizer(tmp_path):
    program = compiled(tmp_path, "-fsanitize=thread", "-O1", *library())
    done = asynchronous(program, tmp_path)
    assert "ThreadSanitizer" not in done.stderr
    assert ok(done).splitlines() == ASYNC


def test_the_library_is_clean_under_address_sanitizer(tmp_path):
    program = compiled(tmp_path, "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                       "-O1", *library())
    done = asynchronous(program, tmp_path)
    assert "Sanitizer" not in done.stderr, done.stderr
    assert ok(done).splitlines() == ASYNC


ISO = ["setting", "in", "out", "cancelled", "refused", "ended", "done"]


@pytest.mark.parametrize("name", ["zero", "zero-full", "zero-super"])
def test_isochronous_transfers_and_alternate_settings(tmp_path, name):
    program = compiled(tmp_path, "-lusb-1.0", source="isochronous.c")
    assert ok(execute("--player", name, "--", program)).splitlines() == ISO


def test_a_capture_of_isochronous_transfers_is_usbmons(tmp_path):
    """Wireshark reads every packet of them, and finds nothing malformed."""
    program = compiled(tmp_path, "-lusb-1.0", source="isochronous.c")
    capture = tmp_path / "c.pcapng"
    ok(execute("--player", "zero", "--capture", capture, "--", program))

    def tshark(*words):
        return subprocess.run(
            [tool("tshark"), "-n", "-r", capture, *words], check=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()
    assert not tshark("-Y", "_ws.malformed")
    lengths = tshark("-Y", "usb.transfer_type == 0 && usb.urb_type == 'C' && usb.urb_status == 0",
                     "-T", "fields", "-e", "usb.iso.numdesc", "-e", "usb.iso.iso_len",
                     "-e", "usb.urb_len")
    assert lengths
    for count, each, whole in (line.split("\t") for line in lengths):
        sizes = [int(size) for size in each.split(",")]
        assert len(sizes) == int(count.split(",")[0]) and sum(sizes) == int(whole)


@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_isochronous_transfers_are_clean_under_sanitizers(tmp_path, sanitizer):
    program = compiled(tmp_path, f"-fsanitize={sanitizer}", "-O1", *library(),
                       source="isochronous.c")
    done = execute("--player", "zero", "--", program)
    assert "Sanitizer" not in done.stderr, done.stderr
    assert ok(done).splitlines() == ISO


def test_papcheck_judges_a_usb_device(tmp_path):
    done = execute("--player", "pap-winusb", "--", PAPCHECK, "run", "--device",
                   "usb:1209:5041", "--subset", "--out", tmp_path / "out")
    assert "papsim:" not in done.stderr
    passed, failed = re.search(r"(\d+) pass (\d+) fail", ok(done)).groups()
    assert int(passed) > 50 and int(failed) == 0


def test_jmtpfs_lists_the_storages(tmp_path):
    has("jmtpfs", "fusermount")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("no /dev/fuse here")
    done = player("sh", "-c", """
        mkdir mounted && jmtpfs mounted || exit 77
        ls mounted; fusermount -u mounted""", cwd=tmp_path)
    if done.returncode == 77:
        pytest.skip("FUSE mounts are not allowed here")
    assert "Internal memory" in ok(done) or "Internal" in done.stdout


# ---- killed in mid-transfer

def test_a_client_killed_in_mid_transfer_leaves_the_player_importable(tmp_path, serving):
    """What it gets goes to a pipe nobody empties, so it hangs in the middle for sure."""
    has("mtp-sendfile", "mtp-getfile")
    (tmp_path / "big.bin").write_bytes(content(8 << 20))
    sent = ok(connect(serving, "mtp-sendfile", "big.bin", "big.bin", cwd=tmp_path))
    number = re.search(r"New file ID: (\d+)", sent)[1]
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    client = subprocess.Popen(
        [PAPSIM, "exec", "--connect", serving.place(), "--", "sh", "-c",
         f"echo $$; exec mtp-getfile {number} pipe"], cwd=tmp_path, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    pid = int(client.stdout.readline())
    os.set_blocking(reader, True)
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)  # so that reading waits
    got = b""
    while len(got) < 100000:
        got += os.read(reader, 1000)
    os.kill(pid, signal.SIGKILL)
    client.communicate(timeout=SECONDS)
    os.close(writer)
    os.close(reader)
    assert client.returncode == 128 + signal.SIGKILL
    assert got == content(8 << 20)[:len(got)]
    assert "Filename: big.bin" in ok(connect(serving, "mtp-files"))


# ---- exec's own manners

@pytest.mark.parametrize("words, status, says", [
    ([], 125, "COMMAND"),
    (["--player", "mtp"], 125, "COMMAND"),
    (["--", "true"], 125, "--player"),
    (["--player", "nobody", "--", "true"], 125, "nobody"),
    (["--player", "mtp", "--colour", "--", "true"], 125, "--colour"),
    (["--connect", "127.0.0.1:0", "--", "true"], 125, "HOST[:PORT]"),
    (["--connect", "127.0.0.1:1", "--", "true"], 125, "refused"),
    (["--connect", "/1-1", "--", "true"], 125, "HOST[:PORT]"),
    (["--connect", "127.0.0.1:3240", "--capture", "x", "--", "true"], 125, ""),
    (["--player", "mtp", "--", "no-such-program"], 127, "no-such-program"),
    (["--player", "mtp", "--", "./no-such-program"], 127, "no-such-program"),
    (["--player", "mtp", "--", "/etc/passwd"], 126, "/etc/passwd"),
    (["--player", "mtp", "--", "/"], 126, "/"),
])
def test_its_own_failures_have_statuses_of_their_own(words, status, says):
    done = execute(*words)
    assert done.returncode == status and done.stdout == ""
    assert re.fullmatch(r"papsim: [^\n]+\n", done.stderr) and says in done.stderr, done.stderr


@pytest.mark.parametrize("status", [0, 1, 7, 125, 255])
def test_the_programs_status_is_handed_on(status):
    assert player("sh", "-c", f"exit {status}").returncode == status


def test_a_signal_that_ends_the_program_is_in_the_status():
    assert player("sh", "-c", "kill -KILL $$").returncode == 137
    assert player("sh", "-c", "kill -SEGV $$").returncode == 139


# Blocked before it says so, and then waited for: one that comes early is not lost.
SIGNALLED = """
import signal, sys
numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
print("ready", flush=True)
print(int(signal.sigwait(numbers)), flush=True)
sys.exit(40)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1"])
def test_signals_are_forwarded(name):
    number = getattr(signal, name)
    with subprocess.Popen([PAPSIM, "exec", "--player", "mtp-small", "--", "/usr/bin/python3", "-c",
                           SIGNALLED], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, _ = process.communicate(timeout=SECONDS)
    assert out == f"{int(number)}\n" and process.returncode == 40


def test_the_program_has_its_own_signals_and_descriptors():
    """Nothing of ours is inherited: no blocked or ignored signal but what papsim got itself, no
    open descriptor."""
    status = "grep -E 'Sig(Blk|Ign)' /proc/self/status"
    own = subprocess.run(["sh", "-c", status], check=True, text=True, stdout=subprocess.PIPE).stdout
    out = ok(player("sh", "-c", f"{status}; ls /proc/self/fd"))
    assert re.findall(r"Sig\w+:\s+(\w+)", out) == re.findall(r"Sig\w+:\s+(\w+)", own)
    assert set(out.split()) & set("3456789") <= {"3"}  # ls's own


def test_standard_input_and_output_are_the_programs(tmp_path):
    done = subprocess.run([PAPSIM, "exec", "--player", "mtp-small", "--", "cat"], input="abc",
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=SECONDS, check=True)
    assert done.stdout == "abc"


def test_the_control_socket_and_the_capture_are_the_players(tmp_path):
    has("mtp-files")
    out = ok(execute("--player", "mtp", "--control", tmp_path / "c", "--capture",
                     tmp_path / "f.pcapng", "--", "sh", "-e", "-c",
                     f"{PAPSIM} control {tmp_path}/c status; mtp-files"))
    assert '"busid":"1-1"' in out.replace(" ", "")
    assert (tmp_path / "f.pcapng").read_bytes()[:4] == b"\n\r\r\n"
    assert not (tmp_path / "c").exists()


def test_a_library_path_the_caller_has_stays_behind_ours(tmp_path):
    env = os.environ | {"LD_LIBRARY_PATH": str(tmp_path)}
    out = ok(player("sh", "-c", "echo $LD_LIBRARY_PATH", env=env))
    assert out.strip() == f"{DROP_IN.parent}:{tmp_path}"


# ---- programs that cannot be served

def c_program(folder, *words):
    source = folder / "three.c"
    source.write_text("int main(void) { return 3; }\n", encoding="ascii")
    subprocess.run(["gcc", "-o", folder / "three", source, *words], check=True, timeout=SECONDS)
    return folder / "three"


def one_line(done, says):
    assert done.returncode == 3
    assert re.fullmatch(r"papsim: exec: [^\n]+\n", done.stderr) and says in done.stderr, done.stderr


def test_a_program_without_libusb_costs_one_line(tmp_path):
    one_line(player(c_program(tmp_path)), NOT_LOADED)


def test_a_static_program_costs_one_line(tmp_path):
    one_line(player(c_program(tmp_path, "-static")), "statically linked")


def test_a_static_program_that_moves_costs_one_line(tmp_path):
    one_line(player(c_program(tmp_path, "-static-pie")), "statically linked")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes another user's program")
@pytest.mark.parametrize("bit", [stat.S_ISUID, stat.S_ISGID])
def test_a_program_that_gains_rights_costs_one_line(tmp_path, bit):
    program = c_program(tmp_path)
    os.chown(program, 65534, 65534)
    program.chmod(0o755 | bit)
    one_line(player(program), "setuid or setgid")


def test_a_program_that_speaks_to_usbfs_itself_costs_one_line():
    has("aft-mtp-cli")
    done = player("aft-mtp-cli", "ls")
    assert done.returncode != 0
    assert len(re.findall(r"^papsim: ", done.stderr, re.M)) == 1 and NOT_LOADED in done.stderr


def test_a_program_that_uses_libusb_costs_no_line():
    has("mtp-files")
    assert "papsim:" not in player("mtp-files").stderr


# ---- installed, as somebody who is not root

@pytest.fixture
def installed():
    """A tree as `make install` lays it out, which everybody may read."""
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        for name in ("bin", "lib/papkit", "share/papkit/players"):
            (folder / name).mkdir(parents=True)
        shutil.copy(PAPSIM, folder / "bin")
        shutil.copy(DROP_IN, folder / "lib" / "papkit")
        shutil.copy(PLAYERS / "mtp.yaml", folder / "share/papkit/players")
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)


def test_an_installed_papsim_serves_an_ordinary_user(installed):
    has("mtp-files")
    who = {} if os.geteuid() else {"user": 65534, "group": 65534, "extra_groups": []}
    out = ok(execute("--player", "mtp", "--", "sh", "-e", "-c", "id -u; mtp-files",
                     program=installed / "bin" / "papsim", cwd="/", **who))
    assert out.splitlines()[0] != "0" and "Filename:" in out


def test_a_papsim_without_the_library_says_so(installed):
    (installed / "lib" / "papkit" / "libusb-1.0.so.0").unlink()
    done = execute("--player", "mtp", "--", "true", program=installed / "bin" / "papsim")
    assert done.returncode == 125 and "libusb-1.0.so.0" in done.stderr
