"""A second device, of other structure and the other choice wherever the documents leave one
(fixtures/devices/other), is judged right in all its variants, as a device and as what a provider
drives."""
import pytest

import tree
from other_device import SERIAL, SERVER, OtherDevice, variants
from papcheck import papcheck

pytestmark = pytest.mark.patient

# How many cases at least hold of each.
LEAST = {"bare": 138, "vendor": 160, "modern": 170, "full": 143, "composite": 170,
         "readonly": 100, "flat": 98, "sparing": 150, "portable": 170, "quick": 140}
PROVIDER = ("AUTH-*", "COM-*", "DEVICE-*", "ENUM-*", "STORAGE-*", "SWEEP-*", "SYNC-*", "VOICE-*")
DRIVEN = {"vendor": 225, "portable": 220}


def judge(tmp_path, variant, *words):
    """Results of a run with all that a vendor would allow."""
    with OtherDevice(variant) as device:
        done = papcheck("run", *words, "--device", device.uri, "--destructive", "--serial", SERIAL,
                        "--allow-mtp", "--out", tmp_path / "run")
    done.folder = tmp_path / "run"
    return done


def is_right(done, least):
    red = [(case["id"], case["reason"]) for case in done.results["cases"]
           if case["verdict"] in ("FAIL", "ERROR")]
    assert not red and done.status == 0, (done.status, red)
    green = [case["id"] for case in done.results["cases"] if case["verdict"] == "PASS"]
    assert len(green) >= least, len(green)


def test_every_variant_is_judged():
    assert set(variants()) == set(LEAST)


def test_it_is_made_without_ours():
    """No code and no table of the simulator's: standard library alone."""
    for source in SERVER.iterdir():
        if source.suffix == ".py":
            text = source.read_text(encoding="utf-8")
            assert "simulator" not in text and "codes.tsv" not in text, source


@pytest.mark.parametrize("variant", LEAST)
def test_a_device_that_chose_otherwise_is_right(tmp_path, variant):
    is_right(judge(tmp_path, variant), LEAST[variant])


@pytest.mark.parametrize("variant", DRIVEN)
def test_our_provider_drives_it(tmp_path, variant):
    is_right(judge(tmp_path, variant, *PROVIDER, "--provider", tree.BUILD / "libspcore.so"),
             DRIVEN[variant])
