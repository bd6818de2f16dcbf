"""The second device (test_papcheck_second_device.py) in the variants that are another USB device:
of other classes, speeds, descriptors and pipes."""
import pytest

from other_device import OF_USB, is_right, judge

pytestmark = pytest.mark.patient(300)


@pytest.mark.parametrize("variant", OF_USB)
def test_a_device_that_chose_otherwise_is_right(tmp_path, variant):
    is_right(judge(tmp_path / "run", variant), OF_USB[variant])
