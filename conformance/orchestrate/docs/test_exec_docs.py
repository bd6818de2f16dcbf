"""The pipeline of docs/howto-ci.md, command by command, as a CI service would run it."""
import re
import subprocess

import yaml

from tree import ROOT


def pipeline():
    text = (ROOT / "docs" / "howto-ci.md").read_text(encoding="utf-8")
    return yaml.safe_load(re.search(r"^```yaml\n(.*?)^```$", text, re.M | re.S)[1])["real-clients"]


def test_the_pipelines_commands_work_in_order():
    for command in pipeline()["script"]:
        done = subprocess.run(["sh", "-e", "-c", command], cwd=ROOT, text=True, timeout=600,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        assert "papsim:" not in done.stdout, done.stdout
    assert (ROOT / "out" / "clients" / "wire.pcapng").stat().st_size > 1000000
    assert (ROOT / "out" / "clients" / "papcheck" / "report.html").exists()


def test_the_pipeline_makes_what_its_commands_use():
    made = pipeline()["before_script"]
    assert made[0] == "sh ci/setup"
    used = set(re.findall(r"build/[\w./-]+", "\n".join(pipeline()["script"])))
    assert used | {"build/libusb/libusb-1.0.so.0"} == set(made[1].split()[1:])
