"""Compose README's picture from a demo's own files: a frame of the world and the scene that was heard in it.

Usage: python tools/make_picture.py seehear-demo docs/demo.png
"""

import sys
from pathlib import Path

import av
import cv2
import numpy as np

MOMENT = 4.1
WIDTH = 1440


def main() -> None:
    """Read the two file names from the command line and compose."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    with av.open(str(folder / "heard.mp4")) as container:
        frames = (frame for frame in container.decode(video=0) if frame.time >= MOMENT)
        frame = next(frames).to_ndarray(format="bgr24")
    scene = cv2.imread(str(folder / "heard.png"))
    height = round(scene.shape[0] * 0.62)
    shown = cv2.resize(frame, (round(frame.shape[1] * height / frame.shape[0]), height), interpolation=cv2.INTER_CUBIC)
    top = np.full((height + 40, scene.shape[1], 3), 255, np.uint8)
    left = (scene.shape[1] - shown.shape[1]) // 2
    top[20 : 20 + height, left : left + shown.shape[1]] = shown
    whole = np.concatenate([top, scene], axis=0)
    size = (WIDTH, round(whole.shape[0] * WIDTH / whole.shape[1]))
    cv2.imwrite(str(out), cv2.resize(whole, size, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
