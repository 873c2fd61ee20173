"""Small 360-degree recordings: a bright disc that goes round the horizon, and its noise from the same place."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from seehear.acoustics.ambisonics import spherical_harmonics
from seehear.media import SoundWriter, layout_of
from seehear.media.film import write_video
from seehear.media.mux import mux
from seehear.scene import Camera, CameraSpec, angles_to_vector

RATE = 48000
SIZE = (128, 64)
AROUND = CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=SIZE)


def frames_of(azimuth: np.ndarray, *, deg: float = 8.0) -> list[np.ndarray]:
    """A picture for each azimuth: the disc there, on a grey ground."""
    x, y = np.meshgrid((np.arange(SIZE[0]) + 0.5) / SIZE[0], (np.arange(SIZE[1]) + 0.5) / SIZE[1])
    rays = Camera(AROUND).direction_of(np.stack([x.ravel(), y.ravel()], -1), 0.0)
    pictures = []
    for one in azimuth:
        near = (rays @ angles_to_vector(one) > np.cos(np.deg2rad(deg))).reshape(SIZE[1], SIZE[0])
        pictures.append(np.where(near[..., None], 240, 70).astype(np.uint8).repeat(3, axis=2))
    return pictures


def field_of(azimuth: np.ndarray, *, order: int = 1, seed: int = 0) -> np.ndarray:
    """Noise from each sample's azimuth, AmbiX."""
    noise = 0.2 * np.random.default_rng(seed).standard_normal(len(azimuth))
    return (spherical_harmonics(angles_to_vector(azimuth), order).T * noise).astype(np.float32)


def recording(
    folder: Path, name: str, *, seconds: float = 2.0, muxed: bool = False, gain: float = 1.0, still: bool = False
) -> Path:
    """Write ``name.mp4`` with its sound inside, or beside as ``name.wav``."""
    folder.mkdir(parents=True, exist_ok=True)
    way = np.linspace(-30.0, 0.0 if still else 60.0, round(seconds * 10))
    if still:
        way[:] = 20.0
    video = folder / f"{name}.mp4"
    sound = gain * field_of(np.interp(np.arange(round(seconds * RATE)) / RATE, np.arange(len(way)) / 10, way))
    if muxed:
        silent = folder / f"{name}.silent.mp4"
        write_video(silent, frames_of(way), Fraction(10))
        mux(silent, video, iter([sound]), layout_of("foa"), sample_rate=RATE)
        silent.unlink()
    else:
        write_video(video, frames_of(way), Fraction(10))
        with SoundWriter(folder / f"{name}.wav", layout_of("foa"), sample_rate=RATE) as writer:
            writer.write(np.clip(sound, -1, 1))
    return video
