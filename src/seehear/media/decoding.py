"""From a sound stream to runs of float32 samples with their place on the clip's clock."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.container import clock_start, damaged
from seehear.media.sa3d import read_sa3d
from seehear.media.speakers import MASK_TAG, layout_name, mask_of, names_of, reading_order
from seehear.media.stems import Samples
from seehear.media.vorbis import VORBIS_ORDER, vorbis_runs
from seehear.media.whole import has_length

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

GAP = 0.010
"""s; timestamps that stray less than this from the running count are jitter."""

TAIL = 0.25
"""s; a film's sound may end this much before its container says; more means that it is damaged."""

SOUND_TAIL = 0.002
"""s; the same for sound files, which know their length."""

EXACT = frozenset({"mov", "wav", "w64", "flac", "aiff", "caf"})
"""Containers whose stated sound duration is exact; they are also sought exactly, as `matroska` is."""

COUNTED = frozenset({"wav", "w64", "flac", "aiff", "caf", "ogg", "mp3", "aac"})
"""Sound files without timestamps of their own: their samples follow each other, whatever the demuxer works out."""

PREROLL = 1.0
"""s decoded before a sought start, so that overlapping codecs have settled."""


class Sound(NamedTuple):
    """A sound stream, ready to be read.

    Attributes:
        container: the open file.
        stream: its sound stream.
        path: the file's name, for messages.
        rate: Hz.
        layout: our layout name, "mono" or "".
        mask: WAVE channel mask; 0 without positions.
        order: file channel of each inside channel; None when the same.
        zero: s, the container's start on its own clock.
    """

    container: "InputContainer"
    stream: "AudioStream"
    path: Path
    rate: int
    layout: str
    mask: int
    order: tuple[int, ...] | None
    zero: Fraction

    @property
    def formats(self) -> set[str]:
        """Names of the container's format."""
        return set(self.container.format.name.split(","))

    @property
    def exact_end(self) -> float | None:
        """Seconds from clip time 0 to the end, where the container knows it exactly; else None."""
        exact = self.formats & EXACT or ("mp3" in self.formats and has_length(self.path))
        if self.stream.duration is None or not exact:
            return None
        return self.start + float(self.stream.duration * _base(self.stream))

    @property
    def start(self) -> float:
        """Clip time of the first sample as the container tells it, s."""
        begin = self.stream.start_time
        return 0.0 if begin is None else float(begin * _base(self.stream) - self.zero)


def sound_of(container: "InputContainer", stream: "AudioStream", path: Path) -> Sound:
    """Work out a sound stream's layout and clock."""
    context = stream.codec_context
    if context.name == "flac":
        context.options = {"err_detect": "crccheck+explode"}  # its checksums find damage that decodes to noise
    names = [channel.name for channel in context.layout.channels]
    tag = stream.metadata.get(MASK_TAG) or container.metadata.get(MASK_TAG)
    if tag is not None:
        names = names_of(tag, len(names)) or names
    mask = mask_of(names)
    layout = layout_name(context.channels, mask)
    if "ogg" in container.format.name.split(",") and context.name == "vorbis":
        names = VORBIS_ORDER.get(len(names), names)
    order = reading_order(names, layout)
    spatial = read_sa3d(path) if "mov" in container.format.name.split(",") else None
    if spatial is not None and sorted(spatial.channel_map) == list(range(context.channels)):
        layout, mask = {4: "foa", 16: "hoa3"}.get(context.channels, ""), 0
        order = tuple(spatial.channel_map.index(component) for component in range(context.channels))
    return Sound(container, stream, path, context.sample_rate, layout, mask, order, clock_start(container))


def placed(sound: Sound, start: float) -> Iterator[tuple[int, Samples]]:
    """Decode a sound from shortly before ``start``.

    Args:
        sound: as given by `sound_of`.
        start: s, clip time.

    Yields:
        The place of a run's first sample, counted from clip time 0, and float32 (channels, n). Runs may leave gaps or
        overlap, where the file's timestamps do by more than 10 ms.

    Raises:
        InputError: a decoder failed, the stream changes its format, or it ends before the container says.
    """
    if "ogg" in sound.formats and sound.stream.codec_context.name == "vorbis":
        yield from vorbis_runs(sound.path, sound.order, start)
        return
    place: int | None = None
    shift, counted = 0, bool(sound.formats & COUNTED)
    for frame in _frames(sound, start):
        samples = _samples(frame)
        at = _place_of(frame, sound)
        if place is None:
            place = at or 0
        elif at is not None and not counted:
            stray = at + shift - place
            if stray < -sound.rate:
                shift -= stray  # a clock that starts again (joined recordings): go on without a break
            elif abs(stray) > GAP * sound.rate:
                place += stray
        yield place, samples if sound.order is None else samples[list(sound.order)]
        place += samples.shape[1]
    end, tail = sound.exact_end, SOUND_TAIL if counted else TAIL
    if end is not None and (place or 0) / sound.rate < end - tail:
        raise damaged(sound.path, (place or 0) / sound.rate, f"the sound should last {end:.3f} s")


def _frames(sound: Sound, start: float) -> "Iterator[AudioFrame]":
    if start > 2 * PREROLL and sound.formats & (EXACT | {"matroska"}):
        target = int((Fraction(start - PREROLL) + sound.zero) / _base(sound.stream))
        sound.container.seek(target, stream=sound.stream)
        frames = _packed(sound, _decoded(sound))
        first = next(frames, None)
        if first is not None and (_place_of(first, sound) or 0) <= start * sound.rate:
            yield first
            yield from frames
            return
        sound.container.seek(0)
    yield from _packed(sound, _decoded(sound))


def _decoded(sound: Sound) -> "Iterator[AudioFrame]":
    import av

    time, begun = 0.0, False
    channels = sound.stream.codec_context.channels
    packets = sound.container.demux(sound.stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except (av.FFmpegError, OSError) as error:
            if begun:
                raise damaged(sound.path, time, error) from None
            if packet_ended(error):
                raise damaged(sound.path, 0.0, error) from None
            continue  # broadcasts and cut recordings begin in the middle of a packet
        for frame in frames:
            if frame.sample_rate != sound.rate or frame.layout.nb_channels != channels:
                raise damaged(sound.path, time, "its sample rate or channels change")
            begun, time = True, frame.time if frame.time is not None else time
            yield frame


def packet_ended(error: Exception) -> bool:
    """Whether an error came from reading the file rather than from one packet's content."""
    import av

    return not isinstance(error, av.error.InvalidDataError)


def _packed(sound: Sound, frames: "Iterator[AudioFrame]") -> "Iterator[AudioFrame]":
    """Interleave planar frames of 8 and more channels: PyAV reads their planes beyond the frame's own list."""
    import av

    if not sound.stream.codec_context.format.is_planar or sound.stream.codec_context.channels < 8:
        yield from frames
        return
    resampler = av.AudioResampler(format="dbl" if "dbl" in sound.stream.codec_context.format.name else "flt")
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _base(stream: "AudioStream") -> Fraction:
    return stream.time_base or Fraction(1, stream.codec_context.sample_rate)


def _place_of(frame: "AudioFrame", sound: Sound) -> int | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return round((frame.pts * frame.time_base - sound.zero) * sound.rate)


_SCALES = {"u8": 2.0**-7, "s16": 2.0**-15, "s32": 2.0**-31, "s64": 2.0**-63}
_TYPES: dict[str, np.dtype[np.generic]] = {
    "u8": np.dtype(np.uint8), "s16": np.dtype(np.int16), "s32": np.dtype(np.int32), "s64": np.dtype(np.int64),
    "flt": np.dtype(np.float32), "dbl": np.dtype(np.float64),
}  # fmt: skip


def _samples(frame: "AudioFrame") -> Samples:
    """Give a frame's samples as float32 (channels, n), full scale ±1."""
    kind = frame.format.name.removesuffix("p")
    if kind not in _TYPES:
        raise InputError(f"expected sound in a common sample format, got {frame.format.name}")
    channels, count = frame.layout.nb_channels, frame.samples
    if frame.format.is_planar:
        planes = frame.planes[:channels]
        raw = np.stack([np.frombuffer(memoryview(plane), _TYPES[kind], count=count) for plane in planes])
    else:
        raw = (
            np.frombuffer(memoryview(frame.planes[0]), _TYPES[kind], count=count * channels).reshape(count, channels).T
        )
    if kind in _SCALES:
        return ((raw.astype(np.float64) - (128 if kind == "u8" else 0)) * _SCALES[kind]).astype(np.float32)
    with np.errstate(over="ignore"):  # a double beyond float32 becomes infinite and is refused as such
        return raw.astype(np.float32)
