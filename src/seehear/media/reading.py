"""Reading sound from any container: float32 (channels, samples), BS.2051 channel order, streamed in blocks.

Sample 0 lies at clip time 0, the container's start: encoder delays and edit lists are honoured, a sound stream that
begins later is padded with silence, and gaps of more than 10 ms between timestamps become silence.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.container import damaged, first_stream, opened
from seehear.media.decoding import Sound, placed, sound_of
from seehear.media.stems import Samples

if TYPE_CHECKING:
    from av.container import InputContainer

MAX_CHANNELS = 16
LONGEST_GAP = 3600.0
"""s; a longer hole between timestamps is taken for damage, not for silence."""


class AudioInfo(NamedTuple):
    """What a file's sound stream says of itself.

    Attributes:
        sample_rate: Hz.
        channels: how many.
        layout: our layout name; "mono"; "" where none fits. Two channels are "stereo" (a file cannot say that they
            are binaural); 4 and 16 channels without loudspeaker positions are "foa" and "hoa3".
        mask: WAVE channel mask; 0 without loudspeaker positions.
        duration: s from clip time 0 to the sound's end; None when the container does not say.
        start: s, clip time of the first sample, after encoder delay and edit lists.
        codec: ffmpeg's name of the codec.
    """

    sample_rate: int
    channels: int
    layout: str
    mask: int
    duration: float | None
    start: float
    codec: str


class AudioClip(NamedTuple):
    """A whole sound in memory.

    Attributes:
        samples: float32 (channels, samples).
        sample_rate: Hz.
        layout: as in `AudioInfo`.
    """

    samples: Samples
    sample_rate: int
    layout: str


def audio_info(path: Path | str) -> AudioInfo | None:
    """Say what sound a file holds; None when it holds a picture only.

    Raises:
        InputError: the file cannot be read as media, or has more than 16 channels.
    """
    with opened(path) as container:
        sound = _sound(container, path)
        return None if sound is None else _info(sound)


def audio_blocks(
    path: Path | str,
    *,
    sample_rate: int | None = None,
    size: int = 65536,
    start: float = 0.0,
    end: float | None = None,
) -> Generator[Samples, None, None]:
    """Read a file's sound block by block, aligned to clip time 0.

    Args:
        path: any file that holds sound.
        sample_rate: Hz; None keeps the file's own.
        size: samples in each block; the last one may be shorter.
        start: s, clip time of the first sample given.
        end: s, clip time to stop at; None reads to the end.

    Yields:
        float32 (channels, n), in BS.2051 order where the layout is known.

    Raises:
        InputError: not readable, no sound, NaN or infinite samples, damaged on the way, or shorter than it says.
    """
    with opened(path) as container:
        sound = _sound(container, path)
        if sound is None:
            raise InputError(f"expected a file with sound, got '{path}' that has none")
        parts = _checked(_contiguous(sound, start, end), sound, round(start * sound.rate))
        if sample_rate is not None and sample_rate != sound.rate:
            parts = resampled(parts, sound.rate, sample_rate)
        yield from reblocked(parts, size)


def read_audio(path: Path | str, *, sample_rate: int | None = None, limit_seconds: float = 600.0) -> AudioClip:
    """Read a whole sound into memory.

    Args:
        path: any file that holds sound.
        sample_rate: Hz; None keeps the file's own.
        limit_seconds: longer sounds are refused; stream them with `audio_blocks`.

    Raises:
        InputError: as `audio_blocks`; longer than the limit; no samples at all.
    """
    info = audio_info(path)
    if info is None:
        raise InputError(f"expected a file with sound, got '{path}' that has none")
    rate = sample_rate or info.sample_rate
    parts, count = [], 0
    for block in audio_blocks(path, sample_rate=sample_rate):
        parts.append(block)
        count += block.shape[1]
        if count > limit_seconds * rate:
            raise InputError(f"expected at most {limit_seconds:g} s of sound in '{path}': cut it, or raise the limit")
    if not count:
        raise InputError(f"expected sound in '{path}', got 0 samples")
    return AudioClip(np.concatenate(parts, axis=1), rate, info.layout)


def reblocked(parts: Iterator[Samples], size: int) -> Iterator[Samples]:
    """Cut blocks of any length into blocks of ``size`` samples; the last one may be shorter."""
    held: list[Samples] = []
    count = 0
    for part in parts:
        held.append(part)
        count += part.shape[1]
        if count >= size:
            whole = np.concatenate(held, axis=1) if len(held) > 1 else part
            for begin in range(0, count - size + 1, size):
                yield np.ascontiguousarray(whole[:, begin : begin + size])
            held, count = [whole[:, count - count % size :]], count % size
    if count:
        yield np.ascontiguousarray(np.concatenate(held, axis=1))


def resampled(parts: Iterator[Samples], rate: int, to_rate: int) -> Iterator[Samples]:
    """Resample a stream of blocks (soxr, high quality); its delay is taken out, its length is kept.

    Args:
        parts: float32 (channels, n) blocks, all with the same channels.
        rate: Hz of the blocks.
        to_rate: Hz wanted.
    """
    import soxr

    stream = None
    channels = 0
    for part in parts:
        if stream is None:
            channels = part.shape[0]
            stream = soxr.ResampleStream(rate, to_rate, channels, dtype="float32", quality="HQ")
        yield _turned(stream.resample_chunk(np.ascontiguousarray(part.T)))
    if stream is not None:
        yield _turned(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))


def _turned(chunk: Samples) -> Samples:
    return np.ascontiguousarray(np.atleast_2d(chunk.T))


def _sound(container: "InputContainer", path: Path | str) -> Sound | None:
    from av.audio.stream import AudioStream

    stream = first_stream(container, "audio")
    if not isinstance(stream, AudioStream):
        if first_stream(container, "video") is None:
            raise InputError(f"expected sound or a picture in '{path}', got neither")
        return None
    channels = stream.codec_context.channels
    if not 1 <= channels <= MAX_CHANNELS or stream.codec_context.sample_rate <= 0:
        raise InputError(f"expected sound of 1 to {MAX_CHANNELS} channels in '{path}', got {channels}")
    return sound_of(container, stream, Path(path))


def _info(sound: Sound) -> AudioInfo:
    context = sound.stream.codec_context
    return AudioInfo(
        sound.rate, context.channels, sound.layout, sound.mask, _duration(sound), sound.start, context.codec.name
    )


def _duration(sound: Sound) -> float | None:
    if sound.exact_end is not None:
        return sound.exact_end
    if sound.formats & {"aac"}:
        return None  # a guess from the bit rate
    tag = sound.stream.metadata.get("DURATION", "")
    if tag.count(":") == 2:
        hours, minutes, seconds = tag.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if sound.stream.duration is not None and sound.stream.time_base is not None:
        return sound.start + float(sound.stream.duration * sound.stream.time_base)
    only_sound = first_stream(sound.container, "video") is None
    return sound.container.duration / 1e6 if only_sound and sound.container.duration else None


def _contiguous(sound: Sound, start: float, end: float | None) -> Iterator[Samples]:
    """Give samples without holes or overlaps from ``start`` to ``end``, both in s of clip time."""
    place = round(start * sound.rate)
    stop = None if end is None else round(end * sound.rate)
    if sound.exact_end is not None and "mov" in sound.formats:
        last = round(sound.exact_end * sound.rate)  # an edit list ends in the middle of a packet
        stop = last if stop is None else min(stop, last)
    for at, samples in placed(sound, start):
        if stop is not None and place >= stop:
            return
        for silence in _silence(sound, samples.shape[0], at - place if stop is None else min(at, stop) - place):
            yield silence
            place += silence.shape[1]
        part = samples[:, max(0, place - at) : None if stop is None else max(0, stop - at)]
        if part.shape[1]:
            yield part
            place += part.shape[1]


def _silence(sound: Sound, channels: int, count: int) -> Iterator[Samples]:
    if count > LONGEST_GAP * sound.rate:
        raise damaged(sound.path, 0.0, f"its timestamps leave a hole of {count / sound.rate:.0f} s")
    for begin in range(0, count, 65536):
        yield np.zeros((channels, min(65536, count - begin)), np.float32)


def _checked(parts: Iterator[Samples], sound: Sound, place: int) -> Iterator[Samples]:
    for part in parts:
        if not np.isfinite(part).all():
            channel, index = np.argwhere(~np.isfinite(part))[0]
            time = (place + index) / sound.rate
            raise InputError(
                f"expected finite samples, got {part[channel, index]} at {time:.6f} s in channel {channel} of "
                f"'{sound.path}': repair the sound"
            )
        place += part.shape[1]
        yield part
