#!/usr/bin/env python3
"""Writes mswmdm.h from the tables in fixtures/abi.

usage: gen_wmdm.py ABI-DIRECTORY > mswmdm.h
       gen_wmdm.py --check ABI-DIRECTORY mswmdm.h     exit 1 when the file is not what it would
                                                      write
"""
import pathlib
import re
import sys

SCALARS = {"uint8_t": "BYTE", "uint16_t": "WORD", "uint32_t": "DWORD", "int32_t": "LONG",
           "uint64_t": "ULONGLONG"}
UNKNOWN = [("QueryInterface", "HRESULT", [("REFIID", "riid"), ("void **", "ppvObject")]),
           ("AddRef", "ULONG", []), ("Release", "ULONG", [])]


# As com.h has it.
EXPORTED = ("#ifdef __cplusplus\nextern \"C\" {\n#endif\n#pragma GCC visibility push(default)",
            "#pragma GCC visibility pop\n#ifdef __cplusplus\n}\n#endif")


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def c_type(base, stars, name, constant=False):
    """Type as the documents write it; the tables say only its width."""
    if re.match(r"p+wsz", name) and base == "uint16_t":
        base = "WCHAR"
    base = SCALARS.get(base, base)
    return ("const " if constant else "") + base + (" " + "*" * stars if stars else "")


def declare(kind, name):
    return kind + name if kind.endswith("*") else f"{kind} {name}"


def parameter(text):
    match = re.fullmatch(r"(in|out|io)(\??) (\w+)(\**) (\w+)(\{\w+\})?", text)
    if not match:
        raise SystemExit(f"a parameter this generator does not know: {text!r}")
    direction, _, base, stars, name, _ = match.groups()
    constant = direction == "in" and stars == "*" and base in ("WCHAR", "PROPVARIANT")
    return c_type(base, len(stars), name, constant), name


def guid(text):
    a, b, c, d, e = text.split("-")
    tail = [f"0x{(d + e)[i:i + 2]}" for i in range(0, 16, 2)]
    return f"0x{a}, 0x{b}, 0x{c}, " + ", ".join(tail)


def wrap(head, parts, tail, indent):
    lines, line = [], head
    for i, part in enumerate(parts):
        piece = part + ("," if i + 1 < len(parts) else tail)
        glue = "" if line.endswith("(") or i == 0 else " "
        if len(line + glue + piece) > 100:
            lines.append(line)
            line, glue = " " * indent, ""
        line += glue + piece
    return "\n".join(lines + [line])


def constants(path):
    enums, plain, guids, strings = {}, [], [], []
    for name, kind, value, enum in rows(path):
        if kind == "enum":
            enums.setdefault(enum, []).append((name, value))
        elif kind in ("u32", "u16"):
            plain.append(f"#define {name} {value}u")
        elif kind == "i32":
            code = re.search(r"_[ES]_", name)
            plain.append(f"#define {name} " + (f"((HRESULT){value}u)" if code else value))
        elif kind == "guid":
            guids.append(wrap(f"DEFINE_GUID({name}, ", [guid(value)], ");", 12))
        elif kind == "wstr":
            strings.append(f'DEFINE_WSTR({name}, u"{value}");')
        else:
            raise SystemExit(f"a constant of a type this generator does not know: {kind}")
    return enums, plain, guids, strings


def enum_block(name, members):
    """Enumerators above INT_MAX are written as the int of the same bits: enums are 32 bits."""
    out = [f"typedef enum {name} {{"]
    for member, value in members:
        number = int(value, 0)
        text = value if number < 1 << 31 else f"(int){value}u"
        out.append(f"    {member} = {text},")
    return "\n".join(out + [f"}} {name};"])


def structs(path):
    order, fields, packed = [], {}, {}
    for row in rows(path):
        if row[0] in ("S", "U"):
            order.append(row[1])
            fields[row[1]] = []
            packed[row[1]] = re.search(r"pack=(\S+)", row[2]).group(1)
        else:
            fields[row[1]].append((row[2], row[3]))
    for name in order:
        if "." not in name:
            yield name, packed[name], fields


def field(name, kind, owner, fields):
    inner = f"{owner}.{kind}"
    if inner in fields:
        body = " ".join(field(n, k, inner, fields) for n, k in fields[inner])
        return f"union {{ {body} }} {name};"
    match = re.fullmatch(r"(\w+?)(\**)(\[\d+\])?", kind)
    base, stars, count = match.groups()
    return declare(c_type(base, len(stars), name), name) + (count or "") + ";"


def struct_block(name, pack, fields):
    body = [f"    {field(n, k, name, fields)}" for n, k in fields[name]]
    public = name.lstrip("_")
    text = "\n".join([f"typedef struct {name} {{"] + body + [f"}} {public};"])
    if pack != "-":
        text = f"#pragma pack(push, {pack})\n{text}\n#pragma pack(pop)"
    return text


def interfaces(path):
    table, classes = {}, []
    for row in rows(path):
        if row[0] == "I":
            table[row[1]] = {"iid": row[2], "parent": row[3], "slots": int(row[4]), "methods": []}
        elif row[0] == "M":
            params = [parameter(p) for p in row[5].split(", ")] if len(row) > 5 and row[5] else []
            own = table[row[1]]["methods"]
            own.append((int(row[2]), row[3], row[4], params))
        else:
            classes.append((row[1], row[2]))
    return table, classes


def flattened(name, table):
    if name == "IUnknown":
        return list(UNKNOWN)
    entry = table[name]
    methods = flattened(entry["parent"], table)
    for slot, method, result, params in sorted(entry["methods"]):
        if slot != len(methods):
            raise SystemExit(f"{name}::{method}: slot {slot} follows slot {len(methods) - 1}")
        methods.append((method, result, params))
    if len(methods) != entry["slots"]:
        raise SystemExit(f"{name}: {len(methods)} slots, the table says {entry['slots']}")
    return methods


def class_block(name, table):
    """The interface as C++ has it: what it adds to its parent."""
    out = [f"struct {name} : public {table[name]['parent']} {{"]
    for _, method, result, params in sorted(table[name]["methods"]):
        args = [declare(kind, arg) for kind, arg in params]
        out.append(wrap(f"    virtual {result} STDMETHODCALLTYPE {method}(", args or [""],
                        ") = 0;", 8))
    return out + ["};"]


def table_block(name, table):
    """The interface as C has it: a table of all functions, and a macro a function."""
    methods = flattened(name, table)
    out = [f"typedef struct {name}Vtbl {{"]
    for method, result, params in methods:
        args = [f"{name} *This"] + [declare(kind, arg) for kind, arg in params]
        out.append(wrap(f"    {result} (STDMETHODCALLTYPE *{method})(", args, ");", 8))
    out += [f"}} {name}Vtbl;", f"struct {name} {{", f"    const {name}Vtbl *lpVtbl;", "};"]
    for method, _, params in methods:
        args = ", ".join(["This"] + [arg for _, arg in params])
        out.append(f"#define {name}_{method}({args}) \\\n    ((This)->lpVtbl->{method}({args}))")
    return out


def interface_block(name, table):
    out = [f"/* {name} : {table[name]['parent']} */",
           wrap(f"DEFINE_GUID(IID_{name}, ", [guid(table[name]["iid"])], ");", 12),
           "#if COM_CLASSES"]
    return "\n".join(out + class_block(name, table) + ["#else"] + table_block(name, table)
                     + ["#endif"])


def header(abi):
    enums, plain, guids, strings = constants(abi / "wmdm_constants.tsv")
    table, classes = interfaces(abi / "wmdm_interfaces.tsv")
    parts = ["/* Generated by gen_wmdm.py from fixtures/abi; do not edit. Windows Media Device "
             "Manager:\n"
             " * interfaces, structures, constants. Strings that go in are const here, which the\n"
             " * published tables do not say; everything else is as they have it. */\n"
             "/* clang-format off */\n"
             "#ifndef SPCORE_MSWMDM_H\n#define SPCORE_MSWMDM_H\n\n#include \"com.h\""]
    parts.append(EXPORTED[0])
    parts.append("\n".join(plain))
    parts += [enum_block(name, members) for name, members in enums.items()]
    parts += [struct_block(*item) for item in structs(abi / "wmdm_structs.tsv")]
    parts.append("\n".join(strings))
    parts.append("\n".join(guids))
    parts.append("\n".join(wrap(f"DEFINE_GUID(CLSID_{name}, ", [guid(value)], ");", 12)
                           for name, value in classes))
    parts.append("\n".join(f"typedef struct {name} {name};" for name in table))
    parts += [interface_block(name, table) for name in table]
    parts += [EXPORTED[1], "#endif"]
    return "\n\n".join(parts) + "\n"


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--check":
        committed = pathlib.Path(sys.argv[3])
        if committed.read_text(encoding="utf-8") != header(pathlib.Path(sys.argv[2])):
            print(f"{committed}: not what gen_wmdm.py writes from {sys.argv[2]}", file=sys.stderr)
            return 1
        return 0
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sys.stdout.write(header(pathlib.Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
