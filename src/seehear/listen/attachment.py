"""A clip's sound as the planner takes it, 16 kHz, and as it is attached to a message: WAV, 16 bit."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.chat import Audio
from seehear.errors import InputError
from seehear.listen.mel import RATE, counted_channels
from seehear.media import AudioClip, layout_of, read_audio

if TYPE_CHECKING:
    from seehear.listen.spectrogram import Source

LONGEST = 120.0
"""Seconds of a clip that can be planned."""

_BY_COUNT = {1: "mono", 2: "stereo", 4: "foa", 6: "5.1", 8: "7.1", 10: "5.1.4", 12: "7.1.4", 16: "hoa3"}


def clip_of(source: "Source", *, start: float = 0.0, end: float | None = None) -> AudioClip:
    """Read a stretch of a sound at 16 kHz.

    Args:
        source: a file, or samples (channels, n) and their rate in Hz.
        start: seconds.
        end: seconds; None: the end.

    Raises:
        InputError: it cannot be read, the stretch is empty or longer than 120 s.
    """
    clip = _resampled(*source) if isinstance(source, tuple) else read_audio(source, sample_rate=RATE)
    cut = clip.samples[:, round(start * RATE) : None if end is None else round(end * RATE)]
    if not cut.shape[1]:
        raise InputError(f"expected start and end within the clip, got {start:g} to {end}")
    if cut.shape[1] > (LONGEST + 1) * RATE:
        raise InputError(
            f"the planner takes at most {LONGEST:g} s, got {cut.shape[1] / RATE:.0f} s: give --start, --end"
        )
    return clip._replace(samples=cut)


def _resampled(samples: NDArray[np.float32], sample_rate: int) -> AudioClip:
    import soxr

    turned = np.ascontiguousarray(np.atleast_2d(samples).T, dtype=np.float32)
    found = soxr.resample(turned, sample_rate, RATE).T
    return AudioClip(np.ascontiguousarray(found), RATE, _BY_COUNT.get(len(found), ""))


def attached(clip: AudioClip, *, per_ear: bool) -> tuple[Audio, ...]:
    """Give a clip as one stereo sound, or as left and right, each a sound of its own.

    More than two channels are folded to two: loudspeakers to their side, ambisonics to two cardioids facing sideways.

    Args:
        clip: any layout.
        per_ear: two mono sounds, left first; a clip of one channel stays one.
    """
    pair = two_channels(clip)
    if len(pair) == 1 or not per_ear:
        return (_wav(pair, clip.sample_rate),)
    return _wav(pair[:1], clip.sample_rate), _wav(pair[1:], clip.sample_rate)


def two_channels(clip: AudioClip) -> NDArray[np.float32]:
    """Fold a clip to left and right; (2, n), or (1, n) for one channel."""
    if len(clip.samples) <= 2:
        return clip.samples
    layout = layout_of(clip.layout) if clip.layout else None
    if layout is None:
        return np.asarray(clip.samples.mean(axis=0, keepdims=True))
    if layout.kind == "ambisonics":
        omni, side = clip.samples[0], clip.samples[1]
        return np.stack([(omni + side) / 2, (omni - side) / 2])
    kept = counted_channels(clip)
    left = np.array([0.5 if layout.azimuths[index] == 0 else float(layout.azimuths[index] > 0) for index in kept])
    mixed = np.stack([left, 1 - left]) @ clip.samples[kept]
    return np.asarray(mixed / max(float(left.sum()), 1.0), dtype=np.float32)


def _wav(samples: NDArray[np.float32], sample_rate: int) -> Audio:
    import soundfile

    file = BytesIO()
    soundfile.write(file, np.clip(samples.T, -1, 1), sample_rate, subtype="PCM_16", format="WAV")
    return Audio(file.getvalue(), "wav")
