"""The storyboard at 1280 x 720, encoding included, and `see` on ten seconds of sound: pictures a second, seconds."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

import seehear.simulate as worlds
from seehear.draw import to_video
from seehear.draw.loudness import loudness_of_stems

SECONDS = 10.0


def drawn(preset: str, folder: Path) -> float:
    """Pictures a second of one world's scene, the picture's own setting-up included; the second of two runs."""
    world = worlds.to_world(np.random.default_rng(5), preset=preset, duration=SECONDS)
    loudness = loudness_of_stems(world.scene, world.stems)
    for _ in range(2):
        began = time.perf_counter()
        to_video(world.scene, folder / "out.mp4", size_wh=(1280, 720), loudness=loudness, force=True)
        spent = time.perf_counter() - began
    return round(SECONDS * 30) / spent


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for preset in ("stationary", "translational", "camera", "foley", "crowd"):
            print(f"storyboard, {preset}: {drawn(preset, folder):.0f} pictures/s (asked >= 60)", flush=True)
        world = worlds.to_world(np.random.default_rng(6), preset="translational", duration=SECONDS)
        soundfile.write(folder / "street.wav", world.mixes(("binaural",))["binaural"].T, 48000, subtype="FLOAT")
        spent = []
        for _ in range(3):
            began = time.perf_counter()
            words = ["see", str(folder / "street.wav"), "-o", str(folder / "street.mp4"), "--force"]
            subprocess.run([sys.executable, "-m", "seehear", *words], check=True, capture_output=True)
            spent.append(time.perf_counter() - began)
        print(f"see, {SECONDS:g} s of sound, start-up included: {sorted(spent)[1]:.1f} s (asked <= 10)")


if __name__ == "__main__":
    main()
