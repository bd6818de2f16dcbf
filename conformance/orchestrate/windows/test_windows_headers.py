"""Our headers of Windows' names against MinGW's, which are not ours: each value, each type's size
and sign, each member's place, each function's type, and what each macro with two widths stands for.
LONG and DWORD are int here where they are long there: what a program sees of them is the same."""
import re

import pytest

import header_facts

pytestmark = pytest.mark.windows

# What is another there, or not there at all, and why; each is seen.
APART = (
    (r"SERVICE_TRIGGER", "MinGW has no triggers of services"),
    (r"SC_ACTION_OWN_RESTART|SC_EVENT_", "Windows 10's, which MinGW's winsvc.h is older than"),
    (r"SERVICE_USER_(OWN|SHARE)_PROCESS|SERVICE_RUNS_IN_NON_SYSTEM_OR_NOT_RUNNING",
     "Windows 10's as well, and a name that MinGW leaves out"),
    (r"ERROR_(NO_SUCH_DEVICE|DEVICE_HARDWARE_ERROR|CANT_WAIT|NOT_CAPABLE)$",
     "codes that MinGW's winerror.h leaves out"),
    (r"CM_DRP_MAX$", "MinGW's list of them ends earlier"),
    (r"CM_(Register_Notification|Unregister_Notification|MapCrToWin32Err)\(\)",
     "MinGW has their types and their library alone"),
    (r"CM_(([GS]et)_Device_Interface_Property|Set_DevNode_Property|Open_Device_Interface_Key)W?\b",
     "MinGW has them in the library alone"),
    (r"^(DEVINSTID|P?DEV_BROADCAST_DEVICEINTERFACE) is ", "a macro here, there the same as a type"),
)


@pytest.fixture(name="facts", scope="module")
def facts_of_our_headers(tmp_path_factory):
    """{what it is about: a line of C that holds a compiler's headers to it}"""
    values, lines = header_facts.facts()
    known = header_facts.evaluated(values, tmp_path_factory.mktemp("facts"))
    return {**{name: header_facts.held(name, values[name], known[name]) for name in known}, **lines}


def test_there_are_as_many_as_there_were(facts):
    kinds = {"functions": r".*\(\)$", "members": r"sizeof \w+\.", "types": r"sizeof \w+$",
             "names of two widths": r"\w+ is ", "values": r"[A-Z]\w+$"}
    counts = {kind: sum(1 for name in facts if re.match(pattern, name))
              for kind, pattern in kinds.items()}
    least = {"functions": 200, "members": 100, "types": 150, "names of two widths": 60,
             "values": 600}
    assert {kind for kind in kinds if counts[kind] < least[kind]} == set(), counts


def test_ours_are_what_they_are_said_to_be(facts):
    assert header_facts.failing(header_facts.OURS, facts.values()) == {}


def test_mingws_are_the_same(facts):
    names = list(facts)
    failing = header_facts.failing(header_facts.THEIRS, facts.values())
    apart = {names[i]: said for i, said in failing.items()}
    assert {name: said for name, said in apart.items()
            if not any(re.search(pattern, name) for pattern, _ in APART)} == {}
    assert [why for pattern, why in APART
            if not any(re.search(pattern, name) for name in apart)] == []


@pytest.mark.parametrize("name, another", [
    ("CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE", ("== 5ll", "== 6ll")),
    ("CM_NOTIFY_FILTER.u", ("== 16ll", "== 12ll")),
    ("sizeof CM_NOTIFY_FILTER.u.DeviceInstance.InstanceId", ("== 400ll", "== 200ll")),
    ("sign of LONG_PTR", ("== 1ll", "== 0ll")),
    ("SetServiceStatus()", ("LPSERVICE_STATUS", "LPVOID")),
    ("RegQueryValueExW()", ("LPDWORD ret_type", "LPBYTE ret_type")),
    ("LPHANDLER_FUNCTION_EX", ("DWORD(WINAPI", "LONG(WINAPI")),
    ("CreateService is CreateServiceW", ('"CreateServiceW"', '"CreateServiceA"')),
    ("HKEY_LOCAL_MACHINE", ("-2147483646ll", "2147483650ll"))])
def test_another_would_be_seen(facts, name, another):
    """Each kind of fact, made wrong."""
    assert another[0] in facts[name]
    wrong = {**facts, name: facts[name].replace(*another)}
    failing = header_facts.failing(header_facts.THEIRS, [facts[name], wrong[name]])
    assert list(failing) == [1]
