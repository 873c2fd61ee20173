"""A recording made endless without a click.

Silence at both ends is cut off. Then a place near the end and a place near the beginning are sought between which the
waveform runs on most alike, and joined by a cross-fade of 50 to 200 ms whose power is constant for the likeness found:
cos and sin for strangers, straight lines for twins.

Reference: Fink, Holters and Zoelzer, "Signal-matched power-complementary cross-fading and dry-wet mixing", DAFx 2016.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.sound.spectrum import Floats

_LONGEST_FADE, _SHORTEST_FADE = 0.2, 0.05
_SEARCHED = 0.25
_TEMPLATES = 6
_QUIET_DB = -50.0
_ATTACK_DB = -20.0


class Loop(NamedTuple):
    """One turn of an endless sound.

    Attributes:
        samples: (n,) which may follow themselves.
        likeness: correlation of the two places joined, -1 to 1.
    """

    samples: Floats
    likeness: float

    def between(self, start: int, stop: int) -> Floats:
        """Give samples [start, stop) of the endless sound."""
        return self.samples[np.arange(start, stop) % len(self.samples)]


def loop_of(samples: Floats, sample_rate: int) -> Loop:
    """Find the best place to loop (n,) samples and join it."""
    cut = trimmed(samples)
    fade = min(round(_LONGEST_FADE * sample_rate), max(len(cut) // 4, round(_SHORTEST_FADE * sample_rate)))
    fade = min(fade, len(cut) // 2)
    if fade < 2:
        return Loop(cut if len(cut) else np.zeros(1, dtype=np.float32), 0.0)
    start, stop, likeness = _joint(cut.astype(np.float64), fade)
    turn = cut[start:stop].astype(np.float64)
    turn[-fade:] = _faded(turn[-fade:], cut[start - fade : start].astype(np.float64), likeness)
    return Loop(turn.astype(np.float32), likeness)


def trimmed(samples: Floats) -> Floats:
    """Cut off the silence at both ends: what is 50 dB below the peak and more."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * 10 ** (_QUIET_DB / 20))
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def attack(samples: Floats) -> int:
    """Give the sample at which a struck sound begins: the first within 20 dB of its peak."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * 10 ** (_ATTACK_DB / 20))
    return int(loud[0]) if len(loud) else 0


def _joint(cut: NDArray[np.float64], fade: int) -> tuple[int, int, float]:
    """Give start and stop of the turn: ``cut[stop - fade:stop]`` is most like ``cut[start - fade:start]``."""
    reach = max(1, int(_SEARCHED * len(cut)) - fade)
    head = cut[: fade + reach]
    stops = np.unique(np.linspace(len(cut) - reach, len(cut), _TEMPLATES).astype(int))
    stops = stops[stops >= max(2 * fade, len(head))]
    best = (fade, len(cut), -2.0)
    for stop in stops if len(stops) else [len(cut)]:
        likeness = _likeness(head, cut[stop - fade : stop])
        place = int(np.argmax(likeness))
        if likeness[place] > best[2] and stop - (place + fade) >= fade:
            best = (place + fade, int(stop), float(likeness[place]))
    return best[0], best[1], float(np.clip(best[2], -0.9, 1.0))


def _likeness(head: NDArray[np.float64], template: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation coefficient of the template with every place of the head."""
    from scipy.signal import fftconvolve

    product = fftconvolve(head, template[::-1], mode="valid")
    energy = np.convolve(head**2, np.ones(len(template)), mode="valid") if len(head) < 4096 else _sums(head, template)
    scale = np.sqrt(np.maximum(energy, 0.0) * (template**2).sum())
    return np.asarray(product / np.maximum(scale, 1e-12 + 1e-6 * scale.max(initial=0.0)))


def _sums(head: NDArray[np.float64], template: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.cumsum(np.concatenate([[0.0], head**2]))
    return np.asarray(total[len(template) :] - total[: -len(template)])


def _faded(out: NDArray[np.float64], into: NDArray[np.float64], likeness: float) -> NDArray[np.float64]:
    """Cross-fade two parts of equal length with constant power."""
    phase = (np.arange(len(out)) + 0.5) / len(out) * np.pi / 2
    rise, fall = np.sin(phase) ** 2, np.cos(phase) ** 2
    level = np.sqrt(rise**2 + fall**2 + 2 * likeness * rise * fall)
    return np.asarray((fall * out + rise * into) / np.maximum(level, 0.3))
