"""docs/quirks.md has every quirk, by the number, name and flag papsim gives it, with tests that
exist and the player files that carry it; and the table of known devices is the one libmtp itself
goes by."""
import collections
import ctypes
import functools
import json
import re
import subprocess

import pytest

import tree

PAGE = tree.ROOT / "docs" / "quirks.md"
KNOWN = tree.ROOT / "fixtures" / "mtp" / "known-devices.tsv"
FILES = ("test_quirks_mtp.py", "test_quirks_bus.py", "test_quirks_session.py")
NUMBERS = range(1, 35)
# Of libmtp's device-flags.h, which is part of its interface: a flag's bit.
BITS = {"BROKEN_MTPGETOBJPROPLIST_ALL": 0, "UNLOAD_DRIVER": 1, "BROKEN_MTPGETOBJPROPLIST": 2,
        "NO_ZERO_READS": 3, "IRIVER_OGG_ALZHEIMER": 4, "ONLY_7BIT_FILENAMES": 5,
        "NO_RELEASE_INTERFACE": 6, "IGNORE_HEADER_ERRORS": 7, "BROKEN_SET_OBJECT_PROPLIST": 8,
        "OGG_IS_UNKNOWN": 9, "BROKEN_SET_SAMPLE_DIMENSIONS": 10, "ALWAYS_PROBE_DESCRIPTOR": 11,
        "PLAYLIST_SPL_V1": 12, "PLAYLIST_SPL_V2": 13, "CANNOT_HANDLE_DATEMODIFIED": 14,
        "BROKEN_SEND_OBJECT_PROPLIST": 15, "BROKEN_BATTERY_LEVEL": 16, "DELETE_SENDS_EVENT": 17,
        "FLAC_IS_UNKNOWN": 24, "UNIQUE_FILENAMES": 25, "SWITCH_MODE_BLACKBERRY": 26,
        "LONG_TIMEOUT": 27, "FORCE_RESET_ON_CLOSE": 28, "DONT_CLOSE_SESSION": 29,
        "PROPLIST_OVERRIDES_OI": 30, "SAMSUNG_OFFSET_BUG": 31}
# Phones whose entries changed between libmtp 1.1.20 and the version the table is from.
CHANGED = {(0x0482, 0x0591), (0x0489, 0xe111), (0x18d1, 0x4e25), (0x18d1, 0x4e26),
           (0x18d1, 0x4ee1), (0x22b8, 0x2e82)}


@functools.cache
def quirks():
    """{number: what papsim says of it}"""
    text = subprocess.run([tree.PAPSIM, "deviations", "--json"], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=240).stdout
    return {one["quirk"]: one for one in json.loads(text) if "quirk" in one}


@functools.cache
def rows():
    """{number: [name, flag, what, file, players]}"""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0].isdigit():
            assert len(cells) == 6 and int(cells[0]) not in found, line
            found[int(cells[0])] = cells[1:]
    return found


@functools.cache
def carried():
    """{name of a quirk: player files that list it}"""
    found = collections.defaultdict(list)
    for path in sorted(tree.PLAYERS.glob("*.yaml")):
        listed = re.search(r"^quirks:\n((?:  - .+\n)+)", path.read_text(encoding="utf-8"), re.M)
        for name in re.findall(r"^  - (\S+)$", listed[1], re.M) if listed else ():
            found[name].append(path.stem)
    return found


def test_there_are_34_quirks_in_the_table_and_in_papsim():
    assert sorted(quirks()) == sorted(rows()) == list(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_row_says_what_papsim_says(number):
    name, flag, what, _, _ = rows()[number]
    assert name == f"`{quirks()[number]['name']}`"
    said = quirks()[number].get("flag")
    assert flag == (f"`{said}`" if said else "–")
    assert len(what) > 20


@pytest.mark.parametrize("number", NUMBERS)
def test_the_row_names_a_file_with_tests_of_that_quirk(number):
    name = rows()[number][3].strip("`")
    assert name in FILES
    source = (tree.TESTS / "papsim" / name).read_text(encoding="utf-8")
    assert re.search(rf"^def test_quirk_{number:02d}_\w+\(", source, re.M), f"none in {name}"


@pytest.mark.parametrize("number", NUMBERS)
def test_the_row_names_the_player_files_that_carry_it(number):
    assert rows()[number][4] == (", ".join(carried()[quirks()[number]["name"]]) or "–")


def test_no_player_file_carries_another():
    assert set(carried()) <= {one["name"] for one in quirks().values()}


# ---- known devices

@functools.cache
def known():
    """{(vendor, product): flags} with groups taken apart"""
    groups, devices = {}, {}
    for line in KNOWN.read_text(encoding="ascii").splitlines():
        kind, *cells = line.split("\t")
        if kind == "group":
            groups[cells[0]] = cells[1].split()
        elif kind == "device":
            words = cells[2].split()
            devices[int(cells[0], 16), int(cells[1], 16)] = {
                flag for word in words for flag in groups.get(word, [word])}
    return devices


class Entry(ctypes.Structure):
    """LIBMTP_device_entry_t of libmtp.h."""
    _fields_ = [("vendor", ctypes.c_char_p), ("vendor_id", ctypes.c_uint16),
                ("product", ctypes.c_char_p), ("product_id", ctypes.c_uint16),
                ("flags", ctypes.c_uint32)]


def test_the_flags_are_those_of_the_libmtp_installed_here():
    library = ctypes.CDLL("libmtp.so.9")
    table, count = ctypes.POINTER(Entry)(), ctypes.c_int()
    assert library.LIBMTP_Get_Supported_Devices_List(ctypes.byref(table), ctypes.byref(count)) == 0
    theirs = {}
    for one in table[:count.value]:
        theirs.setdefault((one.vendor_id, one.product_id), one.flags)  # the first one counts
    assert len(theirs) > 1000
    mine = {device: sum(1 << BITS[flag] for flag in flags) for device, flags in known().items()}
    assert {device for device, flags in theirs.items() if mine.get(device, 0) != flags} <= CHANGED


def test_each_flag_of_the_table_is_a_quirk():
    names = {one["flag"] for one in quirks().values() if "flag" in one}
    assert names == set(BITS)
    assert set().union(*known().values()) <= names
