"""The published tables of WMI against MinGW's wbemcli.h and wbemprov.h, which are not ours: each
method's slot, each constant. Our own headers are generated from these tables."""
import csv
import subprocess

import pytest

import tree

pytestmark = pytest.mark.windows

HEAD = "#define CINTERFACE\n#include <windows.h>\n#include <wbemidl.h>\n#include <stddef.h>\n"


def rows(name):
    with (tree.ROOT / "fixtures/abi" / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t") if not row[0].startswith("#")]


def slots():
    return [f'_Static_assert(offsetof({row[1]}Vtbl, {row[3]}) == {row[2]} * sizeof(void *), '
            f'"{row[1]}.{row[3]}");' for row in rows("wmi_interfaces.tsv") if row[0] == "M"]


def values():
    return {row[0]: f'_Static_assert((unsigned){row[0]} == (unsigned){row[2]}, "{row[0]}");'
            for row in rows("wmi_constants.tsv")}


def said(tmp_path, lines):
    """What the compiler for Windows has against them."""
    path = tmp_path / "one.c"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(["x86_64-w64-mingw32-gcc", "-std=c11", "-fsyntax-only", path],
                          check=False, timeout=tree.SECONDS, text=True, stderr=subprocess.PIPE)
    return done.stderr


def test_methods_are_where_mingw_has_them(tmp_path):
    assert len(slots()) > 70
    assert said(tmp_path, slots()) == ""


def test_values_are_those_of_mingw(tmp_path):
    known = values()
    assert len(known) > 250
    assert said(tmp_path, known.values()) == ""


def test_a_wrong_slot_is_seen(tmp_path):
    wrong = slots()[0].replace("== 3", "== 4")
    assert "static assertion failed" in said(tmp_path, [wrong])
