"""Synchformer and SyncNet on a clip: is the sound in time with the picture, with the lips?"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from seehear.bench.embedding.clip import ClipParts, Frames
from seehear.bench.embedding.table import DESYNC_T2AV
from seehear.networks import sync_offset, syncnet
from seehear.networks.faces import faces
from seehear.networks.inputs import mono_at, short_side
from seehear.networks.sync_offset import FPS, RATE, SyncOffset
from seehear.networks.synchformer import SEGMENTS
from seehear.score.lips import LSE_C, LSE_D, lip_sync
from seehear.score.offset_classes import DESYNC, desync
from seehear.score.score import Score, mean_score

_T2AV_SIDE, _T2AV_FRAME = 256, 2
"""Its frames are resized to 256 and cut to 224; its window begins at the third frame."""
_FACE_SIDE = 720


def load_offset(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load Synchformer for clips of at least 4.8 s (5 s for ``desync_t2av``)."""
    model = sync_offset.load(device=device)
    return lambda clip: {DESYNC.name: _both_windows(model, clip), DESYNC_T2AV.name: _one_window(model, clip)}


def load_lips(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load SyncNet; a clip's scores are the means over its faces."""
    model = syncnet.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        found = faces(clip.steady(syncnet.FPS, _shrunk(_FACE_SIDE)))
        if not found:
            why = "no face is followed for more than 2 s"
            return {LSE_C.name: LSE_C.undefined(why), LSE_D.name: LSE_D.undefined(why)}
        sound = clip.sound
        scores = []
        for start, cuts in found:
            begin = int(start / syncnet.FPS * sound.sample_rate)
            end = begin + int(len(cuts) / syncnet.FPS * sound.sample_rate)
            scores.append(lip_sync(model.see(cuts), model.hear(sound.samples[:, begin:end], sound.sample_rate)))
        return {
            LSE_C.name: mean_score([one.confidence for one in scores]),
            LSE_D.name: mean_score([one.distance for one in scores]),
        }

    return measure


def _both_windows(model: SyncOffset, clip: ClipParts) -> Score:
    """Give the mean over the first and the last fourteen segments, which are those of av-benchmark."""
    seen = model.see(clip.steady(FPS, _shrunk(224)))
    heard = model.hear(clip.sound.samples, clip.sound.sample_rate)
    both = min(len(seen), len(heard))
    seen, heard = seen[:both], heard[:both]
    return desync(
        np.stack([model.logits(seen[:SEGMENTS], heard[:SEGMENTS]), model.logits(seen[-SEGMENTS:], heard[-SEGMENTS:])])
    )


def _one_window(model: SyncOffset, clip: ClipParts) -> Score:
    if clip.duration < 5.0 or clip.sound.samples.shape[1] < 5.0 * clip.sound.sample_rate:
        return DESYNC_T2AV.undefined("shorter than 5 s")
    frames = clip.steady(FPS, _shrunk(_T2AV_SIDE))[_T2AV_FRAME : 5 * FPS]
    top, left = (round((size - 224) / 2) for size in frames.shape[1:3])
    seen = model.see(frames[:, top : top + 224, left : left + 224])
    wave = mono_at(clip.sound.samples, clip.sound.sample_rate, RATE)
    heard = model.hear(wave[int(_T2AV_FRAME / FPS * RATE) : 5 * RATE], RATE)
    return replace(desync(model.logits(seen[:SEGMENTS], heard[:SEGMENTS])[None]), name=DESYNC_T2AV.name)


def _shrunk(side: int) -> Callable[[Frames], Frames]:
    def shrink(frame: Frames) -> Frames:
        if min(frame.shape[1:3]) <= side and side == _FACE_SIDE:
            return frame
        small: Frames = short_side(frame, side).permute(0, 2, 3, 1).numpy()
        return small

    return shrink
