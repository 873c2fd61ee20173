"""From a stretch's spectra to units and the table they are held against, for every format."""

from typing import NamedTuple

import numpy as np

from seehear.listen.formats import to_ambix
from seehear.listen.head import RADIUS
from seehear.listen.heard import Format
from seehear.listen.likeness import Table, delay_table, field_table, head_table
from seehear.listen.spectrogram import Spectra, Stretch, frame_times
from seehear.listen.units import Bands, Units, bands_of, field_units, pair_units
from seehear.media.layout import layout_of
from seehear.scene import angles_to_vector

FREE_DELAY = 0.7e-3
"""Seconds from side to side that two free microphones are taken to have, at least (24 cm)."""


class Sense(NamedTuple):
    """How a clip is listened to.

    Attributes:
        format: of the clip.
        sample_rate: Hz.
        longest: s, the largest delay, for free microphones.
    """

    format: Format
    sample_rate: int
    longest: float = FREE_DELAY


def directed(sense: Sense) -> bool:
    """Say whether the format tells directions."""
    return sense.format.kind not in ("mono", "dual_mono")


def units_of(stretch: Stretch, sense: Sense) -> Units:
    """Give a stretch's units."""
    bands = bands_of(sense.sample_rate, stretch.size)
    time, kind = frame_times(stretch, sense.sample_rate), sense.format.kind
    if kind in ("binaural", "spaced_pair"):
        offset, delay = sense.format.level_offset_db, sense.format.delay_offset
        return pair_units(stretch, bands, time, offset_db=offset, delay=delay)
    if kind == "ambisonics":
        whole, y, z, x = to_ambix(stretch.spectra, sense.format.convention)
        return field_units(stretch, bands, time, np.stack([x, y, z]), whole)
    if kind in ("loudspeakers", "panned"):
        return field_units(stretch, bands, time, *_heard_at_centre(stretch.spectra, sense.format.layout))
    whole = stretch.spectra[int((np.abs(stretch.spectra) ** 2).sum(axis=(1, 2)).argmax())]
    return field_units(stretch, bands, time, np.stack([whole, 0 * whole, 0 * whole]), whole)


def table_of(bands: Bands, sense: Sense) -> Table:
    """Give the table of the format."""
    step = float(bands.frequency[1])
    if sense.format.kind == "binaural":
        return head_table(step, bands.stop, RADIUS)
    if sense.format.kind == "spaced_pair":
        return delay_table(step, bands.stop, sense.longest)
    return field_table()


def _heard_at_centre(spectra: Spectra, name: str) -> tuple[Spectra, Spectra]:
    """Give velocity and pressure where the loudspeakers' sounds meet: amplitude panning points that way."""
    layout = layout_of(name)
    used = [index for index in range(layout.size) if index != layout.lfe]
    where = angles_to_vector(np.array(layout.azimuths)[used], np.array(layout.elevations)[used]).astype(np.float32)
    return np.einsum("cd,ctf->dtf", where, spectra[used]), spectra[used].sum(axis=0)
