#!/usr/bin/python3
"""Rules of the house for Python that pyflakes does not know.

    ci/python_rules.py [--list]     --list: only names the files

Everywhere: lines of at most 100 columns. In the end-to-end tests: names of files are unique, but
for conftest.py; no file imports a test or a conftest, since what two share is a library in lib/;
papsim is started to serve by lib/papsim.py alone.
"""
import ast
import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TESTS = ROOT / "conformance/orchestrate"
STARTER = TESTS / "lib/papsim.py"
LONGEST_LINE = 100


def sources():
    """Python below the root: by name, or by the first line."""
    for folder in ("ci", "conformance", "fixtures", "spcore"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py" or (path.is_file() and not path.suffix and
                                        path.read_bytes().startswith(b"#!/usr/bin/python3")):
                yield path


def imports(node):
    """Names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def is_papsim_serve(node):
    """The list of a command's words: the program, then its verb."""
    return (isinstance(node, ast.List) and len(node.elts) > 1 and
            isinstance(node.elts[1], ast.Constant) and node.elts[1].value == "serve")


def faults_of_test(path, text):
    """(line, what is wrong with it)"""
    for node in ast.walk(ast.parse(text, str(path))):
        for name in imports(node):
            if name.startswith("test_") or name == "conftest":
                yield node.lineno, f"{name} is imported: what is shared belongs in lib/"
        if is_papsim_serve(node) and path != STARTER:
            yield node.lineno, "starts papsim: lib/papsim.py does that"


def faults_of(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield number, f"{len(line)} columns (at most {LONGEST_LINE})"
    if TESTS in path.parents:
        yield from faults_of_test(path, text)


def same_names():
    places = collections.defaultdict(list)
    for path in sources():
        if TESTS in path.parents and path.name != "conftest.py":
            places[path.name].append(path.relative_to(ROOT).as_posix())
    return [f"{paths[1]}: {paths[0]} has the same name" for paths in places.values()
            if len(paths) > 1]


def main():
    names = {path.relative_to(ROOT): path for path in sources()}
    if sys.argv[1:] == ["--list"]:
        print(*names, sep="\n")
        return 0
    errors = same_names()
    for name, path in names.items():
        errors += [f"{name}:{line}: {why}"
                   for line, why in faults_of(path, path.read_text(encoding="utf-8"))]
    for error in errors:
        print(f"error: {error}")
    print(f"python rules: {len(errors)} errors in {len(names)} files")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
