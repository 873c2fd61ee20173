"""What `watch` finds in real clips: objects found at annotated times, error of the centre, speed.

Run: ``PYTHONPATH=src python bench/watch_found.py [SHARED]``; boxes there are read by eye, +-0.03.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from seehear.scene import Path as ObjectPath
from seehear.watch import to_scene


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.prod(np.maximum(high - low, 0)))
    return shared / float(np.prod(first[2:] - first[:2]) + np.prod(second[2:] - second[:2]) - shared)


def best(scene, moment: float, box: np.ndarray) -> tuple[float, float, str]:
    """Give overlap, error of centre x and id of the object that fits best."""
    rows = []
    for one in scene.objects:
        seen = ObjectPath(one).box_at([moment])[0]
        if np.isfinite(seen).all():
            rows.append((overlap(seen, box), abs(float((seen - box)[[0, 2]].mean())), one.id))
    return max(rows, default=(0.0, float("nan"), "-"))


def main(shared: Path, watch=to_scene) -> None:
    files = {entry["file"]: entry for entry in json.loads((shared / "MANIFEST.json").read_text())["files"]}
    rows = []
    for video in sorted((shared / "video").glob("*.mp4")):
        begin = time.perf_counter()
        scene = watch(video)
        seconds = time.perf_counter() - begin
        size = "x".join(str(side) for side in scene.camera.size_wh)
        print(f"{video.stem} ({size}): {len(scene.objects)} objects, {scene.duration / seconds:.1f} x real time")
        for source in files.get(f"video/{video.name}", {}).get("ground_truth", {}).get("sources", []):
            for entry in source["boxes"]:
                if entry["box"] is not None:
                    score = best(scene, entry["t"], np.array(entry["box"], float))
                    rows.append(score)
                    what = f"{source['label']} at {entry['t']} s"
                    print(f"   {what}: overlap {score[0]:.2f}, off {score[1]:.3f}, {score[2]}")
    found = [row for row in rows if row[0] >= 0.3]
    errors = [row[1] for row in found]
    print(f"found {len(found)} of {len(rows)} = {100 * len(found) / max(len(rows), 1):.0f} % (asked: >= 70 %)")
    print("speed asked: >= 8 x real time at 1280x720 on two free cores")
    print(f"median centre-x error {np.median(errors or [np.nan]):.3f} of the width (asked: <= 0.05)")


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SEEHEAR_SHARED", "../shared")
    folder = Path(given)
    main(folder if (folder / "MANIFEST.json").exists() else folder / "data")
