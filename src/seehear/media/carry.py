"""A sound carried into a picture's container: as it is, or coded so that it decodes to the same samples.

Copies are tried out and compared sample by sample, so that an encoder's delay or a codec that the container holds only
half is found here and not by ear.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from errno import EDQUOT, ENOSPC
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import numpy as np

from seehear.errors import InputError
from seehear.media.container import clock_start, opened
from seehear.media.layout import LAYOUTS, layout_of
from seehear.media.reading import AudioInfo, audio_blocks, audio_info
from seehear.media.speakers import MASK_TAG, names_of
from seehear.media.wave import pcm24

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

_TAKES = {
    ".mp4": {"aac", "mp3", "ac3", "eac3", "alac", "flac", "opus"},
    ".m4v": {"aac", "mp3", "ac3", "eac3", "alac"},
    ".mov": {"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s24le", "pcm_f32le"},
}
"""Codecs that players expect in a container; Matroska takes any."""

_FLAC_CHANNELS = 8
_FULL = {ENOSPC, EDQUOT}  # no other way of coding helps against a full disk
_SAME = 2.0**-23
"""Largest difference of samples that count as the same: the last of 24 bits."""


@contextmanager
def carried_sound(sound: Path | str, out: Path) -> Iterator[Path]:
    """Give a file of ``out``'s container that holds a sound, its samples the same; it is gone afterwards.

    Args:
        sound: any file that holds sound.
        out: what it is for; the suffix names the container.

    Raises:
        InputError: the sound cannot be read, or the container cannot hold it.
    """
    info = audio_info(sound)
    if info is None:
        raise InputError(f"expected a file with sound, got '{sound}' that has none")
    suffix = out.suffix.lower()
    ways: list[Callable[[Path], None]] = []
    if suffix == ".mkv" or info.codec in _TAKES.get(suffix, ()):
        ways.append(lambda made: _copy(sound, made))
    if info.channels <= _FLAC_CHANNELS and suffix != ".mov":
        ways.append(lambda made: _code(sound, made, info, "flac"))
    ways.append(lambda made: _code(sound, made, info, "pcm_f32le"))
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(TemporaryDirectory(dir=out.parent, prefix=f".{out.stem[:40]}.")))
        except OSError as error:
            raise InputError(f"cannot write in '{out.parent}': {error.strerror or error}") from None
        for index, way in enumerate(ways):
            made = folder / f"{index}{suffix}"
            if _done(way, made) and same_samples(sound, made):
                yield made
                return
    raise InputError(f"a {suffix} file cannot hold the sound of '{sound}' ({info.codec}): write a file ending in .mkv")


class CopiedSound:
    """A file's first sound copied packet by packet, from clip time 0 on.

    Args:
        container: the open file.
        out: the open output; its header must not be written yet.
    """

    def __init__(self, container: "InputContainer", out: "OutputContainer") -> None:
        self._out = out
        stream = container.streams.audio[0]
        self._place = out.add_stream_from_template(stream, opaque=True)
        self._place.metadata.update(stream.metadata)
        self._zero = clock_start(container)
        self._packets = (packet for packet in container.demux(stream) if packet.size)
        self._held = next(self._packets, None)

    def write(self, *, until: float) -> None:
        """Write the packets that begin up to a time in seconds."""
        while self._held is not None:
            packet = self._held
            shift = round(self._zero / packet.time_base)
            tick = packet.pts if packet.pts is not None else packet.dts
            if tick is not None and float((tick - shift) * packet.time_base) > until:
                return
            if packet.pts is not None:
                packet.pts -= shift
            if packet.dts is not None:
                packet.dts -= shift
            packet.stream = self._place
            self._out.mux(packet)
            self._held = next(self._packets, None)


def same_samples(first: Path | str, second: Path | str) -> bool:
    """Say whether two files' sounds are as long, sampled alike, and decode to the same samples to 24 bits.

    Raises:
        InputError: one of them cannot be read.
    """
    one, other = audio_info(first), audio_info(second)
    if one is None or other is None or (one.sample_rate, one.channels) != (other.sample_rate, other.channels):
        return False
    for here, there in zip_longest(audio_blocks(first), audio_blocks(second)):
        if here is None or there is None or here.shape != there.shape:
            return False
        if here.size and float(np.abs(here - there).max()) > _SAME:
            return False
    return True


def _done(way: Callable[[Path], None], made: Path) -> bool:
    import av

    try:
        way(made)
        return audio_info(made) is not None
    except (av.FFmpegError, ValueError) as error:  # InputError too: what was made cannot be read
        if isinstance(error, OSError) and error.errno in _FULL:
            raise InputError(f"cannot write in '{made.parent.parent}': {error.strerror}") from None
        return False


def _copy(sound: Path | str, made: Path) -> None:
    import av

    with opened(sound) as container, av.open(f"file:{made}", "w") as out:
        CopiedSound(container, out).write(until=float("inf"))


def _code(sound: Path | str, made: Path, info: AudioInfo, codec: str) -> None:
    import av

    order = list(layout_of(info.layout).file_order) if info.layout in LAYOUTS else list(range(info.channels))
    with av.open(f"file:{made}", "w") as out:
        stream = cast("AudioStream", out.add_stream(codec, rate=info.sample_rate))
        stream.layout = name = _layout_name(info)
        stream.format = "s32" if codec == "flac" else "flt"
        if made.suffix.lower() == ".mkv" and info.mask:
            stream.metadata[MASK_TAG] = hex(info.mask)
        place = 0
        for block in audio_blocks(sound, size=4096):
            levels = np.ascontiguousarray(block[order].T).reshape(1, -1)
            coded = pcm24(levels) << 8 if codec == "flac" else levels
            frame = av.AudioFrame.from_ndarray(coded, "s32" if codec == "flac" else "flt", name)
            frame.sample_rate, frame.time_base, frame.pts = info.sample_rate, Fraction(1, info.sample_rate), place
            place += block.shape[1]
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _layout_name(info: AudioInfo) -> str:
    """Ffmpeg's name of the channels in file order."""
    if info.layout in LAYOUTS and layout_of(info.layout).kind == "ambisonics":
        return f"ambisonic {layout_of(info.layout).order}"
    named = names_of(hex(info.mask), info.channels) if info.mask else None
    if named:
        return "+".join(named)
    return ("mono", "stereo")[info.channels - 1] if info.channels < 3 else f"{info.channels} channels"
