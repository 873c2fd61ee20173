"""A world: scene, stems and frames made together, so that each is the exact truth of the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Scene
from seehear.scene.scene import Projection
from seehear.simulate.stage import Frame, Stage

SHUTTER = 0.5
"""Share of the time between frames that the shutter is open."""


class Setting(NamedTuple):
    """What a preset is asked for: picture size in pixels, frames per second, seconds, Hz, and the projection."""

    size_wh: tuple[int, int]
    fps: Fraction
    duration: float
    sample_rate: int
    projection: Projection = "perspective"


class World(NamedTuple):
    """A made-up world, exact by construction.

    Attributes:
        scene: what is where, when; the paths that picture and sound are made from.
        stems: one dry mono stem for each object id, and the ambience's.
        stage: draws the picture at any time.
        fps: frames per second.
    """

    scene: Scene
    stems: ArrayStems
    stage: Stage
    fps: Fraction

    @property
    def frame_count(self) -> int:
        """How many frames there are."""
        return round(self.scene.duration * self.fps)

    def frames(self) -> Iterator[Frame]:
        """Give the frames in order, (height, width, 3) uint8 RGB; frame i shows the world at i / fps seconds."""
        exposure = float(SHUTTER / self.fps)
        for index in range(self.frame_count):
            yield self.stage.frame(float(index / self.fps), exposure=exposure)

    def mixes(self, layouts: Sequence[str] = ("binaural",)) -> dict[str, Samples]:
        """Render the sound, exactly, in each of several layouts.

        Args:
            layouts: names of layouts; also ``dual-mono``, ``spaced-pair`` and ``rig-offset``, as stereo recordings
                have it.

        Returns:
            (channels, n) float32 by name, not turned up or down: peaks may pass 1.

        Raises:
            InputError: an unknown layout.
        """
        from seehear.acoustics.render import Renderer
        from seehear.simulate.recordings import RECORDINGS, recorded

        found = {}
        for name in layouts:
            if name in RECORDINGS:
                found[name] = recorded(name, self.scene, self.stems)
                continue
            renderer = Renderer(self.scene, layout_of(name), sample_rate=self.stems.sample_rate)
            found[name] = np.concatenate([block.mix for block in renderer.blocks(self.stems)], axis=1)
        return found


Preset = Callable[[np.random.Generator, Setting], World]


def made(preset: str, presets: Mapping[str, Preset], setting: Setting, *, rng: np.random.Generator) -> World:
    """Make a world of a preset's table.

    Raises:
        InputError: no such preset (the message lists the known ones), or a setting that no world can have.
    """
    if preset not in presets:
        raise InputError(f"preset must be one of {', '.join(sorted(presets))}, got {preset!r}")
    if min(setting.size_wh) < 16 or max(setting.size_wh) > 8192:
        raise InputError(f"size_wh must be from 16 to 8192 pixels each way, got {setting.size_wh}")
    if setting.projection == "equirectangular" and setting.size_wh[0] != 2 * setting.size_wh[1]:
        raise InputError(f"size_wh of an equirectangular picture must be 2:1, got {setting.size_wh}")
    if not 1.0 <= setting.duration <= 3600.0:
        raise InputError(f"duration must be from 1 to 3600 seconds, got {setting.duration}")
    if not 1 <= setting.fps <= 240:
        raise InputError(f"fps must be from 1 to 240, got {setting.fps}")
    if not 16000 <= setting.sample_rate <= 192000:
        raise InputError(f"sample_rate must be from 16000 to 192000 Hz, got {setting.sample_rate}")
    return presets[preset](rng, setting)
