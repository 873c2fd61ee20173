"""`hear` on a 720p video with soundtrack, and `watch` alone: times its length."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from memory import write_long

SECONDS = 60.0


def timed(*words: object) -> float:
    """Give the median wall time of three runs, start-up included."""
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "seehear", *map(str, words)], check=True, capture_output=True)
        spent.append(time.perf_counter() - began)
    return sorted(spent)[1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_long(clip, seconds=SECONDS, size_wh=(1280, 720), fps=30)
        out = Path(folder) / "out"
        watch = timed("watch", clip, "-o", out.with_suffix(".json"), "--force")
        hear = timed("hear", clip, "-o", out.with_suffix(".mp4"), "--force")
    print(f"watch alone, 720p, 30 frames/s: {SECONDS / watch:.1f} x real time (asked >= 8)")
    print(f"hear, 720p with soundtrack, 2 cores: {hear / SECONDS:.2f} x its length (asked <= 2)")


if __name__ == "__main__":
    main()
