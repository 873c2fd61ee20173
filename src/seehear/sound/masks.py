"""Soft masks: how much of each band and frame belongs to each sounding object; the rest is ambience.

The magnitudes are modelled as the noise floor, plus patterns of the ambience, plus patterns of each object, which may
only be active while its gate is open (non-negative matrix factorisation with the generalised Kullback-Leibler
divergence; Lee and Seung, NIPS 2000; activations informed from outside: Ewert and Müller, ICASSP 2012). Patterns of the
ambience are learnt where the gates are shut. With two channels, what lies on another side than an object's own sound
goes back to the ambience. The masks of the objects add up to one at most, so that with the ambience they do exactly.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.sound.spectrum import Floats

_AMBIENT_PATTERNS = 6
_OBJECT_PATTERNS = 4
_LEARNING = 30
_SPLITTING = 40
_FOLLOWING = 0.1
_POWER = 1.5
_TINY = np.float32(1e-12)
_SIDE_WIDTH = 0.25
_SIDE_MEMORY = 47
_LEAST_SHUT = 20
_EXCESS = 2.0
_USUAL_MOST = 0.98


class Part(NamedTuple):
    """What is known of one object's sound in a chunk.

    Attributes:
        gate: (frames,) how active it may be, 0 to 1; 0: silent.
        bands: (bands,) how much of it to expect in each band, 0 to 1.
        steady: (bands,) its magnitude where the gate is 1, if it is known beforehand; None: to be found.
    """

    gate: Floats
    bands: Floats
    steady: Floats | None = None


def masks_of(
    power: Floats, floor: Floats, parts: list[Part], balance: Floats | None, *, rng: np.random.Generator
) -> Floats:
    """Share a chunk out.

    Args:
        power: (frames, bands) mean over the channels.
        floor: (frames, bands) power of the steady noise.
        parts: the objects that may sound here.
        balance: (frames, bands) (left - right) / (left + right) power; None without two different channels.
        rng: draws the patterns to start from.

    Returns:
        (objects, frames, bands) float32 in [0, 1]; the sum over the objects is at most one.
    """
    heights = _split(np.sqrt(power), np.sqrt(np.minimum(floor, power)), parts, rng) ** _POWER
    if balance is not None:
        heights = _sided(heights, power, balance)
    total = heights.sum(axis=0) + _TINY
    gates = np.stack([part.gate for part in parts]) > 0
    return np.asarray(heights[1:] / total * gates[:, :, None], dtype=np.float32)


def _split(magnitude: Floats, noise: Floats, parts: list[Part], rng: np.random.Generator) -> Floats:
    """Give the modelled magnitudes, (1 + objects, frames, bands), the ambience's first."""
    known = {at: part.gate[:, None] * part.steady for at, part in enumerate(parts) if part.steady is not None}
    free = [part for part in parts if part.steady is None]
    fixed = noise + sum(known.values())
    found = iter(_patterned(magnitude, fixed, free, rng) if free else [np.zeros_like(magnitude)])
    pieces = [next(found) + noise]
    pieces += [known[at] if at in known else next(found) for at in range(len(parts))]
    if known:
        # what stands far above everything expected is nobody's, where no other object may account for it
        shut = 1.0 - np.max([part.gate for part in free], axis=0) if free else np.ones(len(magnitude), dtype=np.float32)
        pieces[0] = pieces[0] + shut[:, None] * np.maximum(magnitude - _EXCESS * sum(pieces), 0)
    return np.stack(pieces)


def _patterned(magnitude: Floats, fixed: Floats, parts: list[Part], rng: np.random.Generator) -> list[Floats]:
    """Give the (frames, bands) magnitudes of the ambience's patterns and of each object's, beside what is fixed."""
    shut = 1.0 - np.max([part.gate for part in parts], axis=0)
    ambient, most = _learnt(magnitude, fixed, shut, rng)
    patterns, active, bounds = [ambient], [_start(rng, len(magnitude), len(ambient))], [len(ambient)]
    for part in parts:
        patterns.append(_start(rng, _OBJECT_PATTERNS, magnitude.shape[1]) * (part.bands + np.float32(0.05)))
        active.append(_start(rng, len(magnitude), _OBJECT_PATTERNS) * part.gate[:, None])
        bounds.append(_OBJECT_PATTERNS)
    w, h = np.concatenate(patterns), np.concatenate(active, axis=1) * magnitude.mean()
    edges = np.cumsum([0, *bounds])
    own = slice(len(ambient), None)
    for _ in range(_SPLITTING):
        ratio = magnitude / (h @ w + fixed + _TINY)
        h *= (ratio @ w.T) / (w.sum(axis=1) + _TINY)
        h[:, : len(ambient)] = np.minimum(h[:, : len(ambient)], most)
        _follow(h, edges, parts)
        ratio = magnitude / (h @ w + fixed + _TINY)
        w[own] *= (h.T @ ratio)[own] / (h.sum(axis=0)[own, None] + _TINY)
    return [h[:, a:b] @ w[a:b] for a, b in pairwise(edges)]


def _learnt(magnitude: Floats, noise: Floats, shut: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give patterns (patterns, bands) of the ambience, and how active each one gets, where the gates are shut.

    Louder than that the ambience shall not be taken to be while a gate is open.
    """
    rows = np.flatnonzero(shut > 0.8)
    if len(rows) < _LEAST_SHUT:
        rows = np.flatnonzero(shut > 0.5)
    if len(rows) < _LEAST_SHUT:
        return np.zeros((0, magnitude.shape[1]), dtype=np.float32), np.zeros(0, dtype=np.float32)
    heard, quiet, weight = magnitude[rows], noise[rows], shut[rows, None]
    w = _start(rng, _AMBIENT_PATTERNS, magnitude.shape[1])
    h = _start(rng, len(rows), _AMBIENT_PATTERNS) * heard.mean()
    for _ in range(_LEARNING):
        h *= ((heard / (h @ w + quiet + _TINY)) @ w.T) / (w.sum(axis=1) + _TINY)
        ratio = weight * heard / (h @ w + quiet + _TINY)
        w *= (h.T @ ratio) / ((weight * h).sum(axis=0)[:, None] + _TINY)
    return w, np.asarray(np.quantile(h, _USUAL_MOST, axis=0), dtype=np.float32)


def _follow(h: Floats, edges: NDArray[np.intp], parts: list[Part]) -> None:
    """Draw each object's activations a little towards its gate."""
    for start, stop, part in zip(edges[1:-1], edges[2:], parts, strict=True):
        own = h[:, start:stop]
        level = own.sum(axis=0) / (part.gate.sum() + _TINY)
        h[:, start:stop] = own ** (1 - _FOLLOWING) * (part.gate[:, None] * level) ** _FOLLOWING


def _sided(heights: Floats, power: Floats, balance: Floats) -> Floats:
    """Weigh each share by how near the balance is to that of its own sound."""
    from scipy.ndimage import uniform_filter1d

    kept = heights
    for _ in range(2):
        weight = kept / (kept.sum(axis=0) + _TINY) * power
        mean = (weight * balance).sum(axis=2) / (weight.sum(axis=2) + _TINY)
        loud = weight.sum(axis=2)
        smooth = uniform_filter1d(mean * loud, _SIDE_MEMORY, axis=1) / (
            uniform_filter1d(loud, _SIDE_MEMORY, axis=1) + _TINY
        )
        near = np.exp(-0.5 * ((balance - smooth[:, :, None]) / _SIDE_WIDTH) ** 2)
        # the ambience comes from all around: it never disowns a side altogether
        near[0] = np.maximum(near[0], 0.3)
        kept = (heights * (near + np.float32(1e-4))).astype(np.float32)
    return kept


def _start(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    return rng.uniform(0.5, 1.5, (rows, columns)).astype(np.float32)
