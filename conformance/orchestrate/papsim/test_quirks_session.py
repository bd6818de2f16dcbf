"""Quirks of real players that show in the session or in time, in the way of test_quirks_bus.py."""
import random
import struct
import subprocess

import pytest

import tree
from mtp_client import ALL, OK, RESPONSE, Mtp, Reader, container
from quirks import EOS_R, GALAXY, KYOCERA_RISE, ON_OFF, UNKNOWN, advance, client, player, silent
from usbip_client import IN

pytestmark = pytest.mark.patient(60)


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
            [tree.PAPSIM, "exec", "--player", player(tmp_path / name, *quirks, ids=ids), "--",
             "sh", "-c", DELETE], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
    said = {name: process.communicate(timeout=tree.SECONDS)[0] for name, process in waits.items()}
    for name, process in waits.items():
        assert process.returncode == (1 if name == "on" else 0), said[name]
        assert ("Failed to delete file:6" in said[name]) == (name == "on")


@ON_OFF
def test_quirk_20_the_answer_comes_on_the_players_clock(serve, on):
    server = serve(on and "long-timeout")
    mtp = server.session()
    handle = mtp.announce("slow.bin", 3)
    mtp.command(0x100D)
    mtp.put(container(2, 0x100D, mtp.transaction, b"abc"))
    if on:
        assert silent(mtp)
        advance(server, 20)
        assert silent(mtp)
        mtp.usb.send(mtp.usb.urb(mtp.bulk_in, IN, 512))  # it waits, and the clock brings it
        advance(server, 10)
        assert mtp.response(mtp.usb.reply().data).code == OK
    else:
        assert mtp.response().code == OK
    mtp.next()
    assert mtp.content(handle) == b"abc"  # reading takes no longer
    mtp.usb.close()


@ON_OFF
def test_quirk_28_as_long_as_there_are_objects(serve, on):
    """20 ms for each: 2,000 objects take 40 s."""
    server = serve(on and "slow-object-handles")
    mtp = server.session()
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
    mtp.usb.close()


@ON_OFF
def test_quirk_34_slower_with_every_object(serve, on):
    """After 200 objects each answer takes 50 s."""
    server = serve(on and "slows-down")
    mtp = server.session()

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
    mtp.usb.close()


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
    mtp = server.session()
    mtp.ask(0x1003)
    assert mtp.run(0x1002, 1).code == 0x2002
    assert mtp.run(0x1001).code == 0x2002
    mtp.usb.close()
    connection = server.configured()
    assert Mtp(connection, session=0).run(0x1002, 1).code == 0x2002
    server.tell("unplug", busid="1-1")
    connection.rest()
    connection.close()
    server.tell("plug", busid="1-1")
    server.session().usb.close()


@ON_OFF
def test_quirk_31_the_next_client_finds_the_session_open(serve, on):
    server = serve(on and "session-already-open")
    server.session().usb.reset()  # interrupted
    connection = server.configured()
    mtp = Mtp(connection, session=0)
    answer = mtp.run(0x1002, 7)
    assert (answer.code, answer.params) == ((0x201E, (1,)) if on else (OK, ()))
    connection.configure()  # nor does a reset end it
    assert mtp.run(0x1002, 7).code == (0x201E if on else OK)
    mtp.usb.close()
    said = subprocess.run([tree.PAPSIM, "exec", "--connect", f"127.0.0.1:{server.port}/1-1", "--",
                           "mtp-files"], text=True, timeout=tree.SECONDS, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    assert "Tone One.mp3" in said  # libmtp goes on in it


# ---- 29: stale data after a cancel

@ON_OFF
def test_quirk_29_old_data_where_an_answer_belongs(serve, on):
    mtp = serve(on and "cancel-pushes-old-data").session()
    data = random.Random(29).randbytes(1 << 20)
    handle = mtp.send("long.bin", data)
    mtp.command(0x1009, handle)
    assert mtp.usb.transfer(mtp.bulk_in, IN, 4096).data == container(
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
    mtp.usb.close()


# ---- 30: locked

@ON_OFF
def test_quirk_30_clients_meet_a_locked_player(tmp_path, on):
    file = player(tmp_path, on and "locked-storage")
    code, said = client(file, f"""
        mtp-files; gphoto2 --list-files; echo unlocked
        {tree.PAPSIM} control socket unlock > answer; mtp-files; gphoto2 --list-files""", tmp_path,
                        "--control", "socket")
    before, after = said.split("unlocked\n")
    assert ("Get Storage information failed" in before) == on
    assert ("PTP Invalid Storage ID" in before) == on
    assert ("Tone One.mp3" in before) == (not on)
    assert code == 0 and "Tone One.mp3" in after and "Invalid" not in after


def test_quirk_30_is_locked_again_by_a_verb(serve):
    server = serve("locked-storage")
    mtp = server.session()
    assert mtp.run(0x1007, ALL, 0, 0).code == 0x2008
    server.tell("unlock")
    assert mtp.handles()
    server.tell("lock")
    assert mtp.run(0x1005, 0x00010001).code == 0x2008
    mtp.usb.close()
