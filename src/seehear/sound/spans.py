"""When each stem is heard: one pass over the stems themselves."""

import numpy as np

from seehear.media.stems import AMBIENCE, Stems
from seehear.sound.soundtrack import SILENCE

_STEP = 0.01
_BELOW_PEAK_DB = 50.0
_JOIN = 0.15
_SHORTEST = 0.05
_BLOCK = 1 << 16

Spans = tuple[tuple[float, float], ...]


def heard_in(stems: Stems) -> tuple[dict[str, Spans], float]:
    """Give each object's sounding spans, s, and the ambience's largest sample.

    An object sounds where its level in 10 ms is within 50 dB of its loudest and above digital silence. Spans closer
    than 150 ms are joined; shorter ones than 50 ms are widened to it. An object that never does has no spans.
    """
    step = max(1, round(_STEP * stems.sample_rate))
    levels: dict[str, list[np.ndarray]] = {name: [] for name in stems.channels if name != AMBIENCE}
    bed = 0.0
    for block in stems.blocks(step * (_BLOCK // step)):
        bed = max(bed, float(np.abs(block[AMBIENCE]).max(initial=0.0))) if AMBIENCE in block else bed
        count = -(-next(iter(block.values())).shape[1] // step)
        for name, found in levels.items():
            found.append(_peaks(block[name], step) if name in block else np.zeros(count, dtype=np.float32))
    seconds = stems.length / stems.sample_rate
    return {
        name: _spans(np.concatenate(found), step / stems.sample_rate, seconds) for name, found in levels.items()
    }, bed


def _peaks(samples: np.ndarray, step: int) -> np.ndarray:
    """(steps,) largest sample of each step, over all channels."""
    loud = np.abs(samples).max(axis=0)
    return np.asarray(np.maximum.reduceat(loud, np.arange(0, len(loud), step)), dtype=np.float32)


def _spans(level: np.ndarray, step: float, seconds: float) -> Spans:
    threshold = max(SILENCE, float(level.max(initial=0.0)) * 10 ** (-_BELOW_PEAK_DB / 20))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (level > threshold).astype(np.int8), [0]])))
    joined: list[tuple[float, float]] = []
    for start, stop in edges.reshape(-1, 2):
        begin, end = float(start * step), min(float(stop * step), seconds)
        if joined and begin - joined[-1][1] <= _JOIN:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    wide = [(max(0.0, end - _SHORTEST), end) if end - begin < _SHORTEST else (begin, end) for begin, end in joined]
    return tuple((round(begin, 4), round(end, 4)) for begin, end in wide if end > begin)
