"""The package of `make deb`, installed as a user would on a machine without the checkout, and what
docs/examples does with it there. Not done: building the image, for which there is no container
engine here, and installing what the package depends on, which is here already."""
import re
import subprocess

import pytest
import yaml

import tree
from machine import Machine

pytestmark = pytest.mark.patient(180)

EXAMPLES = tree.ROOT / "docs/examples"


def built():
    done = subprocess.run(["make", "-s", "--no-print-directory", "deb"], cwd=tree.ROOT, text=True,
                          check=False, timeout=tree.SECONDS, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE)
    # A make below a make says the folders that it enters and leaves, too.
    return tree.ROOT / re.search(r"^build/.*\.deb$", done.stdout, re.M)[0]


def fields(package):
    said = subprocess.run(["dpkg-deb", "--field", package], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=tree.SECONDS).stdout
    return dict(re.findall(r"^([\w-]+): (.*)$", said, re.M))


@pytest.fixture(scope="module")
def package():
    return built()


@pytest.fixture(scope="module")
def machine(tmp_path_factory, package):
    """The lines of the Containerfile that need no network, in their order."""
    with Machine(tmp_path_factory.mktemp("package")) as machine:
        (machine.out / package.name).write_bytes(package.read_bytes())
        machine.says(f"dpkg -i /out/{package.name}")
        yield machine


def steps():
    """(instruction, its arguments) of the Containerfile."""
    text = (EXAMPLES / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ").splitlines()
    return [tuple(line.split(None, 1)) for line in lines]


def jobs():
    pipeline = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))
    return {name: job for name, job in pipeline.items() if isinstance(job, dict)}


# ---- the package


def test_it_is_the_same_again_and_of_the_programs_version(package):
    first = package.read_bytes()
    assert built().read_bytes() == first
    version = subprocess.run([tree.PAPCHECK, "--version"], check=True, text=True,
                             stdout=subprocess.PIPE, timeout=tree.SECONDS).stdout.split()[1]
    assert fields(package)["Version"] == version and f"_{version}_" in package.name


def test_it_depends_on_what_the_programs_load(package):
    depends = fields(package)["Depends"]
    for name in ("libc6", "libusb-1.0-0", "libssl3", "libavformat59", "libsqlite3-0", "libcyaml1",
                 "libsystemd0", "libusbredirparser1"):
        assert re.search(rf"\b{re.escape(name)} ?[(,]", depends), depends


def test_it_has_what_install_puts_below_usr(package, machine):
    listed = set(machine.says("dpkg -L papkit").splitlines())
    for path in ("bin/papsim", "bin/papcheck", "bin/papd", "include/papkit/sac.h",
                 "lib/papkit/papkit-media.so", "lib/papkit/libspcore.so",
                 "lib/papkit/libpapservice.so", "lib/papkit/libpapwmi.so",
                 "lib/papkit/wmihost",
                 "share/papkit/players/mtp.yaml", "share/papkit/media/tone.wma",
                 "share/papkit/certs/provider.key",
                 "share/man/man1/papcheck.1.gz", "share/doc/papkit/copyright"):
        assert f"/usr/{path}" in listed
    assert machine.says("dpkg --verify papkit && md5sum --status -c /var/lib/dpkg/info/"
                        "papkit.md5sums && ldconfig -p").count("libspcore.so.0 ") == 1


# ---- what the examples do with it


def test_the_provider_is_built_with_it_and_judged(machine):
    machine.says("""cd /tmp
        c++ -std=c++11 -shared -fPIC -o provider.so \\
            /usr/share/doc/papkit/examples/provider.cc $(pkg-config --cflags --libs libspcore)
        papcheck run AUTH-CLOSED-BI-01 AUTH-OBJECT-BV-01 --provider provider.so --out /out/own""")


def test_the_application_is_built_with_it_and_lists_a_player(machine):
    said = machine.says("""cd /tmp
        cc -o application /usr/share/doc/papkit/examples/application.c \\
            $(pkg-config --cflags --libs wmdm)
        papsim serve --player pap-winusb --listen 127.0.0.1:0 > log & player=$!
        until grep -q listening log; do sleep 0.1; done
        ./application libspcore.so.0 "usbip:$(sed -n 's/^listening //p' log)/1-1" \\
            /usr/share/papkit/media/tone.mp3
        kill $player""")
    assert re.search(r"Internal storage\n(.*\n)*    tone.mp3  12656\n", said), said


def test_the_containerfile_installs_it_and_checks_it(machine):
    assert [word for word, _ in steps()] == ["FROM", "COPY", "RUN", "RUN", "USER", "WORKDIR", "CMD"]
    assert "apt-get install -y --no-install-recommends /tmp/papkit_*.deb" in steps()[2][1]
    subprocess.run(["sh", "-n"], input=steps()[2][1], text=True, check=True, timeout=tree.SECONDS)
    assert "FIX" not in machine.says(steps()[3][1])
    words = yaml.safe_load(steps()[6][1])
    assert words[:2] == ["papcheck", "run"]


@pytest.mark.parametrize("name", jobs())
def test_the_pipelines_jobs_succeed_as_nobody(machine, name):
    job = jobs()[name]
    machine.says(f"rm -rf /tmp/{name} && install -d -o nobody /tmp/{name}")
    for line in job["script"]:
        (machine.out / "line").write_text(line, encoding="utf-8")
        machine.says(f"cd /tmp/{name} && setpriv --reuid nobody --regid nogroup --clear-groups "
                     "sh -e /out/line")
    for path in [*job["artifacts"]["paths"],
                 *job["artifacts"].get("reports", {}).get("junit", [])]:
        machine.says(f"test -e /tmp/{name}/{path}")


# ---- and away again


def test_it_leaves_nothing_when_it_is_removed(tmp_path, package):
    with Machine(tmp_path) as machine:
        (machine.out / package.name).write_bytes(package.read_bytes())
        find = "find /usr /etc /var/lib -xdev -not -path '/var/lib/dpkg/*' | sort"
        before = machine.says(find)
        machine.says(f"dpkg -i /out/{package.name} && papcheck --version && dpkg -P papkit")
        assert machine.says(find) == before
