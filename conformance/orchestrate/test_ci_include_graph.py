"""The include-graph check finds what it is there for, in a small tree of its own."""
import pathlib
import shutil
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "ci/include_graph.py"


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    (tmp_path / "ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / "ci")
    write(tmp_path, "simulator/store/store.h", "int store_count(void);\n")
    write(tmp_path, "simulator/mtp/responder.h", '#include "store/store.h"\n')
    write(tmp_path, "spcore/mtp/mtpi.h", "int mtpi_run(void);\n")
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
    assert check(tree)[0] == 0


@pytest.mark.parametrize("name, text, words", [
    ("simulator/store/back.c", '#include "mtp/responder.h"\n', "store may not include mtp/"),
    ("simulator/mtp/other.c", '#include "spcore/mtp/mtpi.h"\n', "is not in the tree"),
    ("simulator/mtp/other.c", '#include "../../spcore/mtp/mtpi.h"\n', "may not see spcore/mtp"),
    ("spcore/mtp/other.c", '#include "../../simulator/store/store.h"\n', "may not see simulator"),
    ("simulator/store/needy.h", "size_t store_size(void);\n", "does not compile alone"),
    ("simulator/store/twice.h", "struct twice { int a; };\n", "does not compile alone"),
    ("simulator/nowhere/new.c", '#include "store/store.h"\n', "no known layer"),
])
def test_a_fault_is_named(tree, name, text, words):
    write(tree, name, text)
    status, said = check(tree)
    assert status == 1 and words in said and name.rsplit("/", maxsplit=1)[-1] in said


def test_headers_that_include_each_other_are_a_ring(tree):
    guarded = "#ifndef {0}_H\n#define {0}_H\n#include \"store/{1}.h\"\n#endif\n"
    write(tree, "simulator/store/one.h", guarded.format("ONE", "two"))
    write(tree, "simulator/store/two.h", guarded.format("TWO", "one"))
    status, said = check(tree)
    assert status == 1 and "include ring" in said


def test_a_long_function_is_a_warning_only(tree):
    write(tree, "simulator/store/long.c", "int f(void)\n{\n" + "    ;\n" * 61 + "}\n")
    status, said = check(tree)
    assert status == 0 and "function of 61 lines" in said
