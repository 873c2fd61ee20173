"""Writing sound files: WAV with the right channel mask for every layout, and FLAC of up to 8 channels.

Blocks come in the inside (BS.2051) order; files hold WAVE order.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.media.encode import Coding, SoundEncoder
from seehear.media.layout import Layout
from seehear.media.speakers import MASK_TAG
from seehear.media.stems import Samples
from seehear.media.wave import WaveWriter

if TYPE_CHECKING:
    from av.container import OutputContainer

FLAC_CHANNELS = 8


class _Sink(Protocol):
    def write(self, block: Samples) -> None: ...


class SoundWriter:
    """A sound file that appears whole at the end of its `with` block, or not at all.

    Args:
        path: ``.wav`` or ``.flac``.
        layout: of the blocks to come.
        sample_rate: Hz.
        bits: 24 for PCM, refusing samples beyond ±1; 32 for IEEE float (``.wav`` only).
        force: replace an existing file.

    Raises:
        InputError: another suffix; more than 8 channels or float in FLAC; the output exists or cannot be written.
    """

    def __init__(
        self, path: Path | str, layout: Layout, *, sample_rate: int = 48000, bits: int = 24, force: bool = False
    ) -> None:
        self._path = Path(path)
        self._layout = layout
        self._sample_rate = sample_rate
        self._bits = bits
        self._force = force
        self._stack = ExitStack()
        self._sink: _Sink | None = None
        check_sound_output(path, layout, bits=bits)

    def __enter__(self) -> Self:
        """Make the file's beginning, beside its place."""
        with ExitStack() as stack:
            beside = stack.enter_context(written_whole(self._path, force=self._force))
            opener = _flac if self._path.suffix.lower() == ".flac" else _wav
            self._sink = stack.enter_context(opener(beside, self._layout, self._sample_rate, self._bits))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Complete the file and put it in its place; on an error, remove it."""
        return self._stack.__exit__(kind, error, trace)

    def write(self, block: Samples) -> None:
        """Append float32 (channels, n), channels in the layout's own order.

        Raises:
            InputError: NaN or infinite samples; for 24 bits, samples beyond ±1; the disk is full.
        """
        if self._sink is None:
            raise RuntimeError("SoundWriter.write outside its with block")
        if block.ndim != 2 or block.shape[0] != self._layout.size:
            raise InputError(f"expected ({self._layout.size}, n) samples for {self._layout.name}, got {block.shape}")
        if not np.isfinite(block).all():
            raise InputError(f"expected finite samples for '{self._path}', got NaN or infinity")
        self._sink.write(block)


def check_sound_output(path: Path | str, layout: Layout, *, bits: int = 24) -> None:
    """Refuse a sound output that cannot hold what is to be written.

    Raises:
        InputError: as `SoundWriter`.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (".wav", ".flac"):
        raise InputError(f"expected a sound file ending in .wav or .flac, got '{path}'")
    if bits not in (24, 32):
        raise InputError(f"expected 24 (PCM) or 32 (float) bits, got {bits}")
    if suffix == ".flac" and layout.size > FLAC_CHANNELS:
        raise InputError(
            f"FLAC holds at most {FLAC_CHANNELS} channels, {layout.name} has {layout.size}: "
            f"write '{Path(path).stem}.wav'"
        )
    if suffix == ".flac" and bits == 32:
        raise InputError(f"FLAC holds no float samples: write 24 bits, or '{Path(path).stem}.wav'")


class _WavSink:
    def __init__(self, writer: WaveWriter, layout: Layout) -> None:
        self._writer = writer
        self._order = list(layout.file_order)

    def write(self, block: Samples) -> None:
        self._writer.write(block[self._order])


@contextmanager
def _wav(path: Path, layout: Layout, sample_rate: int, bits: int) -> Iterator[_Sink]:
    with path.open("wb") as file:
        writer = WaveWriter(file, channels=layout.size, sample_rate=sample_rate, mask=layout.mask, bits=bits)
        yield _WavSink(writer, layout)
        writer.close()


@contextmanager
def _flac(path: Path, layout: Layout, sample_rate: int, bits: int) -> Iterator[_Sink]:
    import av

    try:
        with av.open(f"file:{path}", "w", format="flac") as container:
            if layout.kind == "ambisonics":
                container.metadata[MASK_TAG] = "0x0"
            coding = Coding("flac", "quad" if layout.kind == "ambisonics" else layout.ffmpeg)
            sink = _FlacSink(container, SoundEncoder(container, coding, layout, sample_rate))
            yield sink
            container.mux(sink.encoder.flush())
    except av.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


class _FlacSink:
    def __init__(self, container: "OutputContainer", encoder: SoundEncoder) -> None:
        self._container = container
        self.encoder = encoder

    def write(self, block: Samples) -> None:
        self._container.mux(self.encoder.encode(block))
