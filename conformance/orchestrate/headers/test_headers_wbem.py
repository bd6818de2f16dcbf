"""wbemcli.h and wbemprov.h against the published tables, which are read here and not by way of the
generator: ids, constants, and the slot of each method in either language."""
import csv
import subprocess

import pytest

import tree

ABI = tree.ROOT / "fixtures" / "abi"
FLAGS = ("-Wall", "-Wextra", "-Werror", f"-I{tree.ROOT / 'spcore/include'}",
         f"-I{tree.ROOT / 'conformance/host/include'}")
HEAD = """#define INITGUID
#include "wbemidl.h"
#include <stdio.h>
static int wrong;
static void same(int well, const char *name)
{
    if (!well) {
        printf("%s\\n", name);
        wrong++;
    }
}
"""
# A pointer to a virtual method is its place in the table, and one.
CXX_SLOT = """template <typename method> static size_t slot(method one)
{
    size_t words[2];
    static_assert(sizeof(one) == sizeof(words), "of the common C++ ABI");
    memcpy(words, &one, sizeof(words));
    return (words[0] - 1) / sizeof(void *);
}
"""


def rows(name):
    with (ABI / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t") if not row[0].startswith("#")]


def guid(text):
    tail = text[19:].replace("-", "")
    bytes_ = ", ".join(f"0x{tail[i:i + 2]}" for i in range(0, 16, 2))
    return f"0x{text[:8]}, 0x{text[9:13]}, 0x{text[14:18]}, {{{bytes_}}}"


def check(condition, name):
    return f'    same({condition}, "{name}");\n'


def guid_check(name, text):
    return (f"    {{ static const GUID expected = {{{guid(text)}}};\n    "
            + check(f"memcmp(&{name}, &expected, sizeof(expected)) == 0", name).strip() + " }\n")


def checks(cxx):
    for row in rows("wmi_interfaces.tsv"):
        if row[0] == "M":
            place = (f"slot(&{row[1]}::{row[3]})" if cxx
                     else f"offsetof({row[1]}Vtbl, {row[3]}) / sizeof(void *)")
            yield check(f"{place} == {row[2]}", f"{row[1]}::{row[3]}")
        elif row[0] == "I":
            yield guid_check(f"IID_{row[1]}", row[2])
            if not cxx:
                yield check(f"sizeof({row[1]}Vtbl) / sizeof(void *) == {row[4]}", row[1])
        else:
            yield guid_check(f"CLSID_{row[1]}", row[2])
    for name, _, value, enum in rows("wmi_constants.tsv"):
        yield check(f"(uint32_t){name} == {value}u && sizeof(enum {enum}) == 4", name)


def source(cxx):
    return (HEAD + (CXX_SLOT if cxx else "") + "int main(void)\n{\n" + "".join(checks(cxx))
            + "    return wrong != 0;\n}\n")


@pytest.mark.parametrize("compiler", ("gcc", "clang", "g++", "clang++"))
def test_ids_slots_and_constants_are_the_published_ones(tmp_path, compiler):
    cxx = "++" in compiler
    path = tmp_path / ("one.cc" if cxx else "one.c")
    path.write_text(source(cxx), encoding="utf-8")
    build = [compiler, "-std=c++11" if cxx else "-std=c11", *FLAGS, "-o", tmp_path / "one", path]
    done = subprocess.run(build, text=True, check=False, timeout=tree.SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[:4000]
    done = subprocess.run([tmp_path / "one"], text=True, check=False, timeout=tree.SECONDS,
                          stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (0, "")
