"""Whether a clip is heard from where its scene says: azimuth, angle, side.

For binaural, stereo, 5.1, 7.1, 5.1.4, 7.1.4, FOA and HOA. Directions asked for are first brought within the layout's
reach (`seehear.acoustics.measure.within_reach`): stereo ends at +-30 deg, ears know the lateral angle only. Heard and
asked are compared in windows of 100 ms, weighted by energy; which object a window is judged against, and when several
sound at once, `seehear.score.windows` says. Where the truth's stems are known, its own windows and weights can be given
instead, the same for every answer (`seehear.score.judged`). Each object is an item.

A mono copy is heard in front (ambisonics: from nowhere, which counts as 90 deg, the mean over all directions);
``extra["chance"]`` is what it would score in the same windows.

References: Merimaa and Pulkki, JAES 53(12), 2005 (intensity vector); Mesaros et al., "Joint measurement of localization
and detection of sound events", WASPAA 2019 (angular error by event).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from seehear.acoustics.hrtf import Hrtf
from seehear.media.layout import Layout
from seehear.media.stems import Samples, Stems
from seehear.scene import Path, Scene, angle_between, vector_to_angles, wrap_azimuth
from seehear.scene.direction import Array
from seehear.score.judged import Judged, heard_at
from seehear.score.score import Metric, Score, weighted_mean
from seehear.score.windows import Windows, asked_of, heard_in, windows_of

AZIMUTH = Metric("azimuth_error", "deg", higher_is_better=False)
ANGLE = Metric("angular_error", "deg", higher_is_better=False)
SIDE = Metric("side_accuracy", "", higher_is_better=True)
LEFT_RIGHT = Metric("left_right_accuracy", "", higher_is_better=True)

CENTRE = 10.0
"""Deg of lateral angle up to which a direction is neither left nor right."""

MIDDLE = 1.0
"""Deg of lateral angle up to which a sound is heard on neither side, so that left and right are a toss-up."""

NOWHERE = 90.0
"""Deg: the error of a sound without direction, the mean of a random one's."""


class DirectionScores(NamedTuple):
    """What `direction_scores` gives.

    Attributes:
        azimuth: mean absolute azimuth error, deg; ``extra["bias"]`` is the mean signed one, positive too far left.
        angle: mean angle in space, deg; as azimuth for layouts without height.
        side: share heard on the right one of left, centre (within 10 deg) and right.
        left_right: share heard on the right side, of what lies more than 10 deg to a side; within 1 deg of the middle
            counts half, so that a mono copy scores exactly 0.5.
    """

    azimuth: Score
    angle: Score
    side: Score
    left_right: Score


def direction_scores(
    prediction: Samples,
    truth: Scene,
    *,
    layout: Layout,
    sample_rate: int,
    hrtf: Hrtf | None = None,
    stems: Stems | None = None,
    judged: Judged | None = None,
) -> DirectionScores:
    """Compare a clip with its scene.

    Args:
        prediction: (layout.size, n).
        truth: where everything is.
        layout: of the clip.
        sample_rate: Hz.
        hrtf: the set that a binaural clip was made with; None: the built-in one.
        stems: of the scene's objects, to tell which one is heard where several sound.
        judged: windows and weights of the truth, in place of the clip's own; see `judged_windows`.

    Returns:
        Undefined for silence, and for a scene without a sounding object whose direction is known.

    Raises:
        InputError: another number of channels than the layout's, or samples that are not finite.
    """
    if judged is not None:
        windows = heard_at(prediction, judged, hrtf=hrtf)
        return scores_of_windows(windows, [one.id for one in judged.things], layout)
    things = [one for one in truth.objects if one.sounding and Path(one).has_direction]
    heard = heard_in(prediction, layout, sample_rate=sample_rate, hrtf=hrtf)
    windows = windows_of(things, asked_of(things, truth, layout, heard), truth, heard, stems=stems)
    return scores_of_windows(windows, [one.id for one in things], layout)


def scores_of_windows(windows: Windows, names: list[str], layout: Layout) -> DirectionScores:
    """Give the scores of windows whose direction is measured; ``names`` are the objects that may be judged."""
    count, reason = len(names), why_undefined(windows, len(names))
    mono = windows._replace(heard=_of_mono(windows, layout))

    def score(metric: Metric, values: Callable[[Windows], Array]) -> Score:
        items = by_object(values(windows), windows, count)
        extra = mean_named("chance", by_object(values(mono), mono, count))
        if metric is AZIMUTH:
            extra |= mean_named("bias", by_object(_turn(windows), windows, count))
        return metric.mean(items, reason=reason or what_is_missing(items, names, windows), extra=extra)

    return DirectionScores(
        score(AZIMUTH, _azimuth_error),
        score(ANGLE, _angular_error),
        score(SIDE, _same_side),
        score(LEFT_RIGHT, _left_right),
    )


def by_object(values: Array, windows: Windows, count: int) -> Array:
    """Give each object's mean, (count,), of its windows' values by energy; nan without any."""
    return np.array(
        [weighted_mean(values[windows.thing == i], windows.energy[windows.thing == i]) for i in range(count)]
    )


def why_undefined(windows: Windows, count: int) -> str:
    """Say why nothing at all can be scored; "" where something can."""
    if not count:
        return "no sounding object with a known place"
    if windows.silent:
        return "silence"
    return "" if len(windows.time) else "no window in which one object can be told from the others"


def what_is_missing(items: Array, names: list[str], windows: Windows) -> str:
    """Say which objects have no score, and how many windows went to the nearest object."""
    lost = [name for name, item in zip(names, items, strict=True) if np.isnan(item)]
    told = [f"not scored: {', '.join(lost)}"] if lost else []
    if windows.nearest.any():
        told.append(
            f"{int(windows.nearest.sum())} of {len(windows.time)} windows against the nearest of several objects"
        )
    return "; ".join(told)


def mean_named(name: str, items: Array) -> dict[str, float]:
    """Give the mean of the defined items under a name; nothing where there are none."""
    known = items[~np.isnan(items)]
    return {name: float(known.mean())} if len(known) else {}


def lateral_deg(direction: Array) -> Array:
    """Give the lateral angle, (k,) deg, +90 left, of unit vectors (k, 3)."""
    return np.asarray(np.rad2deg(np.arcsin(np.clip(direction[:, 1], -1.0, 1.0))))


def _of_mono(windows: Windows, layout: Layout) -> Array:
    nowhere = np.full_like(windows.heard, np.nan)
    return nowhere if layout.kind == "ambisonics" else np.broadcast_to([1.0, 0.0, 0.0], nowhere.shape)


def _turn(windows: Windows) -> Array:
    """Give heard less asked azimuth, (k,) deg; nan without a direction."""
    heard, asked = (vector_to_angles(np.nan_to_num(one))[0] for one in (windows.heard, windows.asked))
    return np.where(np.isnan(windows.heard[:, 0]), np.nan, wrap_azimuth(heard - asked))


def _azimuth_error(windows: Windows) -> Array:
    return np.asarray(np.nan_to_num(np.abs(_turn(windows)), nan=NOWHERE))


def _angular_error(windows: Windows) -> Array:
    directed = ~np.isnan(windows.heard[:, 0])
    return np.where(directed, angle_between(np.nan_to_num(windows.heard), windows.asked), NOWHERE)


def _same_side(windows: Windows) -> Array:
    heard, asked = (lateral_deg(np.nan_to_num(one)) for one in (windows.heard, windows.asked))
    return np.asarray(_side(heard, CENTRE) == _side(asked, CENTRE), dtype=np.float64)


def _left_right(windows: Windows) -> Array:
    heard = _side(lateral_deg(np.nan_to_num(windows.heard)), MIDDLE)
    asked = _side(lateral_deg(windows.asked), CENTRE)
    return np.where(asked == 0, np.nan, 0.5 + 0.5 * heard * asked)


def _side(lateral: Array, border: float) -> Array:
    """1 left, -1 right, 0 within the border."""
    return np.where(np.abs(lateral) <= border, 0.0, np.sign(lateral))
