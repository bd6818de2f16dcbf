"""The include-graph check finds what it is there for, in a small tree of its own."""
import shutil
import subprocess

import pytest

from tree import ROOT

SCRIPT = ROOT / "ci" / "include_graph.py"
TABLE = """\
# who includes whom

simulator/store:
simulator/mtp: simulator/store
spcore/mtp:
"""


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    (tmp_path / "ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / "ci")
    write(tmp_path, "ci/include_graph.may", TABLE)
    write(tmp_path, "simulator/store/store.h", "int store_count(void);\n")
    write(tmp_path, "simulator/mtp/responder.h", '#include "simulator/store/store.h"\n')
    write(tmp_path, "simulator/tests/mtp/test_responder.c", '#include "simulator/store/store.h"\n')
    write(tmp_path, "spcore/base.h", "int base_now_ms(void);\n")
    write(tmp_path, "spcore/mtp/mtpi.h", '#include "spcore/base.h"\n')
    return tmp_path


def write(tree, name, text):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def check(tree):
    result = subprocess.run([tree / "ci/include_graph.py"], text=True, check=False, timeout=240,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout


def test_a_clean_tree_passes(tree):
    assert check(tree) == (0, "include graph: 0 errors in 5 files\n")


@pytest.mark.parametrize("name, text, words", [
    ("simulator/store/back.c", '#include "simulator/mtp/responder.h"\n',
     "back.c:1: simulator/store may not include simulator/mtp ("),
    ("simulator/mtp/other.c", '\n#include "store.h"\n', 'other.c:2: "store.h" is not in the tree'),
    ("simulator/mtp/other.c", '#include "spcore/mtp/mtpi.h"\n',
     "other.c:1: simulator/mtp may not include spcore/mtp ("),
    ("spcore/mtp/other.c", '#include "simulator/store/store.h"\n',
     "other.c:1: spcore/mtp may not include simulator/store ("),
    ("spcore/tests/mtp/test_mtpi.c", '#include "simulator/store/store.h"\n',
     "test_mtpi.c:1: tests of spcore may not see simulator/store ("),
    ("simulator/store/needy.h", "size_t store_size(void);\n", "needy.h does not compile alone"),
    ("simulator/store/twice.h", "struct twice { int a; };\n", "twice.h does not compile alone"),
    ("simulator/nowhere/new.c", '#include "simulator/store/store.h"\n',
     "new.c:1: simulator/nowhere is no known layer ("),
    ("spcore/mtp/responder.h", "int responder_run(void);\n",
     "responder.h stands twice: simulator/mtp/responder.h, spcore/mtp/responder.h"),
])
def test_a_fault_is_named(tree, name, text, words):
    write(tree, name, text)
    status, said = check(tree)
    assert status == 1 and words in said and "include graph: 1 errors" in said


@pytest.mark.parametrize("row, words", [
    ("simulator/mtp simulator/store", 'expected "layer: layer layer …"'),
    ("simulator/mtp:simulator/store", 'expected "layer: layer layer …"'),
    ("simulator/mtp: simulator/shop", "no folder simulator/shop"),
    ("simulator/shop: simulator/store", "no folder simulator/shop"),
    ("simulator/store: simulator/mtp", "simulator/store stands in line 3 already"),
    ("simulator/mtp: spcore/mtp simulator/store", "expected other layers, sorted, each once"),
    ("simulator/mtp: simulator/store simulator/store", "expected other layers, sorted, each once"),
    ("simulator/mtp: simulator/mtp simulator/store", "expected other layers, sorted, each once"),
])
def test_a_malformed_row_is_named(tree, row, words):
    write(tree, "ci/include_graph.may", TABLE.replace("simulator/mtp: simulator/store", row))
    status, said = check(tree)
    assert status == 1 and f"error: ci/include_graph.may:4: {words}: {row}\n" in said


def test_an_edge_that_nothing_uses_is_named(tree):
    write(tree, "simulator/mtp/responder.h", "int responder_run(void);\n")
    status, said = check(tree)
    assert status == 1
    assert "ci/include_graph.may:4: simulator/mtp includes nothing of simulator/store\n" in said


def test_headers_that_include_each_other_are_a_ring(tree):
    guarded = '#ifndef {0}_H\n#define {0}_H\n#include "simulator/store/{1}.h"\n#endif\n'
    write(tree, "simulator/store/one.h", guarded.format("ONE", "two"))
    write(tree, "simulator/store/two.h", guarded.format("TWO", "one"))
    status, said = check(tree)
    assert status == 1 and "include ring: simulator/store/one.h -> simulator/store/two.h" in said


def test_a_long_function_is_a_warning_only(tree):
    write(tree, "simulator/store/long.c", "int f(void)\n{\n" + "    ;\n" * 61 + "}\n")
    status, said = check(tree)
    assert status == 0 and "function of 61 lines" in said
