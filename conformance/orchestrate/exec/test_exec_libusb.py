"""The drop-in libusb-1.0 as programs meet it that do not simply link it: opened by one of its names
at run time, or built for a libusb that is newer than Debian's."""
import subprocess

import pytest

from clients import execute, ok
from tree import DROP_IN, PROGRAMS, SECONDS

NAMES = ["libusb-1.0.so.0", "libusb-1.0.so", "libusb-1.0.so.0.3.0"]
# Prints how many devices it finds.
OPENED = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.libusb_init(None)
devices = ctypes.c_void_p()
print(library.libusb_get_device_list(None, ctypes.byref(devices)))
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_program_that_opens_it_by_name_sees_the_player(name):
    done = execute("--player", "mtp", "--", "/usr/bin/python3", "-c", OPENED, name)
    assert ok(done) == "1\n" and done.stderr == ""


LIBUSB1 = """
import usb1
with usb1.USBContext() as context:
    for device in context.getDeviceIterator():
        print(device.getBusNumber(), device.getDeviceAddress(), device.getProduct())
    handle = context.openByVendorIDAndProductID(0x1209, 0x4d54)
    with handle.claimInterface(0):
        handle.bulkWrite(2, bytes([16, 0, 0, 0, 1, 0, 2, 16, 0, 0, 0, 0, 1, 0, 0, 0]))
        print(bytes(handle.bulkRead(0x81, 512)).hex())
"""


def test_a_python_libusb1_script_speaks_to_the_player():
    done = execute("--player", "mtp", "--", "/usr/bin/python3", "-c", LIBUSB1)
    assert ok(done).splitlines() == ["1 2 papkit MTP player", "0c0000000300012000000000"]
    assert done.stderr == ""


NEWER = ["hotplug", "strings", "sizes", "associations", "platform", "raw", "contexts",
         "undiscovered"]


def newer(folder, *words):
    flags = subprocess.run(["pkg-config", "--cflags", "libusb-1.0"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout.split()
    subprocess.run(["gcc", "-std=gnu11", "-g", "-o", folder / "newer", PROGRAMS / "newer.c",
                    *flags, *words], check=True, timeout=SECONDS)
    return execute("--player", "mtp", "--player", "zero", "--", folder / "newer")


def test_a_program_for_a_newer_libusb_starts_and_gets_real_answers(tmp_path):
    assert ok(newer(tmp_path, DROP_IN)).splitlines() == NEWER


def test_debians_own_library_would_not_do(tmp_path):
    """What the test above is worth: the names are missing in the one that is installed."""
    with pytest.raises(subprocess.CalledProcessError):
        newer(tmp_path, "-lusb-1.0")
