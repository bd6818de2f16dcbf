"""`papsim check` says all that is wrong with player files, each in one line with its place, what
stands there and what may; what it finds clean can be served, and what it does not cannot."""
import os
import re
import resource

import pytest

import tree
from papsim import Papsim, papsim, refused

PLAYERS = sorted(tree.PLAYERS.glob("*.yaml"))

BROKEN = """name: broken
usb:
  vendor: 0x1209
  product: mouse
  speed: warp
  control-packet-size: 8
  max-power: 600
microsoft-os:
  version-1: maybe
  compatible-id: WINUSB_TOO
storages:
  - capacity: 1000
    id: 0x10001
  - {capacity: 1000, id: 0x10001}
battery: 180
sorages: []
properties:
  - {code: 0x5001, type: uint8, default: 300}
objects:
  - {path: a.bin, size: 2000}
  - {path: b.bin, storage: 2}
  - {path: "a\\\\b"}
  - {path: c.mp3, properties: [{code: 0xdc8b, value: one}]}
  - {path: c.mp3, references: [nowhere]}
quirks: [none-such]
"""
# Line, key and what may stand there; what needs the speed is not judged.
FAULTS = [
    (4, "usb.product", "'mouse': expected 0x0000 to 0xffff"),
    (5, "usb.speed", "'warp': expected full, high or super"),
    (9, "microsoft-os.version-1", "'maybe': expected true or false"),
    (10, "microsoft-os.compatible-id", "'WINUSB_TOO': expected a text of at most 8 of A to Z"),
    (14, "storages[1].id", "0x00010001 stands twice: expected"),
    (15, "battery", "'180': expected 0 to 100 %"),
    (16, "sorages", "is no key: expected name, description, usb"),
    (18, "properties[0].default", "'300': expected a value of type uint8"),
    (20, "objects[0].size", "object 'a.bin': 2000 bytes do not fit storage 0, which has room"),
    (21, "objects[1].storage", "2: expected one of the 2 storages"),
    (22, "objects[2].path", r"'a\b' is no legal path: expected"),
    (23, "objects[3].properties[0].value", "'one': expected a value of type uint16"),
    (24, "objects[4].path", "'c.mp3' stands twice: expected"),
    (24, "objects[4].references[0]", "'nowhere': expected an object"),
    (25, "quirks[0]", "'none-such': no such quirk: expected"),
]


@pytest.fixture(name="broken")
def broken_file(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    return path


def test_all_faults_are_said_in_the_order_of_lines(broken):
    done = papsim("check", broken)
    assert (done.returncode, done.stderr) == (2, "")
    said = done.stdout.splitlines()
    for line, (number, key, what) in zip(said, FAULTS):
        assert line.startswith(f"{broken}:{number}: {key}: {what}")
    assert len(said) == len(FAULTS), done.stdout


@pytest.mark.parametrize("verb", [("serve", "--listen", "127.0.0.1:0"), ("exec", "--", "true")],
                         ids=["serve", "exec"])
def test_the_first_fault_is_the_one_a_start_is_refused_for(broken, verb):
    name, *more = verb
    done = papsim(name, "--player", broken, *more)
    assert done.returncode == (2 if name == "serve" else 125)
    assert done.stdout == ""
    assert done.stderr == f"papsim: {broken}:4: usb.product: {FAULTS[0][2]}\n"


def test_what_depends_on_the_speed_is_judged_when_there_is_one(broken):
    broken.write_text(BROKEN.replace("warp", "high"), encoding="utf-8")
    said = papsim("check", broken).stdout
    assert f"{broken}:6: usb.control-packet-size: 8: expected 8, 16, 32 or 64, at full" in said
    assert f"{broken}:7: usb.max-power: 600: expected at most 510 mA at that speed\n" in said
    assert ":5: " not in said


def test_every_player_that_comes_along_is_clean():
    done = papsim("check", *PLAYERS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert papsim("check", *(player.stem for player in PLAYERS)).returncode == 0


def test_of_several_files_each_is_judged(broken, tmp_path):
    missing = tmp_path / "missing.yaml"
    done = papsim("check", "mtp", missing, broken, tmp_path, PLAYERS[0])
    assert (done.returncode, done.stderr) == (2, "")
    said = done.stdout.splitlines()
    assert said[0] == f"{missing}: No such file or directory"
    assert said[-1] == f"{tmp_path}: Is a directory"
    assert len(said) == len(FAULTS) + 2


def test_a_file_is_needed():
    refused(papsim("check"), "check: expected NAME or FILE")


# ---- one value at a time: where it stands, and what may stand there

LEAST = "name: least\nusb:\n  vendor: 0x1209\n  product: 0x4d54\n"
ENDPOINTS = "{address: 0x81, type: 2}, {address: 2, type: 2}, {address: 0x83, type: 3}"


@pytest.mark.parametrize("line, key, what", [
    ("battery: 180", "battery", "0 to 100 %"),
    ("battery: -1", "battery", "0 to 100 %"),
    ("battery: 50 %", "battery", "0 to 100 %"),
    ("microsoft-os: {version-1: maybe}", "microsoft-os.version-1", "true or false"),
    ("microsoft-os: {version-1: True}", "microsoft-os.version-1", "true or false"),
    ("microsoft-os: {vendor-code: 0}", "microsoft-os.vendor-code", "0x01 to 0xff"),
    ("microsoft-os: {compatible-id: WINUSBXYZ}", "microsoft-os.compatible-id", "at most 8"),
    ("microsoft-os: {sub-compatible-id: a b}", "microsoft-os.sub-compatible-id", "A to Z"),
    ("microsoft-os: {properties: [{name: A, type: string}]}", "microsoft-os.properties[0].text",
     "expected one, for a string"),
    ("microsoft-os: {properties: [{name: '', type: number}]}", "microsoft-os.properties[0].name",
     "a text of 1 to 254"),
    ("device: {operations: [0x1fff]}", "device.operations[0]", "only-announced"),
    ("device: {functional-mode: 0x10000}", "device.functional-mode", "0x0000 to 0xffff"),
    ("device: {model: " + "m" * 255 + "}", "device.model", "at most 254 characters"),
    ("storages: [{capacity: 1, absent: true}]", "storages[0].absent", "removable"),
    ("storages: [{capacity: 1, id: 0x10000}]", "storages[0].id", "a low word that is not 0"),
    ("storages: [{capacity: 1, duplicates: both}]", "storages[0].duplicates", "keep-both"),
    ("properties: [{code: 0x5001, type: uint9}]", "properties[0].type", "uint8"),
    ("properties: [{code: 0xd001, type: string, range: {minimum: a, maximum: b, step: c}}]",
     "properties[0].range", "whole numbers"),
    ("properties: [{code: 0xd001, type: uint8, choices: [1, 256]}]", "properties[0].choices[1]",
     "type uint8"),
    ("formats: [{code: 0x3009, properties: [0x0001]}]", "formats[0].properties[0]", "known"),
    ("objects: [{path: a/../b}]", "objects[0].path", "no legal path"),
    ("objects: [{path: a}, {path: a/b}]", "objects[1].path", "no folder"),
    ("objects: [{path: a/b}, {path: a, folder: true}]", "objects[1].path", "stands twice"),
    ("objects: [{path: 't{n}.mp3', count: 3}, {path: l.pla, references: [t3.mp3]}]",
     "objects[1].references[0]", "expected an object"),
    ("objects: [{path: a, size: lots}]", "objects[0].size", "a whole number of bytes"),
    ("quirks: [nonsense]", "quirks[0]", "docs/quirks.md"),
])
def test_nonsense_is_refused_with_its_line(tmp_path, line, key, what):
    path = tmp_path / "nonsense.yaml"
    path.write_text(LEAST + line + "\n", encoding="utf-8")
    done = papsim("check", path)
    assert done.returncode == 2
    assert re.fullmatch(rf"{re.escape(str(path))}:5: {re.escape(key)}: .*{re.escape(what)}.*\n",
                        done.stdout), done.stdout
    refused(papsim("serve", "--player", path, "--listen", "127.0.0.1:0"), done.stdout.strip())


@pytest.mark.parametrize("line", [
    "microsoft-os: {version-1: yes, compatible-id: MTP}",
    "storages: [{capacity: 1, removable: true, absent: on}]",
    "objects: [{path: 't{n}.mp3', count: 3}, {path: l.pla, references: [t2.mp3]}]",
    "storages: [{capacity: 9, duplicates: keep-both}]\nobjects: [{path: a}, {path: a}]",
    "objects: [{path: a/b.pla, references: [a]}, {path: c, references: [a/]}]",
    "battery: 0",
])
def test_what_is_clean_is_served(tmp_path, line):
    path = tmp_path / "clean.yaml"
    path.write_text(LEAST + line + "\n", encoding="utf-8")
    done = papsim("check", path)
    assert (done.returncode, done.stdout) == (0, "")
    with Papsim(path):
        pass


def test_an_empty_battery_is_not_an_unsaid_one(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text(LEAST + "battery: 0\n", encoding="utf-8")
    with Papsim(path) as server:
        assert server.session().ask(0x1015, 0x5001).data == b"\0"


# ---- hostile files

def little_memory():
    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))


@pytest.mark.parametrize("piece", [b"[", b"{", b"- ", b"? ", b"a: ", b"&a ", b"*a ", b"'", b"- a\n",
                                   b"\0", b"\xff", b"\x7fELF\2\1\1\0", b"a: 1\n", b"[]"],
                         ids=repr)
def test_files_made_to_cost_much_are_refused_in_little_memory(tmp_path, piece):
    path = tmp_path / "hostile"
    path.write_bytes((piece * (1 << 20))[:8 << 20])
    done = papsim("check", path, preexec_fn=little_memory)
    assert (done.returncode, done.stderr) == (2, "")
    lines = done.stdout.splitlines()
    assert all(line.startswith(f"{path}:") and len(line) < 1100 for line in lines)
    assert 1 <= len(lines) <= 1001


def test_bytes_of_chance_are_refused(tmp_path):
    path = tmp_path / "chance"
    path.write_bytes(tree.content(100000))
    done = papsim("check", path)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (2, "", 1)


def test_what_never_ends_is_not_read_on():
    assert papsim("check", "/dev/zero").stdout == (
        "/dev/zero: expected a player file of at most 16 MiB\n")
    assert papsim("check", os.devnull).returncode == 2
