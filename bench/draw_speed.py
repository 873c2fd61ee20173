"""The storyboard at 1280 x 720, encoding included, and `see` on ten seconds of sound: pictures a second, seconds.

Processor time is given too: on a machine that does other work, only that can be compared.
"""

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


def drawn(preset: str, folder: Path) -> tuple[float, float]:
    """Pictures a second of one world's scene and processor time of each, ms, setting-up included; the second run."""
    world = worlds.to_world(np.random.default_rng(5), preset=preset, duration=SECONDS)
    loudness = loudness_of_stems(world.scene, world.stems)
    for _ in range(2):
        began, worked = time.perf_counter(), time.process_time()
        to_video(world.scene, folder / "out.mp4", size_wh=(1280, 720), loudness=loudness, force=True)
        spent, worked = time.perf_counter() - began, time.process_time() - worked
    count = round(SECONDS * 30)
    return count / spent, 1e3 * worked / count


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for preset in ("stationary", "translational", "camera", "foley", "crowd"):
            rate, worked = drawn(preset, folder)
            print(f"storyboard, {preset}: {rate:.0f} pictures/s (asked >= 60), {worked:.1f} ms of processor each")
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
