"""Small files for the media tests, made with PyAV; each picture's brightness tells which frame it is."""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TICK = Fraction(1, 90000)


def level(index: int) -> int:
    """Brightness of frame ``index``, 0 to 255; neighbours differ by 8 or more."""
    return 24 + (index * 8) % 208


def flat(index: int, size_wh: tuple[int, int]) -> np.ndarray:
    """A picture of one brightness with a brighter quarter at the top left."""
    width, height = size_wh
    picture = np.full((height, width, 3), level(index), np.uint8)
    picture[: height // 2, : width // 2] = 250
    return picture


def write_video(
    path: Path,
    *,
    times=None,
    count: int = 25,
    fps: int = 25,
    size_wh=(64, 48),
    codec: str = "libx264",
    sound: np.ndarray | None = None,
    sound_codec: str = "aac",
    sound_layout: str = "stereo",
    sample_rate: int = 48000,
    sound_start: float = 0.0,
    options=None,
    pix_fmt: str = "yuv420p",
    picture=flat,
    prepare=None,
    container=None,
) -> Path:
    """Write frames at the given times in s (or evenly), with or without a sound of (channels, n) floats."""
    times = [Fraction(index, fps) for index in range(count)] if times is None else times
    with av.open(str(path), "w", format=container) as out:
        video = out.add_stream(codec, rate=fps, options=options or {})
        video.width, video.height, video.pix_fmt = *size_wh, pix_fmt
        video.codec_context.time_base = TICK if codec.startswith("libx26") else Fraction(1, 1000)
        base = video.codec_context.time_base
        if prepare is not None:
            prepare(out, video)
        audio = None
        if sound is not None:
            audio = out.add_stream(sound_codec, rate=sample_rate)
            audio.layout = sound_layout
            audio.format = "fltp" if sound_codec == "aac" else "s16" if sound_codec == "pcm_s16le" else "s32"
        for index, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(index, size_wh), format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = round(Fraction(time) / base), base
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None:
            encode_sound(out, audio, sound, sample_rate, round(sound_start * sample_rate))
    return path


def encode_sound(out, audio, sound, sample_rate, place=0):
    """Send (channels, n) floats through an open sound stream."""
    kind = audio.format.name
    for begin in range(0, sound.shape[1], 4000):
        part = sound[:, begin : begin + 4000]
        if kind == "fltp":
            data = np.ascontiguousarray(part, np.float32)
        else:
            scale, dtype = (2**15 - 1, np.int16) if kind == "s16" else (2**31 - 256, np.int32)
            data = np.ascontiguousarray(np.rint(part.astype(np.float64) * scale).astype(dtype).T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format=kind, layout=audio.layout.name)
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, begin + place, Fraction(1, sample_rate)
        out.mux(audio.encode(frame))
    out.mux(audio.encode(None))


def write_sound(
    path: Path, sound, *, codec="pcm_s24le", layout="stereo", sample_rate=48000, kind=None, start=0
) -> Path:
    """Write (channels, n) floats as a sound file."""
    with av.open(str(path), "w") as out:
        audio = out.add_stream(codec, rate=sample_rate)
        audio.layout = layout
        audio.format = kind or ("fltp" if codec == "aac" else "s32")
        encode_sound(out, audio, sound, sample_rate, start)
    return path


def clicks(seconds: float, at, *, channels: int = 2, sample_rate: int = 48000) -> np.ndarray:
    """Silence with one-sample clicks at the given times."""
    sound = np.zeros((channels, round(seconds * sample_rate)), np.float32)
    for time in at:
        sound[:, round(time * sample_rate)] = 0.9
    return sound


def tones(channels: int, seconds: float, *, lfe: int | None = None, sample_rate: int = 48000) -> np.ndarray:
    """A sine for each channel, 200 Hz apart; 60 Hz on the LFE."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    hertz = [60 if index == lfe else 300 + 200 * index for index in range(channels)]
    return np.stack([0.4 * np.sin(2 * np.pi * one * time) for one in hertz]).astype(np.float32)


def pitches(samples: np.ndarray, sample_rate: int = 48000) -> list[int]:
    """The strongest frequency of each channel, Hz, to the nearest 20."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.shape[1]), axis=1))
    return [round(int(peak) * sample_rate / samples.shape[1] / 20) * 20 for peak in spectrum.argmax(axis=1)]


def packets(path: Path, kind: str = "video", index: int = 0) -> list[tuple[Fraction, str]]:
    """Time and hash of each packet of a stream, in stored order."""
    with av.open(str(path)) as container:
        stream = [one for one in container.streams if one.type == kind][index]
        return [
            (packet.pts * packet.time_base, hashlib.md5(bytes(packet)).hexdigest())
            for packet in container.demux(stream)
            if packet.size
        ]
