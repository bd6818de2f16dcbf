"""What our headers of Windows' names declare, as lines of C that hold another's headers to it:
values, sizes and signs of types, places of members, types of functions, and what a macro stands
for."""
import re
import subprocess

import tree

INCLUDE = tree.ROOT / "conformance/host/include"
HEADERS = ("windef.h", "winnt.h", "winerror.h", "winbase.h", "securitybaseapi.h", "winioctl.h",
           "winreg.h", "winsvc.h", "cfgmgr32.h", "dbt.h", "strsafe.h", "devpropdef.h",
           "beginthread.h")
OURS = ("gcc", "-fshort-wchar", f"-I{tree.ROOT / 'spcore/include'}", f"-I{INCLUDE}",
        f"-I{tree.BUILD / 'spellings'}")
THEIRS = ("x86_64-w64-mingw32-gcc-win32", "-D_WIN32_WINNT=0x0a00")
# An error in a macro is said where that is used.
FLAGS = ("-std=gnu11", "-w", "-O1", "-fmax-errors=0", "-ftrack-macro-expansion=0", "-DUNICODE",
         "-D_UNICODE", "-c", "-o", "/dev/null")
HEAD = """#define STRSAFE_NO_DEPRECATE
#include <windows.h>
#include <winsvc.h>
#include <cfgmgr32.h>
#include <dbt.h>
#include <strsafe.h>
#include <devpropdef.h>
#include <process.h>
#include <stddef.h>
#include <stdint.h>
#define TEXT_OF(name) #name
#define WORDS_OF(name) TEXT_OF(name)
extern void __attribute__((error("another value"))) another(void);
"""
# Pointers, which no static assertion takes.
POINTERS = re.compile(r"HKEY_|INVALID_HANDLE_VALUE")


def text(name):
    whole = (INCLUDE / name).read_text(encoding="utf-8")
    whole = re.sub(r"/\*.*?\*/", " ", whole, flags=re.S)
    # Of what both ways of a condition say, UNICODE's.
    whole = re.sub(r"#else\n(?:(?!#if|#endif).*\n)*#endif", "#endif", whole)
    return whole.replace("\\\n", " ")


def members(body, path=""):
    """Each member's path, those of named structures inside with theirs; of nameless ones as if they
    were outside."""
    at = 0
    while at < len(body):
        end = re.compile(r"[;{]").search(body, at)
        if not end:
            return
        if body[end.start()] == "{":
            depth, close = 1, end.start() + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(body[close], 0)
                close += 1
            name = re.compile(r"\s*(\w*)\s*;").match(body, close)
            inner = f"{path}{name[1]}." if name[1] else path
            if name[1]:
                yield path + name[1]
            yield from members(body[end.end():close - 1], inner)
            at = name.end()
            continue
        for part in body[at:end.start()].split(","):
            found = re.search(r"(\w+)(?:\[\w*\])?\s*$", part)
            if found:
                yield path + found[1]
        at = end.end()


def structures(source):
    """(name, body)"""
    for found in re.finditer(r"typedef (?:struct|union) \w+\s*\{", source):
        depth, close = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(source[close], 0)
            close += 1
        name = re.compile(r"\s*(\w+)").match(source, close)
        yield name[1], source[found.end():close - 1]


def functions(source):
    """(name, declaration); those that are inline, too."""
    for found in re.finditer(r"((?:FORCEINLINE )?\b\w+ (?:WINAPIV? )?(\w+)\([^(){};#]*\))\s*[;{]",
                             source):
        if " WINAPI" in found[1] or found[1].startswith("FORCEINLINE"):
            yield found[2], " ".join(found[1].replace("FORCEINLINE ", "").split())


def callbacks(source):
    for found in re.finditer(r"typedef ([^;{}]*?\((?:WINAPI|CALLBACK) \*(\w+)\)\([^;]*?\));",
                             source):
        yield found[2], " ".join(found[1].split())


def types(source):
    flat = re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", source)))
    for found in re.finditer(r"typedef ([^;()]*);", flat):
        for part in found[1].split(","):
            yield re.search(r"(\w+)\s*$", part)[1]


def same(name):
    return (f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), '
            f'__typeof__(own_{name})), "");')


def facts():
    """{what it is about: an expression of a constant}, {…: a line of C}"""
    values, lines, declared, macros, calls = {}, {}, set(), [], set()
    for name in HEADERS:
        source = text(name)
        code = re.sub(r"^#.*$", "", source, flags=re.M)
        for one in types(code):
            declared.add(one)
            values[f"sizeof {one}"] = f"sizeof({one})"
            values[f"sign of {one}"] = f"({one})-1 < ({one})1"
        for one, body in structures(code):
            for member in members(body):
                values[f"{one}.{member}"] = f"offsetof({one}, {member})"
                values[f"sizeof {one}.{member}"] = f"sizeof((({one} *)0)->{member})"
        for one, declaration in functions(code):
            declared.add(one)
            own = re.sub(rf"\b{one}\(", f"own_{one}(", declaration)
            lines[f"{one}()"] = f"{own}; {same(one)}"
        for one, declaration in callbacks(code):
            declared.add(one)
            own = re.sub(rf"\*{one}\)", f"*own_{one})", declaration)
            lines[one] = f"typedef {own}; {same(one)}"
        for body in re.findall(r"typedef enum \w+ \{(.*?)\}", code, re.S):
            values.update({one: one for one in re.findall(r"(\w+) =", body)})
        calls |= set(re.findall(r"^#define (\w+)\(", source, re.M))
        macros += re.findall(r"^#define ([A-Za-z]\w+) (\S.*)$", source, re.M)
    texts = {one for one, what in macros if '"' in what}
    for one, what in macros:
        if what.strip() in declared:
            lines[f"{one} is {what.strip()}"] = (
                f'_Static_assert(!__builtin_strcmp(WORDS_OF({one}), "{what.strip()}"), "");')
        elif "CONFORMANCE_HOST" not in one and not {one, what.strip()} & (texts | calls):
            values[one] = f"(int64_t)(intptr_t)({one})" if POINTERS.match(one) else one
    return values, lines


def failing(compiler, lines):
    """{number of a line: what is said of it}"""
    source = HEAD + "".join(f'#line {1 + i} "fact"\n{line}\n' for i, line in enumerate(lines))
    done = subprocess.run([compiler[0], *FLAGS, *compiler[1:], "-x", "c", "-"], input=source,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=tree.SECONDS)
    found = {}
    for number, said in re.findall(r"^fact:(\d+):\d+: error: (.*)$", done.stderr, re.M):
        found.setdefault(int(number) - 1, said)
    others = re.findall(r"^(?!fact:).*error: .*$", done.stderr, re.M)
    assert not others, others[:9]
    return found


def evaluated(values, folder):
    """{what: its value here}, of those that are constants."""
    names = list(values)
    left_out = failing(OURS, [f"_Static_assert(({values[name]}) || 1, \"\");"
                              if not values[name].startswith("(int64_t)") else ""
                              for name in names])
    names = [name for i, name in enumerate(names) if i not in left_out]
    prints = "\n".join(f'printf("%lld\\n", (long long)({values[name]}));' for name in names)
    source, program = folder / "values.c", folder / "values"
    source.write_text(f"{HEAD}#include <stdio.h>\nint main(void) {{\n{prints}\nreturn 0; }}\n",
                      encoding="utf-8")
    subprocess.run([OURS[0], "-std=gnu11", "-w", "-DUNICODE", *OURS[1:], source, "-o", program],
                   check=True, timeout=tree.SECONDS)
    said = subprocess.run([program], check=True, timeout=tree.SECONDS, text=True,
                          stdout=subprocess.PIPE)
    return dict(zip(names, said.stdout.split()))


def held(name, expression, value):
    """A line that holds it to that value."""
    if POINTERS.match(name):
        return f"void check_{name}(void) {{ if ({expression} != {value}ll) another(); }}"
    return f'_Static_assert((long long)({expression}) == {value}ll, "{value}");'
