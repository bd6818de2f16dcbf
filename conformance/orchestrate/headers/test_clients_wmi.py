"""Clients of WMI as they are written for Windows, in C and C++: each is built against the headers
and libpaphost.so alone, and asks what `papcheck mof` compiled."""
import os
import subprocess

import pytest

import tree

FLAGS = ("-fshort-wchar", "-DUNICODE", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas",
         f"-I{tree.ROOT / 'spcore/include'}", f"-I{tree.ROOT / 'conformance/host/include'}",
         f"-I{tree.BUILD / 'spellings'}")
MOF = """class Base { [key] string Id; [key] uint32 Number; string Text; };
class Derived : Base { };
instance of Derived { Id = "x"; Number = 1; };
"""
LONG = ("-include", "llp64.h", "-Wno-format")


def build(tmp_path, compiler, source, *flags):
    program = tmp_path / "client"
    done = subprocess.run([compiler, *FLAGS, *flags, "-o", program,
                           tree.ROOT / "fixtures/clients" / source, f"-L{tree.BUILD}",
                           f"-Wl,-rpath,{tree.BUILD}", "-lpaphost", "-lpthread"], check=False,
                          timeout=tree.SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert (done.returncode, done.stdout) == (0, "")
    return program


@pytest.fixture(name="repository", scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wmi")
    (folder / "x.mof").write_text(MOF, encoding="utf-8")
    subprocess.run([tree.BUILD / "papcheck", "mof", "--repository", folder / "repository",
                    folder / "x.mof"], check=True, timeout=tree.SECONDS, stdout=subprocess.DEVNULL)
    return folder / "repository"


def run(program, repository, *words):
    done = subprocess.run([program, *words], env={**os.environ, "PAPHOST_WMI": str(repository)},
                          timeout=tree.SECONDS, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("compiler", ("gcc", "clang"))
def test_a_client_in_c(tmp_path, repository, compiler):
    client = build(tmp_path, compiler, "get_keys.c", "-std=c11")
    assert run(client, repository, "Derived") == (0, "Id\nNumber\n")
    assert run(client, repository, "Nobody") == (1, "failed: 80041002\n")


@pytest.mark.parametrize("compiler", ("g++", "clang++"))
def test_a_client_in_cpp_that_says_long(tmp_path, repository, compiler):
    client = build(tmp_path, compiler, "query_async.cpp", "-std=c++11", *LONG)
    assert run(client, repository, 'select * from meta_class where __this isa "Base"') == (
        0, "Base 64\nDerived 64\n")
    assert run(client, repository, "select * from Base") == (
        0, 'Derived.Id="x",Number=1 64\n')
    assert run(client, repository, "select") == (1, "failed: 80041017\n")


def test_long_is_what_keeps_it_from_being_built_without(tmp_path):
    done = subprocess.run(["g++", *FLAGS, "-fsyntax-only",
                           tree.ROOT / "fixtures/clients/query_async.cpp"], check=False,
                          timeout=tree.SECONDS, stderr=subprocess.PIPE, text=True)
    assert done.returncode and "abstract" in done.stderr
