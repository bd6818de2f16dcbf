"""The headers in C++: interfaces are classes of the layout that C has, and the documented classes
of the secure channel are there."""
import base64
import re
import shutil
import ssl
import subprocess

import pytest

import abi_calls
import tree

INCLUDE = tree.ROOT / "spcore" / "include"
WARNINGS = ("-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}")
LIBRARY = (f"-L{tree.BUILD}", "-lspcore", f"-Wl,-rpath,{tree.BUILD}")
CERTS = tree.ROOT / "fixtures" / "certs"
MAIN = """#include <stdio.h>
int c_wrong(void);
int cxx_wrong(void);
int main(void)
{
    printf("%d %d\\n", c_wrong(), cxx_wrong());
    return 0;
}
"""


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], text=True, check=False,
                          timeout=tree.SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **more)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def build(folder, include, compiler):
    flags = ("-Wall", "-Wextra", "-Werror", f"-I{include}")
    (folder / "c.c").write_text(abi_calls.source(False), encoding="utf-8")
    (folder / "cxx.cc").write_text(abi_calls.source(True), encoding="utf-8")
    (folder / "main.c").write_text(MAIN, encoding="utf-8")
    run("gcc", "-std=c11", *flags, "-c", "c.c", "main.c", cwd=folder)
    run(compiler, "-std=c++11", *flags, "-c", "cxx.cc", cwd=folder)
    run(compiler, "-o", "calls", "c.o", "cxx.o", "main.o", *LIBRARY, cwd=folder)
    return folder / "calls"


@pytest.mark.parametrize("compiler", ("g++", "clang++"))
def test_each_method_is_at_its_slot_from_either_language(tmp_path, compiler):
    assert len(abi_calls.slots()) > 50
    assert run(build(tmp_path, INCLUDE, compiler)) == "0 0\n"


@pytest.mark.parametrize("methods", (("GetVersion", "GetType"), ("Next", "Skip")))
def test_methods_that_stand_the_other_way_round_are_seen(tmp_path, methods):
    shutil.copytree(INCLUDE, tmp_path / "include")
    path = tmp_path / "include" / "mswmdm.h"
    one, other = (rf"    virtual HRESULT STDMETHODCALLTYPE {name}\([^;]*;\n" for name in methods)
    text, count = re.subn(f"({one})({other})", r"\2\1", path.read_text(encoding="utf-8"))
    assert count
    path.write_text(text, encoding="utf-8")
    assert run(build(tmp_path, tmp_path / "include", "g++")) != "0 0\n"


def test_a_program_may_have_the_tables_and_the_ids_itself(tmp_path):
    (tmp_path / "one.cc").write_text(
        '#define CINTERFACE\n#define INITGUID\n#include "mswmdm.h"\n'
        "const WCHAR *name = g_wszWMDMFileName;\n"
        "HRESULT ask(IMDSPDevice *one, DWORD *version)\n"
        "{\n    return one->lpVtbl->GetVersion(one, version);\n}\n", encoding="utf-8")
    run("g++", "-std=c++11", *WARNINGS, "-c", "one.cc", cwd=tmp_path)


def der(name, suffix):
    text = (CERTS / f"{name}.{suffix}").read_text(encoding="ascii")
    if suffix == "pem":
        return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN"):])
    return base64.b64decode("".join(text.split("-----")[2].split()))


@pytest.mark.parametrize("compiler", ("g++", "clang++"))
def test_the_channels_classes_shake_hands(tmp_path, compiler):
    for name in ("application-high", "provider"):
        for suffix in ("pem", "key"):
            (tmp_path / f"{name}.{suffix}").write_bytes(der(name, suffix))
    run(compiler, "-std=c++11", *WARNINGS, "-o", tmp_path / "channel",
        tree.PROGRAMS / "channel.cc", *LIBRARY)
    assert run(tmp_path / "channel", cwd=tmp_path) == "channel: whole\n"
