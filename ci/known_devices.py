#!/usr/bin/env python3
"""Writes fixtures/mtp/known-devices.tsv, the devices libmtp knows a bug of, from its sources:

    ci/known_devices.py LIBMTP/src VERSION > fixtures/mtp/known-devices.tsv

Numbers and flags are all that is taken from src/music-players.h, and from src/device-flags.h what
its groups of flags stand for. Flags that are not about MTP players (cameras' own) are left out."""
import pathlib
import re
import sys

CAMERAS = {"NONE", "CAPTURE", "CAPTURE_PREVIEW", "NIKON_BROKEN_CAPTURE", "NIKON_1",
           "NO_CAPTURE_COMPLETE", "OLYMPUS_XML_WRAPPED"}
NUMBER = r"(0x[0-9a-fA-F]{1,4})"
TEXT = r'"(?:[^"\\]|\\.)*"'


def flags(text):
    return [flag for flag in re.findall(r"DEVICE_FLAGS?_(\w+)", text) if flag not in CAMERAS]


def main(folder, version):
    def read(name):
        text = (pathlib.Path(folder) / name).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        return re.sub(r"^\s*//.*", "", text, flags=re.M)
    groups = re.findall(r"#define DEVICE_FLAGS_(\w+) \\\n(.*?)\)", read("device-flags.h"), re.S)
    table = read("music-players.h")
    entries = re.findall(rf"{{\s*{TEXT}\s*,\s*{NUMBER}\s*,\s*{TEXT}\s*,\s*{NUMBER}\s*,([^}}]*)}}",
                         table)
    starts = len(re.findall(rf"{{\s*{TEXT}", table))
    if len(entries) != starts or not groups:
        sys.exit(f"{folder}: {starts} entries, {len(entries)} of them read")
    devices = {}
    for vendor, product, words in entries:
        # The first entry of a device counts.
        devices.setdefault((int(vendor, 16), int(product, 16)), flags(words))
    print(f"# What libmtp {version} knows to be wrong with which device (src/music-players.h) and "
          "what its groups of\n# flags are (src/device-flags.h). By ci/known_devices.py; numbers "
          "and flags only.\n#device\tvendor\tproduct\tflags\n#group\tname\tflags")
    for name, words in groups:
        print(f"group\t{name}\t{' '.join(flags(words))}")
    for (vendor, product), words in sorted(devices.items()):
        if words:
            print(f"device\t0x{vendor:04x}\t0x{product:04x}\t{' '.join(words)}")


main(*sys.argv[1:3])
