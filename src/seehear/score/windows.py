"""Which object each 100 ms of a clip speaks of, and from where it should be heard.

A clip of several objects gives one direction at a time. A window is judged

- against the only object that sounds in it;
- where several sound and their stems are given: against the one that is 10 dB above all others together by its stem,
  gain and distance (and the bed's), or not at all;
- where several sound and no stems are given: against the one nearest to what is heard. That is lenient: a clip that
  plays one object only is not found out.

An object is heard from where it was when the sound left it, so its window is the retarded one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.hrtf import Hrtf, default_hrtf
from seehear.acoustics.measure import SLICES, WINDOW, DirectionMeter, Heard, within_reach
from seehear.acoustics.retarded import emission_of
from seehear.media.layout import Layout
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.scene import Camera, Path, Scene, SceneObject, angle_between, vector_to_angles
from seehear.scene.direction import Array
from seehear.score.swap import check_channels

DOMINANT = 10.0
"""How many times (10 dB) an object must be stronger than all else together to be judged alone."""

DIRECTED = 1e-6
"""Length of the heard vector, as a share of the energy, below which a window has no direction."""

_BIN = 1e-3
"""Seconds over which stems' energies are summed."""


class Windows(NamedTuple):
    """The windows that can be judged.

    Attributes:
        thing: (k,) index of the object, among those given.
        heard: (k, 3) unit vectors, listener's axes; nan where the sound has no direction.
        asked: (k, 3) unit vectors within the layout's reach.
        energy: (k,) weights.
        time: (k,) s, starts.
        nearest: (k,) whether the object was chosen for being nearest.
        silent: whether no window of the whole clip held sound.
    """

    thing: NDArray[np.int64]
    heard: Array
    asked: Array
    energy: Array
    time: Array
    nearest: NDArray[np.bool_]
    silent: bool

    def where(self, keep: NDArray[np.bool_]) -> "Windows":
        """Give some of the windows, by a mask (k,)."""
        return Windows(
            self.thing[keep], self.heard[keep], self.asked[keep], self.energy[keep], self.time[keep],
            self.nearest[keep], self.silent,
        )  # fmt: skip


class Emitted(NamedTuple):
    """An object at (n,) times of hearing.

    Attributes:
        time: (n,) s, when it sent what is heard.
        direction: (n, 3) in the listener's axes; nan where unknown.
        gain: (n,) linear, by its distance alone.
    """

    time: Array
    direction: Array
    gain: Array


def heard_in(samples: Samples, layout: Layout, *, sample_rate: int, hrtf: Hrtf | None = None) -> Heard:
    """Measure a clip's direction, window by window.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.
        hrtf: the set that a binaural clip was made with; None: the built-in one.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    if layout.kind == "ears":
        hrtf = default_hrtf(sample_rate) if hrtf is None else hrtf.resampled(sample_rate)
    meter = DirectionMeter(layout, sample_rate=sample_rate, hrtf=hrtf)
    meter.add(np.asarray(samples, dtype=np.float32))
    return meter.heard()


def emitted(thing: SceneObject, camera: Camera, time: Array) -> Emitted:
    """Say what is heard of an object at (n,) times: a dry one with a distance from where it was at emission."""
    path = Path(thing)
    if path.has_distance and thing.stem == "dry":
        sent = emission_of(path, time)
        gain = 1.0 / np.maximum(sent.place.distance, 1.0)
        return Emitted(sent.time, camera.to_camera(sent.place.direction, time), gain)
    return Emitted(time, camera.to_camera(path.at(time).direction, time), np.ones(len(time)))


def asked_of(things: Sequence[SceneObject], scene: Scene, layout: Layout, heard: Heard) -> Array:
    """Give from where each object should be heard in each window, (n, k, 3), by the energy of its slices."""
    camera = Camera(scene.camera)
    times = heard.slice_times().ravel()
    wanted = [emitted(one, camera, times).direction for one in things]
    return windowed(np.array(wanted).reshape(len(things), len(times), 3), layout, heard)


def windowed(direction: Array, layout: Layout, heard: Heard) -> Array:
    """Bring directions, (n, k * SLICES, 3), within the layout's reach and average each window's, (n, k, 3); nan kept.

    A slice where the direction is unknown (nan) has no say; a window without any is nan.
    """
    rows = []
    for one in direction:
        known = np.isfinite(one[:, 0])
        reached = within_reach(layout, np.where(known[:, None], one, [1.0, 0.0, 0.0])).reshape(-1, SLICES, 3)
        weight = heard.slices * known.reshape(-1, SLICES)
        total = (reached * weight[:, :, None]).sum(axis=1)
        if layout.kind == "ears":
            total = _mean_lateral(reached, weight)
        size = np.linalg.norm(total, axis=-1, keepdims=True)
        rows.append(np.divide(total, size, out=np.full_like(total, np.nan), where=size > 0))
    return np.array(rows).reshape(len(direction), len(heard.time), 3)


def windows_of(
    things: Sequence[SceneObject], asked: Array, scene: Scene, heard: Heard, *, stems: Stems | None = None
) -> Windows:
    """Choose the object of each window.

    Args:
        things: the objects that may be judged.
        asked: (n, k, 3) from where each should be heard; nan where it cannot be.
        scene: of all objects.
        heard: k windows.
        stems: of all objects, dry, as the renderer takes them.
    """
    direction = directed(heard)
    mine = np.array([_sounds(one, scene, heard) for one in things], dtype=bool).reshape(len(things), len(heard.time))
    mine &= np.isfinite(asked[:, :, 0])
    apart = np.where(mine, angle_between(asked, np.nan_to_num(direction)[None]), np.inf)
    chosen = apart.argmin(axis=0) if len(things) else np.zeros(len(heard.time), dtype=np.int64)
    count = np.array([_sounds(one, scene, heard) for one in scene.objects], dtype=bool).reshape(
        len(scene.objects), len(heard.time)
    )
    several = count.sum(axis=0) > 1
    keep = mine.any(axis=0)
    if stems is not None:
        strongest, clear = _dominant(things, scene, heard, stems)
        chosen = np.where(several, strongest, chosen)
        known = np.take_along_axis(mine, chosen[None], axis=0)[0] if len(things) else keep
        keep &= ~several | (clear & known)
    at = np.flatnonzero(keep)
    nearest = several & (stems is None)
    picked = asked[chosen[at], at] if len(things) else np.zeros((0, 3))
    return Windows(
        chosen[at].astype(np.int64), direction[at], picked, heard.energy[at], heard.time[at], nearest[at],
        not len(heard.time),
    )  # fmt: skip


def directed(heard: Heard) -> Array:
    """Give the heard directions as unit vectors, (k, 3); nan where a sound comes from nowhere."""
    size = np.linalg.norm(heard.vector, axis=1, keepdims=True)
    somewhere = size > DIRECTED * np.maximum(heard.energy[:, None], 1e-300)
    return np.asarray(np.divide(heard.vector, size, out=np.full_like(heard.vector, np.nan), where=somewhere))


def _sounds(thing: SceneObject, scene: Scene, heard: Heard) -> NDArray[np.bool_]:
    """Say in which windows, (k,), most of the energy falls while an object sounds."""
    sent = emitted(thing, Camera(scene.camera), heard.slice_times().ravel()).time
    on = Path(thing).sounds_at(sent).reshape(-1, SLICES)
    return np.asarray((heard.slices * on).sum(axis=1) > 0.5 * heard.slices.sum(axis=1))


def _dominant(
    things: Sequence[SceneObject], scene: Scene, heard: Heard, stems: Stems
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give the strongest of the objects given in each window, (k,), and whether it drowns all else."""
    camera, energies = Camera(scene.camera), _energies(stems)
    levels = {one.id: _level(one, camera, energies, heard) for one in scene.objects}
    total = sum(levels.values(), np.zeros(len(heard.time)))
    if scene.ambience is not None and AMBIENCE in energies:
        bed = _between(energies[AMBIENCE], heard.time, heard.time + WINDOW)
        total = total + bed * 10 ** (scene.ambience.gain_db / 10)
    mine = np.array([levels[one.id] for one in things]).reshape(len(things), len(heard.time))
    strongest = mine.argmax(axis=0) if len(things) else np.zeros(len(heard.time), dtype=np.int64)
    level = mine.max(axis=0, initial=0.0)
    return strongest, np.asarray(level > DOMINANT * (total - level)) & (level > 0)


def _level(thing: SceneObject, camera: Camera, energies: dict[str, Array], heard: Heard) -> Array:
    if thing.id not in energies or not thing.sounding:
        return np.zeros(len(heard.time))
    edges = np.concatenate([heard.time, heard.time + WINDOW])
    sent = emitted(thing, camera, edges)
    start, end = sent.time.reshape(2, -1)
    gain = sent.gain.reshape(2, -1).mean(axis=0) ** 2 * 10 ** (thing.gain_db / 10)
    on = Path(thing).sounds_at((start + end) / 2)
    return np.asarray(_between(energies[thing.id], start, end) * gain * on)


def _energies(stems: Stems) -> dict[str, Array]:
    """Give each stem's energy up to every millisecond, s: its channels' mean square, integrated."""
    size = max(1, round(_BIN * stems.sample_rate))
    rows: dict[str, list[Array]] = {name: [] for name in stems.channels}
    for block in stems.blocks(size * 4096):
        count = max((one.shape[1] for one in block.values()), default=0)
        for name, row in rows.items():
            square = (block[name].astype(np.float64) ** 2).mean(axis=0) if name in block else np.zeros(count)
            row.append(np.add.reduceat(square, np.arange(0, len(square), size)) if len(square) else square)
    step = 1.0 / stems.sample_rate
    return {name: np.concatenate([[0.0], *row]).cumsum() * step for name, row in rows.items()}


def _between(energy: Array, start: Array, end: Array) -> Array:
    """Give the energy between times, (k,) s, from its running sum."""
    times = np.arange(len(energy)) * _BIN
    return np.asarray(np.interp(end, times, energy) - np.interp(start, times, energy))


def _mean_lateral(reached: Array, weight: Array) -> Array:
    """Give the horizontal direction of the mean lateral angle, (k, 3); 0 without any weight."""
    total = weight.sum(axis=1)
    lateral = (vector_to_angles(reached)[0] * weight).sum(axis=1) / np.where(total > 0, total, 1.0)
    mean = np.deg2rad(lateral)
    ahead = np.stack([np.cos(mean), np.sin(mean), np.zeros_like(mean)], axis=-1)
    return np.asarray(ahead * (total > 0)[:, None])
