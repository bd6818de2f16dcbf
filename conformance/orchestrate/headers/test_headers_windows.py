"""Windows' headers against the published table, which is read here: values, sizes and offsets, in
both languages; each other spelling is the header it stands for."""
import csv
import re
import subprocess

import pytest

import tree

INCLUDE = tree.ROOT / "conformance/host/include"
FLAGS = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-fshort-wchar", "-DUNICODE",
         f"-I{tree.ROOT / 'spcore/include'}", f"-I{INCLUDE}", f"-I{tree.BUILD / 'spellings'}")
HEAD = """#include <Windows.h>
#include <strsafe.h>
#include <Cfgmgr32.h>
#include <dbt.h>
#include <tchar.h>
#include <process.h>
#include <objbase.h>
#include <oleauto.h>
#include <initguid.h>
#include <devguid.h>
#include <devpkey.h>
#include <stdio.h>
#ifndef __cplusplus
#define static_assert _Static_assert
#endif
"""
# What of the table is of setupapi.h and is not here.
OTHERS = re.compile(r"INF|SPINT|SPINST|SPSVCINST|FLG_|DIGCF|DIREG|SP_")


def rows():
    with (tree.ROOT / "fixtures/abi/service_constants.tsv").open(encoding="utf-8",
                                                                 newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if not row[0].startswith("#") and not OTHERS.match(row[1])]


def member(name):
    """The table's own names of nested unions and structures, as members."""
    words = name.split(".")
    inner = [re.sub(r"^_(\w+?)_e__(Union|Struct)$", r"\1", word) for word in words[1:]]
    return words[0], ".".join(inner)


def checks():
    for row in rows():
        if row[0] == "K" and row[2] in ("u32", "enum"):
            yield f'static_assert((uint32_t){row[1]} == {row[3]}, "{row[1]}");'
        elif row[0] in "SU":
            name, inner = member(row[1])
            what = f"(({name} *)0)->{inner}" if inner else name
            size = re.search(r"size64=(\d+)", row[2])[1]
            yield f'static_assert(sizeof({what}) == {size}, "{row[1]}");'
        elif row[0] == "F" and row[2] != "_u_e__Union":
            name, inner = member(row[1])
            if inner:
                outer = f" - offsetof({name}, {inner})"
                inner += "."
            else:
                outer = ""
            yield (f'static_assert(offsetof({name}, {inner}{row[2]}){outer} == {row[5]}, '
                   f'"{row[1]}.{row[2]}");')


def compiles(tmp_path, compiler, text):
    cxx = "++" in compiler
    path = tmp_path / ("one.cc" if cxx else "one.c")
    path.write_text(text, encoding="utf-8")
    flags = [*FLAGS, "-Wno-invalid-offsetof"] if cxx else FLAGS
    done = subprocess.run([compiler, "-std=c++11" if cxx else "-std=c11", *flags, "-fsyntax-only",
                           path], text=True, check=False, timeout=tree.SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout[:4000]


@pytest.mark.parametrize("compiler", ("gcc", "clang", "g++", "clang++"))
def test_values_and_layouts_are_the_published_ones(tmp_path, compiler):
    assert len(list(checks())) > 450
    assert compiles(tmp_path, compiler, HEAD + "\n".join(checks()) + "\n") == (0, "")


def test_a_wrong_value_is_seen(tmp_path):
    wrong = 'static_assert((uint32_t)CR_BUFFER_SMALL == 27, "CR_BUFFER_SMALL");\n'
    status, text = compiles(tmp_path, "gcc", HEAD + wrong)
    assert status and "CR_BUFFER_SMALL" in text


def test_each_other_spelling_is_the_header(tmp_path):
    names = [line.split() for line in
             (INCLUDE / "spellings.txt").read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    assert names and all((INCLUDE / own).is_file() for _, own in names)
    text = "".join(f"#include <{other}>\n" for other, _ in names)
    assert compiles(tmp_path, "gcc", text + "int one(void);\n") == (0, "")


def test_the_page_lists_what_the_library_has():
    done = subprocess.run(["ci/gen_paphost.py", "--check", tree.BUILD / "paphost.list",
                           "docs/paphost.md"], cwd=tree.ROOT, check=False, timeout=tree.SECONDS,
                          stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def links(tmp_path, text):
    """A vendor's object of that source: the linker's status and words."""
    path = tmp_path / "one.cc"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(["g++", *FLAGS, "-fPIC", "-shared", "-o", tmp_path / "one.so", path,
                           f"-L{tree.BUILD}", "-lpaphost", "-Wl,-z,defs"], text=True, check=False,
                          timeout=tree.SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout[-4000:]


def test_what_is_declared_is_in_the_library(tmp_path):
    headers = "".join(path.read_text(encoding="utf-8") for path in sorted(INCLUDE.glob("*.h"))
                      if "wbem" not in path.name and not path.name.startswith("ole"))
    declared = sorted(set(re.findall(r" WINAPIV? (\w+)\(", headers)))
    assert len(declared) > 200
    text = "".join(f"(void *)&{name},\n" for name in declared)
    head = HEAD + "#include <winsvc.h>\n"
    assert links(tmp_path, f"{head}void *all[] = {{\n{text}}};\n") == (0, "")


def test_what_is_not_there_is_missed_by_the_linker(tmp_path):
    status, text = links(tmp_path, HEAD + 'extern "C" BOOL WINAPI Beep(DWORD, DWORD);\n'
                                          "BOOL one() { return Beep(1, 2); }\n")
    assert status and "undefined reference to `Beep'" in text
