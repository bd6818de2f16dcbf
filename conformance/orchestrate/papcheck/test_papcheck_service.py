"""papcheck run --service: one of other hands is judged fairly; one that is none, dies or spins is a
verdict; a failure says what is wrong and can be had again."""
import re
import subprocess

import pytest

import tree
from papcheck import SECONDS

POOL = tree.ROOT / "fixtures" / "services" / "pool" / "pool.cpp"
INF = tree.ROOT / "fixtures" / "inf" / "player.inf"
WINDOWS = ["-fshort-wchar", "-DUNICODE", "-D_UNICODE", "-Iconformance/host/include",
           "-Ispcore/include", f"-I{tree.BUILD}/spellings"]


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """Compiles C++ as a vendor's service: the path of the shared object."""
    folder = tmp_path_factory.mktemp("service")

    def compiles(source, name="service"):
        path = folder / f"{name}.so"
        subprocess.run(["g++", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *WINDOWS, "-o",
                        path, source, f"-L{tree.BUILD}", "-lpaphost", "-Wl,-z,defs",
                        f"-Wl,-rpath,{tree.BUILD}"], check=True,
                       cwd=tree.ROOT, timeout=SECONDS)
        return path
    return compiles


@pytest.fixture
def written(service, tmp_path):
    """The same of a text."""
    def compiles(text):
        source = tmp_path / "service.cpp"
        source.write_text("#include <windows.h>\n" + text, encoding="ascii")
        return service(source, tmp_path.name)
    return compiles


def counted(done):
    """Verdict -> how many, of the last line."""
    return {name: int(count) for count, name in
            re.findall(r"(\d+) (pass|fail|inconclusive|n/a|not run|error)", done.last_line)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_service_of_other_structure_is_right(run, service, seed):
    done = run("--service", service(POOL), "--strict", "--seed", seed)
    assert counted(done) == {"pass": 27, "fail": 0, "inconclusive": 0, "n/a": 0, "not run": 0,
                             "error": 0}, done.stdout


def test_it_alone_is_judged(run, service):
    done = run("--service", service(POOL))
    assert done.results["subjects"] == ["service"]


# ---- with the vendor's INF beside it


@pytest.fixture
def inf(tmp_path):
    """A player's INF with a text of it changed: its path."""
    def changes(old, new):
        text = INF.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "player.inf"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path
    return changes


def traced(done, call):
    """What the services' lives have of these calls: all that stands behind the word."""
    return {text for path in done.folder.glob("cases/*/trace.jsonl")
            for text in re.findall(rf': {call}([^"]*)"', path.read_text(encoding="utf-8"))}


def test_a_vendors_inf_registers_the_service_and_names_its_device(run, service):
    done = run("SERVICE-*", "--service", service(POOL), "--inf", INF, "--strict")
    assert counted(done) == {"pass": 27, "fail": 0, "inconclusive": 0, "n/a": 0, "not run": 0,
                             "error": 0}, done.stdout
    assert set(done.results["subjects"]) == {"inf", "service"}
    assert traced(done, "start ") == {"playersvc"}
    links = traced(done, r"CreateFile\(")
    assert links and all("usb#vid_1209&pid_5043&rev_0100#" in link.lower() for link in links), links


def test_an_inf_without_a_revision_is_as_good(run, service, inf):
    path = inf("Player,USB\\VID_1209&PID_5043&REV_0100,USB\\VID_1209&PID_5043",
               "Player,USB\\VID_1209&PID_5043")
    done = run("SERVICE-LIFE-*", "--service", service(POOL), "--inf", path)
    assert done.status == 0, done.stdout


@pytest.mark.parametrize("value", [0, 1])
def test_a_service_reads_the_parameters_that_the_inf_leaves(run, written, inf, value):
    """It dies of a 1, which nothing but the INF says."""
    path = inf("HKR,,ShowInShell,%DWORD%,0", f"HKR,,ShowInShell,%DWORD%,{value}")
    done = run("SERVICE-LIFE-BV-01", "--inf", path, "--service", written("""
        int wmain()
        {
            DWORD value = 2, size = sizeof(value);
            HKEY key;
            if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\\\CurrentControlSet\\\\Enum\\\\USB\\\\"
                              L"VID_1209&PID_5043&REV_0100\\\\FIRST\\\\Device Parameters", 0,
                              KEY_READ, &key) == 0)
                RegQueryValueExW(key, L"ShowInShell", NULL, NULL, (LPBYTE)&value, &size);
            if (value == 1)
                *(volatile int *)8 = 1;
            return value == 2 ? *(volatile int *)16 : 0;
        }
        """))
    assert ("SIGSEGV) inside the service: " in done.stdout) == (value == 1), done.stdout


@pytest.mark.parametrize("old, new", [
    ("AddTrigger    = Arrival", "; no trigger"),
    ("SubType     = %PAP%", 'SubType     = "{0C4B2F71-6D3A-4E58-9B10-7A55E1D2C863}"'),
    ('DataItem    = 2,"USB\\VID_1209&PID_5043"', 'DataItem    = 2,"USB\\VID_1209&PID_5044"'),
])
def test_an_inf_that_starts_no_service_leaves_nothing_to_judge(run, service, inf, old, new):
    path = inf(old, new)
    done = run("SERVICE-LIFE-*", "--service", service(POOL), "--inf", path)
    counts = counted(done)
    assert counts["fail"] == counts["error"] == counts["pass"] == 0 < counts["inconclusive"]
    assert all("installs no service that the arrival of its device starts" in case["reason"]
               for case in done.results["cases"] if case["verdict"] == "INCONCLUSIVE")
    assert "NOTHING JUDGED" in done.last_line


# ---- what is no service


def test_a_program_without_main_is_said_once(run, written):
    done = run("--service", written("int other;\n"))
    assert done.status == 1
    assert done.stdout.count("FAIL ") == 1, done.stdout
    assert "neither wmain nor main is in it" in done.stdout
    assert counted(done)["error"] == 0


def test_a_service_that_dies_fails_the_row(run, written):
    done = run("SERVICE-LIFE-BV-01", "--service", written(
        "int wmain() { *(volatile int *)8 = 1; return 0; }\n"))
    assert (done.status, counted(done)["fail"], counted(done)["error"]) == (1, 1, 0)
    assert "SIGSEGV) inside the service: " in done.stdout


def test_a_service_that_ends_the_process_fails_the_row(run, written):
    done = run("SERVICE-LIFE-BV-01", "--service", written(
        "extern \"C\" void _exit(int);\nint wmain() { _exit(0); }\n"))
    assert (done.status, counted(done)["fail"], counted(done)["error"]) == (1, 1, 0)
    assert "(status 0) inside the service: " in done.stdout


def test_a_service_that_spins_fails_the_row(run, written):
    done = run("SERVICE-LIFE-BV-01", "--service", written(
        "volatile int more = 1;\nint wmain() { while (more) { } return 0; }\n"))
    assert (done.status, counted(done)["fail"], counted(done)["error"]) == (1, 1, 0)
    assert "at work for 10 s and waits in none of Windows' functions" in done.stdout


@pytest.mark.parametrize("case, defect, reason", [
    ("SERVICE-LIFE-BV-02", "svc-waits-for-removal",
     "no removal will ever come: when the list is empty it is to stop itself"),
    ("SERVICE-LIFE-BV-04", "svc-late-event",
     "has to exist before notifications are registered for"),
    ("SERVICE-LIFE-BV-04", "svc-late-event", "SetEvent was given 0x0, which is none"),
    ("SERVICE-HANDLE-BV-10", "svc-cross-unregister",
     "in it the handle's registration is not taken back"),
])
def test_a_failure_says_what_is_wrong(run, case, defect, reason):
    """Of the published sample's three faults."""
    done = run(case, "--service-deviate", defect, "--strict")
    assert done.status == 1 and reason in done.stdout, done.stdout


def test_the_failure_is_had_again_from_its_folder(run, service, written, tmp_path):
    library = written("int wmain() { return 0; }\n")
    first = run("SERVICE-LIFE-BV-01", "--service", library)
    script = first.folder / "cases" / "SERVICE_LIFE_BV_01" / "repro.sh"
    again = subprocess.run([script, "--out", tmp_path / "again"], check=False, timeout=SECONDS,
                           stdout=subprocess.PIPE, text=True)
    assert first.status == again.returncode == 1
    assert "--service" in script.read_text(encoding="utf-8")


def test_a_file_that_is_no_library_is_the_callers_mistake(check):
    done = check("run", "--service", "README.md")
    assert done.status == 2 and "--service" in done.stderr
