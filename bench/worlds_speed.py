"""How many worlds a minute one core makes, and where the time goes: four seconds, 256 x 256, binaural.

Processor time of this process (the machine may be shared), one thread; first world of each preset not counted, as it
loads and compiles.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import sys  # noqa: E402
import time  # noqa: E402
from itertools import pairwise  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402

import cv2  # noqa: E402

from seehear.media.film import write_video  # noqa: E402
from seehear.simulate import PRESETS, to_world  # noqa: E402
from seehear.simulate.dataset import rng_of  # noqa: E402
from seehear.simulate.folder import write_world  # noqa: E402

WORLDS = 6
ASKED = 20.0
SETTING = {"size_wh": (256, 256), "fps": 25, "duration": 4.0, "sample_rate": 48000}
PARTS = ("scene and stems", "frames", "video coding", "binaural sound", "whole, written")


def parts(preset: str, index: int, folder: Path) -> list[float]:
    """Give the processor seconds of each part of one world, the whole last."""
    marks = [time.process_time()]
    world = to_world(rng_of(0, preset, index), preset=preset, **SETTING)
    marks.append(time.process_time())
    frames = list(world.frames())
    marks.append(time.process_time())
    write_video(folder / f"{index}.mp4", frames, world.fps, repeatable=True)
    marks.append(time.process_time())
    world.mixes(("binaural",))
    marks.append(time.process_time())
    write_world(to_world(rng_of(0, preset, index), preset=preset, **SETTING), folder / f"{index}")
    whole = time.process_time() - marks[-1]
    return [*(after - before for before, after in pairwise(marks)), whole]


def main() -> None:
    cv2.setNumThreads(1)
    presets = sys.argv[1:] or [name for name in sorted(PRESETS) if name != "demo"]
    print(f"seconds of one core for a world of 4 s, 256 x 256, binaural; mean of {WORLDS}")
    print(f"preset | {' | '.join(PARTS)} | worlds a minute (asked {ASKED:g})")
    wholes = []
    for preset in presets:
        with TemporaryDirectory() as folder:
            parts(preset, WORLDS, Path(folder))
            found = [parts(preset, index, Path(folder)) for index in range(WORLDS)]
        means = [sum(column) / WORLDS for column in zip(*found, strict=True)]
        wholes.append(means[-1])
        print(f"{preset} | {' | '.join(f'{one:.2f}' for one in means)} | {60 / means[-1]:.0f}", flush=True)
    print(f"all presets alike | | | | | {sum(wholes) / len(wholes):.2f} | {60 * len(wholes) / sum(wholes):.0f}")


if __name__ == "__main__":
    main()
