"""Real players, imported from logs of them, on a real Linux host: what mtp-detect prints about each
is what the player's file says, and what the same mtp-detect prints through `papsim exec`. Where the
folder of logs is there (CORPUS), it is the log, too, under the rules of check_corpus.py."""
import os
import pathlib
import re

import pytest
import yaml

import check_corpus
import detect_log
import exec_twin
import tree
import vm

pytestmark = pytest.mark.vm

# One of each maker, of 2004 to 2010; the third is a full-speed device.
SAMPLE = ["microsoft-zune", "sony-walkman-nwz-e354", "samsung-yp-p3", "sandisk-sansa-fuze",
          "iriver-t10a", "creative-zen-vision-m", "philips-hdd6320-00", "archos-a504",
          "toshiba-gigabeat-s", "cowon-iaudio-d2"]

# What the file calls a type, where that is not mtp-detect's word in small letters.
TYPES = {"bytes": "ARRAY OF UINT8", "words": "ARRAY OF UINT16"}
RULES = exec_twin.RULES + [
    exec_twin.Rule("the kernel counts a bus's devices on, also when they are gone",
                   r"^( *Device number:) \d+", r"\1 N")]


def logs():
    """name -> the log it was made from, of those in the folder that CORPUS names."""
    if not os.environ.get("CORPUS"):
        return {}
    folder = pathlib.Path(os.environ["CORPUS"])
    there = {one.name: one for one in folder.iterdir()}
    made = {name: re.match(r"# Made by papsim import from (\S+)",
                           (tree.PLAYERS / f"{name}.yaml").read_text("utf-8"))[1]
            for name in SAMPLE}
    return {name: there[log] for name, log in made.items() if log in there}


LOGS = logs()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """name -> (step in the machine, the same through exec, at one and the same player)."""
    tree.tool("mtp-detect")
    folder = tmp_path_factory.mktemp("players")
    with vm.players(*SAMPLE) as players:
        steps = {name: f"attach {one.where} 2> /dev/null || exit 1\n"
                       f"mtp-detect; code=$?\n"
                       f"detach {one.vid_pid} 2> /dev/null && exit $code"
                 for name, one in zip(SAMPLE, players)}
        lane = vm.boot(folder, steps | {"dmesg": "dmesg"})
        twins = tmp_path_factory.mktemp("twins")
        return lane, {name: exec_twin.Twin(twins, one).run(name, "mtp-detect")
                      for name, one in zip(SAMPLE, players)}


def printed(seen, name):
    return detect_log.read(seen[0].step(name).ok().out.encode())


def said(name):
    return yaml.safe_load((tree.PLAYERS / f"{name}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", SAMPLE)
def test_exec_prints_what_the_kernel_lane_prints(seen, name):
    there, here = seen[0].step(name).ok(), seen[1][name].ok()
    assert len(there.out) > 2000
    assert exec_twin.normalised(here.out, RULES) == exec_twin.normalised(there.out, RULES)
    assert here.err == there.err


@pytest.mark.parametrize("name", SAMPLE)
def test_mtp_detect_meets_no_error(seen, name):
    assert not re.search(r"PTP_ERROR|Layer error|Error \d|PANIC|unable to|could not",
                         seen[0].step(name).ok().text, re.I)


@pytest.mark.parametrize("name", SAMPLE)
def test_identity_is_the_files(seen, name):
    log, (usb, device) = printed(seen, name), (said(name)[key] for key in ("usb", "device"))
    assert (int(log.usb["idVendor"], 16), int(log.usb["idProduct"], 16)) == \
        (usb["vendor"], usb["product"])
    packet = {"full": 64, "high": 512}[usb["speed"]]
    assert re.match(rf"{packet}\b", log.usb["IN endpoint maxpacket"])
    for line, key in (("Manufacturer", "manufacturer"), ("Model", "model"),
                      ("Device version", "version"), ("Serial number", "serial"),
                      ("Vendor extension description", "extensions")):
        assert log.device[line] == detect_log.squeeze(device[key]), line


@pytest.mark.parametrize("name", SAMPLE)
def test_operations_events_and_properties_are_the_files(seen, name):
    log, file = printed(seen, name), said(name)
    assert log.operations == set(file["device"]["operations"])
    assert log.events == set(file["device"].get("events", []))
    assert log.properties == {one["code"] for one in file["properties"]}


def form(one):
    """A property's form in the file, as detect_log reads it from mtp-detect."""
    if "range" in one:
        return ("range", *(one["range"][key] for key in ("minimum", "maximum", "step")))
    if "choices" in one:
        return ("enumeration", frozenset(one["choices"]))
    return None


@pytest.mark.parametrize("name", SAMPLE)
def test_formats_and_object_properties_are_the_files(seen, name):
    log, file = printed(seen, name), said(name)
    assert set(log.formats) == {one["code"] for one in file["formats"]}
    rows, compared = file.get("object-properties", []), 0
    for each in file["formats"]:
        code = each["code"]
        if "properties" in each or each.get("no-properties"):
            assert set(log.formats[code]) == set(each.get("properties", [])), hex(code)
        for found, words in log.formats[code].items():
            # A row for this format comes before the row for all.
            row = next((one for one in rows
                        if one["code"] == found and code in one.get("formats", [])),
                       next((one for one in rows
                             if one["code"] == found and "formats" not in one), None))
            if row:
                kind = TYPES.get(row["type"], re.sub(r"^(U?INT\d+)S$", r"ARRAY OF \1",
                                                     row["type"].upper()))
                assert words[0].upper() == kind and words[2] == row.get("settable", False), \
                    hex(found)
                assert form(row) in (None, words[1]), hex(found)
                compared += 1
    assert compared or not rows


@pytest.mark.parametrize("name", SAMPLE)
def test_storages_are_the_files(seen, name):
    log = printed(seen, name)
    assert [(one["id"], one["capacity"], one["free"], detect_log.nothing(one["description"]))
            for one in said(name)["storages"]] == \
        [(number, one.values["MaxCapacity"], one.values["FreeSpaceInBytes"],
          one.values["StorageDescription"]) for number, one in log.storages.items()]


def test_the_kernel_has_no_complaint(seen):
    assert not vm.complaints(seen[0].step("dmesg").ok().out)


if LOGS:
    @pytest.mark.parametrize("name", LOGS)
    def test_what_is_printed_is_the_log(seen, name):
        verdict = check_corpus.compare(LOGS[name].read_bytes(),
                                       seen[0].step(name).ok().out.encode(), LOGS[name])
        assert not verdict.differences, [check_corpus.tell(*one) for one in verdict.differences]
