"""Straight ways: what is laid into a score is found, and vehicles that meet are told apart."""

import numpy as np
import pytest

from seehear.listen.following import follow
from seehear.listen.likeness import GRID, field_table, head_table
from seehear.listen.straight import straight_way


@pytest.mark.parametrize("circular", [False, True])
def test_a_way_laid_into_noise_is_found(circular):
    table = field_table() if circular else head_table(46.875, 220, 0.0875)
    rng, frames = np.random.default_rng(3), 200
    when = (np.arange(frames) + 0.5) / frames * 2 - 1
    azimuth = 15.0 - np.rad2deg(np.arctan((when - 0.2) / 0.5))
    if not circular:
        azimuth = np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth))))
    low = -180.0 if circular else -90.0
    score = rng.normal(scale=0.3, size=(frames, len(table.azimuth)))
    score -= 0.02 * np.abs(table.azimuth[None, :] - azimuth[:, None])
    found = low + GRID * straight_way(score, table)
    assert np.abs(found - azimuth).mean() < 3.0


def test_one_that_passes_and_one_that_drives_away_are_two():
    table, rng = head_table(46.875, 220, 0.0875), np.random.default_rng(5)
    when = np.linspace(-1.0, 1.0, 200)
    passing = np.rad2deg(np.arcsin(np.sin(np.arctan2(-4.0, 14.0 - 30.0 * when))))
    receding = np.rad2deg(np.arctan2(3.5, 22.0 + 18.0 * when))
    heard = np.where(rng.random((200, 40)) < 0.5, passing[:, None], receding[:, None]) + rng.normal(
        scale=3.0, size=(200, 40)
    )
    gap = (table.azimuth - heard[:, :, None]) / 5.0
    gain = np.log((15.0 * np.exp(-0.5 * gap**2) + 0.11) / 1.11).astype(np.float32)
    found = follow(gain, np.ones((200, 40), np.float32), table)
    assert len(found) == 2
    off = [min(float(np.abs(one.azimuth - way).mean()) for one in found) for way in (passing, receding)]
    assert max(off) < 3.0
