"""Does memory grow with length? `hear` on 2, 4, 8 minutes at 720p, and on one hour at 320x180 (takes long)."""

import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_long(path: Path, *, seconds: float, size_wh: tuple[int, int], fps: int = 25) -> None:
    """A disc that goes round over a textured ground, with thuds each half second; one minute's packets, repeated."""
    width, height = size_wh
    rng = np.random.default_rng(2)
    ground = np.kron(rng.integers(60, 110, (height // 8 + 1, width // 8 + 1)), np.ones((8, 8)))[:height, :width]
    y, x = np.mgrid[:height, :width]
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=Fraction(fps))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"crf": "30", "preset": "ultrafast"}
        audio = out.add_stream("aac", rate=48000, layout="stereo")
        loop = []
        for index in range(fps * 10):
            angle = 2 * np.pi * index / (fps * 10)
            inside = np.hypot(x - width * (0.5 + 0.35 * np.cos(angle)), y - height / 2) < height / 10
            loop.append(np.where(inside, 235, ground).astype(np.uint8))
        thud = rng.normal(size=(2, 48000)) * 1e-3
        thud[:, :4800] += 0.3 * rng.normal(size=4800) * np.exp(-np.arange(4800) / 600)
        sent = 0
        for index in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(np.repeat(loop[index % len(loop)][..., None], 3, axis=2), format="rgb24")
            for packet in video.encode(frame):
                out.mux(packet)
            while sent < (index + 1) / fps * 48000:
                start = sent % 48000
                part = np.ascontiguousarray(thud[:, start : start + 960].astype(np.float32))
                block = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
                block.sample_rate, block.pts, block.time_base = 48000, sent, Fraction(1, 48000)
                sent += 960
                for packet in audio.encode(block):
                    out.mux(packet)
        for stream in (video, audio):
            for packet in stream.encode():
                out.mux(packet)


def peak_mb(clip: Path, out: Path) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "seehear", "hear", str(clip), "-o", str(out), "--force"])
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return usage.ru_maxrss / 1024, time.perf_counter() - began


def main() -> None:
    minutes = [float(word) for word in sys.argv[1:]] or [2.0, 4.0, 8.0]
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for length in minutes:
            clip = Path(folder) / "long.mp4"
            small = length >= 60
            write_long(clip, seconds=60 * length, size_wh=(320, 180) if small else (1280, 720))
            peak, spent = peak_mb(clip, Path(folder) / "out.mp4")
            peaks.append(peak)
            size = "320x180" if small else "720p"
            print(
                f"{length:g} min at {size}: peak {peak:.0f} MB, {spent:.0f} s = {spent / 60 / length:.2f} x its length"
            )
        if len(minutes) > 1:
            slope = np.polyfit(minutes, peaks, 1)[0]
            print(f"memory slope over {minutes[0]:g} to {minutes[-1]:g} minutes: {slope:.2f} MB a minute (asked <= 1)")


if __name__ == "__main__":
    main()
