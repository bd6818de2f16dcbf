"""Programs that look for their device in udev or sysfs before they open it, by `papsim exec
--umockdev`: udev's own tools, gvfs with its volume monitor, calibre's driver. Several real devices'
players at once, each read and written by its own client at the same time."""
import os
import re
import signal
import subprocess

import pytest

from clients import execute, ok
from papsim import Papsim
from tree import PAPSIM, PLAYERS, SECONDS, content, has

IMPORTED = ["creative-zen-x-fi", "sandisk-sansa-clip-plus", "sony-walkman-nwz-e354",
            "microsoft-zune-hd"]
HWDB = "/lib/udev/hwdb.d/69-libmtp.hwdb"  # what libmtp tells udev


def shown(*players_and_command, **more):
    """`papsim exec --umockdev` with these players, then "--" and the command."""
    at = players_and_command.index("--")
    options = [word for name in players_and_command[:at] for word in ("--player", name)]
    return execute(*options, "--umockdev", *players_and_command[at:], **more)


def at_home(folder):
    """An environment whose traces stay in the test's folder."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    return os.environ | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime),
                         "XDG_CONFIG_HOME": str(folder / "config"), "LC_ALL": "C.UTF-8"}


# ---- what udev says itself

EACH = r"""
for device in /sys/bus/usb/devices/1-*; do
    case $device in *:*) continue ;; esac
    echo "== $device"
    udevadm test-builtin usb_id "$device" 2> /dev/null
    udevadm info -q property -p "$device"
done"""


def devices_in(text):
    """One {key: value} a device."""
    return [dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
            for block in text.split("== ")[1:]]


@pytest.fixture(scope="module")
def all_players():
    """(file's name, properties) of every player that ships, and that can be started in no time."""
    has("udevadm")
    names = sorted(path.stem for path in PLAYERS.glob("*.yaml")
                   if path.stem not in ("mtp-large", "mtp-million"))
    found = devices_in(ok(shown(*names, "--", "bash", "-c", EACH)))
    found.sort(key=lambda device: int(device["DEVNUM"]))
    assert len(found) == len(names)
    return list(zip(names, found))


def test_udev_reads_from_sysfs_what_its_database_says(all_players):
    """systemd's usb_id works it out of the attributes: names, serial number, interface classes."""
    for name, device in all_players:
        by_udev = {key: value for key, value in device.items() if key.startswith("ID_USB_")}
        assert len(by_udev) >= 8
        for key, value in by_udev.items():
            own = key if key == "ID_USB_INTERFACES" else key.replace("ID_USB_", "ID_")
            assert device.get(own) == value, (name, key)


def test_every_player_libmtp_knows_is_a_media_player(all_players):
    with open(HWDB, encoding="utf-8") as file:
        known = set(re.findall(r"^usb:v(\w{4})p(\w{4})\*$", file.read(), re.M))
    listed = 0
    for name, device in all_players:
        if (device["ID_VENDOR_ID"].upper(), device["ID_MODEL_ID"].upper()) in known:
            listed += 1
            assert (device["ID_MTP_DEVICE"], device["ID_MEDIA_PLAYER"]) == ("1", "1"), name
        if name.startswith(("pap-", "zero")):
            assert "ID_MTP_DEVICE" not in device, name
    assert listed > 40


def test_where_it_stands_is_where_libusb_finds_it():
    """The same numbers, and the same names, for the same players."""
    has("lsusb", "udevadm")
    out = ok(shown("mtp", "pap-winusb", "--", "bash", "-c", EACH + """
        lsusb; cat /sys/bus/usb/devices/1-2/product
        cmp /sys/bus/usb/devices/1-2/descriptors /dev/bus/usb/001/003 && echo same
        head -c 18 /dev/bus/usb/001/003 | od -An -tx1"""))
    seen = {(device["BUSNUM"], device["DEVNUM"],
             f"{device['ID_VENDOR_ID']}:{device['ID_MODEL_ID']}") for device in devices_in(out)}
    assert seen == set(re.findall(r"^Bus (\d+) Device (\d+): ID (\w+:\w+)", out, re.M))
    assert "papkit audio player\nsame\n 12 01 " in out


def done_of(folder):
    """What each of several clients at once wrote when it was done, in a file of its own: what they
    print is one stream, and libmtp's words may come in the middle of a line of another."""
    return sorted(path.read_text(encoding="utf-8") for path in folder.glob("done-*"))


# ---- gvfs

# Mounted one after the other: who looks for his device opens all there are for a moment, and a
# USB/IP import is exclusive.
GVFS = r"""
gio mount -li 2> /dev/null | sed -n 's/^ *activation_root=//p' | sort > uris
while read -r uri; do gio mount "$uri" < /dev/null; done < uris
number=0
while read -r uri; do
    number=$((number + 1))
    (
        root=$uri$(gio list "$uri" | head -n 1)
        for size in 499 512 16884 300001; do
            gio copy "sent-$size.bin" "$root/sent-$size.bin"
            gio copy "$root/sent-$size.bin" "back-$number-$size"
            cmp "sent-$size.bin" "back-$number-$size"
            gio remove "$root/sent-$size.bin"
        done
        gio list "$root" | grep sent- && exit 1
        gio mount -u "$uri"
        echo "$uri" > "done-$number"
    ) &
done < uris
wait"""


def test_gvfs_lists_mounts_and_uses_four_players_at_once(tmp_path):
    has("gio", "dbus-run-session")
    for size in (499, 512, 16884, 300001):  # gvfs goes by content: random bytes are no text
        (tmp_path / f"sent-{size}.bin").write_bytes(content(size))
    out = ok(shown(*IMPORTED, "--", "dbus-run-session", "--", "bash", "-e", "-c", GVFS,
                   cwd=tmp_path, env=at_home(tmp_path)))
    makers = re.findall(r"^mtp://([A-Za-z]+)_", "".join(done_of(tmp_path)), re.M)
    assert makers == ["Creative", "Microsoft", "SanDisk", "Sony"], out


def test_gvfs_sees_nothing_without(tmp_path):
    """What the test above is worth."""
    has("gio", "dbus-run-session")
    out = ok(execute("--player", "mtp", "--", "dbus-run-session", "--", "gio", "mount", "-li",
                     env=at_home(tmp_path)))
    assert "mtp://" not in out


# ---- calibre

# Opened one after the other, as above.
CALIBRE = r"""
import fcntl, io, sys
from calibre.devices.mtp.driver import MTP_DEVICE
from calibre.devices.scanner import DeviceScanner
scanner, driver = DeviceScanner(), MTP_DEVICE(None)
scanner.scan()
driver.startup()
found = [device for device in scanner.devices if device.devnum == int(sys.argv[1])]
with open('driver.py') as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    driver.open(driver.detect_managed_devices(found), 'papkit')
storage = driver.filesystem_cache.entries[0]
for size in (1, 300001):
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    sent = driver.put_file(storage, 'book.epub', io.BytesIO(data), size)
    assert driver.get_mtp_file(sent).read() == data
    driver.delete_file_or_folder(sent)
folder = driver.create_folder(storage, 'Books')
driver.delete_file_or_folder(folder)
driver.shutdown()
with open(f'done-{sys.argv[1]}', 'w') as done:
    done.write(found[0].product)
"""


def test_calibre_sends_gets_and_deletes_on_four_players_at_once(tmp_path):
    has("calibre-debug")
    (tmp_path / "driver.py").write_text(CALIBRE, encoding="ascii")
    out = ok(shown(*IMPORTED, "--", "bash", "-e", "-c", """
        for number in 2 3 4 5; do calibre-debug driver.py $number & running="$running $!"; done
        for one in $running; do wait $one; done""", cwd=tmp_path, env=at_home(tmp_path)))
    assert [product.split()[0] for product in done_of(tmp_path)] == ["Creative", "Sansa", "WALKMAN",
                                                                     "Zune"], out


# ---- exec's manners

@pytest.mark.parametrize("words", [
    ["--umockdev", "--connect", "127.0.0.1:{port}", "--", "true"],
    ["--umockdev", "--player", "mtp", "--connect", "127.0.0.1:{port}", "--", "true"],
    ["--umockdev", "--", "true"],
    ["--umockdev", *["--player", "zero"] * 127, "--", "true"],
])
def test_what_it_cannot_show_is_refused_in_one_line(words):
    with Papsim("zero") as server:
        done = execute(*(word.format(port=server.port) for word in words))
    assert done.returncode == 125 and done.stdout == ""
    assert re.fullmatch(r"papsim: exec: [^\n]+\n", done.stderr), done.stderr


def test_a_libumockdev_that_is_none_costs_one_line(tmp_path):
    subprocess.run(["gcc", "-shared", "-o", tmp_path / "libumockdev.so.0", "-xc", "/dev/null"],
                   check=True, timeout=SECONDS)
    done = shown("mtp", "--", "true", env=os.environ | {"LD_LIBRARY_PATH": str(tmp_path)})
    assert done.returncode == 125
    assert re.fullmatch(r"papsim: exec: --umockdev: [^\n]+ package umockdev[^\n]*\n", done.stderr)


def test_status_signals_and_what_is_left_behind(tmp_path):
    env = os.environ | {"TMPDIR": str(tmp_path)}
    assert shown("mtp", "--", "sh", "-c", "test -d /sys/bus/usb/devices/1-1; exit $?",
                 env=env).returncode == 0
    with subprocess.Popen([PAPSIM, "exec", "--player", "mtp", "--umockdev", "--", "sh", "-c",
                           "echo ready; exec sleep 1000"], env=env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
    assert process.returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_a_library_the_caller_preloads_stays():
    env = os.environ | {"LD_PRELOAD": "libc.so.6"}
    assert ok(shown("mtp", "--", "sh", "-c", "echo $LD_PRELOAD", env=env)).strip() == \
        "libc.so.6:libumockdev-preload.so.0"
