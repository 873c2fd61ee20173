"""The late reverberation of a room: diffuse noise that dies away band by band, without a direction.

Its energy is what the room's images of higher order would bring; its decay the room's reverberation time, shortened at
high frequencies by air. Each channel has its own noise, ears one as coherent as a diffuse field's; a mirrored object
hears the mirrored noise. No directions, no Doppler: it starts with the stem's own time.

References: Kuttruff, "Room Acoustics", 6th ed., 4.1, 5.1; Moorer, "About this reverberation business", CMJ 3(2), 1979
(decaying noise); Gardner, "Efficient convolution without input-output delay", JAES 43 (1995) (partitions).
"""

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.air import absorption
from seehear.acoustics.ambisonics import degree_of_channels
from seehear.acoustics.decorrelate import ear_coherence
from seehear.acoustics.delay_line import History
from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.ray import BLOCK
from seehear.acoustics.retarded import SPEED_OF_SOUND
from seehear.acoustics.room import diffuse_density, followed_density
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.scene import Room
from seehear.scene.direction import Array

_SEED = 19791201
_BANDS = 125.0 * 2.0 ** np.arange(8)
_LENGTH = 1.15


class Tail:
    """A room's late responses in a layout, as the spectra of their parts of `BLOCK` samples; shared by all objects.

    Args:
        room: the room.
        layout: the channels.
        sample_rate: Hz.
        air: whether air absorbs.
        hrtf: the set, for ears.
    """

    def __init__(self, room: Room, layout: Layout, sample_rate: int, *, air: bool, hrtf: Hrtf | None) -> None:
        from scipy.fft import rfft

        responses = late_responses(room, layout, sample_rate, air=air, hrtf=hrtf)
        parts = -(-responses.shape[1] // BLOCK)
        padded = np.pad(responses, ((0, 0), (0, parts * BLOCK - responses.shape[1])))
        self.spectra = rfft(padded.reshape(len(responses), parts, BLOCK), 2 * BLOCK, axis=-1)
        self._mirror, self._sign = _mirroring(layout)

    def mirrored(self, samples: Samples) -> Samples:
        """Swap left and right of (channels, n)."""
        return np.asarray(samples[self._mirror] * self._sign, dtype=np.float32)


class TailRay:
    """One object's late reverberation.

    Args:
        tail: the room's.
        right: whether the object is one of the right side (see `RayMaker`): it hears the tail mirrored.
    """

    def __init__(self, tail: Tail, *, right: bool) -> None:
        self._tail, self._right = tail, right
        self._inputs: list[NDArray[np.complex64]] = []
        self._rings = 0

    def add(self, history: History, start: int, out: Samples) -> bool:
        """Add the block from sample ``start`` on to ``out``, (channels, BLOCK); say whether there was anything."""
        from scipy.fft import rfft

        stem = history.view(start - BLOCK, start + BLOCK)
        if not stem.any():
            return self.rest(out)
        self._rings = self._tail.spectra.shape[1] + 1
        self._push(rfft(stem))
        return self._sum(out)

    def rest(self, out: Samples) -> bool:
        """Let the tail ring on."""
        self._rings -= 1
        if self._rings <= 0:
            self._inputs.clear()
            return False
        self._push(np.zeros(BLOCK + 1, dtype=np.complex64))
        return self._sum(out)

    def _push(self, spectrum: NDArray[np.complex64]) -> None:
        self._inputs.insert(0, spectrum)
        del self._inputs[self._tail.spectra.shape[1] :]

    def _sum(self, out: Samples) -> bool:
        from scipy.fft import irfft

        heard = np.empty_like(out)
        for channel, parts in enumerate(self._tail.spectra):
            total = np.zeros(BLOCK + 1, dtype=np.complex64)
            if parts.any():
                for spectrum, part in zip(self._inputs, parts, strict=False):
                    total += spectrum * part
            heard[channel] = irfft(total, 2 * BLOCK)[BLOCK:]
        out += self._tail.mirrored(heard) if self._right else heard
        return True


def late_responses(
    room: Room, layout: Layout, sample_rate: int, *, air: bool = True, hrtf: Hrtf | None = None
) -> NDArray[np.float32]:
    """Give each channel's late impulse response, (channels, n), for a source of level 1 at 1 m.

    The powers of all loudspeakers add up to the diffuse field's; W and each ear (before the head's own colour) carry
    it whole, an ambisonic channel of degree l a (2 l + 1)th.
    """
    count = round(_LENGTH * room.rt60 * sample_rate)
    time = (np.arange(count) + 0.5) / sample_rate
    left = np.maximum(diffuse_density(room, time) - followed_density(room, time), 0.0)
    start = np.sqrt(left / sample_rate)
    noise = np.random.default_rng(_SEED).standard_normal((layout.size, count))
    spectrum = np.fft.rfft(noise, 2 * count)
    frequency = np.asarray(np.fft.rfftfreq(2 * count, 1 / sample_rate), dtype=np.float64)
    if layout.kind == "ears":
        spectrum = _coherent(spectrum, frequency) * _diffuse_colour(hrtf, frequency)
    out = np.zeros((layout.size, count))
    for band, share in _band_shares(frequency):
        loss = SPEED_OF_SOUND * float(absorption(band)) if air else 0.0
        out += np.fft.irfft(spectrum * share)[:, :count] * (start * 10 ** (-loss * time / 20))
    return (out * _channel_levels(layout)[:, None]).astype(np.float32)


def _channel_levels(layout: Layout) -> Array:
    if layout.kind == "ears":
        return np.ones(layout.size)
    if layout.kind == "ambisonics":
        return np.asarray(1 / np.sqrt(2 * degree_of_channels(layout.order) + 1))
    level = np.full(layout.size, 1 / np.sqrt(layout.size - (layout.lfe is not None)))
    if layout.lfe is not None:
        level[layout.lfe] = 0.0
    return level


def _band_shares(frequency: Array) -> list[tuple[float, Array]]:
    """Give the octave bands that meet below the highest frequency, as weights that sum to 1 everywhere."""
    bands = _BANDS[frequency[-1] > _BANDS]
    octave = np.clip(np.log2(np.maximum(frequency, 1.0) / bands[0]), 0.0, len(bands) - 1.0)
    return [(float(band), np.clip(1 - np.abs(octave - index), 0.0, 1.0)) for index, band in enumerate(bands)]


def _coherent(spectrum: NDArray[np.complex128], frequency: Array) -> NDArray[np.complex128]:
    coherence = np.array([ear_coherence(one) for one in frequency])
    middle, side = np.sqrt((1 + coherence) / 2) * spectrum[0], np.sqrt((1 - coherence) / 2) * spectrum[1]
    return np.stack([middle + side, middle - side])


def _diffuse_colour(hrtf: Hrtf | None, frequency: Array) -> Array:
    """Give the head's magnitude in a diffuse field: the root of the mean power over directions and ears."""
    if hrtf is None:
        return np.ones_like(frequency)
    power = (np.abs(np.fft.rfft(hrtf.filters, axis=-1)) ** 2).mean(axis=(0, 1))
    grid = np.fft.rfftfreq(hrtf.taps, 1 / hrtf.sample_rate)
    return np.asarray(np.sqrt(np.interp(frequency, grid, power)))


def _mirroring(layout: Layout) -> tuple[list[int], NDArray[np.float32]]:
    if layout.kind != "ambisonics":
        return list(layout.mirror), np.ones((layout.size, 1), dtype=np.float32)
    channel = np.arange(layout.size)
    degree = np.floor(np.sqrt(channel)).astype(int)
    left = channel - degree * (degree + 1) < 0
    return channel.tolist(), np.where(left, -1.0, 1.0).astype(np.float32)[:, None]
