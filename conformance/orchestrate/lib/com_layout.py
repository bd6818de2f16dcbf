"""A program that says the layout and the value of all that com.h declares: with com.h itself, or
with Windows' own headers in its place."""
import re

import tree

HEADER = (tree.ROOT / "spcore/include/com.h").read_text(encoding="utf-8")
OURS, WINDOWS = '#include "spcore/include/com.h"\n', """#include <windows.h>
#include <ole2.h>
#include <strmif.h>
#include <amvideo.h>
"""
STRUCTURE = re.compile(r"typedef (?:struct|union) (\w+) \{\n(.*?)\n\} \1;", re.S)
METHOD = re.compile(r"\(STDMETHODCALLTYPE \*(\w+)\)")
PLAIN = re.compile(r"^typedef u?int\d+_t ([\w, ]+);", re.M)
CODE = re.compile(r"^#define ((?:[SE]|CLASS_E|DISP_E|ERROR|FADF|VARIANT)_\w+) ", re.M)
VARIANT_TYPE = re.compile(r"^    (VT_\w+) = ", re.M)


def members(body):
    """The names that the body of a structure declares, those of a union in it too."""
    if METHOD.search(body):
        return METHOD.findall(body)
    found = []
    for declaration in re.sub(r"union \{|\}", "", body).split(";"):
        found += [re.search(r"(\w+)(?:\[\w+\])?\s*$", part)[1]
                  for part in declaration.split(",") if part.strip()]
    return found


def lines():
    for names in PLAIN.findall(HEADER):
        for name in names.split(", "):
            if name != "PROPVAR_PAD":
                yield f'printf("{name} %u\\n", (unsigned)sizeof({name}));'
    for name, body in STRUCTURE.findall(HEADER):
        yield f'printf("{name} %u\\n", (unsigned)sizeof({name}));'
        for member in members(body):
            yield (f'printf("{name}.{member} %u %u\\n", (unsigned)offsetof({name}, {member}), '
                   f'(unsigned)sizeof((({name} *)0)->{member}));')
    for code in CODE.findall(HEADER) + VARIANT_TYPE.findall(HEADER):
        yield f'printf("{code} %x\\n", (unsigned)({code}));'


def program(headers):
    return (headers + "#include <stddef.h>\n#include <stdio.h>\nint main(void)\n{\n"
            + "\n".join(lines()) + "\nreturn 0;\n}\n")
