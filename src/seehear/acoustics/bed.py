"""The bed: ambience, or a soundtrack's own stereo, surround or ambisonic sound, brought into any layout as a stream.

Mono becomes diffuse, sound from everywhere: decorrelated on loudspeakers, isotropic in ambisonics, as coherent as a
diffuse field's at two ears. Stereo keeps its channels. Surround and ambisonics are placed by their own angles and turn
with the listener. Each channel or plane wave of power 1 gives power 1 (W = 1 in ambisonics, power 1 at each ear).

References: ITU-R BS.775-3, table 2 (down-mix to stereo); `decorrelate`, `decoder`, `virtual_speakers` for the rest.
"""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike

from seehear.acoustics.ambisonics import degree_of_channels, rotate_harmonics
from seehear.acoustics.decoder import loudspeaker_decoder
from seehear.acoustics.decorrelate import decorrelation_filters, diffuse_ears
from seehear.acoustics.fir import StreamingFir
from seehear.acoustics.panning import panner_of
from seehear.acoustics.turning import Turn, turn_of
from seehear.acoustics.virtual_speakers import HeadFilters, ambisonic_filters, lateness, speaker_filters
from seehear.errors import InputError
from seehear.media.layout import LAYOUTS, Layout, layout_of
from seehear.media.stems import Samples
from seehear.scene.direction import Array, angles_to_vector

SOURCES: Final = ("mono", "stereo", "5.1", "7.1", "5.1.4", "7.1.4", "foa", "hoa3")
"""What a bed can be made of; all but mono are layouts."""

_MASKS: Final = {
    1: ("mono", ()),
    2: ("stereo", (0x3,)),
    4: ("foa", ()),
    6: ("5.1", (0x60F, 0x3F)),
    8: ("7.1", (0x63F,)),
    10: ("5.1.4", (0x2D60F, 0x2D03F)),
    12: ("7.1.4", (0x2D63F,)),
    16: ("hoa3", ()),
}
_DOWN_MIX: Final = 0.5**0.5
_LEAST_TURN_DEG: Final = 0.5


def bed_source(channels: int, mask: int = 0) -> str:
    """Give what a sound of so many channels is taken for.

    Args:
        channels: how many.
        mask: WAVE channel mask; 0 unknown. Four channels with a mask are no ambisonics.

    Raises:
        InputError: none of the supported ones.

    Example:
        >>> bed_source(6), bed_source(4)
        ('5.1', 'foa')
    """
    source, masks = _MASKS.get(channels, ("", ()))
    if not source or (mask and channels > 1 and mask not in masks):
        raise InputError(
            "a bed must be 1 mono, 2 stereo, 4 foa, 6 5.1, 8 7.1, 10 5.1.4, 12 7.1.4 or 16 hoa3 channels, "
            f"got {channels} (mask {mask:#x}): mix it down to one of these first"
        )
    return source


class Stage(Protocol):
    """One way from a source to a layout; keeps what it needs between blocks."""

    def process(self, block: Array, turn: Turn) -> Array:
        """Turn (inputs, n) samples into (outputs, n)."""
        ...


class Bed:
    """A bed in a layout, as a stream.

    Args:
        layout: what to give.
        source: what comes: one of `SOURCES`, channels in the inside (BS.2051, ACN) order.
        sample_rate: Hz.
        hrtf: a head's filters at the same rate; needed for surround and ambisonics to two ears, else unused.

    Attributes:
        delay: samples by which the result is later than what is placed exactly: 0, but for surround and ambisonics to
            two ears. Cut so many off the start to line it up.

    Raises:
        InputError: an unknown source; filters missing or at another rate.
    """

    def __init__(self, layout: Layout, source: str, *, sample_rate: int, hrtf: HeadFilters | None = None) -> None:
        if source not in SOURCES:
            raise InputError(f"bed source must be one of {', '.join(SOURCES)}, got {source!r}")
        self.layout, self.source = layout, source
        self._inputs = 1 if source == "mono" else layout_of(source).size
        self._last: Array | None = None
        through_head = layout.kind == "ears" and source not in ("mono", "stereo")
        self.delay = lateness(sample_rate) if through_head else 0
        if through_head:
            self._stage = _head_stage(LAYOUTS[source], _checked(hrtf, sample_rate))
        elif source == "mono":
            self._stage = _Filtered(_diffuse_filters(layout, sample_rate))
        else:
            self._stage = _speaker_stage(layout, LAYOUTS[source])

    def process(self, block: Samples, rotation: ArrayLike | None = None) -> Samples:
        """Give the next block.

        Args:
            block: (channels, n) float32 of the source; any n, also 0.
            rotation: the listener's turn, ``world = R @ listener``: None: none. (3, 3): reached at the block's end,
                from where the block before ended. (k, 3, 3): evenly spaced, the first at the block's first sample, the
                last at the next block's first. Mono, and stereo to stereo or to two ears, do not turn.

        Returns:
            (layout.size, n) float32. The same for every cutting into blocks, to 1e-6 of full scale.

        Raises:
            InputError: another number of channels, or no rotation.
        """
        given = np.asarray(block)
        if given.ndim != 2 or given.shape[0] != self._inputs:
            raise InputError(f"a {self.source} bed's block must be ({self._inputs}, n) samples, got {given.shape}")
        turn = turn_of(rotation, given.shape[1], self._last)
        self._last = turn.rotation[-1]
        return self._stage.process(given.astype(np.float64), turn).astype(np.float32)


class _Mixed:
    """A matrix that follows the listener, straight between control points."""

    def __init__(self, matrix_of: Callable[[Array], Array]) -> None:
        self._matrix_of = matrix_of
        self._still: tuple[Array, Array] | None = None

    def process(self, block: Array, turn: Turn) -> Array:
        if len(turn.rotation) == 1:
            return np.asarray(self._still_matrix(turn.rotation) @ block)
        matrices = self._matrix_of(turn.rotation)
        out = np.zeros((matrices.shape[1], turn.length))
        for index, start, share in turn.pieces():
            span = slice(start, start + len(share))
            out[:, span] += matrices[index] @ (block[:, span] * share)
        return out

    def _still_matrix(self, rotation: Array) -> Array:
        if self._still is None or not np.array_equal(self._still[0], rotation):
            self._still = rotation, self._matrix_of(rotation)[0]
        return self._still[1]


class _Filtered:
    """Fixed filters, after a stage that turns."""

    def __init__(self, filters: Array, before: Stage | None = None) -> None:
        self._filters, self._before = filters, before
        self._fir = StreamingFir(filters.shape[0], filters.shape[2])

    def process(self, block: Array, turn: Turn) -> Array:
        mixed = block if self._before is None else self._before.process(block, turn)
        return self._fir.process(mixed, self._filters)


class _SpeakersToEars:
    """Loudspeakers around a head that turns: what goes in is faded from one direction's filters to the next's."""

    def __init__(self, source: Layout, head: HeadFilters) -> None:
        self._heard, self._direction = _heard_channels(source)
        self._head = head
        self._still: tuple[Array, Array] | None = None
        self._fir = StreamingFir(2, speaker_filters(head, self._direction[:1]).shape[2])

    def process(self, block: Array, turn: Turn) -> Array:
        self._fir.open(turn.length)
        few = turn.thinned(_LEAST_TURN_DEG)
        for index, start, share in few.pieces():
            if len(share):
                part = block[self._heard, start : start + len(share)] * share
                self._fir.add(part, self._filters(few.rotation[index]), start)
        return self._fir.close(turn.length)

    def _filters(self, rotation: Array) -> Array:
        if self._still is None or not np.array_equal(self._still[0], rotation):
            self._still = rotation, speaker_filters(self._head, self._direction @ rotation)
        return self._still[1]


def _head_stage(source: Layout, head: HeadFilters) -> Stage:
    if source.kind == "loudspeakers":
        return _SpeakersToEars(source, head)
    return _Filtered(ambisonic_filters(head, source.order), _Mixed(_ambisonic_turn(source, source)))


def _speaker_stage(layout: Layout, source: Layout) -> Stage:
    if source.name == "stereo" and layout.size == 2:
        return _Mixed(lambda rotation: np.broadcast_to(np.eye(2), (len(rotation), 2, 2)))
    if source.kind == "loudspeakers":
        return _Mixed(_panned(layout, source))
    return _Mixed(_ambisonic_turn(layout, source))


def _panned(layout: Layout, source: Layout) -> Callable[[Array], Array]:
    """Give the matrices that pan each loudspeaker of the source to its angle; LFE goes to LFE."""
    panner = panner_of(layout)
    heard, direction = _heard_channels(source)
    down_mixed = layout.name == "stereo"
    weight = np.array([_DOWN_MIX if down_mixed and index > 2 else 1.0 for index in heard])

    def matrices(rotation: Array) -> Array:
        heard_at = (direction @ rotation).reshape(-1, 3)
        gains = panner.gains(heard_at).reshape(len(rotation), len(heard), layout.size)
        out = np.zeros((len(rotation), layout.size, source.size))
        out[:, :, heard] = np.swapaxes(np.where(np.abs(gains) < 1e-12, 0.0, gains), 1, 2) * weight
        if layout.lfe is not None and source.lfe is not None:
            out[:, layout.lfe, source.lfe] = 1.0
        return out

    return matrices


def _ambisonic_turn(layout: Layout, source: Layout) -> Callable[[Array], Array]:
    """Give the matrices that turn a sound field against the listener and bring it to loudspeakers or another order."""
    if layout.kind == "loudspeakers":
        decode = loudspeaker_decoder(layout, source.order)
    else:
        decode = np.eye(layout.size, source.size)
    return lambda rotation: decode @ rotate_harmonics(np.swapaxes(rotation, -1, -2), source.order)


def _heard_channels(source: Layout) -> tuple[list[int], Array]:
    heard = [index for index in range(source.size) if index != source.lfe]
    return heard, angles_to_vector(np.array(source.azimuths)[heard], np.array(source.elevations)[heard])


def _diffuse_filters(layout: Layout, sample_rate: int) -> Array:
    """Give the (layout.size, 1, taps) filters that make one signal diffuse."""
    if layout.kind == "ears":
        return diffuse_ears(sample_rate)[:, None, :]
    if layout.kind == "ambisonics":
        size = 1.0 / np.sqrt(2 * degree_of_channels(layout.order) + 1)
        return (decorrelation_filters(layout.size, sample_rate) * size[:, None])[:, None, :]
    heard = [index for index in range(layout.size) if index != layout.lfe]
    filters = decorrelation_filters(len(heard), sample_rate) / np.sqrt(len(heard))
    out = np.zeros((layout.size, 1, filters.shape[1]))
    out[heard, 0] = filters
    return out


def _checked(hrtf: HeadFilters | None, sample_rate: int) -> HeadFilters:
    if hrtf is None:
        raise InputError("a surround or ambisonic bed for two ears needs a head's filters: give hrtf=")
    if hrtf.sample_rate != sample_rate:
        raise InputError(f"the head's filters must be at {sample_rate} Hz, got {hrtf.sample_rate} Hz: resample them")
    return hrtf
