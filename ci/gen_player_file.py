#!/usr/bin/python3
"""The reference of the player file, of what the program says of its keys.

    papsim keys | ci/gen_player_file.py
"""
import re
import sys

INTRODUCTION = """# The player file

Made by `make manual` of the schema that `papsim` reads the files with (`simulator/spec/schema.c`);
not to be edited.

A player file is YAML: one mapping, of which only `name` and `usb` with `vendor` and `product` are
needed. Numbers may be hexadecimal (`0x1209`). `papsim check FILE` says all that is wrong with one,
`papsim serve` and `papsim exec` refuse it for the first of that. Those that come with papkit are
in [fixtures/players](../fixtures/players); the least that is one:

```yaml
name: least
usb: {vendor: 0x1209, product: 0x4d54}
```

What is said of a value alone stands below. Values are also held against each other: packet sizes
against the speed, defaults against the type of their property, objects against the room of their
storage, and what one refers to must be there.
"""


def cell(text):
    return re.sub(r"([|<\[\]*_])", r"\\\1", text)


def rows(lines):
    """(the mapping a key stands in, key, what it is, what may stand there, the default)"""
    for line in lines:
        path, says, allowed, usual = line.rstrip("\n").split("\t")
        within, _, key = path.rpartition(".")
        yield within, key.removesuffix("[]"), says, allowed, usual


def heading(within):
    if not within:
        return "The file"
    return f"`{within.removesuffix('[]')}`" + (": each entry" if within.endswith("[]") else "")


def main():
    groups = {}
    for within, *row in rows(sys.stdin):
        groups.setdefault(within, []).append(row)
    print(INTRODUCTION, end="")
    for within, keys in groups.items():
        print(f"\n## {heading(within)}\n\n| key | | may be | default |\n|---|---|---|---|")
        for key, says, allowed, usual in keys:
            # The keys of a mapping stand in a table of their own.
            allowed = "a mapping" if allowed.startswith("a mapping") else allowed
            usual = "**needed**" if usual == "needed" else cell(usual)
            print(f"| `{key}` | {cell(says)} | {cell(allowed)} | {usual} |")


if __name__ == "__main__":
    main()
