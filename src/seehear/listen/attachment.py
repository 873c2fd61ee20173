"""A clip's sound as it is attached to a message: WAV, 16 bit, 16 kHz, as language models take it."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from seehear.chat import Audio
from seehear.listen.mel import counted_channels
from seehear.media import AudioClip, layout_of


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
        return clip.samples.mean(axis=0, keepdims=True)
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
