"""The report's drawings: left is left, a whole share is dark, nothing leaves the picture."""

import re

import numpy as np
import pytest

from seehear.bench import svg
from seehear.bench.report import number
from seehear.bench.summary import side_of
from seehear.bench.table import Cell
from seehear.bench.tally import Tally


def test_sides_have_the_fields_names():
    assert [side_of(angle) for angle in (90.0, 10.1, 10.0, 0.0, -10.0, -10.1)] == [
        "left", "left", "centre", "centre", "centre", "right",
    ]  # fmt: skip


def circles(drawn: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', drawn)]


def test_left_is_drawn_on_the_left_and_up():
    (left, right) = circles(svg.true_against_heard({"us": [(60.0, 40.0), (-60.0, -40.0)]}, "us"))
    assert left[0] < svg.WIDTH / 2 < right[0]
    assert left[1] < right[1]


def test_errors_by_azimuth_stay_in_the_picture():
    bins = {("us", 6): Tally.of([10.0, 14.0]), ("us", -7): Tally.of([80.0]), ("other", 0): Tally.of([5.0, 50.0])}
    found = circles(svg.error_by_azimuth(bins, ("us", "other"), "us"))
    assert len(found) == 3
    assert found[1][0] < found[0][0]  # in order of the bins: -65 deg comes first and lies right
    assert all(svg.LEFT <= x <= svg.WIDTH - svg.RIGHT and svg.TOP <= y <= svg.HEIGHT - svg.BOTTOM for x, y in found)


def test_the_confusion_counts_and_shades():
    drawn = svg.confusion({("us", "left", "left"): 3, ("us", "left", "right"): 1, ("them", "left", "left"): 9}, "us")
    assert "75 %" in drawn
    assert "25 %" in drawn
    assert drawn.count(">-<") == 6
    assert "9" not in re.findall(r">(\d+)<", drawn)


def test_a_waveform_shows_each_side_apart():
    samples = np.zeros((2, 4800), dtype=np.float32)
    samples[0, :2400] = 0.5
    upper, lower = re.findall(r'points="([^"]+)"', svg.waveform(samples, 0.5))
    heights = [[float(pair.split(",")[1]) for pair in one.split()] for one in (upper, lower)]
    assert max(heights[0]) - min(heights[0]) == pytest.approx(24.0, abs=0.2)
    assert max(heights[1]) == min(heights[1])


def test_an_undefined_number_is_a_dash():
    nan = float("nan")
    assert number(Cell(nan, nan, nan, 0, 5, "silence")) == ("–", "")
    assert number(Cell(12.345, nan, nan, 1, 0, "")) == ("12.3", "")
