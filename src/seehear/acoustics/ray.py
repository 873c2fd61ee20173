"""One ray of sound from a source to the listener: read late, damped by air, placed in the layout's channels."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.air import AirFilter
from seehear.acoustics.course import CONTROL, ControlPoints, Course
from seehear.acoustics.delay_line import REACH, History, read_moving
from seehear.acoustics.panning import Panner
from seehear.acoustics.retarded import SPEED_OF_SOUND
from seehear.media.stems import Samples
from seehear.scene.direction import Array
from seehear.scene.scene import Extent

BLOCK = 16384
"""Samples rendered at a time, whatever size the caller asks for."""

_HOPS = BLOCK // CONTROL
_CHUNK = 8 * _HOPS
_WIDE_STEP = 8
_SLACK_HOPS = 8


class Stretch(NamedTuple):
    """What a placer is given for one block.

    Attributes:
        heard: the stem around the emission times, air and all, after ``before`` samples more.
        first: number of its first sample but those.
        points: the block's control points, one more than it has hops.
        placing: (k, channels) what the placer itself had asked to be kept of the directions.
        start: number of the block's first sample.
        metres: metres that sound travels in one sample; 0 where distance does not count.
        gain: linear, on top of the distance law.
    """

    heard: NDArray[np.float32]
    first: int
    points: ControlPoints
    placing: NDArray[np.floating]
    start: int
    metres: float
    gain: float


class Placer(Protocol):
    """Puts a ray into the channels of a layout.

    Attributes:
        before: samples that it wants to hear ahead of a stretch's first.
    """

    before: int

    def placing(self, direction: Array) -> NDArray[np.floating]:
        """Give what is needed of (k, 3) directions, (k, m), worked out once for many blocks."""
        ...

    def place(self, stretch: Stretch, out: Samples) -> None:
        """Add a block's sound to ``out``, (channels, BLOCK)."""
        ...

    def rest(self, out: Samples) -> bool:
        """Add what still rings after the sound has ended to ``out``; say whether anything did."""
        ...


class PanPlacer:
    """Loudspeakers and ambisonics: one signal, one gain for each channel.

    Args:
        panner: the layout's.
        extent: of the object.
    """

    before = 0

    def __init__(self, panner: Panner, extent: Extent | None) -> None:
        self._panner, self._extent = panner, extent

    def placing(self, direction: Array) -> NDArray[np.floating]:
        """Give gains, (k, size); those of wide objects, dear and smooth, at every 8th point and linear between."""
        if self._extent is None:
            return self._panner.gains(direction).astype(np.float32)
        count = len(direction)
        knots = np.append(np.arange(0, count - 1, _WIDE_STEP), count - 1)
        gains = self._panner.gains(direction[knots], extent=self._extent)
        every = np.arange(count)
        return np.stack([np.interp(every, knots, column) for column in gains.T], axis=-1).astype(np.float32)

    def place(self, stretch: Stretch, out: Samples) -> None:
        """Read once, add with gains."""
        from seehear.acoustics.kernels import mix

        mix(received(stretch, None), np.float32(stretch.gain) * stretch.placing, out)

    def rest(self, out: Samples) -> bool:
        """Nothing rings."""
        return False


class Ray:
    """One way from a source to the listener.

    Args:
        course: when and whence.
        placer: into which channels; the ray's own.
        air: the filter bank; None: no absorption.
        sample_rate: Hz.
        gain: linear, on top of the distance law.
    """

    def __init__(
        self, course: Course, placer: Placer, air: AirFilter | None, sample_rate: int, gain: float = 1.0
    ) -> None:
        self._course, self._placer, self._gain = course, placer, gain
        self._air = air if course.travels else None
        self._metres = SPEED_OF_SOUND / sample_rate if course.travels else 0.0
        # at less than the speed of sound a hop spans half of its samples at the source, or more
        self._margin = _SLACK_HOPS + -(-2 * placer.before // CONTROL)
        self._chunk: tuple[int, ControlPoints, NDArray[np.floating], Array | None] | None = None

    def add(self, history: History, start: int, out: Samples) -> bool:
        """Add what is heard in the block from sample ``start`` on; say whether there was anything.

        Args:
            history: the stem, as emitted.
            start: a multiple of `BLOCK`.
            out: (channels, BLOCK).
        """
        hop = start // CONTROL
        origin, course, placing, rows = self._chunk_of(hop)
        wide = slice(hop - origin, hop - origin + _HOPS + 1 + 2 * self._margin)
        near = slice(wide.start + self._margin, wide.stop - self._margin)
        points = ControlPoints(*(part[near] for part in course))
        half = self._air.half if self._air is not None else 0
        first = int(np.floor(points.emission[0])) - MARGIN_SAMPLES
        stop = int(np.ceil(points.emission[-1])) + MARGIN_SAMPLES
        early = first - self._placer.before
        heard = history.view(early - half, stop + half)
        if not heard.any():
            return self.rest(out)
        if self._air is not None and rows is not None:
            heard = self._air.filtered(heard, early - half, course.emission[wide], rows[wide])
        self._placer.place(Stretch(heard, first, points, placing[near], start, self._metres, self._gain), out)
        return True

    def rest(self, out: Samples) -> bool:
        """Add what still rings in a block without sound; say whether anything did."""
        return self._placer.rest(out)

    def _chunk_of(self, hop: int) -> tuple[int, ControlPoints, NDArray[np.floating], Array | None]:
        """Give the stretch of the course that holds a hop, worked out for several blocks at once."""
        origin = hop // _CHUNK * _CHUNK
        if self._chunk is None or self._chunk[0] != origin:
            points = self._course.points(origin - self._margin, _CHUNK + 1 + 2 * self._margin)
            rows = None if self._air is None else self._air.index_of(points.distance, points.rate)
            self._chunk = (origin, points, self._placer.placing(points.direction), rows)
        return self._chunk


MARGIN_SAMPLES = REACH + 128
"""Samples around the emission times that a read may touch: the sinc, and up to 128 of interaural delay."""


def received(stretch: Stretch, later: NDArray[np.floating] | None) -> Samples:
    """Read a stretch at its emission times; where nothing is late, the samples themselves."""
    points = stretch.points
    if stretch.metres == 0.0 and later is None:
        return stretch.heard[MARGIN_SAMPLES : MARGIN_SAMPLES + BLOCK]
    return read_moving(
        stretch.heard, stretch.first, points.emission, points.rate,
        start=stretch.start, metres=stretch.metres, later=later,
    )  # fmt: skip
