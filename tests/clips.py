"""Small clips for tests, made with PyAV: a picture of a moving disc, with or without sound."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def disc_frames(count: int, size_wh: tuple[int, int] = (320, 180), *, leftwards: bool = False) -> np.ndarray:
    """Give (count, h, w, 3) frames of a bright disc that crosses a textured ground from left to right."""
    width, height = size_wh
    ground = np.random.default_rng(5).integers(60, 110, (height // 4 + 1, width // 4 + 1))
    ground = np.kron(ground, np.ones((4, 4)))[:height, :width].astype(np.float64)
    y, x = np.mgrid[:height, :width]
    frames = np.empty((count, height, width, 3), dtype=np.uint8)
    for index in range(count):
        share = 0.15 + 0.7 * index / max(1, count - 1)
        centre = width * (1 - share if leftwards else share)
        inside = np.clip(height / 8 + 0.5 - np.hypot(x - centre, y - height / 2), 0, 1)
        frames[index] = (ground * (1 - inside) + 235 * inside)[..., None]
    return frames


def write_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: int = 25,
    size_wh: tuple[int, int] = (320, 180),
    sound: np.ndarray | None = None,
    sample_rate: int = 48000,
    codec: str = "libx264",
    leftwards: bool = False,
) -> Path:
    """Write the disc as a video; ``sound`` is (channels, n) float or None."""
    frames = disc_frames(round(seconds * fps), size_wh, leftwards=leftwards)
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=Fraction(fps))
        video.width, video.height, video.pix_fmt = size_wh[0], size_wh[1], "yuv420p"
        if codec == "libx264":
            video.options = {"crf": "18", "preset": "ultrafast"}
        audio = None
        if sound is not None:
            audio = out.add_stream("aac", rate=sample_rate, layout="stereo" if len(sound) == 2 else "mono")
        for frame in frames:
            for packet in video.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                out.mux(packet)
        for packet in video.encode():
            out.mux(packet)
        if audio is not None:
            whole = np.ascontiguousarray(sound, dtype=np.float32)
            for start in range(0, whole.shape[1], 1024):
                part = np.ascontiguousarray(whole[:, start : start + 1024])
                block = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo" if len(whole) == 2 else "mono")
                block.sample_rate, block.pts, block.time_base = sample_rate, start, Fraction(1, sample_rate)
                for packet in audio.encode(block):
                    out.mux(packet)
            for packet in audio.encode():
                out.mux(packet)
    return path


def thuds(seconds: float, *, every: float = 0.25, sample_rate: int = 48000, seed: int = 1) -> np.ndarray:
    """Give (1, n) samples of short noise bursts, one each ``every`` seconds."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * sample_rate))
    burst = rng.normal(size=sample_rate // 20) * np.exp(-np.arange(sample_rate // 20) / 400)
    for start in np.arange(0, len(samples) - len(burst), round(every * sample_rate)):
        samples[start : start + len(burst)] += 0.2 * burst
    return samples[None].astype(np.float32)
