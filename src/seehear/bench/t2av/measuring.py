"""The weight-free metrics of one clip: stream audit, loudness, place against picture, time against picture."""

import math
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from seehear.bench.t2av.decoding import LUMA_WIDTH, DecodedClip, Seen, sight_frames
from seehear.media.layout import LAYOUTS, Layout, layout_of
from seehear.media.stems import Samples
from seehear.scene import Scene
from seehear.scene.direction import Array
from seehear.score.alignment import FOLLOWS, ON_SCREEN, SEEN, WITHIN
from seehear.score.cut_tops import FLAT_TOPS
from seehear.score.motion import OFFSET, SIDE, FlowCurves
from seehear.score.score import Metric, Score
from seehear.score.signal_quality import BANDWIDTH, CLIPPING, DC, LOUDNESS, SILENCE, TRUE_PEAK
from seehear.score.stereo_image import DUAL, MONO, WIDTH
from seehear.score.stillness import BLACK_SHARE, FROZEN_SHARE
from seehear.score.sync import AV_ALIGN, AV_ALIGN_FIXED

DURATION_ERROR = Metric("duration_error", "s", higher_is_better=False)
LENGTH_GAP = Metric("av_length_gap", "s", higher_is_better=False)
SWAP_MARGIN = Metric("swap_margin", "deg", higher_is_better=True)
CHANNELS = Metric("channels", "", higher_is_better=True)
SAMPLE_RATE = Metric("sample_rate", "Hz", higher_is_better=True)
FRAME_RATE = Metric("frame_rate", "Hz", higher_is_better=True)
HEIGHT = Metric("height", "px", higher_is_better=True)

AUDIT = (
    CHANNELS, SAMPLE_RATE, FRAME_RATE, HEIGHT, DURATION_ERROR, LENGTH_GAP, SILENCE, CLIPPING, FLAT_TOPS, TRUE_PEAK, DC,
    BANDWIDTH, BLACK_SHARE, FROZEN_SHARE, LOUDNESS,
)  # fmt: skip
SPATIAL = (DUAL, WIDTH, MONO, SIDE, SWAP_MARGIN, SEEN, FOLLOWS, WITHIN, ON_SCREEN)
SYNC = (AV_ALIGN, AV_ALIGN_FIXED, OFFSET)
WEIGHT_FREE = (*AUDIT, *SPATIAL, *SYNC)
"""All columns, in the tables' order."""

_ALIGN_RATE = 22050
"""Hz at which AV-Align listens, as published."""

_THRESHOLD = 0.1
"""Pixels of mean flow below which AV-Align sees no peak, as published."""


@dataclass(frozen=True)
class Asked:
    """What the clips were asked to be.

    Attributes:
        duration: s; None: nothing was asked.
        horizontal_fov: deg that the picture is taken to span.
        layout: of two channels: ``stereo`` or ``binaural``, which a file cannot say.
    """

    duration: float | None = None
    horizontal_fov: float = 60.0
    layout: str = "stereo"


@dataclass(frozen=True)
class Measured:
    """What a clip's metrics gave.

    Attributes:
        scores: one for each of `WEIGHT_FREE`, in that order.
        costs: processor s of each stage.
        track: seen and heard azimuths over time, for the page: see `seehear.bench.t2av.tracks`.
    """

    scores: tuple[Score, ...]
    costs: dict[str, float]
    track: dict[str, Any]


@dataclass(frozen=True)
class Listened:
    """A clip's sound as it is measured: (layout.size, n), a single channel on both sides."""

    samples: Samples
    layout: Layout
    sample_rate: int


def measure(
    clip: DecodedClip, asked: Asked, *, scene: Scene | None = None, curves: FlowCurves | None = None
) -> Measured:
    """Measure a decoded clip; what cannot be measured is undefined with a reason.

    Args:
        clip: as decoded.
        asked: what it should be.
        scene: of a picture that was watched before; None: it is watched now.
        curves: of a picture whose movement was measured before; None: it is measured now.
    """
    from seehear.bench.t2av.tracks import track_of

    clock = _Clock()
    heard, reason = listened(clip, asked)
    found = {one.name: one for one in _streams(clip, asked)}
    clock.lap("streams")
    found |= {one.name: one for one in (_sound(heard) if heard else [])}
    clock.lap("sound")
    found |= {one.name: one for one in (_picture(clip.seen) if clip.seen else [])}
    clock.lap("picture")
    if scene is None and clip.seen:
        scene = watched(clip.seen, asked)
    clock.lap("watch")
    if heard and scene is not None:
        found |= {one.name: one for one in _placed(heard, scene)}
    clock.lap("place")
    if heard and clip.seen:
        found |= {one.name: one for one in _moved(heard, clip.seen, asked, curves)}
    clock.lap("motion")
    why = reason or ("; ".join(clip.faults) or "no picture")
    scores = tuple(found.get(one.name) or one.undefined(why) for one in WEIGHT_FREE)
    track = track_of(heard, scene) if heard and scene is not None else {}
    clock.lap("track")
    return Measured(scores, clock.laps, track)


def listened(clip: DecodedClip, asked: Asked) -> tuple[Listened | None, str]:
    """Give a clip's sound in a layout that can be measured; or None and why."""
    if clip.heard is None:
        return None, next((one for one in clip.faults if one.startswith("sound")), "no sound stream")
    samples, name = clip.heard.samples, clip.heard.layout
    if len(samples) == 1:
        # a single channel is played by both loudspeakers
        return Listened(np.repeat(samples, 2, axis=0), layout_of("stereo"), clip.heard.sample_rate), ""
    if len(samples) == 2:
        return Listened(samples, layout_of(asked.layout), clip.heard.sample_rate), ""
    if name in LAYOUTS:
        return Listened(samples, layout_of(name), clip.heard.sample_rate), ""
    return None, f"{len(samples)} channels of an unknown layout"


def watched(seen: Seen, asked: Asked) -> Scene:
    """Watch the kept frames: boxes over time."""
    from seehear.watch import BACKENDS, Sight

    sight = Sight(
        frames=lambda every: sight_frames(seen.views, every), size_wh=seen.info.size_wh, duration=seen.duration,
        fps=seen.fps, horizontal_fov=asked.horizontal_fov,
    )  # fmt: skip
    scene: Scene = BACKENDS.load("motion")().watch(sight)
    return scene


class _Clock:
    def __init__(self) -> None:
        self._last = process_time()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = process_time()
        self.laps[name] = now - self._last
        self._last = now


def _streams(clip: DecodedClip, asked: Asked) -> list[Score]:
    scores = []
    if clip.seen:
        scores += [FRAME_RATE.at(clip.seen.fps), HEIGHT.at(clip.seen.info.size_wh[1])]
        scores.append(DURATION_ERROR.at(abs(clip.seen.duration - asked.duration)) if asked.duration
                      else DURATION_ERROR.undefined("no duration was asked: --duration"))  # fmt: skip
    if clip.heard:
        scores += [CHANNELS.at(len(clip.heard.samples)), SAMPLE_RATE.at(clip.heard.sample_rate)]
    if clip.seen and clip.heard:
        length = clip.heard.samples.shape[1] / clip.heard.sample_rate
        scores.append(LENGTH_GAP.at(abs(length - clip.seen.duration), extra={"longer": length - clip.seen.duration}))
    return scores


def _sound(heard: Listened) -> list[Score]:
    from seehear import score
    from seehear.score.cut_tops import flat_tops

    samples, layout, rate = heard.samples, heard.layout, heard.sample_rate
    timed = (score.silence, score.true_peak, score.bandwidth, score.loudness, flat_tops)
    plain = (score.clipping, score.dc_offset, score.dual_mono, score.width, score.mono_compatibility)
    return [*(one(samples, layout, sample_rate=rate) for one in timed), *(one(samples, layout) for one in plain)]


def _picture(seen: Seen) -> list[Score]:
    from seehear.score.stillness import black_share, frozen_share

    return [black_share(seen.level), frozen_share(seen.change, seen.time, duration=seen.duration)]


def _placed(heard: Listened, scene: Scene) -> list[Score]:
    from seehear.score import alignment_scores, swap_test

    def place(samples: Samples) -> Any:  # noqa: ANN401 - AlignmentScores
        return alignment_scores(samples, scene, layout=heard.layout, sample_rate=heard.sample_rate)

    both = swap_test(place, heard.samples, heard.layout)
    margin = both.swapped.azimuth.value - both.given.azimuth.value
    swap = SWAP_MARGIN.undefined(both.given.azimuth.reason or "undefined") if math.isnan(margin) else (
        SWAP_MARGIN.at(margin))  # fmt: skip
    return [*both.given, swap]


def _moved(heard: Listened, seen: Seen, asked: Asked, curves: FlowCurves | None) -> list[Score]:
    import soxr

    from seehear.score import av_align, av_align_fixed, flow_peaks, onset_times
    from seehear.score.motion import flow_curves, moving_side_agreement, onset_to_motion_offset

    mono = heard.samples.mean(axis=0, dtype=np.float64)
    slow = np.asarray(soxr.resample(mono, heard.sample_rate, _ALIGN_RATE), dtype=np.float64)
    curves = flow_curves(seen.luma) if curves is None else curves
    # the published threshold is in pixels of the full picture
    pixels: Array = curves.magnitude * seen.info.size_wh[0]
    onsets, peaks = onset_times(slow, _ALIGN_RATE), flow_peaks(pixels, fps=seen.fps, threshold=_THRESHOLD)
    return [
        av_align(onsets, peaks, fps=seen.fps),
        av_align_fixed(onsets, peaks, fps=seen.fps, duration=seen.duration),
        onset_to_motion_offset(mono, curves.change, sample_rate=heard.sample_rate, fps=seen.fps),
        moving_side_agreement(
            heard.samples, curves.columns, layout=heard.layout, sample_rate=heard.sample_rate, fps=seen.fps,
            horizontal_fov=asked.horizontal_fov,
        ),
    ]  # fmt: skip


FLOW_NOTE = f"AV-Align's flow is measured on pictures {LUMA_WIDTH} px wide and told in pixels of the full one."
