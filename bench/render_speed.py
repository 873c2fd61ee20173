"""How fast moving sources are rendered, on one core; beside pyroomacoustics doing the same block by block.

Eight sources on curved paths, 48 kHz. Ours: retarded time, 48-tap delay line, air absorption, measured head filters.
Theirs (it has no moving sources): a fresh anechoic room for every 50 ms, blocks of 100 ms faded into each other, two
microphones, no air, no head. Medians of several runs that take turns; processor time, for the machine may be shared.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import importlib.util  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from seehear.acoustics.render import Renderer  # noqa: E402
from seehear.media.layout import layout_of  # noqa: E402
from seehear.media.stems import ArrayStems  # noqa: E402
from seehear.scene import Scene, vector_to_angles  # noqa: E402

RATE = 48000
SOURCES = 8
SECONDS = 60.0
PEER_SECONDS = 10.0
RUNS = 3


def place(source: int, when: np.ndarray) -> np.ndarray:
    """Metres of a source at (n,) s: circles of 5 m around a point beside the listener, half a radian a second."""
    angle = 2 * np.pi * source / SOURCES + 0.5 * when
    return np.stack([5 * np.cos(angle) + 1, 5 * np.sin(angle), np.full_like(when, 1.0)], axis=-1)


def scene(seconds: float) -> Scene:
    objects = []
    for source in range(SOURCES):
        times = np.arange(0.0, seconds + 0.5, 0.5)
        metres = place(source, times)
        azimuth, elevation = vector_to_angles(metres)
        distance = np.linalg.norm(metres, axis=-1)
        rows = zip(times.tolist(), azimuth.tolist(), elevation.tolist(), distance.tolist(), strict=True)
        keys = [{"time": t, "azimuth": a, "elevation": e, "distance": d} for t, a, e, d in rows]
        objects.append({"id": f"s{source}", "sounding": [[0.0, seconds]], "keyframes": keys})
    return Scene(duration=seconds, objects=objects)


def noise(seconds: float) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal((SOURCES, round(seconds * RATE)))).astype(np.float32)


def ours(layout: str, seconds: float) -> float:
    """Give the processor seconds of one rendering, from a scene to the last block."""
    stems = ArrayStems({f"s{i}": one for i, one in enumerate(noise(seconds))}, RATE)
    world = scene(seconds)
    began = time.process_time()
    for _ in Renderer(world, layout_of(layout), sample_rate=RATE).blocks(stems):
        pass
    return time.process_time() - began


def theirs(seconds: float) -> float:
    import pyroomacoustics

    pyroomacoustics.constants.set("num_threads", 1)
    step, length = RATE // 20, RATE // 10
    fade = np.concatenate([np.arange(step), step - np.arange(step)]) / step
    signals = noise(seconds + 0.1)
    ears = np.array([[10.0, 10.0], [10.09, 9.91], [10.0, 10.0]])
    out = np.zeros((2, round(seconds * RATE) + RATE))
    began = time.process_time()
    for start in range(0, round(seconds * RATE), step):
        room = pyroomacoustics.AnechoicRoom(3, fs=RATE)
        for source in range(SOURCES):
            where = place(source, np.array([(start + step) / RATE]))[0] + 10.0
            room.add_source(where, signal=signals[source, start : start + length] * fade)
        room.add_microphone_array(ears)
        heard = room.simulate(return_premix=False)
        heard = room.mic_array.signals if heard is None else heard
        out[:, start : start + heard.shape[1]] += heard
    return time.process_time() - began


def main() -> None:
    peer = importlib.util.find_spec("pyroomacoustics") is not None
    layouts = sys.argv[1:] or ["binaural", "7.1.4", "hoa3"]
    for layout in layouts:
        ours(layout, 1.0)
    speed: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for layout in layouts:
            speed.setdefault(layout, []).append(SECONDS / ours(layout, SECONDS))
        if peer:
            speed.setdefault("pyroomacoustics", []).append(PEER_SECONDS / theirs(PEER_SECONDS))
    print("8 moving sources, 48 kHz, one core | asked | x real time, median of 3 (range)")
    for name, all_ in speed.items():
        asked = ">= 20" if name == "binaural" else ""
        print(f"{name} | {asked} | {statistics.median(all_):.1f} ({min(all_):.1f}..{max(all_):.1f})")
    if peer:
        ratio = statistics.median(speed[layouts[0]]) / statistics.median(speed["pyroomacoustics"])
        print(f"{layouts[0]} against pyroomacoustics, two microphones | | {ratio:.1f} times as fast")
    else:
        print("pyroomacoustics is not installed: pip install 'seehear[bench]' to compare")


if __name__ == "__main__":
    main()
