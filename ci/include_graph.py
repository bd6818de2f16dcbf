#!/usr/bin/python3
"""Who may include whom, and does every header stand alone?

    ci/include_graph.py [--cc gcc] [-- FLAGS...]

Parts (simulator, spcore, conformance) are layered; each layer names the layers it may include. A
few headers are seams: declared in one layer, implemented or filled in by another, open to all of
their part. Warnings (long functions and files, test files without a module) do not fail the check.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
GENERATED = ROOT / "build/gen"

# layer -> layers of the same part its files may include (besides itself and the seams)
LAYERS = {
    "simulator": {
        "wire": {"usb"},
        "usb": set(),
        "function": {"mtp", "store"},
        "mtp": {"store"},
        "store": set(),
        "player": {"usb", "function", "mtp", "store"},
        "import": {"mtp"},
        "cli": {"wire", "usb", "function", "mtp", "store", "player", "import"},
    },
    "spcore": {
        "include": set(),
        "com": {"include", "sac", "sp"},
        "sac": {"include", "com"},
        "sp": {"include", "com", "sac", "mtp", "transport"},
        "mtp": {"com", "transport"},
        "transport": {"com"},
        "shim": {"com", "transport"},
    },
    "conformance": {
        "catalogue": set(),
        "host": set(),
        "engine": {"host", "catalogue"},
        "suites": {"engine", "host"},
        "report": {"engine", "catalogue"},
        "selftest": {"engine", "host", "report", "catalogue"},
        "cli": {"engine", "host", "report", "selftest", "catalogue"},
    },
}
SEAMS = {
    "simulator": {"usb/function.h", "usb/identity.h", "defect/defect.h"},
    "spcore": {"deviant/sp_defect.h"},
    "conformance": {"case/conf.h"},
}
# What one part may see of another.
FOREIGN = {"conformance": {"spcore": {"mtp", "transport", "sac", "include", "com"}}}
SEARCH = {
    "simulator": ["simulator"],
    "spcore": ["spcore", "spcore/include"],
    "conformance": ["conformance", "spcore", "spcore/include"],
}
LONGEST_FUNCTION, LONGEST_FILE = 60, 600


def sources():
    for part in LAYERS:
        yield from sorted(path for path in (ROOT / part).rglob("*")
                          if path.suffix in (".c", ".h", ".def"))


def place(path):
    """(part, layer) of a file."""
    parts = path.relative_to(ROOT).parts
    return parts[0], parts[1] if len(parts) > 2 else ""


def resolve(path, name):
    part, _ = place(path)
    for folder in [path.parent] + [ROOT / folder for folder in SEARCH[part]]:
        if (folder / name).is_file():
            return pathlib.Path(os.path.normpath(folder / name))
    return None


def judge(path, target):
    """Why `path` may not include `target`, or None."""
    part, layer = place(path)
    other, theirs = place(target)
    if other != part:
        if theirs in FOREIGN.get(part, {}).get(other, ()):
            return None
        return f"{part} may not see {other}/{theirs}"
    inside = target.relative_to(ROOT / part).as_posix()
    if layer == "tests" or theirs == layer or inside in SEAMS[part]:
        return None
    if layer not in LAYERS[part]:
        return f"{part}/{layer} is no known layer"
    if theirs not in LAYERS[part][layer]:
        return f"{part}/{layer} may not include {theirs}/"
    return None


def graph_errors():
    errors, edges = [], {}
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
            reason = judge(path, target)
            if reason:
                errors.append(f"{where}: {reason} (\"{name}\")")
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
    part, _ = place(header)
    command = [compiler, "-fsyntax-only", "-x", "c", "-I", str(GENERATED)]
    command += [word for folder in SEARCH[part] for word in ("-I", str(ROOT / folder))]
    # A second time through the guard must be silent too.
    text = f'#include "{header}"\n#include "{header}"\n'
    result = subprocess.run(command + flags + ["-"], input=text, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode == 0:
        return None
    return f"{header.relative_to(ROOT)} does not compile alone:\n{result.stdout.rstrip()}"


def header_errors(compiler, flags):
    headers = [path for path in sources() if path.suffix == ".h"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: alone(header, compiler, flags), headers)
    return [result for result in results if result]


def length_warnings():
    """House style: a brace in column one opens and closes a function."""
    found = []
    for path in sources():
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT)
        if len(lines) > LONGEST_FILE:
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
    found = []
    for part in LAYERS:
        modules = {path.stem for path in (ROOT / part).rglob("*.[ch]") if "tests" not in path.parts}
        for test in sorted((ROOT / part / "tests").glob("test_*.c")):
            if test.stem.removeprefix("test_") not in modules:
                found.append(f"{test.relative_to(ROOT)}: no module of that name")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()
    for warning in length_warnings() + test_name_warnings():
        print(f"warning: {warning}")
    errors = graph_errors() + header_errors(options.cc, options.flags)
    for error in errors:
        print(f"error: {error}")
    print(f"include graph: {len(errors)} errors in {sum(1 for _ in sources())} files")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
