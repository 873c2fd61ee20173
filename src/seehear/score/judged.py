"""The windows of a world in which one object alone can be heard, found from its truth: the same for every answer to it.

A clip says little of a direction where objects overlap, or where a room answers louder than they do. Where the stems
are known, the truth itself says when one object can be heard: it is rendered as it is, and once without its room. A
window of 25 ms is judged where one object, reflections and all, is 10 dB above everything else together, in the band
that directions are judged by (two ears: below 1.5 kHz), and 3 dB once that band is levelled. It weighs as much as the
object's direct sound in it, times the fourth power of that sound's share of all energy (onsets, before the room
answers: the precedence effect), times the eighth power of how well the true ears fit one source; nothing where that fit
is below 0.7, or where two ears miss the direct sound by itself by more than 5 deg (a whistle between two angles of one
phase). Windows and weights depend on the truth alone, so every system is judged by the same.

References: Litovsky, Colburn, Yost and Guzman, "The precedence effect", JASA 106(4), 1999 (the first sound gives the
place); Faller and Merimaa, "Source localization in complex listening situations: selection of binaural cues based on
interaural coherence", JASA 116(5), 2004 (only coherent moments are trusted). The two powers are our own.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.hrtf import Hrtf, default_hrtf
from seehear.acoustics.lateral import EMPTY, FLOOR, LEVELLING, LOW, Complex
from seehear.acoustics.measure import SLICES, DirectionMeter, lateral_table, within_reach
from seehear.acoustics.render import RenderedBlock, Renderer
from seehear.media.layout import Layout
from seehear.media.stems import Samples, Stems
from seehear.scene import Camera, Path, Scene, SceneObject
from seehear.scene.direction import Array
from seehear.score.swap import check_channels
from seehear.score.windows import DOMINANT, Windows, directed, emitted

WINDOW = 0.025
"""Seconds of one window: about the time before a room's answer is as loud as the sound itself."""

FIRST, COHERENT = 4, 8
"""Powers of the direct sound's share, and of the interaural coherence, in a window's weight."""

AHEAD = 2.0
"""How many times (3 dB) it must be stronger once every part of the spectrum counts alike, as for the ears' meter."""

COHERENCE = 0.7
"""Least fit of the true ears to one source, 0 to 1: below it the angle jumps from one guess to another."""

PLACED = 5.0
"""Deg by which two ears may miss the direct sound alone: a whistle they cannot place says nothing of a system."""

_FIELDS = ("thing", "start", "asked", "weight")

_HELD = 64
"""Windows rendered at a time."""


class Judged(NamedTuple):
    """The windows of a world that can be judged, and by how much each counts.

    Attributes:
        things: the objects that may be judged: sounding, with a known direction.
        thing: (k,) which of them each window speaks of.
        start: (k,) number of its first sample.
        size: samples of one window.
        asked: (k, 3) unit vectors, listener's axes, within the layout's reach.
        weight: (k,) above 0.
        layout: that was looked at.
        sample_rate: Hz.
    """

    things: tuple[SceneObject, ...]
    thing: NDArray[np.int64]
    start: NDArray[np.int64]
    size: int
    asked: Array
    weight: Array
    layout: Layout
    sample_rate: int

    @classmethod
    def of(cls, truth: Scene, *, layout: Layout, sample_rate: int) -> Self:
        """Give a scene's judging without any window yet."""
        things = tuple(one for one in truth.objects if one.sounding and Path(one).has_direction)
        size, none = SLICES * round(sample_rate * WINDOW / SLICES), np.zeros(0, dtype=np.int64)
        return cls(things, none, none, size, np.zeros((0, 3)), np.zeros(0), layout, sample_rate)


class Truth(NamedTuple):
    """A world's true sound and the windows that it is judged by.

    Attributes:
        judged: the windows.
        mix: (layout.size, n), as the renderer gives it.
        bare: the same without the room; the very same array where there is none.
    """

    judged: Judged
    mix: Samples
    bare: Samples


def judged_windows(truth: Scene, stems: Stems, *, layout: Layout, sample_rate: int, hrtf: Hrtf | None = None) -> Judged:
    """Find the windows in which one object can be heard alone.

    Args:
        truth: where everything is.
        stems: of all its objects, as the renderer takes them.
        layout: of the clips that will be judged.
        sample_rate: Hz of stems and clips.
        hrtf: the set that binaural clips are made with; None: the built-in one.

    Raises:
        InputError: stems that are not the scene's, or at another rate.
    """
    return truth_of(truth, stems, layout=layout, sample_rate=sample_rate, hrtf=hrtf).judged


def truth_of(truth: Scene, stems: Stems, *, layout: Layout, sample_rate: int, hrtf: Hrtf | None = None) -> Truth:
    """Render a world with and without its room, and find its windows; as `judged_windows`."""
    empty = Judged.of(truth, layout=layout, sample_rate=sample_rate)
    ears = _ears(layout, sample_rate, hrtf)
    scenes = [truth] if truth.room is None else [truth, truth.model_copy(update={"room": None})]
    renderers = [Renderer(one, layout, sample_rate=sample_rate, hrtf=ears) for one in scenes]
    mixes, found = [np.zeros((2, layout.size, 0), dtype=np.float32)], [empty]
    for parts in zip(*(one.blocks(stems, size=empty.size * _HELD) for one in renderers), strict=True):
        mixes.append(np.stack([parts[0].mix, parts[-1].mix]))
        found.append(_judged(parts[0], parts[-1], empty, Camera(truth.camera), ears))
    thing, start, asked, weight = (np.concatenate([getattr(one, name) for one in found]) for name in _FIELDS)
    judged = empty._replace(thing=thing, start=start, asked=asked, weight=weight)
    return Truth(judged, *np.concatenate(mixes, axis=2))


def _judged(wet: RenderedBlock, dry: RenderedBlock, judged: Judged, camera: Camera, ears: Hrtf | None) -> Judged:
    """Choose among the whole windows of a block."""
    size, count = judged.size, wet.mix.shape[1] // judged.size
    if not judged.things or not count:
        return judged
    (own, rest, loud, _), (own_level, rest_level, direct, beside) = _energies(wet, dry, judged, count)
    thing, every = own.argmax(axis=0), np.arange(count)
    clear = (own > DOMINANT * rest) & (own_level > AHEAD * rest_level) & (direct > 0)
    at = every[clear[thing, every]]
    thing = thing[at]
    direct, beside, loud = (one[thing, at] for one in (direct, beside, loud))
    asked = _asked(judged, thing, (wet.start + (at + 0.5) * size) / judged.sample_rate, camera)
    alone = [dry.objects[judged.things[i].id][:, n * size : (n + 1) * size] for i, n in zip(thing, at, strict=True)]
    mixed = [wet.mix[:, n * size : (n + 1) * size] for n in at]
    weight = loud * (direct / (direct + beside)) ** FIRST * _trusted(alone, mixed, asked, ears)
    keep = (weight > 0) & np.isfinite(asked[:, 0])
    return judged._replace(
        thing=thing[keep].astype(np.int64), start=(wet.start + at * size)[keep], asked=asked[keep], weight=weight[keep]
    )


def heard_at(samples: Samples, judged: Judged, *, hrtf: Hrtf | None = None) -> Windows:
    """Measure a clip's direction in the windows that are judged; those in which it is silent are left out.

    Args:
        samples: (layout.size, n), the layout and rate that the windows were found for.
        judged: the windows.
        hrtf: the set that a binaural clip was made with; None: the built-in one.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    layout, size, rate = judged.layout, judged.size, judged.sample_rate
    check_channels(samples, layout)
    meter = DirectionMeter(layout, sample_rate=rate, hrtf=_ears(layout, rate, hrtf), window=size / rate)
    ends = judged.start + size <= samples.shape[1]
    for start in judged.start[ends]:
        meter.add(np.asarray(samples[:, start : start + size], dtype=np.float32))
    heard = meter.heard()
    at = np.flatnonzero(ends)[np.rint(heard.time * rate / size).astype(np.int64)]
    return Windows(
        judged.thing[at], directed(heard), judged.asked[at], judged.weight[at], judged.start[at] / rate,
        np.zeros(len(at), dtype=bool), not samples.any(),
    )  # fmt: skip


def _ears(layout: Layout, sample_rate: int, hrtf: Hrtf | None) -> Hrtf | None:
    if layout.kind != "ears":
        return None
    return default_hrtf(sample_rate) if hrtf is None else hrtf.resampled(sample_rate)


def _energies(wet: RenderedBlock, dry: RenderedBlock, judged: Judged, count: int) -> Array:
    """Give energies in ``count`` windows, (2, 4, n, count): as they are, and levelled.

    Each object's, all else, its direct sound, all but that.
    """
    whole, size = count * judged.size, judged.size
    spectrum = _spectrum(wet.mix[:, :whole], size)
    band = _band(spectrum, judged.layout, judged.sample_rate, size)
    ears = judged.layout.kind == "ears"
    level = _levelled(spectrum, band, judged.sample_rate / size) if ears else band
    rows = []
    for thing in judged.things:
        own, direct = (_spectrum(part.objects[thing.id][:, :whole], size) for part in (wet, dry))
        parts = (own, spectrum - own, direct, spectrum - direct)
        rows.append([[_energy(one, weight) for one in parts] for weight in (band, level)])
    return np.moveaxis(np.array(rows), 0, 2)


def _spectrum(samples: Samples, size: int) -> Complex:
    return np.asarray(np.fft.rfft(samples.astype(np.float64).reshape(len(samples), -1, size)))


def _band(spectrum: Complex, layout: Layout, rate: int, size: int) -> Array:
    """Mark the bins, (k, bins), that directions are judged by: for ears the low ones, unless they are empty."""
    power = (np.abs(spectrum) ** 2).sum(axis=0)
    if layout.kind != "ears":
        return np.ones_like(power)
    low = np.arange(power.shape[1]) * rate / size < LOW[1]
    empty = power[:, low].sum(axis=1) <= EMPTY * power.sum(axis=1)
    return np.asarray(np.where(empty[:, None], 1.0, low[None].astype(np.float64)))


def _levelled(spectrum: Complex, band: Array, step: float) -> Array:
    """Weigh a band's bins, (k, bins), so that each part of the spectrum counts alike, as the ears' meter has it."""
    from scipy.ndimage import uniform_filter1d

    power = (np.abs(spectrum) ** 2).sum(axis=0) * band
    smooth = uniform_filter1d(power, 2 * round(LEVELLING / step / 2) + 1, axis=1, mode="constant")
    return np.asarray(band / np.maximum(smooth, FLOOR * smooth.max(axis=1, keepdims=True) + 1e-300))


def _energy(spectrum: Complex, band: Array) -> Array:
    return np.asarray(((np.abs(spectrum) ** 2).sum(axis=0) * band).sum(axis=1))


def _trusted(alone: list[Samples], mixed: list[Samples], asked: Array, ears: Hrtf | None) -> Array:
    """Give by how much each window's ears can be trusted, (k,), 0 to 1; 1 for loudspeakers and ambisonics."""
    if ears is None:
        return np.ones(len(asked))
    table = lateral_table(ears)
    there = table.lateral_from_itd([table.itd_of(one).itd for one in alone])
    placed = np.abs(there - table.lateral_of(asked)) <= PLACED
    fit = np.array([table.itd_of(one).strength for one in mixed])
    return np.asarray(placed * (fit >= COHERENCE) * fit**COHERENT)


def _asked(judged: Judged, thing: NDArray[np.int64], middle: Array, camera: Camera) -> Array:
    """Give from where each window's object should be heard, (k, 3)."""
    asked = np.full((len(thing), 3), np.nan)
    for number, one in enumerate(judged.things):
        mine = thing == number
        if mine.any():
            asked[mine] = emitted(one, camera, middle[mine]).direction
    known = np.isfinite(asked[:, 0])
    asked[known] = within_reach(judged.layout, asked[known])
    return asked
