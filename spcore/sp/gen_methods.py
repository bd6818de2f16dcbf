#!/usr/bin/python3
"""Writes docs/provider-methods.md from methods.tsv.

usage: gen_methods.py                       > docs/provider-methods.md
       gen_methods.py --check FILE          exit 1 when FILE is not what it would write
"""
import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATES = ("implemented", "refused", "absent")
NAMES = {"0x80004002": "E_NOINTERFACE", "0x80045004": "WMDM_E_NOTSUPPORTED"}
Method = collections.namedtuple("Method", "interface slot name state hresult requirement note")


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def requirements():
    table = rows(ROOT / "conformance/catalogue/wmdm.tsv")
    return {row[0] for row in table}


def methods():
    known = requirements()
    for row in rows(ROOT / "spcore/sp/methods.tsv"):
        method = Method(*row)
        where = f"methods.tsv: {method.interface}::{method.name}"
        if method.state not in STATES:
            sys.exit(f"{where}: no such state: {method.state}")
        if (method.state == "implemented") != (method.hresult == "-") or \
                (method.state != "implemented" and method.requirement == "-"):
            sys.exit(f"{where}: what is {method.state} has a result and a requirement, "
                     "what is implemented no result")
        if method.hresult != "-" and method.hresult not in NAMES:
            sys.exit(f"{where}: no name for {method.hresult}")
        if method.requirement != "-" and method.requirement not in known:
            sys.exit(f"{where}: the catalogue has no {method.requirement}")
        yield method


def cell(text):
    return "" if text == "-" else text


def document(table):
    count = collections.Counter(method.state for method in table)
    yield "# The provider's methods"
    yield ""
    yield "Made by `spcore/sp/gen_methods.py` from `spcore/sp/methods.tsv`; not to be edited."
    yield ("`spcore/tests/sp/test_sp_methods.c` holds the list against the ABI tables and the "
           "provider.")
    yield ""
    yield "| State | Methods | Meaning |"
    yield "|---|---:|---|"
    yield f"| implemented | {count['implemented']} | does what it says |"
    yield f"| refused | {count['refused']} | answers the result named, whatever is asked |"
    yield f"| absent | {count['absent']} | `QueryInterface` has no such interface |"
    yield f"| all | {len(table)} | |"
    yield ""
    yield "Without a secure channel every method but those of `IComponentAuthenticate` answers"
    yield "`WMDM_E_NOTCERTIFIED`."
    for interface in dict.fromkeys(method.interface for method in table):
        yield ""
        yield f"## {interface}"
        yield ""
        yield "| Slot | Method | State | Result | Requirement | Note |"
        yield "|---:|---|---|---|---|---|"
        for m in table:
            if m.interface == interface:
                result = f"`{NAMES[m.hresult]}` {m.hresult}" if m.hresult != "-" else ""
                yield (f"| {m.slot} | {m.name} | {m.state} | {result} | {cell(m.requirement)} | "
                       f"{cell(m.note)} |")


def main():
    text = "\n".join(document(list(methods()))) + "\n"
    if sys.argv[1:2] == ["--check"] and len(sys.argv) == 3:
        if pathlib.Path(sys.argv[2]).read_text(encoding="utf-8") != text:
            sys.exit(f"{sys.argv[2]}: spcore/sp/gen_methods.py would write something else")
    elif len(sys.argv) == 1:
        sys.stdout.write(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
