"""The backend `mmaudio`: one mono sound for each object out of its part of the picture; acoustics places it.

Two stages: MMAudio hears nothing of directions, it sees the crop around an object and its label. Each stem is brought
to -23 LUFS; the scene's distances and gains come on top. Sounds of several objects are made one after the other.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray

from seehear.acoustics.loudness import LoudnessMeter
from seehear.errors import BackendFailed, InputError
from seehear.media.layout import layout_of
from seehear.media.reading import resampled
from seehear.media.stems import AMBIENCE, ArrayStems
from seehear.scene import Ambience, Scene, SceneObject
from seehear.scene.path import Path as Course
from seehear.sound.flow import clip
from seehear.sound.flow.conditions import Extractors, Picture, Shown, shown_in
from seehear.sound.flow.generate import Maker, Sampling, arithmetic, memory
from seehear.sound.flow.loading import load_mel_codec, load_mmaudio
from seehear.sound.flow.needs import DECODING, FEATURES, need, rate_of, terms_of, variant_of, weights_of
from seehear.sound.sounded import Sounded

LOUDNESS = -23.0
"""LUFS of a stem, of a channel on its own in front."""

MARGIN = 0.25
"""Of a box's sides, by which the crop is larger on each side."""

_LEAST = 0.25  # of the frame's sides
_log = logging.getLogger(__name__)


class PlacedSound:
    """The backend.

    Args:
        variant: of MMAudio; "" = small_44k.
        maker: network, codec and extractors, already loaded; None: the published ones, loaded when first needed.
        sampling: how; the seed is given to `to_stems`.
    """

    def __init__(self, variant: str = "", *, maker: Maker | None = None, sampling: Sampling | None = None) -> None:
        self._variant = variant_of(variant)
        self._maker, self._sampling = maker, sampling or Sampling()

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Make each object's sound, and the ambience's out of the whole picture.

        Args:
            scene: what is where; an object without box is given the whole picture. Objects without sounding spans
                sound throughout. A scene without objects and ambience is given one ambience.
            picture: the file it was watched in.
            seed: settles the noise the sounds begin from.
            sample_rate: Hz of the stems.

        Raises:
            MissingWeights: not on this machine; the message has the command, the sizes and the terms.
            InputError: no picture, or less of it than one timing segment of 0.64 s.
            BackendFailed: out of memory.
        """
        if picture is None:
            raise InputError("sound backend 'mmaudio' makes sound out of a picture, got a scene alone: use voices")
        if self._maker is None:
            self._maker = _published(self._variant)
        bed = scene.ambience is not None or not scene.objects
        plan(self._maker, scene.duration, self._sampling, sounds=len(scene.objects) + bed)
        work = _Work(self._maker, scene, Path(picture), self._sampling, seed, sample_rate)
        stems = {thing.id: work.of_object(thing) for thing in scene.objects}
        heard = tuple(
            thing.model_copy(
                update={"sounding": thing.sounding or ((0.0, scene.duration),), "stem": "dry",
                        "extra": thing.extra | {"sounding": "made"}}
            )
            for thing in scene.objects
        )  # fmt: skip
        told = scene.model_copy(update={"objects": heard})
        if bed:
            ambience = scene.ambience or Ambience()
            stems[AMBIENCE] = work.of_all(ambience.caption or ambience.label or "")
            told = told.model_copy(update={"ambience": ambience})
        length = max(1, round(scene.duration * sample_rate))
        return Sounded(told.model_copy(update={"extra": work.extra()}), ArrayStems(stems, sample_rate, length))


class _Work:
    """One scene's sounds."""

    def __init__(
        self, maker: Maker, scene: Scene, picture: Path, sampling: Sampling, seed: int, sample_rate: int
    ) -> None:
        self._maker, self._scene, self._picture, self._rate = maker, scene, picture, sample_rate
        self._sampling, self._seed = sampling, seed
        self._start = float(scene.extra.get("start", 0.0))
        self.notes: list[str] = []

    def of_object(self, thing: SceneObject) -> NDArray[np.float32]:
        """Make an object's sound."""
        return self._made(thing.id, thing.caption or thing.label or "", cropper(thing))

    def of_all(self, caption: str) -> NDArray[np.float32]:
        """Make the sound of the whole picture."""
        return self._made(AMBIENCE, caption, None)

    def extra(self) -> dict[str, object]:
        """Give the scene's facts with what was noticed on the way."""
        unknown = [*self._scene.extra.get("unknown", []), *dict.fromkeys(self.notes)]
        return dict(self._scene.extra) | ({"unknown": unknown} if unknown else {})

    def _made(self, name: str, caption: str, crop: Callable[[Picture, float], Picture] | None) -> NDArray[np.float32]:
        sampling = replace(self._sampling, seed=crc32(f"{self._seed}|{name}".encode()))
        blocks = self._maker.sounds(
            lambda start, duration: later(shown_in(self._picture, start=start + self._start, duration=duration),
                                          self._start),
            self._scene.duration, caption, sampling=sampling, crop=crop, told=self.notes.append,
        )  # fmt: skip
        at_rate = resampled(blocks, self._maker.codec.sample_rate, self._rate)
        return levelled(np.concatenate(list(within_memory(at_rate)), axis=1)[0], self._rate)


class _Later:
    """A frame on the scene's clock."""

    def __init__(self, frame: Shown, start: float) -> None:
        self.time, self.rgb = frame.time - start, frame.rgb


def later(shown: Iterable[Shown], start: float) -> Iterable[Shown]:
    """Give frames with their times counted from a start, s."""
    return (_Later(one, start) for one in shown) if start else shown


def cropper(thing: SceneObject) -> Callable[[Picture, float], Picture] | None:
    """Give what cuts an object out of a frame at a time: its box and a margin; the whole frame where it has none."""
    if all(key.box is None for key in thing.keyframes):
        return None
    course = Course(thing)

    def cut(picture: Picture, time: float) -> Picture:
        box = course.box_at(time)[0]
        if not np.isfinite(box).all():
            return picture
        height, width = picture.shape[:2]
        left, right = _widened(box[0], box[2], width)
        top, bottom = _widened(box[1], box[3], height)
        return picture[top:bottom, left:right]

    return cut


def _widened(first: float, last: float, size: int) -> tuple[int, int]:
    """A side of a box, fractions, to pixels, with its margin, inside the frame."""
    middle, half = (first + last) / 2, max((last - first) * (0.5 + MARGIN), _LEAST / 2)
    begin = min(max(round((middle - half) * size), 0), size - 1)
    return begin, max(begin + 1, min(round((middle + half) * size), size))


def levelled(sound: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Bring one channel (n,) to `LOUDNESS`; silence stays."""
    meter = LoudnessMeter(layout_of("stereo"), sample_rate)
    meter.add(np.stack([sound, np.zeros_like(sound)]))
    loudness = meter.integrated()
    return sound if loudness is None else sound * np.float32(10 ** ((LOUDNESS - loudness) / 20))


def within_memory(blocks: Iterable[NDArray[np.float32]]) -> Iterable[NDArray[np.float32]]:
    """Hand blocks on, and say it in one line when the memory does not suffice.

    Raises:
        BackendFailed: out of memory.
    """
    try:
        yield from blocks
    except (MemoryError, torch.OutOfMemoryError) as error:
        told = "the network does not fit into memory: take a smaller variant (mmaudio:small_16k), or a shorter clip"
        raise BackendFailed(told, raw=str(error)) from error


def plan(maker: Maker, duration: float, sampling: Sampling, *, sounds: int) -> None:
    """Say what is to come, before it: arithmetic, memory and, by a short measurement, time."""
    work = sounds * arithmetic(maker, duration, sampling)
    _log.warning(
        "plan: %d sounds of %.1f s, %.1f TFLOP, about %.0f s here; %.1f GB of weights in memory",
        sounds, duration, work / 1e12, work / matrix_rate(maker.device), memory(maker) / 1e9,
    )  # fmt: skip


def matrix_rate(device: str) -> float:
    """Measure operations a second of matrix products, for a tenth of a second."""
    one = torch.randn(1024, 1024, device=device)
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < 0.1:
        float((one @ one)[0, 0])
        count += 1
    return 2 * 1024**3 * max(count, 1) / (time.perf_counter() - begin)


def _published(variant: str) -> Maker:
    """Load the published networks; their terms are said first."""
    from seehear.networks.sync_offset import load_visual

    names = weights_of(f"mmaudio:{variant}")
    need(names, "mmaudio")
    _log.warning("weights in use: %s", terms_of(names))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    extractors = Extractors(clip.load(device=device), load_visual(device=device))
    codec = load_mel_codec(rate_of(variant)).to(device)
    network, aside = load_mmaudio(variant), FEATURES + DECODING[rate_of(variant)]
    return Maker(network, codec, extractors, half=device == "cuda", device=device, aside=aside)
