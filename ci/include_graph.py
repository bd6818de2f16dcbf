#!/usr/bin/python3
"""Who may include whom, and does every header stand alone?

    ci/include_graph.py [--cc gcc] [-- FLAGS...]

Includes are relative to the root. A layer is a folder; include_graph.may names the layers that its
files include, every one of them: an edge that stands there and that nothing uses is an error too.
Tests may see what their part may; folders named windows are another compiler's. No two files have
the same name. Warnings (long functions and files, test files without a module) do not fail the
check.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("simulator", "spcore", "conformance")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
GENERATED = ROOT / "build/gen"
TABLE = ROOT / "ci/include_graph.may"
ROW = re.compile(r"(\S+):((?: \S+)*)")
# Classes: C++ alone has them.
OF_CXX = ("scbase.h", "scclient.h", "scserver.h")
# Installed in one folder.
INSTALLED = ("spcore/include", "conformance/host/include")
# Open to everyone: it includes nothing of the tree.
GROUND = "spcore/base.h"

LONGEST_FUNCTION, LONGEST_FILE = 60, 600


def sources():
    for part in PARTS:
        yield from sorted(path for path in (ROOT / part).rglob("*")
                          if path.suffix in (".c", ".h", ".def")
                          and not {"programs", "windows"} & set(path.relative_to(ROOT).parts))


def layer_of(path):
    """The folder of a file, from the root."""
    return path.relative_to(ROOT).parent.as_posix()


def read_table():
    """Layer -> (line, the layers its files may include), and what is wrong with the rows."""
    rows, errors = {}, []
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        row = ROW.fullmatch(line)
        reason = row_fault(row, rows)
        if reason:
            errors.append(f"{row_name(number)}: {reason}: {line}")
        else:
            rows[row[1]] = (number, row[2].split())
    return rows, errors


def row_name(number):
    return f"{TABLE.relative_to(ROOT)}:{number}"


def row_fault(row, rows):
    """Why a row cannot stand below `rows`, or None."""
    if row is None:
        return 'expected "layer: layer layer …"'
    layer, edges = row[1], row[2].split()
    absent = [name for name in [layer] + edges if not (ROOT / name).is_dir()]
    if absent:
        return f"no folder {absent[0]}"
    if layer in rows:
        return f"{layer} stands in line {rows[layer][0]} already"
    if edges != sorted(set(edges) - {layer}):
        return "expected other layers, sorted, each once"
    return None


def resolve(path, name):
    """Installed headers name each other as their users do: beside themselves."""
    for folder in INSTALLED if layer_of(path) in INSTALLED else ():
        if (ROOT / folder / name).is_file():
            return ROOT / folder / name
    return ROOT / name if (ROOT / name).is_file() else None


def judge(rows, layer, target, used):
    """Why files of `layer` may not include `target`, or None."""
    theirs = layer_of(target)
    if theirs == layer or target == ROOT / GROUND:
        return None
    if "tests" in layer.split("/"):
        part = layer.split("/")[0]
        seen = theirs.startswith(part + "/") or any(
            theirs in edges for other, (_, edges) in rows.items() if other.startswith(part + "/"))
        return None if seen else f"tests of {part} may not see {theirs}"
    if layer not in rows:
        return f"{layer} is no known layer"
    if theirs not in rows[layer][1]:
        return f"{layer} may not include {theirs}"
    used.add((layer, theirs))
    return None


def graph_errors():
    rows, errors = read_table()
    edges, used = {}, set()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            name = match[1]
            if (GENERATED / name).is_file():
                continue
            where = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            target = resolve(path, name)
            if target is None:
                errors.append(f"{where}: \"{name}\" is not in the tree")
                continue
            edges.setdefault(path, []).append(target)
            reason = judge(rows, layer_of(path), target, used)
            if reason:
                errors.append(f"{where}: {reason} (\"{name}\")")
    errors += [f"{row_name(number)}: {layer} includes nothing of {theirs}"
               for layer, (number, may) in rows.items()
               for theirs in may if (layer, theirs) not in used]
    return errors + cycles(edges)


def cycles(edges):
    """Headers that include each other, each ring once."""
    found, done = [], set()

    def walk(path, trail):
        if path in trail:
            ring = trail[trail.index(path):]
            found.append("include ring: " + " -> ".join(
                step.relative_to(ROOT).as_posix() for step in ring + [path]))
            return
        if path in done:
            return
        for target in edges.get(path, []):
            if target.suffix == ".h":
                walk(target, trail + [path])
        done.add(path)

    for path in sorted(edges):
        if path.suffix == ".h":
            walk(path, [])
    return found


def alone(header, compiler, flags):
    """The compiler's words when the header does not compile by itself."""
    language = "c"
    if header.name in OF_CXX:
        language, flags = "c++", [flag for flag in flags if not flag.startswith(("-std=", "-W"))]
    command = [compiler, "-fsyntax-only", "-x", language, "-I", str(ROOT), "-I", str(GENERATED),
               "-I", str(ROOT / INSTALLED[0])]
    # A second time through the guard must be silent too.
    text = f'#include "{header}"\n#include "{header}"\n'
    result = subprocess.run(command + flags + ["-"], input=text, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode == 0:
        return None
    return f"{header.relative_to(ROOT)} does not compile alone:\n{result.stdout.rstrip()}"


def name_errors():
    """An include, an error or an editor's jump names one file."""
    seen = {}
    for path in sorted(ROOT.glob("[a-z]*/**/*.[ch]")):
        if not path.is_relative_to(ROOT / "build"):
            seen.setdefault(path.name, []).append(path.relative_to(ROOT).as_posix())
    return [f"{name} stands twice: {', '.join(paths)}"
            for name, paths in seen.items() if len(paths) > 1]


def header_errors(compiler, flags):
    headers = [path for path in sources() if path.suffix == ".h"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: alone(header, compiler, flags), headers)
    return [result for result in results if result]


def length_warnings():
    """House style: a brace in column one opens and closes a function. Tables may be long."""
    found = []
    for path in sources():
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT)
        table = path.suffix == ".def" or lines[0].startswith("/* Generated by")
        if len(lines) > LONGEST_FILE and not table:
            found.append(f"{name}: {len(lines)} lines (at most {LONGEST_FILE})")
        begin = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                begin = number
            elif line == "}" and begin is not None:
                if number - begin - 1 > LONGEST_FUNCTION:
                    found.append(f"{name}:{begin}: function of {number - begin - 1} lines "
                                 f"(at most {LONGEST_FUNCTION})")
                begin = None
    return found


def test_name_warnings():
    """test_<module>.c or test_<module>_<topic>.c, the module being a file or a folder."""
    found = []
    for part in PARTS:
        modules = {name for path in (ROOT / part).rglob("*.[ch]") if "tests" not in path.parts
                   for name in (path.stem, path.parent.name)}
        for test in sorted((ROOT / part / "tests").rglob("test_*.c")):
            words = test.stem.split("_")[1:]
            if modules.isdisjoint("_".join(words[:i + 1]) for i in range(len(words))):
                found.append(f"{test.relative_to(ROOT)}: no module of that name")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()
    for warning in length_warnings() + test_name_warnings():
        print(f"warning: {warning}")
    errors = graph_errors() + name_errors() + header_errors(options.cc, options.flags)
    for error in errors:
        print(f"error: {error}")
    print(f"include graph: {len(errors)} errors in {sum(1 for _ in sources())} files")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
