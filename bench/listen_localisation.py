"""How well `listen` hears directions: the shared clips beside plain GCC-PHAT, then a grid of heads, rooms and noise.

python bench/listen_localisation.py            # the clips, then the grid (some minutes)
python bench/listen_localisation.py clips      # the clips only
python bench/listen_localisation.py radius     # the clips, with other radii in place of the mean head's
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from listen_material import HEADS, RATE, SHARED, clips

from seehear.listen import Heard, hear_tracks
from seehear.media import read_audio

KINDS = ("single", "pair", "moving")
ROOMS, RATIOS = (0.0, 0.2, 0.4, 0.8), (30.0, 20.0, 10.0, 5.0)
EACH = int(os.environ.get("EACH", "4"))


class Result(NamedTuple):
    """Errors, deg, of one clip's sources (of moving ones the RMSE), whether their count is right, and the motion."""

    kind: str
    errors: list[float]
    counted: bool
    direction: bool


def folded(azimuth: np.ndarray) -> np.ndarray:
    return np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth))))


def judged(kind: str, heard: list[tuple[np.ndarray, np.ndarray]], times: np.ndarray, truth: np.ndarray) -> Result:
    counted = len(heard) == len(truth)
    if not heard:
        return Result(kind, [90.0] * len(truth), False, False)
    if kind == "moving":
        found = np.interp(times, *heard[0])
        same = np.sign(np.diff(found[[2, len(found) // 3]])) == np.sign(np.diff(truth[0][[2, len(found) // 3]]))
        return Result(kind, [float(np.sqrt(np.mean((found - truth[0]) ** 2)))], counted, bool(same[0]))
    middle = sorted(float(np.median(one[1])) for one in heard)
    if kind == "single":
        return Result(kind, [abs(float(np.median(heard[0][1])) - truth[0, 0])], counted, True)
    pairs = zip(middle, sorted(truth[:, 0]), strict=True) if counted else ()
    return Result(kind, [abs(a - b) for a, b in pairs], counted, True)


def tracks_of(heard: Heard) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(one.times, one.azimuth) for one in heard.tracks]


def phat(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The plain one: the cross-correlation with equal weight at all frequencies, over lags of a head."""
    count = samples.shape[1]
    left, right = np.fft.rfft(samples, 2 * count)
    cross = left * right.conj()
    wave = np.fft.irfft(cross / (np.abs(cross) + 1e-12), 16 * count)  # 8 times as fine
    lags = np.arange(-round(9e-4 * 8 * rate), round(9e-4 * 8 * rate) + 1)
    angle = np.deg2rad(np.linspace(-90, 90, 361))
    azimuth = np.interp(-lags / (8 * rate), 0.0875 / 343.0 * (angle + np.sin(angle)), np.rad2deg(angle))
    return azimuth, wave[lags]


def by_phat(kind: str, samples: np.ndarray, rate: int, sources: int) -> list[tuple[np.ndarray, np.ndarray]]:
    if kind == "moving":
        size = rate // 10
        starts = range(0, samples.shape[1] - size + 1, size)
        found = [(a, w) for a, w in (phat(samples[:, s : s + size], rate) for s in starts)]
        track = np.array([a[w.argmax()] for a, w in found])
        return [((np.array(list(starts)) + size / 2) / rate, track)]
    azimuth, wave = phat(samples, rate)
    peaks = np.flatnonzero((wave[1:-1] > wave[:-2]) & (wave[1:-1] >= wave[2:])) + 1
    best = peaks[np.argsort(-wave[peaks])[:sources]]
    return [(np.zeros(1), azimuth[[one]]) for one in best]


def summary(results: list[Result]) -> str:
    cells = []
    for kind in KINDS:
        mine = [one for one in results if one.kind == kind]
        errors = [error for one in mine for error in one.errors]
        counted = f"{100 * np.mean([one.counted for one in mine]):.0f}"
        middle = f"{np.median(errors):.1f}" if errors else "-"
        worst = f"{np.percentile(errors, 90):.1f}" if errors else "-"
        extra = f" / {sum(one.direction for one in mine)} of {len(mine)}" if kind == "moving" else ""
        cells.append(f"{middle} / {worst} / {counted} %{extra}")
    return " | ".join(cells)


def dev_clips() -> list[tuple[str, np.ndarray, int, np.ndarray, np.ndarray, str]]:
    folder = SHARED / "data"
    found = []
    for clip in json.loads((folder / "localisation/annotations.json").read_text())["clips"]:
        sound = read_audio(folder / clip["file"])
        times = np.arange(0.05, clip["duration_s"], 0.1)
        rows = [
            np.interp(times, one["track_t_s"], one["track_azimuth_deg"])
            if one.get("track_t_s")
            else np.full(len(times), one["azimuth_deg"])
            for one in clip["sources"]
        ]
        truth = folded(np.array(rows))
        found.append((clip["kind"], sound.samples, sound.sample_rate, times, truth, str(folder / clip["file"])))
    return found


def on_clips() -> None:
    print("| the shared clips | singles: median / 90th pct / count | pairs: same | moving: RMSE / 90th / count / way |")
    print("|---|---|---|---|")
    ours, plain, spent, seconds = [], [], 0.0, 0.0
    hear_tracks(dev_clips()[0][-1])
    for kind, samples, rate, times, truth, path in dev_clips():
        before = time.process_time()
        heard = hear_tracks(path)
        spent += time.process_time() - before
        seconds += heard.duration
        ours.append(judged(kind, tracks_of(heard), times, truth))
        plain.append(judged(kind, by_phat(kind, samples, rate, len(truth)), times, truth))
    print(f"| seehear | {summary(ours)} |")
    print(f"| GCC-PHAT, told the count | {summary(plain)} |")
    print(f"\n{seconds / spent:.0f} times real time on one core, reading and format included\n", flush=True)


def on_grid() -> None:
    print(f"{EACH} clips of each kind a cell; each cell: median / 90th percentile deg / count right\n")
    print("| head | reverberation s | noise dB | singles | pairs | moving (RMSE) |")
    print("|---|---|---|---|---|---|")
    for name in HEADS:
        for rt60 in ROOMS:
            rows = defaultdict(list)
            for ratio, made in clips(name, rt60, RATIOS, each=EACH, seed=100):
                heard = hear_tracks((made.samples, RATE))
                rows[ratio].append(judged(made.kind, tracks_of(heard), made.times, made.azimuth))
            for ratio in RATIOS:
                print(f"| {name} | {rt60} | {ratio:.0f} | {summary(rows[ratio])} |", flush=True)


def on_radius() -> None:
    from seehear.listen import senses

    for radius in (0.080, 0.084, 0.0875, 0.091, 0.095):
        senses.RADIUS = radius
        print(f"\nradius {100 * radius:.2f} cm")
        on_clips()


def on_long() -> None:
    first, second = (read_audio(SHARED / f"data/localisation/loc_{number}.flac") for number in ("023", "027"))
    loop = np.concatenate([first.samples, second.samples], axis=1).T
    for minutes in (10, 60):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "long.flac"
            with soundfile.SoundFile(path, "w", first.sample_rate, 2) as file:
                for _ in range(round(60 * minutes * first.sample_rate / len(loop))):
                    file.write(loop)
            before = time.process_time()
            heard = hear_tracks(path)
            spent = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{minutes} min: {heard.duration / spent:.0f} x real time, {peak:.0f} MB peak, {len(heard.tracks)} tracks"
        )


def main() -> None:
    if not SHARED.is_dir():
        print("skipped: needs the shared recordings (SEEHEAR_SHARED)")
        return
    if sys.argv[1:] in (["radius"], ["long"]):
        {"radius": on_radius, "long": on_long}[sys.argv[1]]()
        return
    on_clips()
    if sys.argv[1:] != ["clips"]:
        on_grid()


if __name__ == "__main__":
    main()
