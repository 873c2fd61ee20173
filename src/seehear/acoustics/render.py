"""The moving-source renderer: a scene and its stems in, every object's sound in a layout's channels out.

Keyframe directions are fixed to the world; the listener turns with the camera's pose at the time of hearing, and an
object with a distance is heard from where it was at the time of emission. A `dry` stem gets delay, Doppler, gain
1/max(d, 1 m), air and room; an `as_heard` stem only its direction. Without a distance an object gets only its
direction; without a direction it sounds from everywhere. Blocks are cut from one fixed grid, so their size changes no
sample.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from seehear.acoustics.diffuse import AmbienceBed
from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.ray import BLOCK
from seehear.acoustics.rays import RayMaker
from seehear.acoustics.source import Source
from seehear.errors import InputError
from seehear.media.layout import Layout
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.scene import Scene


class RenderedBlock(NamedTuple):
    """A stretch of the rendered clip.

    Attributes:
        start: number of its first sample.
        objects: each object alone, by id, (layout.size, n) float32; silent ones may share one read-only array.
        bed: the ambience alone; None where the scene has none.
        mix: the sum.
    """

    start: int
    objects: dict[str, Samples]
    bed: Samples | None
    mix: Samples


class Renderer:
    """Renders a scene.

    Args:
        scene: what is where, when.
        layout: the channels to render into.
        sample_rate: Hz of stems and result.
        hrtf: the set for binaural; None: the built-in one.
        air: whether air absorbs.

    Raises:
        InputError: an object as fast as sound.
    """

    def __init__(
        self, scene: Scene, layout: Layout, *, sample_rate: int = 48000, hrtf: Hrtf | None = None, air: bool = True
    ) -> None:
        self.scene, self.layout, self.sample_rate = scene, layout, sample_rate
        self._rays = RayMaker(scene, layout, sample_rate=sample_rate, hrtf=hrtf, air=air)

    def blocks(self, stems: Stems, *, size: int = BLOCK) -> Iterator[RenderedBlock]:
        """Render the clip, ``size`` samples at a time (the last block may be shorter), `stems.length` in all.

        Raises:
            InputError: a sounding object without a stem, a stem without an object, another sample rate, samples that
                are not finite.
        """
        self._check(stems)
        return _recut(self._grid(stems), size)

    def _grid(self, stems: Stems) -> Iterator[RenderedBlock]:
        sources, bed = self._rays.sources(), self._bed(stems)
        feed = stems.blocks(BLOCK)
        _take(feed, sources, bed, min(BLOCK, stems.length))
        for start in range(0, stems.length, BLOCK):
            _take(feed, sources, bed, max(0, min(BLOCK, stems.length - start - BLOCK)))
            yield self._block(sources, bed, start, min(BLOCK, stems.length - start))

    def _block(self, sources: list[Source], bed: AmbienceBed | None, start: int, count: int) -> RenderedBlock:
        silence = np.zeros((self.layout.size, count), dtype=np.float32)
        silence.flags.writeable = False
        objects: dict[str, Samples] = {thing.id: silence for thing in self.scene.objects}
        around = None if bed is None else bed.render(start)[:, :count]
        mix = np.zeros((self.layout.size, count), dtype=np.float32) if around is None else around.copy()
        for source in sources:
            out = np.zeros((self.layout.size, BLOCK), dtype=np.float32)
            if source.render(start, out):
                objects[source.id] = out[:, :count]
                mix += out[:, :count]
        return RenderedBlock(start, objects, around, mix)

    def _bed(self, stems: Stems) -> AmbienceBed | None:
        if AMBIENCE not in stems.channels:
            return None
        return AmbienceBed(
            self.scene.ambience, stems.channels[AMBIENCE], self.layout, self._rays.camera,
            sample_rate=self.sample_rate, hrtf=self._rays.hrtf,
        )  # fmt: skip

    def _check(self, stems: Stems) -> None:
        if stems.sample_rate != self.sample_rate:
            raise InputError(f"expected stems at {self.sample_rate} Hz, got {stems.sample_rate} Hz: resample them")
        known = {thing.id for thing in self.scene.objects} | {AMBIENCE}
        for thing in self.scene.objects:
            if thing.sounding and thing.id not in stems.channels:
                raise InputError(
                    f"expected a stem '{thing.id}.wav' for the sounding object {thing.id!r}, got stems for "
                    f"{', '.join(stems.channels) or 'nothing'}: add it, or empty the object's 'sounding'"
                )
        if self.scene.ambience is not None and AMBIENCE not in stems.channels:
            raise InputError("expected a stem 'ambience.wav', as the scene has an ambience, got none: add it")
        for name in stems.channels:
            if name not in known:
                raise InputError(f"expected stems of the scene's objects only, got '{name}.wav': no object {name!r}")


def _take(feed: Iterator[dict[str, Samples]], sources: list[Source], bed: AmbienceBed | None, expected: int) -> None:
    """Feed every source its next ``expected`` samples, or a block of silence after the end."""
    block: Mapping[str, Samples] = next(feed, {}) if expected else {}
    for name, samples in block.items():
        if samples.shape[1] != expected:
            raise InputError(
                f"expected {expected} samples of stem '{name}.wav', got {samples.shape[1]}: check where it comes from"
            )
    for source in sources:
        source.feed(block.get(source.id), expected or BLOCK)
    if bed is not None:
        bed.feed(block.get(AMBIENCE), expected or BLOCK)


def _recut(grid: Iterator[RenderedBlock], size: int) -> Iterator[RenderedBlock]:
    """Cut the grid's blocks to the size that was asked for."""
    held: list[RenderedBlock] = []
    count = 0
    for block in grid:
        held.append(block)
        count += block.mix.shape[1]
        if count < size:
            continue
        joined = _joined(held)
        for at in range(0, count - size + 1, size):
            yield _part(joined, at, size)
        left = count % size
        held, count = ([_part(joined, count - left, left)] if left else []), left
    if held:
        yield _joined(held)


def _joined(held: list[RenderedBlock]) -> RenderedBlock:
    if len(held) == 1:
        return held[0]
    first = held[0]
    objects = {name: np.concatenate([block.objects[name] for block in held], axis=1) for name in first.objects}
    beds = [block.bed for block in held if block.bed is not None]
    bed = np.concatenate(beds, axis=1) if beds else None
    return RenderedBlock(first.start, objects, bed, np.concatenate([block.mix for block in held], axis=1))


def _part(block: RenderedBlock, at: int, size: int) -> RenderedBlock:
    if at == 0 and size == block.mix.shape[1]:
        return block
    cut = slice(at, at + size)
    objects = {name: samples[:, cut] for name, samples in block.objects.items()}
    bed = None if block.bed is None else block.bed[:, cut]
    return RenderedBlock(block.start + at, objects, bed, block.mix[:, cut])
