"""Sound without a direction: an object that nobody has placed, and the scene's ambience, through a `Bed`."""

import numpy as np

from seehear.acoustics.bed import Bed, bed_source
from seehear.acoustics.course import CONTROL
from seehear.acoustics.delay_line import History
from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.ray import BLOCK
from seehear.acoustics.source import check_finite
from seehear.media.layout import Layout
from seehear.media.stems import AMBIENCE, Samples
from seehear.scene import Ambience, Camera

_TURN_STEP = 8 * CONTROL


class DiffuseRay:
    """An object whose direction is unknown: heard from everywhere.

    Args:
        bed: of mono, the object's own.
    """

    def __init__(self, bed: Bed) -> None:
        self._bed = bed
        self._rings = False

    def add(self, history: History, start: int, out: Samples) -> bool:
        """Add the block from sample ``start`` on to ``out``, (channels, BLOCK); say whether there was anything."""
        heard = history.view(start, start + BLOCK)
        if not heard.any():
            return self.rest(out)
        self._rings = True
        out += self._bed.process(heard[None])
        return True

    def rest(self, out: Samples) -> bool:
        """Let the filters ring out."""
        if not self._rings:
            return False
        self._rings = False
        out += self._bed.process(np.zeros((1, BLOCK), dtype=np.float32))
        return True


class AmbienceBed:
    """The scene's ambience: its stem kept in its own channels, turned against the listener's turn.

    Args:
        ambience: of the scene; None: as it is.
        channels: of the stem.
        layout: to render into.
        camera: the listener.
        sample_rate: Hz.
        hrtf: the set, for ears.

    Raises:
        InputError: a number of channels that no bed has.
    """

    def __init__(
        self, ambience: Ambience | None, channels: int, layout: Layout, camera: Camera, *,
        sample_rate: int, hrtf: Hrtf | None,
    ) -> None:  # fmt: skip
        self._bed = Bed(layout, bed_source(channels), sample_rate=sample_rate, hrtf=hrtf)
        self._gain = np.float32(10 ** ((ambience.gain_db if ambience is not None else 0.0) / 20))
        self._camera, self._sample_rate = camera, sample_rate
        self._held = np.zeros((channels, 0), dtype=np.float32)
        self._fed = 0
        self._behind = self._bed.delay

    def feed(self, samples: Samples | None, count: int) -> None:
        """Take the next ``count`` samples of the stem; None is silence."""
        if samples is None:
            samples = np.zeros((self._held.shape[0], count), dtype=np.float32)
        check_finite(samples, AMBIENCE, self._fed, self._sample_rate)
        self._held = np.concatenate([self._held, samples * self._gain], axis=1)
        self._fed += count

    def render(self, start: int) -> Samples:
        """Give the block from sample ``start`` on, (channels, BLOCK)."""
        if self._behind:
            self._bed.process(self._next(self._behind), self._camera.rotation_at(start / self._sample_rate)[0])
            self._behind = 0
        times = np.arange(start, start + BLOCK + 1, _TURN_STEP) / self._sample_rate
        return self._bed.process(self._next(BLOCK), self._camera.rotation_at(times))

    def _next(self, count: int) -> Samples:
        part, self._held = self._held[:, :count], self._held[:, count:]
        return np.pad(part, ((0, 0), (0, count - part.shape[1])))
