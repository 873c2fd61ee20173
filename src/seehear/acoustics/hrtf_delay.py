"""When sound reaches each ear, as a smooth function of direction.

A response's arrival time is where its correlation with its own minimum-phase version peaks, below about 4 kHz, where
that correlation moves smoothly with direction. A low-order spherical-harmonic fit of the arrival times is the delay
that moving sources are given; what it leaves out stays in the filters, so filter and delay together keep the measured
interaural delay exactly. Seconds; directions are unit vectors, x front, y left, z up; ears are left, right.

References: Nam, Abel and Smith, "A method for estimating interaural time difference for binaural synthesis", AES
125th Convention, 2008 (correlation with the minimum-phase version); Oppenheim and Schafer, "Discrete-time signal
processing", 3rd ed., section 13.5 (minimum phase by the cepstrum).
"""

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.ambisonics import degree_of_channels, spherical_harmonics
from seehear.acoustics.hrtf_mesh import RingMesh, SphereMesh
from seehear.scene import vector_to_angles
from seehear.scene.direction import Array

ORDER = 7
"""Of the harmonics: details down to about 25 deg."""

ROUGHNESS = 1e-6
"""Weight of the fit's squared Laplacian against its squared error: holds it still where nothing was measured."""

BAND = 4000.0
"""Hz, of the Gaussian low-pass on the correlation."""

RING = 8
"""Directions of one elevation that are enough to tell the measurement's own time offset there."""


def arrival_times(responses: NDArray[np.floating], sample_rate: int) -> Array:
    """Give the time at which each response arrives.

    Args:
        responses: (..., n) impulse responses, none of them silent.
        sample_rate: Hz.

    Returns:
        (...) s from the first sample.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    count = responses.shape[-1]
    size = int(next_fast_len(2 * count, real=True))
    spectrum = rfft(responses, size, axis=-1)
    reference = rfft(minimum_phase(np.abs(spectrum), size), axis=-1)
    frequency = np.arange(size // 2 + 1) * (sample_rate / size)
    likeness = spectrum * reference.conj() * np.exp(-((frequency / BAND) ** 2)).astype(responses.dtype)
    wave = irfft(likeness, size, axis=-1)[..., : count + 1]
    peak = np.clip(wave[..., 1:count].argmax(axis=-1) + 1, 1, count - 1)
    before, top, after = (np.take_along_axis(wave, (peak + k)[..., None], axis=-1)[..., 0] for k in (-1, 0, 1))
    bend = before - 2.0 * top + after
    share = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0)
    return np.asarray((peak + np.clip(share, -0.5, 0.5)) / sample_rate, dtype=np.float64)


def minimum_phase(magnitude: NDArray[np.floating], size: int) -> NDArray[np.floating]:
    """Give the minimum-phase impulse responses, (..., size), of magnitude spectra (..., size // 2 + 1)."""
    from scipy.fft import irfft, rfft

    floor = 1e-5 * magnitude.max(axis=-1, keepdims=True) + np.finfo(np.float32).tiny
    cepstrum = irfft(np.log(np.maximum(magnitude, floor)), size, axis=-1)
    cepstrum[..., 1 : (size + 1) // 2] *= 2.0
    cepstrum[..., size // 2 + 1 :] = 0.0
    return np.asarray(irfft(np.exp(rfft(cepstrum, axis=-1)), size, axis=-1))


class DelayField:
    """The smooth delay of each ear over direction.

    Args:
        arrival: (d, 2) s, of the mesh's first d points, both ears.
        mesh: of the set's directions.

    Attributes:
        offset: (d,) s by which a direction's measurement as a whole comes late: ``arrival - offset`` is near ``at``.
            It holds each elevation's own offset (sets measured ring by ring jump there by up to 0.1 ms, in both
            ears alike, which is no property of a head) and the constant that makes the front's delay 0.
    """

    def __init__(self, arrival: Array, mesh: SphereMesh | RingMesh) -> None:
        self._mesh = mesh
        count = len(arrival)
        basis = spherical_harmonics(mesh.points, ORDER)
        degree = degree_of_channels(ORDER)
        weighted = basis.T * mesh.areas
        stiffness = ROUGHNESS * len(mesh.points) * np.diag((degree * (degree + 1.0)) ** 2 * (2.0 * degree + 1.0))
        solve = np.linalg.solve(weighted @ basis + stiffness + 1e-12 * np.eye(len(degree)), weighted)
        rings = _rings(mesh.points[:count])
        late = np.zeros(count)
        for _ in range(12 if rings else 1):
            self._coefficients = solve @ _with_poles(arrival - late[:, None], mesh)
            rest = (arrival - basis[:count] @ self._coefficients).mean(axis=1)
            for ring in rings:
                late[ring] = np.median(rest[ring])
        front = float(self.at(np.array([[1.0, 0.0, 0.0]])).mean())
        self._coefficients[0] -= front
        self.offset = late + front

    def at(self, direction: Array) -> Array:
        """Give the delays, (k, 2) s, of directions (k, 3); 0 on average for the front."""
        return np.asarray(spherical_harmonics(self._mesh.held(direction), ORDER) @ self._coefficients)


def _rings(directions: Array) -> list[NDArray[np.int64]]:
    """Group directions of one elevation; none when all share one, or none of the groups is large."""
    elevation = vector_to_angles(directions)[1].round(1)
    groups = [np.flatnonzero(elevation == level) for level in np.unique(elevation)]
    return [group for group in groups if len(group) >= RING] if len(groups) > 1 else []


def _with_poles(arrival: Array, mesh: SphereMesh | RingMesh) -> Array:
    """Append each added pole's arrival: the mean of the ring around it."""
    return np.concatenate([arrival, *(arrival[ring].mean(axis=0, keepdims=True) for ring in mesh.rings)])
