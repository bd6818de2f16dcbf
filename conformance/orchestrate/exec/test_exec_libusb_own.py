"""libusb's own test programs, built of the sources of the Debian package (ci/setup), and a program
of python3-libusb1 that keeps transfers in flight: at the same time on real devices' players of one
papsim, each through `papsim exec`."""
import concurrent.futures
import re
import subprocess
import time

import pytest

from clients import execute, ok
from mtp_client import Mtp
from papsim import Papsim
from tree import CACHE, PAPSIM, SECONDS, has

IMPORTED = ["creative-zen-x-fi", "sandisk-sansa-clip-plus", "sony-walkman-nwz-e354",
            "microsoft-zune-hd"]
SOURCES = {"stress": ["tests/stress.c", "tests/testlib.c"], "listdevs": ["examples/listdevs.c"],
           "testlibusb": ["examples/testlibusb.c"], "xusb": ["examples/xusb.c"],
           "hotplugtest": ["examples/hotplugtest.c"]}
DEFINED = ["-D_GNU_SOURCE", "-DPLATFORM_POSIX=1", "-DHAVE_STRUCT_TIMESPEC=1",
           '-DPRINTF_FORMAT(a,b)=']


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A folder with them, each by its name."""
    folder = tmp_path_factory.mktemp("libusb")
    sources = CACHE / "libusb"
    assert sources.is_dir(), "no sources of libusb: run `sh ci/setup`"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libusb-1.0"], text=True,
                           check=True, stdout=subprocess.PIPE).stdout.split()
    (folder / "config.h").touch()
    for name, files in SOURCES.items():
        subprocess.run(["gcc", "-w", "-std=gnu11", "-o", folder / name, "-I", folder, *DEFINED,
                        *(sources / file for file in files), *flags],
                       check=True, timeout=SECONDS)
    return folder


@pytest.fixture(scope="module")
def server():
    with Papsim(*IMPORTED) as one:
        yield one


def at_once(number, work):
    with concurrent.futures.ThreadPoolExecutor(number) as pool:
        return [done.result() for done in [pool.submit(work, i) for i in range(number)]]


def listed(server):
    """What lsusb, which is none of libusb's, says: {(bus, device): vid:pid}, a player at a time."""
    has("lsusb")
    return {busid: re.search(r"^Bus (\d+) Device (\d+): ID (\w+:\w+)",
                             ok(execute("--connect", server.place(busid), "--", "lsusb")),
                             re.M).groups()
            for busid in ("1-1", "1-2", "1-3", "1-4")}


def test_its_ten_thousand_contexts_pass_on_each_player_at_the_same_time(programs, server):
    """Ten thousand contexts, a thousand lists, contexts side by side, a changed default."""
    def work(number):
        return ok(execute("--connect", server.place(f"1-{number + 1}"), "--",
                          programs / "stress"))

    for out in at_once(4, work):
        assert re.search(r"^Ran 4 tests$", out, re.M) and "Passed 4 tests" in out, out


def test_its_lists_and_descriptors_are_what_lsusb_has(programs, server):
    seen = listed(server)

    def work(number):
        busid = f"1-{number + 1}"
        where = ("--connect", server.place(busid), "--")
        return (busid, ok(execute(*where, programs / "listdevs")),
                ok(execute(*where, programs / "testlibusb", "-v")))

    for busid, devices, details in at_once(4, work):
        bus, device, ident = seen[busid]
        assert devices.startswith(f"{ident} (bus {int(bus)}, device {int(device)})"), devices
        assert len(devices.splitlines()) == 1
        vendor, product = ident.upper().split(":")
        assert f"{vendor} - {product}" in details.upper(), details
        assert details.count("bEndpointAddress") >= 3, details


def test_its_example_reads_strings_and_descriptors_of_every_player(programs, server):
    seen = listed(server)

    def work(number):
        busid = f"1-{number + 1}"
        return busid, ok(execute("--connect", server.place(busid), "--", programs / "xusb", "-i",
                                 seen[busid][2]))

    for busid, out in at_once(4, work):
        assert f"VID:PID: {seen[busid][2].upper()}" in out.upper(), out
        assert "Claiming interface 0" in out and "Releasing interface 0" in out, out
        assert "Closing device" in out and "Failed" not in out, out


def test_its_hotplug_example_is_told_of_departures_and_arrivals(programs):
    """It ends by itself after two; its lines wait in its buffer until then, so the player goes and
    comes until they are there."""
    with Papsim("mtp") as server, subprocess.Popen(
            [PAPSIM, "exec", "--connect", server.place(), "--", programs / "hotplugtest", "0x1209",
             "0x4d54"], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        deadline = time.monotonic() + SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline
            server.tell("unplug", busid="1-1")
            time.sleep(0.2)
            server.tell("plug", busid="1-1")
            time.sleep(0.2)
        out = process.stdout.read()
    assert process.returncode == 0
    assert sorted(out.splitlines()) == ["Device attached: 1209:4d54", "Device detached"]


# ---- python3-libusb1

# GetDeviceInfo again and again, three reads in flight all the time, then what its first answer was.
ASKED = r"""
import struct, usb1

def containers(taken):
    while len(taken) >= 12 and len(taken) >= struct.unpack_from('<I', taken)[0]:
        length, kind, code, number = struct.unpack_from('<IHHI', taken)
        payload = bytes(taken[12:length])
        del taken[:length]
        yield kind, code, number, payload

with usb1.USBContext() as context:
    device, = context.getDeviceList()
    setting = next(one for one in device.iterSettings() if one.getNumEndpoints() == 3)
    bulk = [end.getAddress() for end in setting if end.getAttributes() & 3 == 2]
    write, read = sorted(bulk)
    handle, taken = device.open(), bytearray()
    handle.controlRead(0x80, 6, 0x3ee, 0, 18)  # a player may wait for it

    def arrived(transfer):
        if transfer.getStatus() == usb1.TRANSFER_COMPLETED:
            taken.extend(transfer.getBuffer()[:transfer.getActualLength()])
            transfer.submit()

    def answer(code, number, *parameters):
        handle.bulkWrite(write, struct.pack(f'<IHHI{len(parameters)}I', 12 + 4 * len(parameters),
                                            1, code, number, *parameters))
        data = b''
        while True:
            for kind, response, of, payload in containers(taken):
                assert of == number, (of, number)
                if kind == 3:
                    assert response == 0x2001, hex(response)
                    return data
                data += payload
            context.handleEvents()

    with handle.claimInterface(setting.getNumber()):
        reads = [handle.getTransfer() for _ in range(3)]
        for transfer in reads:
            transfer.setBulk(read, 512, callback=arrived)
            transfer.submit()
        answer(0x1002, 0, 1)
        answers = [answer(0x1001, number) for number in range(1, 201)]
        answer(0x1003, 201)
        for transfer in reads:
            transfer.cancel()
        while any(transfer.isSubmitted() for transfer in reads):
            context.handleEvents()
    handle.resetDevice()  # or a player may stay closed
print(len(answers), len(set(answers)), answers[0].hex())
"""


def device_info(server, busid):
    """The same by other means: a connection of the test's own."""
    with server.configured(busid.encode()) as connection:
        connection.control(0x80, 6, 0x3EE, 0, 18)
        return Mtp(connection).ask(0x1001).data


def test_python_libusb1_keeps_three_reads_in_flight_on_each_player(server):
    def work(number):
        return f"1-{number + 1}", ok(execute("--connect", server.place(f"1-{number + 1}"), "--",
                                             "/usr/bin/python3", "-c", ASKED))

    for busid, out in at_once(4, work):
        assert out.split() == ["200", "1", device_info(server, busid).hex()], busid
