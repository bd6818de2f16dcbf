#!/usr/bin/python3
"""Writes docs/paphost.md's list from what libpaphost.so exports.

usage: gen_paphost.py LIST PAGE > PAGE      the page with its list made anew
       gen_paphost.py --check LIST PAGE     exit 1 when it is not what would be written
"""
import pathlib
import re
import sys

INCLUDE = pathlib.Path(__file__).resolve().parents[1] / "conformance/host/include"
MARK = "<!-- the list -->\n"


def functions(path):
    return {line.strip(" ;\n") for line in path.read_text(encoding="utf-8").splitlines()
            if re.fullmatch(r"\w+;", line.strip())}


def headers(names):
    """Header -> the functions that it declares and that are there."""
    found = {}
    for path in sorted(INCLUDE.glob("*.h")):
        text = path.read_text(encoding="utf-8")
        mine = {name for name in re.findall(r"\b(\w+)\(", text) if name in names}
        if path.name == "wchar.h":
            mine = {name for name, inner in
                    re.findall(r"^\w[\w ]*?[ *](\w+)\([^;]*?\)\s*PAPHOST\((\w+)\);", text, re.M)
                    if f"paphost_{inner}" in names}
        if mine:
            found[path.name] = sorted(mine)
    return found


def page(listed, path):
    head = path.read_text(encoding="utf-8").split(MARK)[0]
    rows = "".join(f"| `{name}` | {', '.join(f'`{one}`' for one in mine)} |\n"
                   for name, mine in headers(functions(listed)).items())
    return f"{head}{MARK}\n| header | functions |\n|---|---|\n{rows}"


def main():
    args = sys.argv[1:]
    check = args[:1] == ["--check"]
    if len(args) != 2 + check:
        print(__doc__, file=sys.stderr)
        return 2
    listed, path = map(pathlib.Path, args[check:])
    text = page(listed, path)
    if not check:
        sys.stdout.write(text)
    elif path.read_text(encoding="utf-8") != text:
        print(f"{path}: not what gen_paphost.py writes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
