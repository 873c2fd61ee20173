"""Asked against heard: the scene's directions beside those measured on the rendered sound."""

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.measure import SLICES, WINDOW, DirectionMeter, Heard, level_db, within_reach
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.pipelines.report import Bearing
from seehear.scene import Camera, Path, Scene, SceneObject, angle_between, vector_to_angles
from seehear.scene.direction import Array

SOUND_SPEED = 343.0
DOMINANT = 10.0
"""How many times stronger (10 dB) an object must be than the rest to be measured in the mix."""
EMPTY = 1e-5
"""Share of a mix's energy (-50 dB) below which its low part says nothing, and the ears go by the rest."""


class Bearings:
    """Collects what is heard of each object, alone and in the mix, while the renderer's blocks stream by.

    Args:
        scene: what was asked.
        layout: of the rendered samples.
        sample_rate: Hz.
        hrtf: the set of a binaural rendering.
    """

    def __init__(self, scene: Scene, layout: Layout, *, sample_rate: int, hrtf: object = None) -> None:
        self._scene = scene
        self._layout = layout
        self._camera = Camera(scene.camera)

        def meter() -> DirectionMeter:
            return DirectionMeter(layout, sample_rate=sample_rate, hrtf=hrtf)  # type: ignore[arg-type]

        self._alone = {one.id: meter() for one in scene.objects}
        self._mix = meter()

    def add(self, objects: dict[str, Samples], mix: Samples) -> None:
        """Take the next block: each object alone, (channels, n), and their sum with the bed."""
        for name, meter in self._alone.items():
            if name in objects:
                meter.add(objects[name])
            else:
                meter.skip(mix.shape[1])
        self._mix.add(mix)

    def bearing(self, thing: SceneObject) -> Bearing | None:
        """Compare one object; None when it made no sound or its direction is unknown."""
        heard = _directed(self._alone[thing.id].heard())
        if not len(heard.time) or not Path(thing).has_direction:
            return None
        asked = self._asked(thing, heard)
        error = angle_between(asked, heard.vector)
        return Bearing(
            asked=_mean_azimuth(asked, heard.energy),
            heard=_mean_azimuth(heard.vector / np.linalg.norm(heard.vector, axis=1, keepdims=True), heard.energy),
            error=_weighted_quantile(error, heard.energy, 0.5),
            error_90=_weighted_quantile(error, heard.energy, 0.9),
            in_mix=self._in_mix(heard, asked),
            seconds=len(heard.time) * WINDOW,
            level_db=level_db(heard.energy),
        )

    def _asked(self, thing: SceneObject, heard: Heard) -> Array:
        """Give the direction asked in each window, (k, 3), weighted by the energy of its slices."""
        times = heard.slice_times().ravel()
        wanted = within_reach(self._layout, asked_direction(thing, self._camera, times))
        weighted = wanted.reshape(-1, SLICES, 3) * heard.slices[:, :, None]
        if self._layout.kind == "ears":
            return within_reach(self._layout, _mean_lateral(wanted.reshape(-1, SLICES, 3), heard.slices))
        return np.asarray(weighted.sum(axis=1))

    def _in_mix(self, heard: Heard, asked: Array) -> float | None:
        mix = _directed(self._mix.heard())
        _, mine, theirs = np.intersect1d(heard.time, mix.time, assume_unique=True, return_indices=True)
        clear = _above(heard.energy[mine], mix.energy[theirs])
        empty = mix.judged[theirs] < EMPTY * mix.energy[theirs]
        clear &= empty | _above(heard.judged[mine], mix.judged[theirs])
        if not clear.any():
            return None
        error = angle_between(asked[mine][clear], mix.vector[theirs][clear])
        return _weighted_quantile(error, heard.energy[mine][clear], 0.5)


def asked_direction(thing: SceneObject, camera: Camera, time: Array) -> Array:
    """Give the direction, (n, 3), from which an object should be heard at (n,) times, in the listener's axes.

    A dry object with a distance is heard from where it was when the sound left it: ``te = t - |s(te)| / c``, solved
    here apart from the renderer, so that one checks the other.
    """
    path = Path(thing)
    emitted = np.asarray(time, dtype=np.float64)
    if path.has_distance and thing.stem == "dry":
        for _ in range(8):
            emitted = time - path.at(emitted).distance / SOUND_SPEED
    return camera.to_camera(path.at(emitted).direction, time)


def _above(alone: Array, mix: Array) -> NDArray[np.bool_]:
    """Say in which windows an object's energy is `DOMINANT` times what else is in the mix."""
    return np.asarray(alone > DOMINANT * np.maximum(mix - alone, 0.0))


def _directed(heard: Heard) -> Heard:
    """Leave out windows that point nowhere."""
    keep = np.linalg.norm(heard.vector, axis=1) > 0
    return Heard(*(column[keep] for column in heard))


def _mean_lateral(wanted: Array, weight: Array) -> Array:
    lateral = vector_to_angles(wanted)[0]
    mean = np.deg2rad((lateral * weight).sum(axis=1) / weight.sum(axis=1))
    return np.stack([np.cos(mean), np.sin(mean), np.zeros_like(mean)], axis=-1)


def _mean_azimuth(direction: Array, weight: Array) -> float:
    return float(vector_to_angles((direction * weight[:, None]).sum(axis=0))[0])


def _weighted_quantile(values: Array, weight: Array, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weight[order]) >= share * weight.sum()
    return float(values[order][int(np.argmax(reached))])
