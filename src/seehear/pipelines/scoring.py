"""A clip and what is known of it into scores: its signal, its sides, its directions, its likeness to a reference."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from seehear.errors import InputError
from seehear.media.layout import Layout, layout_of
from seehear.media.stems import AMBIENCE, Samples
from seehear.scene import Scene, read_scene

if TYPE_CHECKING:
    from seehear.score import Judged, Metric, Score

GROUPS = ("signal", "sides", "direction", "picture", "swap", "reference", "see2sound")
BY_ITSELF = ("signal", "sides")
WITH_SCENE = ("direction", "picture", "swap")
WITH_REFERENCE = ("reference",)
SWAPPED = "swapped_"

_MISSING = {
    **dict.fromkeys(WITH_SCENE, "needs a scene: the truth, or a watched one"),
    "reference": "needs a reference clip",
    "see2sound": "needs a reference clip",
}


class Beside(NamedTuple):
    """What a clip is scored against; all of it may be missing.

    Attributes:
        truth: the scene, or its file.
        stems: the folder of the scene's stems: directions are then judged where one object is heard alone.
        reference: the sound that it should be.
        watch: take the scene from the clip's own picture.
        horizontal_fov: deg, of the camera, for ``watch``.
    """

    truth: Scene | Path | str | None = None
    stems: Path | str | None = None
    reference: Path | str | None = None
    watch: bool = False
    horizontal_fov: float = 60.0


NOTHING = Beside()
"""A clip alone."""


class _Given(NamedTuple):
    """A clip, read, and what is known of it."""

    samples: Samples
    layout: Layout
    sample_rate: int
    scene: Scene | None
    judged: "Judged | None"
    reference: Samples | None


def catalogue() -> dict[str, "tuple[Metric, ...]"]:
    """Give every metric that a clip can be scored by, by group.

    Example:
        >>> [metric.name for metric in catalogue()["sides"]]
        ['width', 'dual_mono', 'mono_compatibility']
    """
    from seehear.score import alignment, direction, foa_map, interaural, reference, see2sound, stereo_image
    from seehear.score import signal_quality as signal

    ways = (direction.AZIMUTH, direction.ANGLE, direction.SIDE, direction.LEFT_RIGHT)
    swapped = (direction.AZIMUTH, direction.LEFT_RIGHT, alignment.SEEN)
    return {
        "signal": (
            signal.LOUDNESS, signal.TRUE_PEAK, signal.CLIPPING, signal.SILENCE, signal.BANDWIDTH, signal.DC,
        ),
        "sides": (stereo_image.WIDTH, stereo_image.DUAL, stereo_image.MONO),
        "direction": ways,
        "picture": (alignment.SEEN, alignment.FOLLOWS, alignment.WITHIN, alignment.ON_SCREEN),
        "swap": tuple(replace(one, name=f"{SWAPPED}{one.name}") for one in swapped),
        "reference": (
            signal.LOUDNESS_ERROR, reference.STFT, reference.ENV, reference.MAG, reference.PHASE, reference.SNR,
            reference.SI_SDR, interaural.ILD, interaural.ITD, foa_map.CC, foa_map.AUC,
        ),
        "see2sound": tuple(see2sound.METRICS.values()),
    }  # fmt: skip


def score_clip(
    clip: Path | str, beside: Beside = NOTHING, *, layout: str | None = None, metrics: Sequence[str] = ()
) -> tuple["Score", ...]:
    """Score one clip.

    Args:
        clip: a sound file, or a video with sound.
        beside: the scene and the reference, as far as they are known.
        layout: of the clip; None: as the file says, two channels being binaural.
        metrics: names of metrics or of groups (`GROUPS`); none: all that can be had from what is given, but for
            ``see2sound``.

    Returns:
        In the catalogue's order. A metric that was named, and lacks its scene, its reference or its layout, is
        undefined.

    Raises:
        InputError: a file that cannot be read, no such metric, another number of channels than the layout's or the
            reference's, or a scene of another length.

    Example:
        >>> score_clip("street.wav", Beside(truth="street.scene.json"))  # doctest: +SKIP
    """
    table = catalogue()
    wanted = _wanted(table, metrics, beside)
    given = _read(Path(clip), beside, layout)
    found: list[Score] = []
    for group, mine in table.items():
        names = [one for one in mine if one.name in wanted]
        if not names:
            continue
        if group in _MISSING and (given.scene if group in WITH_SCENE else given.reference) is None:
            found += [one.undefined(_MISSING[group]) for one in names]
            continue
        scores = {one.name: one for one in _SCORED[group](given)}
        found += [scores[one.name] for one in names if one.name in scores]
        if metrics:
            found += [one.undefined(f"not for {given.layout.name}") for one in names if one.name not in scores]
    return tuple(found)


def _wanted(table: "Mapping[str, tuple[Metric, ...]]", metrics: Sequence[str], beside: Beside) -> set[str]:
    if not metrics:
        some = beside.truth is not None or beside.watch
        groups = [*BY_ITSELF, *(WITH_SCENE if some else ()), *(WITH_REFERENCE if beside.reference is not None else ())]
        return {one.name for group in groups for one in table[group]}
    wanted: set[str] = set()
    known = {one.name for group in table.values() for one in group}
    for name in metrics:
        if name not in table and name not in known:
            raise InputError(
                f"--metrics must be of the groups {', '.join(table)} or of {', '.join(sorted(known))}, got {name!r}"
            )
        wanted |= {one.name for one in table[name]} if name in table else {name}
    return wanted


def _read(clip: Path, beside: Beside, layout: str | None) -> _Given:
    from seehear.media.audio import read_audio

    sound = read_audio(clip)
    kind = _layout(clip, sound.samples, sound.layout, layout)
    scene = _scene(clip, beside, sound.samples.shape[1] / sound.sample_rate)
    reference = None
    if beside.reference is not None:
        reference = read_audio(beside.reference, sample_rate=sound.sample_rate).samples
        if len(reference) != kind.size:
            raise InputError(
                f"expected a reference of {kind.size} channels ({kind.name}), got {len(reference)} in "
                f"'{beside.reference}'"
            )
    judged = _judged(scene, beside, kind, sound.sample_rate, sound.samples.shape[1])
    return _Given(sound.samples, kind, sound.sample_rate, scene, judged, reference)


def _layout(clip: Path, samples: Samples, said: str, asked: str | None) -> Layout:
    name = asked or ("binaural" if said == "stereo" else said)
    if name in ("", "mono"):
        raise InputError(
            f"expected 2 channels or more in a known layout, got {len(samples)} in '{clip}': say which with --layout"
            if len(samples) > 1
            else f"expected 2 channels or more, got 1 in '{clip}': a mono clip has no sides to score"
        )
    kind = layout_of(name)
    if kind.size != len(samples):
        raise InputError(f"expected {kind.size} channels ({name}) in '{clip}', got {len(samples)}: see --layout")
    return kind


def _scene(clip: Path, beside: Beside, duration: float) -> Scene | None:
    if beside.watch:
        if beside.truth is not None:
            raise InputError("expected a truth or a picture to watch, got both: leave one out")
        from seehear.watch import to_scene

        return to_scene(clip, horizontal_fov=beside.horizontal_fov)
    if beside.truth is None:
        if beside.stems is not None:
            raise InputError("expected the scene whose stems these are, got stems alone: add the truth")
        return None
    scene = beside.truth if isinstance(beside.truth, Scene) else read_scene(beside.truth)
    if abs(scene.duration - duration) > 0.5:
        raise InputError(f"the scene lasts {scene.duration:.2f} s, '{clip}' {duration:.2f} s: expected one length")
    return scene


def _judged(scene: Scene | None, beside: Beside, layout: Layout, rate: int, length: int) -> "Judged | None":
    if scene is None or beside.stems is None:
        return None
    from seehear.media.audio import FolderStems
    from seehear.score import judged_windows

    names = [one.id for one in scene.objects if one.sounding] + ([AMBIENCE] if scene.ambience is not None else [])
    stems = FolderStems(beside.stems, names, sample_rate=rate, length=length)
    return judged_windows(scene, stems, layout=layout, sample_rate=rate)


def _signal(given: _Given) -> "Iterator[Score]":
    from seehear import score

    rate = given.sample_rate
    yield score.loudness(given.samples, given.layout, sample_rate=rate)
    yield score.true_peak(given.samples, given.layout, sample_rate=rate)
    yield score.clipping(given.samples, given.layout)
    yield score.silence(given.samples, given.layout, sample_rate=rate)
    yield score.bandwidth(given.samples, given.layout, sample_rate=rate)
    yield score.dc_offset(given.samples, given.layout)


def _sides(given: _Given) -> "Iterator[Score]":
    from seehear import score

    for metric in (score.width, score.dual_mono, score.mono_compatibility):
        yield metric(given.samples, given.layout)


def _direction(given: _Given) -> "Iterator[Score]":
    from seehear.score import direction_scores

    yield from direction_scores(
        given.samples, _known(given), layout=given.layout, sample_rate=given.sample_rate, judged=given.judged
    )


def _picture(given: _Given) -> "Iterator[Score]":
    from seehear.score import alignment_scores

    yield from alignment_scores(
        given.samples, _known(given), layout=given.layout, sample_rate=given.sample_rate, judged=given.judged
    )


def _swap(given: _Given) -> "Iterator[Score]":
    from seehear.score import mirrored

    other = given._replace(samples=mirrored(given.samples, given.layout))
    yield from (replace(one, name=f"{SWAPPED}{one.name}") for part in (_direction, _picture) for one in part(other))


def _reference(given: _Given) -> "Iterator[Score]":
    from seehear import score

    other = _true(given)
    count = min(given.samples.shape[1], other.shape[1])
    ours, true = given.samples[:, :count], other[:, :count]
    rate = given.sample_rate
    yield score.loudness_error(ours, true, given.layout, sample_rate=rate)
    yield score.si_sdr(ours, true)
    if given.layout.size == 2:
        yield from score.binaural_distances(ours, true, sample_rate=rate)
        yield from score.interaural_scores(ours, true, sample_rate=rate)
    if given.layout.kind == "ambisonics":
        yield from score.energy_map_scores(ours, true, sample_rate=rate)


def _see2sound(given: _Given) -> "Iterator[Score]":
    from seehear.score import see2sound_similarity

    yield from see2sound_similarity(given.samples, _true(given), sample_rate=given.sample_rate)


def _known(given: _Given) -> Scene:
    if given.scene is None:
        raise InputError(_MISSING["direction"])
    return given.scene


def _true(given: _Given) -> Samples:
    if given.reference is None:
        raise InputError(_MISSING["reference"])
    return given.reference


_SCORED: "dict[str, Callable[[_Given], Iterable[Score]]]" = {
    "signal": _signal, "sides": _sides, "direction": _direction, "picture": _picture, "swap": _swap,
    "reference": _reference, "see2sound": _see2sound,
}  # fmt: skip
