"""Sounds to be heard: noise in syllables, through the built-in head."""

import numpy as np

from seehear.acoustics import Renderer
from seehear.listen import Heard
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Keyframe, Scene, SceneObject

RATE = 48000


def bursts(rng: np.random.Generator, seconds: float, *, slope: float = 0.5) -> Samples:
    """Noise in syllables, falling in power with frequency."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(size=count)) / np.maximum(np.fft.rfftfreq(count, 1 / RATE), 80.0) ** slope
    noise = np.fft.irfft(spectrum, count)
    steps = np.repeat(rng.uniform(0.0, 1.0, round(seconds * 6) + 1) ** 2, RATE // 6 + 1)[:count]
    return np.asarray(0.1 * noise / noise.std() * steps, dtype=np.float32)


def binaural(*sources: tuple[float, Samples], end: float | None = None) -> Samples:
    """Sources at azimuths; with ``end``, each moves there."""
    seconds = len(sources[0][1]) / RATE
    objects = tuple(
        SceneObject(
            id=f"s{i}",
            sounding=((0.0, seconds),),
            keyframes=(
                Keyframe(time=0.0, azimuth=a, elevation=0.0),
                Keyframe(time=seconds, azimuth=a if end is None else end, elevation=0.0),
            ),
        )
        for i, (a, _) in enumerate(sources)
    )
    stems = ArrayStems({f"s{i}": one for i, (_, one) in enumerate(sources)}, RATE)
    renderer = Renderer(Scene(duration=seconds, objects=objects), layout_of("binaural"))
    return np.concatenate([block.mix for block in renderer.blocks(stems)], axis=1)


def angles(heard: Heard) -> list[float]:
    """The tracks' median azimuths, deg."""
    return [float(np.median(one.azimuth)) for one in heard.tracks]
