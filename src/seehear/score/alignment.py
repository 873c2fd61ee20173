"""Whether what is heard lies where it is seen: a clip's direction over time against a scene's boxes over time.

Needs a clip and a scene with boxes and a camera, true or watched; no reference sound. A box speaks through the camera:
the azimuth of its centre as seen at the time of hearing. A window that goes to an object while it is off the screen
counts for none that is on it. Each object is an item; windows and layouts as in `direction_scores`, ``extra["chance"]``
too.

References: the idea of SAVGBench's Spatial AV-Align (Shimada et al., arXiv 2412.13462, 2024: boxes seen against
directions heard) and of DCASE 2025 task 3's on-screen accuracy; angles and shares here are our own definitions.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.measure import SLICES, Heard, within_reach
from seehear.media.layout import Layout
from seehear.media.stems import Samples, Stems
from seehear.scene import Camera, Path, Scene, SceneObject, angles_to_vector, vector_to_angles, wrap_azimuth
from seehear.scene.direction import Array
from seehear.score.direction import NOWHERE, by_object, mean_named, what_is_missing, why_undefined
from seehear.score.judged import Judged, heard_at
from seehear.score.score import Metric, Score
from seehear.score.windows import Windows, asked_of, heard_in, windowed, windows_of

SEEN = Metric("seen_azimuth_error", "deg", higher_is_better=False, version=2)
FOLLOWS = Metric("seen_azimuth_correlation", "", higher_is_better=True, version=2)
WITHIN = Metric("within_box", "", higher_is_better=True, version=2)
ON_SCREEN = Metric("on_screen_accuracy", "", higher_is_better=True)

TOLERANCE = 5.0
"""Deg beyond a box's sides that still count as within."""

MOVES = 5.0
"""Deg (standard deviation) of a box's azimuth below which there is nothing to follow."""

_EDGES = 1e-3
"""Deg (standard deviation) of the heard azimuth below which it follows nothing."""


class AlignmentScores(NamedTuple):
    """What `alignment_scores` gives.

    Attributes:
        azimuth: mean absolute difference of heard azimuth and box centre's azimuth, deg.
        correlation: Pearson's, of the two over time, for boxes that move (standard deviation 5 deg); a sound that
            stays put scores 0.
        within: share heard between the box's sides, 5 deg added to each.
        on_screen: share for which "heard within the picture's width" agrees with "has a box"; ears cannot tell front
            from back, so a sound behind them counts by its lateral angle.
    """

    azimuth: Score
    correlation: Score
    within: Score
    on_screen: Score


def alignment_scores(
    prediction: Samples,
    truth: Scene,
    *,
    layout: Layout,
    sample_rate: int,
    hrtf: Hrtf | None = None,
    stems: Stems | None = None,
    judged: Judged | None = None,
) -> AlignmentScores:
    """Compare a clip's sound with the scene's picture.

    Args:
        prediction: (layout.size, n).
        truth: boxes over time, and the camera.
        layout: of the clip.
        sample_rate: Hz.
        hrtf: the set that a binaural clip was made with; None: the built-in one.
        stems: of the scene's objects, to tell which one is heard where several sound.
        judged: windows and weights of the truth, in place of the clip's own; see `judged_windows`.

    Returns:
        Undefined for silence, and without a sounding object that is seen; on-screen also without one that has a
        direction, and for a picture all around.

    Raises:
        InputError: another number of channels than the layout's, or samples that are not finite.
    """
    if judged is not None:
        return aligned(heard_at(prediction, judged, hrtf=hrtf), judged, truth)
    heard = heard_in(prediction, layout, sample_rate=sample_rate, hrtf=hrtf)
    things = [one for one in truth.objects if one.sounding and (_boxed(one) or Path(one).has_direction)]
    sight, meant = _sight(things, truth, heard, layout), asked_of(things, truth, layout, heard)
    seen_or_meant = np.where(sight.shown[:, :, None], sight.centre, meant)
    windows = windows_of(things, seen_or_meant, truth, heard, stems=stems)
    placed = windows_of(things, meant, truth, heard, stems=stems)
    return AlignmentScores(
        *_seen_scores(windows, sight, np.searchsorted(heard.time, windows.time), things, layout),
        _on_screen(placed, sight, np.searchsorted(heard.time, placed.time), things, truth, layout),
    )


def aligned(windows: Windows, judged: Judged, truth: Scene) -> AlignmentScores:
    """Give the scores of a clip that is measured already, in the windows that its world is judged by."""
    things, layout = judged.things, judged.layout
    middle = windows.time + judged.size / judged.sample_rate / 2
    sight, at = _sight_at(things, truth, middle, layout), np.arange(len(middle))
    return AlignmentScores(
        *_seen_scores(windows, sight, at, things, layout), _on_screen(windows, sight, at, things, truth, layout)
    )


class _Sight(NamedTuple):
    """What n objects look like in k windows: whether they are seen, (n, k), and their boxes' sides, (n, k, 3)."""

    shown: NDArray[np.bool_]
    left: Array
    centre: Array
    right: Array


def _sight(things: Sequence[SceneObject], scene: Scene, heard: Heard, layout: Layout) -> _Sight:
    times = heard.slice_times().ravel()
    sides = [windowed(_seen(things, scene, times, side=side), layout, heard) for side in (0.0, 0.5, 1.0)]
    shown = np.array([_shown(one, heard) for one in things], dtype=bool).reshape(len(things), len(heard.time))
    return _Sight(shown, *sides)


def _sight_at(things: Sequence[SceneObject], scene: Scene, times: Array, layout: Layout) -> _Sight:
    sides = [_seen(things, scene, times, side=side) for side in (0.0, 0.5, 1.0)]
    shown = np.isfinite(sides[1][:, :, 0])
    for side in sides:
        side[shown] = within_reach(layout, side[shown])
    return _Sight(shown, *sides)


def _seen(things: Sequence[SceneObject], scene: Scene, times: Array, *, side: float) -> Array:
    """Give where boxes are seen, (n, k, 3), in the listener's axes: at their left (0), centre or right (1)."""
    camera = Camera(scene.camera)
    rows = []
    for one in things:
        box = Path(one).box_at(times)
        point = np.stack([box[:, 0] + side * (box[:, 2] - box[:, 0]), (box[:, 1] + box[:, 3]) / 2], axis=-1)
        rows.append(camera.to_camera(camera.direction_of(point, times), times))
    return np.array(rows).reshape(len(things), len(times), 3)


def _boxed(thing: SceneObject) -> bool:
    return any(key.box is not None for key in thing.keyframes)


def _seen_scores(
    windows: Windows, sight: _Sight, at: NDArray[np.int64], things: Sequence[SceneObject], layout: Layout
) -> tuple[Score, Score, Score]:
    """Score the windows that go to an object while it is seen."""
    left, centre, right = (part[windows.thing, at] for part in sight[1:])
    keep = sight.shown[windows.thing, at]
    seen = windows._replace(asked=centre).where(keep)
    boxed = [number for number, one in enumerate(things) if _boxed(one)]
    names, reason = [things[i].id for i in boxed], why_undefined(seen, len(boxed))
    front = _mono(seen, layout)

    def score(metric: Metric, right: Array, mono: Array) -> Score:
        items = by_object(right, seen, len(things))[boxed]
        extra = mean_named("chance", by_object(mono, seen, len(things))[boxed])
        return metric.mean(items, reason=reason or what_is_missing(items, names, seen), extra=extra)

    return (
        score(SEEN, _apart(seen.heard, seen.asked), _apart(front, seen.asked)),
        _correlation(seen, boxed, names, reason),
        score(WITHIN, _within(seen.heard, left[keep], right[keep]), _within(front, left[keep], right[keep])),
    )


def _mono(windows: Windows, layout: Layout) -> Array:
    """Give from where a mono copy would be heard: in front, or nowhere."""
    nowhere = np.full_like(windows.heard, np.nan)
    return nowhere if layout.kind == "ambisonics" else np.asarray(np.broadcast_to([1.0, 0.0, 0.0], nowhere.shape))


def _azimuth(direction: Array) -> Array:
    return np.where(np.isnan(direction[:, 0]), np.nan, vector_to_angles(np.nan_to_num(direction))[0])


def _apart(heard: Array, asked: Array) -> Array:
    turn = np.abs(wrap_azimuth(np.nan_to_num(_azimuth(heard)) - _azimuth(asked)))
    return np.where(np.isnan(heard[:, 0]), NOWHERE, turn)


def _within(heard: Array, left: Array, right: Array) -> Array:
    """Say (1 or 0) whether a direction lies between a box's sides, the tolerance added; from nowhere: not."""
    azimuth = _azimuth(heard)
    width = (_azimuth(left) - _azimuth(right)) % 360.0
    past = wrap_azimuth(np.nan_to_num(azimuth) - _azimuth(right) - width / 2)
    return np.where(np.isnan(azimuth), 0.0, np.abs(past) <= width / 2 + TOLERANCE)


def _correlation(windows: Windows, boxed: list[int], names: list[str], reason: str) -> Score:
    items = np.array([_follows(windows, windows.thing == i) for i in boxed])
    why = reason or what_is_missing(items, names, windows)
    if not reason and len(items) and np.isnan(items).all():
        why = "no box moves"
    return FOLLOWS.mean(items, reason=why, extra={} if reason else {"chance": 0.0})


def _follows(windows: Windows, mine: NDArray[np.bool_]) -> float:
    """Give Pearson's correlation of heard and seen azimuth, by energy; nan where the box does not move."""
    if mine.sum() < 3:
        return float("nan")
    seen, weight = _unwrapped(windows.asked[mine]), windows.energy[mine] / windows.energy[mine].sum()
    seen = seen - (weight * seen).sum()
    if np.sqrt((weight * seen**2).sum()) < MOVES:
        return float("nan")
    directed = ~np.isnan(windows.heard[mine][:, 0])
    if not directed.all():
        return 0.0
    heard = _unwrapped(windows.heard[mine])
    heard = heard - (weight * heard).sum()
    spread = np.sqrt((weight * heard**2).sum())
    if spread < _EDGES:
        return 0.0
    return float((weight * heard * seen).sum() / (spread * np.sqrt((weight * seen**2).sum())))


def _unwrapped(direction: Array) -> Array:
    return np.asarray(np.rad2deg(np.unwrap(np.deg2rad(_azimuth(direction)))))


def _on_screen(
    windows: Windows, sight: _Sight, at: NDArray[np.int64], things: Sequence[SceneObject], truth: Scene, layout: Layout
) -> Score:
    """Compare "is seen" with "is heard within the picture", over objects whose direction is known, on screen or off."""
    placed = [number for number, one in enumerate(things) if Path(one).has_direction]
    half = truth.camera.horizontal_fov / 2
    reason = why_undefined(windows, len(placed))
    if half >= 180.0:
        reason = "the picture is all around"
    if reason:
        return ON_SCREEN.undefined(reason)
    shown = sight.shown[windows.thing, at]
    edge = abs(_azimuth(within_reach(layout, angles_to_vector([half], 0.0)))[0])
    items, chance = (
        by_object((_inside(one, edge) == shown).astype(np.float64), windows, len(things))[placed]
        for one in (windows.heard, _mono(windows, layout))
    )
    missing = what_is_missing(items, [things[i].id for i in placed], windows)
    return ON_SCREEN.mean(items, reason=missing, extra=mean_named("chance", chance))


def _shown(thing: SceneObject, heard: Heard) -> NDArray[np.bool_]:
    """Say in which windows, (k,), an object is seen for most of the energy."""
    box = Path(thing).box_at(heard.slice_times().ravel()).reshape(-1, SLICES, 4)
    share = (heard.slices * np.isfinite(box[:, :, 0])).sum(axis=1)
    return np.asarray(share > 0.5 * heard.slices.sum(axis=1))


def _inside(heard: Array, edge: float) -> NDArray[np.bool_]:
    """Say whether a sound is heard between the picture's sides; one from nowhere is."""
    return np.asarray(np.abs(np.nan_to_num(_azimuth(heard))) <= edge)
