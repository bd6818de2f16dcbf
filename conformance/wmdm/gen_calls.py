#!/usr/bin/python3
"""Writes wmdm_calls.h: a call with checks for each method that a provider implements.

usage: gen_calls.py ABI-DIRECTORY > wmdm_calls.h

For every method of every interface, those it inherits too, an inline function of the method's own
types, IMDSPDevice_GetName_called(c, file, line, This, ...), which hands its arguments on as words;
and, for the one file that defines WMDM_METHOD_TABLE, a row that says what each of them is."""
import os
import pathlib
import re
import sys

# What a provider or one of its objects may answer for.
INTERFACES = re.compile(r"IComponentAuthenticate|IMDServiceProvider\d?|IMDSP\w+|IWMDMDeviceSession")
UNKNOWN = ("IUnknown", "QueryInterface", ["in REFIID riid", "out IUnknown** ppvObject"])
NUMBERS = {"uint8_t": "BYTE", "uint16_t": "WORD", "uint32_t": "DWORD", "int32_t": "LONG",
           "uint64_t": "ULONGLONG"}
# Flags by name: the parameter, alone or of one method, and which constants it is made of.
FLAGS = {
    "dwProtocolID": r"SAC_PROTOCOL_\w+",
    "IMDSPObject::Open.fuMode": r"MDSP_(READ|WRITE)",
    "IMDSPDeviceControl::Seek.fuMode": r"WMDM_SEEK_(REMOTECONTROL|STREAMINGAUDIO)",
    "fuMode": r"WMDM_MODE_\w+|WMDM_STORAGECONTROL_\w+",
    "IMDSPObject::Seek.fuFlags": r"MDSP_SEEK_\w+",
    "dwAttributes": r"WMDM_(FILE|STORAGE)_ATTR_\w+|WMDM_FILE_CREATE_\w+|WMDM_STORAGECONTROL_\w+|"
                    r"WMDM_STORAGE_(IS|CONTAINS)_DEFAULT",
    "IMDSPDevice2::GetFormatSupport2.dwFlags": r"WMDM_GET_FORMAT_SUPPORT_\w+",
    "dwEnumPref": r"DO_NOT_VIRTUALIZE_\w+|ALLOW_OUTOFBAND_\w+",
}


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def interfaces(path):
    """Name to (parent, [(origin, method, parameters)]) in the order of the table."""
    table = {}
    for row in rows(path):
        if row[0] == "I":
            table[row[1]] = (row[3], [])
        elif row[0] == "M":
            parameters = row[5].split(", ") if len(row) > 5 and row[5] else []
            table[row[1]][1].append((row[1], row[2], row[3], parameters))
    return table


def flattened(name, table):
    if name == "IUnknown":
        return [UNKNOWN]
    parent, own = table[name]
    return flattened(parent, table) + [(origin, method, parameters)
                                       for origin, _, method, parameters in own]


class Names:
    """The tables of names that parameters refer to, each written once."""

    def __init__(self, path):
        self.constants = [row for row in rows(path) if row[1] in ("u32", "enum")]
        self.written = {}

    def of(self, key, members):
        if members:
            self.written.setdefault(key, members)
        return f"names_{key}" if members else "NULL"

    def of_enum(self, base):
        members = [(row[0], int(row[2], 0)) for row in self.constants if row[3] == base]
        head = os.path.commonprefix([name for name, _ in members])
        head = head[:head.rfind("_") + 1]
        return self.of(base, [(name[len(head):], value) for name, value in members])

    def of_flags(self, origin, method, name):
        for key in (f"{origin}::{method}.{name}", name):
            if key in FLAGS:
                members = [(row[0], int(row[2], 0)) for row in self.constants
                           if re.fullmatch(FLAGS[key], row[0])]
                return self.of(re.sub(r"\W+", "_", key), members)
        return "NULL"


class Parameter:
    def __init__(self, text):
        match = re.fullmatch(r"(in|out|io)(\??) (\w+)(\**) (\w+)(?:\{(\w+)\})?", text)
        if not match:
            sys.exit(f"a parameter this generator does not know: {text!r}")
        self.direction, optional, base, stars, self.name, self.count = match.groups()
        self.optional, self.stars = bool(optional), len(stars)
        if re.match(r"p+wsz", self.name) and base == "uint16_t":
            base = "WCHAR"
        self.base = NUMBERS.get(base, base)
        self.is_interface = bool(re.match(r"I[A-Z]", base))

    def type(self):
        constant = (self.direction == "in" and self.stars == 1 and
                    self.base in ("WCHAR", "PROPVARIANT"))
        base = "void" if self.name == "ppvObject" else self.base
        return ("const " if constant else "") + base + " *" * self.stars

    def kind(self):
        if self.base == "REFIID":
            return "IID"
        if self.stars == 0:
            return "SIGNED" if self.base == "LONG" else "VALUE"
        if self.direction != "in":
            handed_out = "OBJECT" if self.is_interface and self.stars == 2 else "ARRAY"
            return "DATA" if self.stars == 1 else "OUT_" + handed_out
        if self.stars == 1 and self.is_interface:
            return "OBJECT"
        if self.stars == 1 and self.base == "WCHAR" and not self.count:
            return "TEXT"
        return "DATA" if self.count else "STRUCT"

    def size(self):
        """Of one element of what the pointer points at."""
        if self.stars == 0 or self.base == "REFIID" or self.kind() == "OBJECT":
            return "0"
        if self.name == "abMac":
            return "WMDM_MAC_LENGTH"
        return f"sizeof({self.base}{' *' * (self.stars - 1)})"


def room(method, one, parameters):
    """The parameter that says how many elements the caller's memory has; None: one element."""
    if method == "Next" and one.kind() == "OUT_OBJECT":
        return parameters[0]
    if one.kind() in ("DATA", "STRUCT") and one.count:
        return next(other for other in parameters if other.name == one.count)
    return None


def counter(one, parameters):
    """What counts the elements of an array that the method hands out."""
    if one.kind() != "OUT_ARRAY" or not one.count:
        return None
    return next(other for other in parameters if other.name == one.count)


def parameter_row(origin, method, one, parameters, names):
    index = {other.name: at for at, other in enumerate(parameters)}
    counted = room(method, one, parameters) or counter(one, parameters)
    listed = "NULL"
    if one.kind() == "VALUE":
        listed = names.of_enum(one.base) if one.base not in NUMBERS.values() else "NULL"
        if listed == "NULL":
            listed = names.of_flags(origin, method, one.name)
    return ("    {" + f'"{one.name}", WMDM_ARG_{one.kind()}, WMDM_{one.direction.upper()}, '
            f"{str(one.optional).lower()}, {one.size()}, "
            f"{index[counted.name] if counted else -1}, "
            f"{str(bool(counted and counted.stars)).lower()}, "
            f"{str(one.is_interface and one.stars == 3).lower()}, {listed}" + "},")


def invoker(name, method, parameters):
    args = ["This"]
    for at, one in enumerate(parameters):
        cast = f"({one.type()})"
        args.append(f"{cast}(uintptr_t)a[{at}]" if one.stars or one.base == "REFIID"
                    else f"{cast}a[{at}]")
    return (f"static HRESULT invoke_{name}_{method}(void *object, const uint64_t *a)\n{{\n"
            f"    {name} *This = object;\n\n    (void)a;\n"
            f"    return {name}_{method}({', '.join(args)});\n}}")


def wrapper(name, method, parameters):
    declared = "".join(f", {one.type()} {one.name}" for one in parameters)
    words = [f"(uint64_t)(uintptr_t){one.name}" if one.stars or one.base == "REFIID"
             else f"(uint64_t){one.name}" for one in parameters]
    return (f"static inline HRESULT {name}_{method}_called(struct conf *c, const char *file, "
            f"int line,\n    {name} *This{declared})\n{{\n"
            f"    return wmdm_call(c, file, line, &wmdm_methods[WMDM_{name}_{method}], This,\n"
            f"                     (const uint64_t[]){{{', '.join(words + ['0'])}}});\n}}")


def main(abi):
    table = interfaces(abi / "wmdm_interfaces.tsv")
    names = Names(abi / "wmdm_constants.tsv")
    offered = [name for name in table if INTERFACES.fullmatch(name)]
    wrappers, invokers, params, methods, enum = [], [], [], [], []
    for name in ["IUnknown"] + offered:
        for slot, (origin, method, texts) in enumerate(flattened(name, table)):
            own = [Parameter(text) for text in texts]
            ident = f"{name}_{method}"
            enum.append(f"    WMDM_{ident},")
            wrappers.append(wrapper(name, method, own))
            invokers.append(invoker(name, method, own))
            lines = [parameter_row(origin, method, one, own, names) for one in own]
            if lines:
                params.append(f"static const struct wmdm_parameter p_{ident}[] = {{\n"
                              + "\n".join(lines) + "\n};")
            methods.append(f'    {{"{name}", "{method}", "{origin}", &IID_{name}, '
                           f"{f'p_{ident}' if lines else 'NULL'}, {len(lines)}, "
                           f"{slot + 2 if slot else 0}, invoke_{ident}}},")
    print("/* Generated by conformance/wmdm/gen_calls.py from fixtures/abi; do not edit. */")
    print("enum wmdm_method_id {", *enum, "    WMDM_METHODS", "};", sep="\n")
    print("extern const struct wmdm_method wmdm_methods[WMDM_METHODS];\n")
    print("\n".join(wrappers))
    print("\n#ifdef WMDM_METHOD_TABLE")
    for key, members in names.written.items():
        print(f"static const struct wmdm_name names_{key}[] = {{")
        print("\n".join(f'    {{0x{value:x}, "{name}"}},' for name, value in members))
        print("    {0, NULL},\n};")
    print("\n".join(params))
    print("\n".join(invokers))
    print("const struct wmdm_method wmdm_methods[WMDM_METHODS] = {", *methods, "};", sep="\n")
    print("static const struct {\n    const IID *iid;\n    const char *name;\n} iids[] = {")
    print('    {&IID_IClassFactory, "IClassFactory"},\n    {&IID_IUnknown, "IUnknown"},')
    print("\n".join(f'    {{&IID_{name}, "{name}"}},' for name in table))
    print("};\n#endif")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
