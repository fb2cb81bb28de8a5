"""Lines of a form, found where a scan of it has them."""

import numpy as np
import pytest

from digitwise.imaging.components import find_components
from digitwise.imaging.printed import place_lines
from digitwise.imaging.rules import remove_rules


def comb(teeth=(60, 120)):
    """A comb of 180×100 pixels, at (10, 10)."""
    lines = np.zeros((120, 200), bool)
    lines[10:13, 10:190] = lines[107:110, 10:190] = True
    for x in (10, 187, *teeth):
        lines[10:110, x : x + 3] = True
    return lines


@pytest.mark.parametrize("shift", [(0, 0), (2, -3), (-3, 2)])
def test_each_line_is_where_its_ink_is(shift):
    ink = np.roll(comb(), shift, axis=(0, 1)).astype(np.float32)
    across, down = place_lines(comb(), ink, height=100, off=3)
    # But for the lines' ends.
    np.testing.assert_array_equal(down[20:100], ink[20:100] > 0)
    np.testing.assert_array_equal(across[:, 80:110], ink[:, 80:110] > 0)
    assert not across[30:90].any()
    assert not down[:, 80:110].any()


def test_lines_that_a_scan_lacks_are_not_there():
    across, down = place_lines(comb((60, 120)), comb((60,)).astype(np.float32), height=100, off=3)
    assert down[:, 55:70].any()
    assert not down[:, 110:130].any()
    assert across.any()


def test_teeth_go_where_digits_touch_them():
    ink = comb().astype(np.float32)
    written = np.zeros_like(ink)
    written[40:44, 25:60] = 1  # comes to the first tooth
    written[40:80, 25:29] = 1
    written[60:64, 100:150] = 1  # crosses the second
    known = place_lines(comb(), ink + written, height=100, off=3)
    digit, crossing = find_components(remove_rules(np.minimum(ink + written, 1), known))
    assert digit.height < 50
    assert digit.right <= 62
    assert (crossing.left, crossing.right) == pytest.approx((100, 150), abs=2)
    assert crossing.height < 12
