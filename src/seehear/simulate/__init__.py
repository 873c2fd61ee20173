"""Seed to world: a scene, its stems and its frames, made together so that each is the exact truth of the others."""

from fractions import Fraction

import numpy as np

from seehear.simulate.demo import demo
from seehear.simulate.video import write_video
from seehear.simulate.world import Preset, Setting, World, made

__all__ = ["PRESETS", "Preset", "Setting", "World", "to_world", "write_video"]

PRESETS: dict[str, Preset] = {"demo": demo}


def to_world(
    seed: int | np.random.Generator,
    *,
    preset: str = "demo",
    size_wh: tuple[int, int] = (640, 360),
    fps: Fraction | int = Fraction(25),
    duration: float = 8.0,
    sample_rate: int = 48000,
) -> World:
    """Make a world.

    Args:
        seed: a number, or a generator that is drawn from; the same one gives the same bytes.
        preset: what kind of world; one of `PRESETS`.
        size_wh: of the picture, pixels. Worlds of one seed and one shape are the same scene at every size.
        fps: frames per second.
        duration: seconds.
        sample_rate: Hz of the stems.

    Raises:
        InputError: no such preset (the message lists the known ones), or a setting that no world can have.

    Example:
        >>> world = to_world(0, size_wh=(64, 36), duration=1.0)
        >>> [thing.id for thing in world.scene.objects], world.frame_count
        (['car_0', 'bird_0'], 25)
    """
    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    return made(preset, PRESETS, Setting(size_wh, Fraction(fps), float(duration), sample_rate), rng=rng)
