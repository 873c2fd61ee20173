"""Small clips for tests, made with PyAV: a picture of a moving disc, with or without sound."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

LAYOUTS = {1: "mono", 2: "stereo"}


def disc_frames(count: int, size_wh: tuple[int, int] = (320, 180)) -> np.ndarray:
    """Give (count, h, w, 3) frames of a bright disc that crosses a textured ground from left to right."""
    width, height = size_wh
    ground = np.random.default_rng(5).integers(60, 110, (height // 4 + 1, width // 4 + 1))
    ground = np.kron(ground, np.ones((4, 4)))[:height, :width].astype(np.float64)
    y, x = np.mgrid[:height, :width]
    frames = np.empty((count, height, width, 3), dtype=np.uint8)
    for index in range(count):
        share = 0.15 + 0.7 * index / max(1, count - 1)
        inside = np.clip(height / 8 + 0.5 - np.hypot(x - width * share, y - height / 2), 0, 1)
        frames[index] = (ground * (1 - inside) + 235 * inside)[..., None]
    return frames


def write_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: int = 25,
    size_wh: tuple[int, int] = (320, 180),
    sound: np.ndarray | None = None,
) -> Path:
    """Write the disc as H.264, with AAC if there is a sound: (channels, n) float at 48 kHz, one or two channels."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=Fraction(fps), options={"crf": "18", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = *size_wh, "yuv420p"
        audio = None if sound is None else out.add_stream("aac", rate=48000, layout=LAYOUTS[len(sound)])
        for frame in disc_frames(round(seconds * fps), size_wh):
            out.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(video.encode())
        if audio is not None:
            for block in _blocks(sound):
                out.mux(audio.encode(block))
            out.mux(audio.encode())
    return path


def _blocks(sound: np.ndarray):
    whole = np.ascontiguousarray(sound, dtype=np.float32)
    for start in range(0, whole.shape[1], 1024):
        part = np.ascontiguousarray(whole[:, start : start + 1024])
        block = av.AudioFrame.from_ndarray(part, format="fltp", layout=LAYOUTS[len(whole)])
        block.sample_rate, block.pts, block.time_base = 48000, start, Fraction(1, 48000)
        yield block


def thuds(seconds: float, *, every: float = 0.25, sample_rate: int = 48000, seed: int = 1) -> np.ndarray:
    """Give (1, n) samples of short noise bursts, one each ``every`` seconds."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * sample_rate))
    burst = rng.normal(size=sample_rate // 20) * np.exp(-np.arange(sample_rate // 20) / 400)
    for start in np.arange(0, len(samples) - len(burst), round(every * sample_rate)):
        samples[start : start + len(burst)] += 0.2 * burst
    return samples[None].astype(np.float32)
