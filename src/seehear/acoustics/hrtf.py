"""A set of head-related transfer functions: what each ear receives from each direction.

Directions are unit vectors, x front, y left, z up; ears are left, right. A measured response is kept as a filter from
which the arrival time is taken out, and a delay that is smooth in direction: mixing filters of neighbouring directions
then makes no echoes, and a moving source's delay glides. Filter and delay together are the measurement again, but for
a delay that both ears share.
"""

import math
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.acoustics.hrtf_delay import DelayField, arrival_times, minimum_phase
from seehear.acoustics.hrtf_mesh import Corners, mesh_of
from seehear.errors import InputError
from seehear.scene.direction import Array

Filters = NDArray[np.float32]
Spectra = NDArray[np.complex64]

BLOCK = 256
"""Filters hold a multiple of this many samples."""

ONSET = 20
"""Samples before a filter's arrival time, the same in every filter: room for what precedes it."""

SPARE = 1e-3
"""Seconds of a response's end that may be faded out rather than lengthen the filters by a block."""


class Hrtf:
    """A set of head-related transfer functions at one sample rate.

    Args:
        name: where the set comes from, for reports.
        directions: (d, 3) vectors, any length but 0, all different; they must surround the listener.
        responses: (d, 2, n) measured impulse responses, n >= 16.
        response_rate: Hz, of the responses.
        sample_rate: Hz, of the filters; None: the responses' own.
        lag: (d, 2) s by which the responses came later than their samples say.
        arrival: (d, 2) s, ``arrival_times`` of the responses where they are known; None: they are found.

    Attributes:
        name: as given.
        sample_rate: Hz.
        taps: samples in a filter.
        directions: (d, 3) unit vectors.
        filters: (p, 2, taps) the filters of the directions, then those of straight up or down where the set has a
            hole of more than 15 deg around it (the mean level of the ring that borders the hole): what the indices
            of ``weights_at`` count.

    Raises:
        InputError: shapes, rates or directions that cannot be used.
    """

    def __init__(
        self,
        name: str,
        directions: ArrayLike,
        responses: ArrayLike,
        *,
        response_rate: int,
        sample_rate: int | None = None,
        lag: ArrayLike = 0.0,
        arrival: ArrayLike | None = None,
    ) -> None:
        self.name = name
        self._responses = np.asarray(responses, dtype=np.float32)
        self._response_rate = _rate(response_rate)
        self.sample_rate = _rate(sample_rate or response_rate)
        self.directions = _unit(directions)
        _check(self.directions, self._responses)
        self._mesh = mesh_of(self.directions)
        self._lag = np.broadcast_to(np.asarray(lag, dtype=np.float64), self._responses.shape[:2])
        self._arrival = arrival_times(self._responses, response_rate) if arrival is None else np.asarray(arrival)
        self._delays = DelayField(self._arrival + self._lag, self._mesh)
        self.filters = self._aligned()
        self.taps = self.filters.shape[-1]
        self._spectra: dict[int, Spectra] = {}

    def weights_at(self, direction: ArrayLike) -> Corners:
        """Give the filters to mix for directions.

        Args:
            direction: (k, 3) vectors of any length but 0.

        Returns:
            ``indices`` (k, 3) into ``filters``, and ``weights`` (k, 3), at least 0, rows summing to 1.
        """
        return self._mesh.weights_at(_unit(direction))

    def filters_at(self, direction: ArrayLike) -> Filters:
        """Give the filters, (k, 2, taps), of directions (k, 3); exact at the set's own."""
        indices, weights = self.weights_at(direction)
        return np.asarray(np.einsum("kc,kcet->ket", weights.astype(np.float32), self.filters[indices]))

    def delay_at(self, direction: ArrayLike) -> Array:
        """Give the time from the head's centre to each ear.

        Args:
            direction: (k, 3) vectors of any length but 0.

        Returns:
            (k, 2) s, negative for an ear that is nearer to the source than the centre is; smooth in direction; 0 in
            the mean of both ears for a source straight ahead.
        """
        return self._delays.at(_unit(direction))

    def spectra(self, size: int) -> Spectra:
        """Give the spectra of ``filters`` padded to ``size`` samples, (p, 2, size // 2 + 1); kept once made."""
        if size not in self._spectra:
            from scipy.fft import rfft

            self._spectra[size] = rfft(self.filters, size, axis=-1).astype(np.complex64, copy=False)
        return self._spectra[size]

    def resampled(self, sample_rate: int) -> "Hrtf":
        """Give the same set at another sample rate, Hz, made from the measured responses."""
        if sample_rate == self.sample_rate:
            return self
        return Hrtf(
            self.name,
            self.directions,
            self._responses,
            response_rate=self._response_rate,
            sample_rate=sample_rate,
            lag=self._lag,
            arrival=self._arrival,
        )

    def _aligned(self) -> Filters:
        """Take the arrival times out of the responses, at the new rate, and add the poles' filters."""
        late = self._delays.at(self.directions) + self._delays.offset[:, None] - self._lag
        length = self._responses.shape[-1] / self._response_rate - max(0.0, late.min()) - SPARE
        taps = BLOCK * max(1, math.ceil((length * self.sample_rate + ONSET) / BLOCK))
        rates = (self._response_rate, self.sample_rate)
        filters = _moved(self._responses, rates, ONSET / self.sample_rate - late, taps)
        return np.concatenate([filters, *(_pole(filters[ring]) for ring in self._mesh.rings)])


@lru_cache(maxsize=4)
def default_hrtf(sample_rate: int = 48000) -> Hrtf:
    """Give the built-in set: MIT KEMAR, normal pinna, 710 directions at 1.4 m.

    Args:
        sample_rate: Hz.

    Reference: Gardner and Martin, "HRTF measurements of a KEMAR dummy-head microphone", MIT Media Lab, 1994.
    """
    with files("seehear.acoustics").joinpath("data/kemar.npz").open("rb") as file, np.load(file) as data:
        responses = data["responses"].astype(np.float32) * np.float32(data["scale"])
        directions, arrival, rate = data["directions"], data["arrival"], int(data["sample_rate"])
    name = "MIT KEMAR, normal pinna (Gardner and Martin 1994)"
    return Hrtf(name, directions, responses, response_rate=rate, sample_rate=sample_rate, arrival=arrival)


def _moved(responses: Filters, rates: tuple[int, int], shift: Array, taps: int) -> Filters:
    """Shift and resample band-limited responses by their spectra; the last quarter of a millisecond fades out.

    Args:
        responses: (d, 2, n).
        rates: Hz, theirs and the wanted one.
        shift: (d, 2) s, later when positive.
        taps: samples to keep.
    """
    from scipy.fft import irfft, rfft

    step = rates[0] // math.gcd(*rates)
    room = max(1.4 * responses.shape[-1] + 64.0, (taps / rates[1] + SPARE) * rates[0])
    before = step * math.ceil(room / step)
    before += before * rates[1] // rates[0] % 2 * step
    after = before * rates[1] // rates[0]
    spectrum = rfft(responses, before, axis=-1)
    frequency = np.arange(min(before, after) // 2 + 1) * (rates[0] / before)
    turn = np.exp(-2j * np.pi * frequency * shift[..., None]).astype(np.complex64)
    moved = irfft(spectrum[..., : len(frequency)] * turn, after, axis=-1)[..., :taps]
    fade = min(taps, round(SPARE / 4 * rates[1]))
    moved[..., taps - fade :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1.0) / (fade + 1.0))
    return np.asarray(moved, dtype=np.float32)


def _pole(ring: Filters) -> Filters:
    """Give the filter, (1, 2, taps), of a pole: minimum phase, with the ring's mean power."""
    from scipy.fft import rfft

    taps = ring.shape[-1]
    power = (np.abs(rfft(ring, 2 * taps, axis=-1)) ** 2).mean(axis=(0, 1))
    response = minimum_phase(np.sqrt(power), 2 * taps)[: taps - ONSET].astype(np.float32)
    return np.broadcast_to(np.pad(response, (ONSET, 0)), (1, 2, taps))


def _rate(sample_rate: int) -> int:
    if sample_rate != int(sample_rate) or not 8000 <= sample_rate <= 384000:
        raise InputError(f"an HRTF's sample rate must be a whole number of Hz from 8000 to 384000, got {sample_rate}")
    return int(sample_rate)


def _unit(direction: ArrayLike) -> Array:
    """Check directions, (k, 3), and bring them to length 1."""
    vectors = np.asarray(direction, dtype=np.float64)
    if vectors.ndim != 2 or vectors.shape[1] != 3:
        raise InputError(f"directions must be vectors of shape (k, 3), got shape {vectors.shape}")
    size = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(size).all() and (size > 0).all()):
        raise InputError("directions must be finite vectors longer than 0, got one that is not")
    return np.asarray(vectors / size)


def _check(directions: Array, responses: Filters) -> None:
    if responses.ndim != 3 or responses.shape[:2] != (len(directions), 2) or responses.shape[2] < 16:
        raise InputError(
            f"responses must have the shape ({len(directions)} directions, 2 ears, 16 or more samples), "
            f"got {responses.shape}"
        )
    if not np.isfinite(responses).all():
        raise InputError("impulse responses must be finite, got NaN or infinity: use another file")
    if not np.abs(responses).max(axis=2).all():
        raise InputError("every ear's impulse response must have some sound, got a silent one: use another file")
