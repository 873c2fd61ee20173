"""How well each unit fits each direction: log-likelihoods over a grid, against a sound from anywhere.

Phases are von Mises about the head's, levels are normal; their spread is the unit's own noise and what heads differ
by. With probability `ASTRAY` a unit means nothing, so that no unit can rule a direction out.

Reference: Mandel, Weiss and Ellis, "Model-based expectation-maximization source separation and localization", IEEE
Trans. ASLP 18(2), 2010 (phase and level residuals per unit, with a garbage source).
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from seehear.listen.head import ear_differences
from seehear.listen.kernels import fitted
from seehear.listen.units import NOISE, Floats, Reals, Units
from seehear.scene.direction import Array

ASTRAY = 0.1
"""Share of units that mean nothing."""

GRID = 2.0
"""Deg."""

LEVEL_SPAN = 50.0
"""dB, the range of levels of a sound from anywhere."""

PHASE_SPREAD, PHASE_SCALE, PHASE_HIGH = 0.35, 0.05, 0.06
"""Rad, the share of the phase, and rad per kHz by which heads differ."""

LEVEL_SPREAD, LEVEL_SCALE = 3.0, 0.35
"""dB, and the share of the level, by which heads differ."""

LEVEL_MIXED = (0.0, 1.0, 3.0, 6.0, 12.0, 20.0)
"""dB: further spread of the level of units of each quality: where sources mix, it is anything between theirs."""

HEAD_BLUR, FIELD_BLUR = 12.0, 6.0
"""Deg around a source in which it explains units: no head is quite the general one, and fields mix."""

AIM = 0.06
"""Rad: spread of the direction of a clean unit of a field."""


class Table(NamedTuple):
    """What is expected of each direction, (rows, grid) or (qualities, rows, grid).

    Attributes:
        azimuth: (grid,) deg.
        circular: whether the grid's ends meet.
        blur: deg around a source in which it explains units.
        cosine: (rows, grid).
        sine: (rows, grid).
        grip: (qualities, rows, grid) concentration.
        norm: (qualities, rows, grid) logarithm of the density's constant, against anywhere.
        level: (rows, grid) dB.
        tight: (qualities, rows, grid) 1 / (2 variance) of the level; 0 where level says nothing.
    """

    azimuth: Array
    circular: bool
    blur: float
    cosine: Floats
    sine: Floats
    grip: Floats
    norm: Floats
    level: Floats
    tight: Floats


def gains(units: Units, table: Table) -> Floats:
    """Give each unit's weighted log-likelihood of each direction, against anywhere: (frames, bands, grid)."""
    return fitted(
        units.cosine, units.sine, units.level, units.row, units.quality, units.weight,
        (table.cosine, table.sine, table.grip, table.norm, table.level, table.tight), ASTRAY,
    )  # fmt: skip


@lru_cache(maxsize=8)
def head_table(step: float, count: int, radius: float) -> Table:
    """Give the table of the general head for bins 0, ``step``, ... Hz."""
    azimuth = np.linspace(-90.0, 90.0, round(180.0 / GRID) + 1)
    frequency = np.maximum(np.arange(count) * step, 1.0)
    ears = ear_differences(frequency, azimuth, radius=radius)
    own = PHASE_SPREAD + PHASE_HIGH * np.minimum(frequency / 1000.0, 6.0)[:, None]
    spread = own**2 + (PHASE_SCALE * ears.phase) ** 2
    heads = LEVEL_SPREAD + LEVEL_SCALE * np.abs(ears.level)
    level_spread = np.sqrt(heads**2 + np.array(LEVEL_MIXED)[:, None, None] ** 2)
    tight = 0.5 / level_spread**2
    constant = np.log(level_spread * np.sqrt(2.0 * np.pi) / LEVEL_SPAN)
    return _table(azimuth, ears.phase, spread, (ears.level, tight, constant), circular=False)


def delay_table(step: float, count: int, longest: float) -> Table:
    """Give the table of two free microphones whose delay is ``longest`` s from the side."""
    azimuth = np.linspace(-90.0, 90.0, round(180.0 / GRID) + 1)
    turns = np.arange(count)[:, None] * (step * longest)
    phase = 2.0 * np.pi * turns * np.sin(np.deg2rad(azimuth))
    spread = 0.15**2 + (0.03 * phase) ** 2
    return _table(azimuth, phase, spread, _no_level(phase), circular=False)


@lru_cache(maxsize=1)
def field_table() -> Table:
    """Give the table of a field, whose units hold directions."""
    azimuth = np.arange(-180.0, 180.0, GRID)
    phase = np.deg2rad(azimuth)[None, :]
    return _table(azimuth, phase, np.full_like(phase, AIM**2), _no_level(phase), circular=True)


def _no_level(phase: Reals) -> tuple[Reals, Reals, Reals]:
    nothing = np.zeros((len(NOISE), *phase.shape))
    return nothing[0], nothing, nothing


def _table(azimuth: Array, phase: Reals, spread: Reals, level: tuple[Reals, Reals, Reals], *, circular: bool) -> Table:
    from scipy.special import i0e

    grip = 1.0 / (np.array(NOISE)[:, None, None] ** 2 + spread)
    norm = np.log(i0e(grip)) + level[2]
    turned = np.cos(phase), np.sin(phase), grip, norm, level[0], level[1]
    return Table(
        azimuth,
        circular,
        FIELD_BLUR if circular else HEAD_BLUR,
        *(np.ascontiguousarray(one, dtype=np.float32) for one in turned),
    )
