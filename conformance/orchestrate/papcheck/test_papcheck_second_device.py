"""A second device, of other structure and the other choice wherever the documents leave one
(fixtures/devices/other), is judged right in all its variants, as a device and as what a provider
drives. Variants that are another USB device stand in a file of their own, to run beside these."""
import pytest

import tree
from other_device import OF_MEDIA, OF_USB, SERVER, is_right, judge, variants

pytestmark = pytest.mark.patient(240)

PROVIDER = ("AUTH-*", "COM-*", "DEVICE-*", "ENUM-*", "STORAGE-*", "SWEEP-*", "SYNC-*", "VOICE-*")
DRIVEN = {"vendor": 225, "portable": 220}


def test_every_variant_is_judged():
    assert sorted(variants()) == sorted([*OF_USB, *OF_MEDIA])


def test_it_is_made_without_ours():
    """No code and no table of the simulator's: standard library alone."""
    for source in SERVER.iterdir():
        if source.suffix == ".py":
            text = source.read_text(encoding="utf-8")
            assert "simulator" not in text and "codes.tsv" not in text, source


@pytest.mark.parametrize("variant", OF_MEDIA)
def test_a_device_that_chose_otherwise_is_right(tmp_path, variant):
    is_right(judge(tmp_path / "run", variant), OF_MEDIA[variant])


@pytest.mark.parametrize("variant", DRIVEN)
def test_our_provider_drives_it(tmp_path, variant):
    is_right(judge(tmp_path / "run", variant, *PROVIDER, "--provider",
                   tree.BUILD / "libspcore.so"), DRIVEN[variant])
