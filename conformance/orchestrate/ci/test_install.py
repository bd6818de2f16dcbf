"""What `make install` puts somewhere is whole: it works where there is no checkout, and goes again
without a trace."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

import tree
from machine import Machine
from papcheck import WHOLE, papcheck

pytestmark = pytest.mark.patient(80)

DECLARED = re.compile(r"^(?!typedef)\w[\w *]*?[ *](\w+)\([^;{]*?\);", re.M | re.S)


def make(*words):
    done = subprocess.run(["make", "-s", *words], cwd=tree.ROOT, text=True, check=False,
                          timeout=tree.SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def files(folder):
    """What is there and is no folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")
            if path.is_symlink() or not path.is_dir()}


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Made with PREFIX=/usr/local, and moved to /papkit: nothing knows where it was to be."""
    with Machine(tmp_path_factory.mktemp("install")) as machine:
        make("install", f"DESTDIR={machine.out}/stage")
        machine.says("mv /out/stage/usr/local /papkit")
        yield machine


def verdicts(folder):
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return ({case["id"]: case["verdict"] for case in results["cases"]},
            {row["id"]: row["verdict"] for row in results["rows"]})


# ---- where there is no checkout


def test_the_checkout_is_gone(machine):
    assert machine.run(f"ls -A {tree.ROOT}").stdout == ""


def test_a_whole_run_judges_what_it_judges_in_the_checkout(machine, once):
    done = machine.run("/papkit/bin/papcheck run --out /out/run")
    assert done.returncode == 0, done.stdout + done.stderr
    here = once(*WHOLE)
    assert here.status == 0
    assert verdicts(machine.out / "run") == verdicts(here.folder)
    for log in (machine.out / "run").rglob("device.log"):
        assert "cannot be loaded" not in log.read_text(encoding="utf-8"), log


def test_a_provider_is_certified(machine):
    machine.says("cp /papkit/lib/libspcore.so /tmp/vendor.so")
    done = machine.run("/papkit/bin/papcheck run sync --provider /tmp/vendor.so --out /out/cert")
    assert done.returncode == 0, done.stdout + done.stderr


def test_doctor_finds_nothing_to_mend(machine):
    said = machine.says("/papkit/bin/papcheck doctor")
    assert "FIX" not in said and "/papkit/bin/papsim" in said and "libspcore.so.0" in said


@pytest.mark.parametrize("words", [
    "papcheck list --json", "papcheck explain AUTH-CLOSED-BI-01", "papcheck explain SP-AUTH-001",
    "papcheck list --rows", "papcheck ics list", "papcheck --help", "papcheck --version",
    "papsim players", "papsim deviations --json", "papsim --help", "papsim --version",
])
def test_it_says_what_the_checkout_says(machine, words):
    program, *rest = words.split()
    there = subprocess.run([tree.BUILD / program, *rest], text=True, check=True,
                           stdout=subprocess.PIPE, timeout=tree.SECONDS).stdout
    assert machine.says(f"/papkit/bin/{words}") == there


def test_clients_and_logs_have_their_players(machine):
    shutil.copy(tree.ROOT / "fixtures/logs/wrapped.txt", machine.out / "log.txt")
    said = machine.says("""PATH=$PATH:/papkit/bin
        papsim import mtp-detect /out/log.txt -o /out/player.yaml
        papsim exec --player /out/player.yaml -- mtp-detect
        papsim exec --player mtp -- mtp-files
        papcheck run USB-CH9-BV-01 --player /out/player.yaml --out /out/own
        papcheck run MTP-EVT-BV-01 --player mtp-small --out /out/named""")
    assert "Listing raw device(s)" in said and "Filename: " in said
    assert said.count("1 pass 0 fail") == 2


def test_a_report_is_written_again(machine):
    machine.says("""PATH=$PATH:/papkit/bin
        papcheck run USB-CH9-BV-01 --out /out/one
        rm /out/one/report.html
        papcheck report /out/one --format html,junit,json,text
        papcheck explain USB-CH9-BV-01 --out /out/one
        /out/one/cases/USB_CH9_BV_01/repro.sh""")
    assert (machine.out / "one/report.html").is_file()


def test_a_case_of_the_checkout_is_run_again_by_what_is_installed(machine, tmp_path):
    ics = tmp_path / "it's mine.ics"
    ics.write_text("USB.SPEED.HIGH=yes\n", encoding="ascii")
    done = papcheck("run", "USB-CH9-BV-01", "--deviate", "device-descriptor-padded", "--ics", ics,
                    "--out", tmp_path / "run")
    assert done.status == 1, done.stderr
    shutil.copytree(tmp_path / "run/cases/USB_CH9_BV_01", machine.out / "copied")
    shutil.rmtree(tmp_path)
    again = machine.run("cd /tmp && PATH=$PATH:/papkit/bin /out/copied/repro.sh --out /out/again")
    assert again.returncode == 1, again.stderr
    results = json.loads((machine.out / "again/results.json").read_text(encoding="utf-8"))
    assert (results["cases"][0]["verdict"], results["ics_file"]) == ("FAIL", "declared.ics")


def test_the_class_provider_is_judged_as_a_vendors(machine):
    done = machine.run("/papkit/bin/papcheck run 'WMI-GET-*' --class-provider /papkit/lib/papkit/"
                       "libpapwmi.so --mof /papkit/share/papkit/mof/papwmi.mof --out /out/wmi")
    assert done.returncode == 0 and "3 pass 0 fail" in done.stdout, done.stdout + done.stderr


# ---- nothing is left out without a word


@pytest.mark.parametrize("words, reason", [
    ("selftest", "selftest: libspcore-deviant.so is never installed"),
    ("run SERVICE-LIFE-BV-01 --service-deviate svc-never-ends",
     "--service-deviate: libpapservice-deviant.so is never installed"),
    ("run WMI-GET-BV-01 --class-provider-deviate wmi-no-status",
     "--class-provider-deviate: libpapwmi-deviant.so is never installed"),
    ("run AUTH-SHUT-BI-01 --provider-deviate identity-per-interface",
     "--provider-deviate: libspcore-deviant.so is never installed"),
])
def test_what_only_a_checkout_has_is_said_in_a_line(machine, words, reason):
    done = machine.run(f"/papkit/bin/papcheck {words} --out /out/never")
    assert done.returncode == 3 and done.stdout == ""
    assert re.fullmatch(rf"papcheck: {re.escape(reason)}[^\n]*\n", done.stderr), done.stderr


@pytest.mark.parametrize("part, name", [
    ("lib/papkit/libspcore.so", "libspcore.so"), ("bin/papsim", "papsim"),
    ("lib/papkit/libpapservice.so", "libpapservice.so"),
    ("lib/papkit/libpapwmi.so", "libpapwmi.so"),
    ("share/papkit/catalogue", "catalogue"), ("share/papkit/media", "media"),
])
def test_a_part_that_is_missing_ends_the_run(machine, part, name):
    machine.says(f"rm -rf /tmp/part && cp -a /papkit /tmp/part && rm -r /tmp/part/{part}")
    done = machine.run("/tmp/part/bin/papcheck run 'SYNC-*' USB-CH9-BV-01 --out /out/missing")
    assert done.returncode == 3 and name in done.stdout + done.stderr
    doctor = machine.run("/tmp/part/bin/papcheck doctor")
    assert doctor.returncode == 3 and re.search(rf"^FIX .*{name}", doctor.stdout, re.M)


def test_without_its_host_no_class_provider_is_judged(machine):
    machine.says("rm -rf /tmp/part && cp -a /papkit /tmp/part && rm /tmp/part/lib/papkit/wmihost")
    done = machine.run("/tmp/part/bin/papcheck run WMI-GET-BV-01 --out /out/unhosted")
    assert done.returncode == 3 and "wmihost cannot be started" in done.stdout, done.stdout
    doctor = machine.run("/tmp/part/bin/papcheck doctor")
    assert doctor.returncode == 3 and re.search(r"^FIX .*wmihost", doctor.stdout, re.M)


# ---- what others compile with


def declared(library):
    """The functions of the headers that are installed for a library, but for those that are there
    in full."""
    headers = {header.name: DECLARED.findall(header.read_text(encoding="utf-8"))
               for header in (tree.ROOT / "spcore/include").glob("*.h")}
    if library == "wmdm":  # none of what a provider exports
        return {name for header in ("com.h", "mdm.h", "sac.h") for name in headers[header]
                if not name.startswith("Dll")}
    return {name for header in set(headers) - {"mdm.h"} for name in headers[header]}


HEADERS = {"c": ("com.h", "mswmdm.h", "sac.h", "stdio.h"),
           "cc": ("com.h", "mswmdm.h", "scclient.h", "scserver.h", "stdio.h")}
MAKE = {
    "c": """DllGetClassObject(&provider, &IID_IClassFactory, (void **)&factory)) ||
        FAILED(IClassFactory_CreateInstance(factory, NULL, &IID_IMDServiceProvider,
                                            (void **)&made)))
        return 2;
    IMDServiceProvider_Release(made);
    IClassFactory_Release(factory);""",
    "cc": """DllGetClassObject(provider, IID_IClassFactory, (void **)&factory)) ||
        FAILED(factory->CreateInstance(NULL, IID_IMDServiceProvider, (void **)&made)))
        return 2;
    made->Release();
    factory->Release();""",
}
PROGRAM = """
{includes}

static const CLSID provider = {{0x7a8b6e2c, 0x5c52, 0x4b7e,
                               {{0x9c, 0x2e, 0x6b, 0x1c, 0x2a, 0x7d, 0x9e, 0x10}}}};

typedef void (*function)(void);
static const function all[] = {{{names}}};

int main(void)
{{
    IClassFactory *factory = NULL;
    IMDServiceProvider *made = NULL;
    PROPVARIANT value;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!all[i])
            return 1;
    PropVariantInit(&value);
    if (FAILED({make}
    return g_wszWMDMTitle[0] == 'W' && DllCanUnloadNow() == S_OK ? 0 : 3;
}}
"""


@pytest.mark.parametrize("compiler, suffix", [
    ("gcc -std=c11", "c"), ("clang -std=c11", "c"), ("g++ -std=c++11", "cc"),
    ("g++ -std=c++20", "cc"), ("clang++ -std=c++17", "cc"),
])
def test_a_program_compiles_by_pkg_config_alone(tmp_path, compiler, suffix):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr", "LIBDIR=/usr/lib/multi")
    names = sorted(declared("spcore"))
    assert {"DllGetClassObject", "CoTaskMemAlloc", "IsEqualGUID", "sac_server_new"} <= set(names)
    source = tmp_path / f"program.{suffix}"
    source.write_text(PROGRAM.format(
        includes="\n".join(f"#include <{name}>" for name in HEADERS[suffix]), make=MAKE[suffix],
        names=", ".join(f"(function){name}" for name in names)), encoding="ascii")
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_SYSROOT_DIR": str(tmp_path),
                   "PKG_CONFIG_LIBDIR": f"{tmp_path}/usr/lib/multi/pkgconfig",
                   "LD_LIBRARY_PATH": f"{tmp_path}/usr/lib/multi"}
    script = (f"{compiler} -Wall -Wextra -pedantic -Werror -o program {source.name} "
              "$(pkg-config --cflags --libs spcore) && ./program")
    done = subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path, env=environment, text=True,
                          check=False, timeout=tree.SECONDS, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


APPLICATION = """#include <mdm.h>
typedef void (*function)(void);
static const function all[] = {{{names}}};

int main(void)
{{
    struct mdm_machine *machine = mdm_machine_new();
    IWMDeviceManager3 *manager;

    return !all[0] || FAILED(mdm_open(machine, &manager, NULL));
}}
"""


@pytest.mark.parametrize("compiler", ["gcc -std=c11", "g++ -std=c++11"])
def test_an_application_compiles_by_pkg_config_alone(tmp_path, compiler):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr", "LIBDIR=/usr/lib/multi")
    source = tmp_path / ("program.c" if compiler.startswith("gcc") else "program.cc")
    names = sorted(declared("wmdm"))
    assert {"mdm_machine_plug", "CoTaskMemAlloc", "sac_client_new"} <= set(names)
    source.write_text(APPLICATION.format(names=", ".join(f"(function){name}" for name in names)),
                      encoding="ascii")
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_SYSROOT_DIR": str(tmp_path),
                   "PKG_CONFIG_LIBDIR": f"{tmp_path}/usr/lib/multi/pkgconfig",
                   "LD_LIBRARY_PATH": f"{tmp_path}/usr/lib/multi"}
    script = (f"{compiler} -Wall -Wextra -pedantic -Werror -o program {source.name} "
              "$(pkg-config --cflags --libs wmdm) && ./program")
    done = subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path, env=environment, text=True,
                          check=False, timeout=tree.SECONDS, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def test_a_service_is_built_by_pkg_config_alone_and_judged(tmp_path):
    """As docs/guide-service.md says: with what is installed, where the checkout is gone."""
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr")
    (tmp_path / "here").mkdir()
    source = shutil.copy(tree.ROOT / "fixtures" / "services" / "pool" / "pool.cpp",
                         tmp_path / "here")
    environment = {"PATH": f"{tmp_path}/usr/bin:/usr/bin:/bin",
                   "PKG_CONFIG_SYSROOT_DIR": str(tmp_path),
                   "PKG_CONFIG_LIBDIR": f"{tmp_path}/usr/lib/pkgconfig",
                   "LD_LIBRARY_PATH": f"{tmp_path}/usr/lib"}
    script = ("g++ -shared -fPIC -o service.so *.cpp $(pkg-config --cflags --libs paphost)\n"
              "papcheck run --service service.so --strict --out judged")
    assert pathlib.Path(source).is_file()
    done = subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path / "here", env=environment,
                          text=True, check=False, timeout=tree.SECONDS, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert " 0 fail 0 inconclusive " in done.stdout


def test_pkg_config_says_where_all_is(tmp_path):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/opt/papkit")

    def says(*words):
        return subprocess.run(["pkg-config", *words, "papkit"], check=True, text=True,
                              stdout=subprocess.PIPE, timeout=tree.SECONDS, env={
                                  "PATH": "/usr/bin", "PKG_CONFIG_LIBDIR":
                                  f"{tmp_path}/opt/papkit/share/pkgconfig"}).stdout.strip()
    for name in ("papsim", "papcheck", "players", "catalogue", "media", "certs"):
        path = pathlib.Path(says(f"--variable={name}"))
        assert (tmp_path / path.relative_to("/")).exists()
    assert papcheck("--version").stdout == f"papcheck {says('--modversion')}\n"


@pytest.mark.parametrize("where", [["PREFIX=/usr", "LIBDIR=/usr/lib/multi"], []])
def test_the_class_provider_finds_its_library_without_ldconfig(tmp_path, where):
    make("install", f"DESTDIR={tmp_path}", *where)
    provider = next(tmp_path.rglob("libpapwmi.so"))
    library = next(path for path in tmp_path.rglob("libpaphost.so.0") if not path.is_symlink())
    needs = subprocess.run(["ldd", provider], check=True, text=True, stdout=subprocess.PIPE,
                           timeout=tree.SECONDS, env={"PATH": "/usr/bin:/bin"}).stdout
    found = re.search(r"libpaphost\.so\.0 => (/\S+)", needs)
    assert found, needs
    assert pathlib.Path(found[1]).resolve() == library


# ---- and away again


@pytest.mark.parametrize("where", [["PREFIX=/usr", "LIBDIR=/usr/lib/multi"], []])
def test_uninstall_takes_what_install_put_and_nothing_else(tmp_path, where):
    make("install", f"DESTDIR={tmp_path}", *where)
    players = next(tmp_path.rglob("mtp.yaml")).parent
    others = [players / "mine.yaml", players.parents[2] / "bin/mine"]
    for path in others:
        path.write_text("", encoding="ascii")
    make("uninstall", f"DESTDIR={tmp_path}", *where)
    assert files(tmp_path) == {path.relative_to(tmp_path).as_posix() for path in others}
    for path in others:
        path.unlink()
    make("uninstall", f"DESTDIR={tmp_path}", *where)
    assert not [path for path in tmp_path.rglob("*papkit*")]
