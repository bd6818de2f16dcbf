"""Sources that call each method of each interface of fixtures/abi across the seam between C and
C++: objects that one language makes, called by the other."""
import csv

import gen_wmdm
import tree

ABI = tree.ROOT / "fixtures" / "abi"
HEAD = """#include "mswmdm.h"
#ifdef __cplusplus
#define OPENED extern "C"
#else
#define OPENED extern
#endif
static int is_at(unsigned number, const void *value) { return (uintptr_t)value == number; }
static int is(unsigned number, uint64_t value) { return value == number; }
static GUID id_of(unsigned number) { GUID id = {number, 0, 0, {0}}; return id; }
"""


def slots():
    """[(interface, [(slot, method)])] of the published tables, with what is inherited."""
    parents, own = {"IUnknown": None}, {"IUnknown": [(0, "QueryInterface"), (1, "AddRef"),
                                                     (2, "Release")]}
    with (ABI / "wmdm_interfaces.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0] == "I":
                parents[row[1]], own[row[1]] = row[3], []
            elif row[0] == "M":
                own[row[1]].append((int(row[2]), row[3]))
    found = []
    for name in own:
        methods, at = [], name
        while at:
            methods, at = own[at] + methods, parents[at]
        found.append((name, methods))
    return found


def arguments():
    """{interface: {method: [(type, name)]}} as the headers declare them."""
    table, _ = gen_wmdm.interfaces(ABI / "wmdm_interfaces.tsv")
    table = {name: gen_wmdm.flattened(name, table) for name in table}
    table["IUnknown"] = gen_wmdm.UNKNOWN
    return {name: {method: params for method, _, params in methods}
            for name, methods in table.items()}


def is_reference(kind):
    return kind in ("REFIID", "REFGUID", "REFCLSID")


def sent(kind, number, cxx):
    """A value of the type that nobody takes for another argument's."""
    if is_reference(kind):
        return f"*(const GUID *)(uintptr_t){number}" if cxx else f"({kind})(uintptr_t){number}"
    if kind == "GUID":
        return f"id_of({number})"
    return f"({kind})(uintptr_t){number}" if kind.endswith("*") else f"({kind}){number}"


def received(params, cxx):
    """Each argument is the one that was sent."""
    checks = ["1"]
    for number, (kind, name) in enumerate(params, 1):
        if is_reference(kind):
            checks.append(f"is_at({number}, {'&' if cxx else ''}{name})")
        elif kind == "GUID":
            checks.append(f"is({number}, {name}.Data1)")
        elif kind.endswith("*"):
            checks.append(f"is_at({number}, {name})")
        else:
            checks.append(f"is({number}, (uint64_t){name})")
    return " && ".join(checks)


def declared(params):
    return ", ".join(gen_wmdm.declare(kind, name) for kind, name in params)


def calls(name, methods, of, cxx):
    """A function that calls them all, and returns how many did not answer with their slot."""
    text = f"OPENED void *{'c' if cxx else 'cxx'}_{name}(void);\n"
    text += f"static int call_{name}(void) {{\n    {name} *one = ({name} *)"
    text += f"{'c' if cxx else 'cxx'}_{name}();\n    int wrong = 0;\n"
    for slot, method in methods:
        values = [sent(kind, number, cxx) for number, (kind, _) in enumerate(of[method], 1)]
        call = (f"one->{method}({', '.join(values)})" if cxx
                else f"{name}_{method}({', '.join(['one'] + values)})")
        text += f"    wrong += {call} != {slot};\n"
    return text + "    return wrong;\n}\n"


def object_of_c(name, methods, of):
    text = ""
    for slot, method in methods:
        kind = "ULONG" if method in ("AddRef", "Release") else "HRESULT"
        params = ", ".join([f"{name} *This"] + ([declared(of[method])] if of[method] else []))
        text += (f"static {kind} {name}_is_{method}({params})\n{{\n    (void)This;\n"
                 f"    return {received(of[method], False)} ? {slot} : 99;\n}}\n")
    fields = ", ".join(f".{method} = {name}_is_{method}" for _, method in methods)
    return (f"{text}static const {name}Vtbl {name}_table = {{{fields}}};\n"
            f"void *c_{name}(void)\n{{\n    static {name} one = {{&{name}_table}};\n\n"
            "    return &one;\n}\n")


def object_of_cxx(name, methods, of):
    text = f"namespace {{ struct {name}_object final : public {name} {{\n"
    for slot, method in methods:
        kind = "ULONG" if method in ("AddRef", "Release") else "HRESULT"
        text += (f"    {kind} STDMETHODCALLTYPE {method}({declared(of[method])}) override\n"
                 f"    {{ return {received(of[method], True)} ? {slot} : 99; }}\n")
    return (f"{text}}}; }}\nextern \"C\" void *cxx_{name}(void)\n"
            f"{{\n    static {name}_object one;\n\n    return static_cast<{name} *>(&one);\n}}\n")


def source(cxx):
    """All objects of one language, and its calls of the other's; `c_wrong()`, `cxx_wrong()`."""
    made, of = HEAD, arguments()
    for name, methods in slots():
        make = object_of_cxx if cxx else object_of_c
        made += make(name, methods, of[name]) + calls(name, methods, of[name], cxx)
    made += f"OPENED int {'cxx' if cxx else 'c'}_wrong(void);\n"
    made += f"int {'cxx' if cxx else 'c'}_wrong(void)\n{{\n    return "
    return made + " + ".join(f"call_{name}()" for name, _ in slots()) + ";\n}\n"
