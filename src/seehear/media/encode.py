"""Samples into an encoder of PyAV: one stream of an open output."""

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.media.wave import pcm24

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet


class Coding(NamedTuple):
    """How a layout's sound is coded.

    Attributes:
        codec: ffmpeg's encoder.
        layout: ffmpeg's name of the channels in file order.
        bit_rate: bit/s; 0 for lossless codecs.
        options: the encoder's own.
    """

    codec: str
    layout: str
    bit_rate: int = 0
    options: tuple[tuple[str, str], ...] = ()


class SoundEncoder:
    """Encode blocks of one layout into one stream.

    Args:
        container: open output; its header must not be written yet.
        coding: what to encode with.
        layout: of the blocks.
        sample_rate: Hz.
        offset: samples, the timestamp of the first sample.
    """

    def __init__(
        self, container: "OutputContainer", coding: Coding, layout: Layout, sample_rate: int, offset: int = 0
    ) -> None:
        stream = container.add_stream(coding.codec, rate=sample_rate, options=dict(coding.options))
        self.stream = cast("AudioStream", stream)
        self.stream.layout = coding.layout
        self._float = coding.codec == "aac"
        self.stream.format = "fltp" if self._float else "s32"
        if coding.bit_rate:
            self.stream.bit_rate = coding.bit_rate
        self._coding = coding
        self._order = list(layout.file_order)
        self._sample_rate = sample_rate
        self.place = offset

    def encode(self, block: Samples) -> "list[Packet[AudioStream]]":
        """Encode float32 (channels, n), channels in the layout's own order; packets may come later."""
        import av

        ordered = block[self._order]
        if self._float:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(ordered), "fltp", self._coding.layout)
        else:
            levels = np.ascontiguousarray(pcm24(ordered).T).reshape(1, -1) << 8
            frame = av.AudioFrame.from_ndarray(levels, "s32", self._coding.layout)
        frame.sample_rate = self._sample_rate
        frame.time_base = Fraction(1, self._sample_rate)
        frame.pts = self.place
        self.place += block.shape[1]
        return self.stream.encode(frame)

    def flush(self) -> "list[Packet[AudioStream]]":
        """Give the last packets."""
        return self.stream.encode(None)
