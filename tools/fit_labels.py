"""Fit the table of `seehear.listen.labelling`: ``fit_labels.py [DRY_FOLDER] [--report]``.

Sounds: every voice of the package under several seeds, and, where a folder of dry recordings is given, those named in
`DRY`; each as it is and as it would be met: tinted, in a room, over noise, passing. Rows of features go through a
linear softmax with a ridge; classes weigh alike, and so do the voices and the recordings. ``--report`` prints the
confusion of held-out halves (half of the voices of each class, half of the recordings), each half judged by the other.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.listen.classes import CLASSES, VOICES
from seehear.listen.features import FEATURES
from seehear.listen.labelling import SURE
from seehear.listen.sketch import sketch_of
from seehear.media import read_audio
from seehear.voices import labels, make, nominal_drive

OUT = Path(__file__).resolve().parent.parent / "src" / "seehear" / "listen" / "data" / "labels.json"
RATE = 48000
SEEDS = 6
RIDGE = 5e-3
IGNORED = ("centre", "spread", "active", "peaks")
"""Features without which sounds that were left out are judged better."""
USED = tuple(name for name in FEATURES if name not in IGNORED)
LEFT_OUT = ("crowd", "laugh", "baby", "thunder", "surf", "bubbles")
"""Voices between two classes: they have a class, but teach none."""

NOISES = {"white noise": 0.0, "pale noise": -1.5, "pink noise": -3.0}
"""Noise by name and tilt, dB per octave: plain rush, which no voice is."""
DRY = {
    "animal call": ("bird_robin", "camel_01", "cricket", "elephant_trumpet", "goat_bleat_03", "pig_squeal",
                    "puppy_bark", "turkey_gobble", "wolf_howl"),
    "speech": ("speech_f_arctic_axb4", "speech_m_libri5703", "speech_m_xmas"),
    "impact": ("door_knock_02", "watch_tick"),
    "engine": ("vehicle_motor_idle",),
    "alarm": ("vehicle_horn_02",),
    "water/noise": ("balloon_inflate",),
    "other": ("zipper",),
}  # fmt: skip


class Rows(NamedTuple):
    """(n, f) features, with each row's sound, class number and whether it is a recording."""

    features: np.ndarray
    sound: np.ndarray
    kind: np.ndarray
    real: np.ndarray


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def spectra(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give times and power spectra as the ears do: a Hann window of 1024 samples every 20 ms."""
    size, hop = 1024, RATE // 50
    padded = np.pad(samples, size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2 / size**2
    return np.arange(len(power)) * hop / RATE, power


def met(samples: np.ndarray, kind: int, rng: np.random.Generator) -> np.ndarray:
    """Give a sound as it is (0), tinted and over noise (1), in a room (2), or passing by (3)."""
    if kind == 0:
        return samples
    count = len(samples)
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    tint = 10 ** (rng.uniform(-3, 3) * np.log2(np.clip(frequency, 50, 12000) / 1000) / 20)
    tint /= np.sqrt(1 + (frequency / rng.uniform(4000, 16000)) ** 4)
    out = np.fft.irfft(np.fft.rfft(samples) * tint, count)
    if kind == 2:
        length = int(rng.uniform(0.2, 0.8) * RATE)
        tail = rng.normal(size=length) * 10 ** (-3 * np.arange(length) / length)
        tail *= 10 ** (-rng.uniform(-3, 12) / 20) / np.linalg.norm(tail)
        tail[0] = 1.0
        size = 1 << int(np.ceil(np.log2(count + length)))
        out = np.fft.irfft(np.fft.rfft(out, size) * np.fft.rfft(tail, size), size)[:count]
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=count)) / np.sqrt(np.maximum(frequency, 50)), count)
    out = out + noise / noise.std() * np.sqrt(np.mean(out**2)) * 10 ** (-rng.uniform(25, 50) / 20)
    if kind == 3:
        way = np.linspace(-1, 1, count) - rng.uniform(-1, 1)
        out = out / np.hypot(way, rng.uniform(0.2, 1.0))
    return out


def noise(tilt: float, rng: np.random.Generator) -> np.ndarray:
    """Give some seconds of noise whose power falls by ``tilt`` dB per octave."""
    count = int(rng.uniform(2.5, 6) * RATE)
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    slope = 10 ** (tilt * np.log2(np.maximum(frequency, 30.0) / 1000) / 20)
    return 0.05 * np.fft.irfft(np.fft.rfft(rng.normal(size=count)) * slope, count)


def row_of(samples: np.ndarray) -> np.ndarray | None:
    """Give one row of features."""
    sketch = sketch_of(*spectra(samples), RATE)
    used = sketch.features[:, [FEATURES.index(name) for name in USED]]
    return np.average(used, axis=0, weights=sketch.weight) if len(used) else None


def sounds_of(folder: Path | None) -> Iterator[tuple[np.ndarray, str, str, bool, tuple[int, ...], int]]:
    """Give every sound: samples, name, class, whether it is a recording, how it is met, and a seed."""
    of = {name: group for group, names in VOICES.items() for name in names}
    for name in (label for label in labels() if label not in LEFT_OUT):
        for seed in range(SEEDS):
            rng = np.random.default_rng([seed, sum(map(ord, name)), 1])
            drive = nominal_drive(name, float(rng.uniform(2.5, 6)))
            samples = make(name, drive, sample_rate=RATE, rng=rng).astype(np.float64)
            yield samples, name, of[name], False, (0, 1 + seed % 3), seed
    for name, tilt in NOISES.items():
        for seed in range(SEEDS):
            yield (
                noise(tilt, np.random.default_rng([seed, len(name)])),
                name,
                "water/noise",
                False,
                (0, 1 + seed % 3),
                seed,
            )
    for group, names in DRY.items() if folder is not None else ():
        for name in names:
            samples = read_audio(next(folder.glob(f"{name}.*")), sample_rate=RATE).samples.mean(axis=0)
            count = max(1, len(samples) // (4 * RATE))
            for part in np.array_split(samples.astype(np.float64), count):
                yield part, name, group, True, (0, 1, 2, 3), 5


def gather(folder: Path | None) -> Rows:
    """Make all rows."""
    found: list[tuple[np.ndarray, str, int, bool]] = []
    for samples, name, group, real, kinds, seed in sounds_of(folder):
        rng = np.random.default_rng([seed, sum(map(ord, name))])
        rows = [row_of(met(samples, kind, rng)) for kind in kinds]
        found += [(row, name, CLASSES.index(group), real) for row in rows if row is not None]
    features, sound, kind, real = zip(*found, strict=True)
    return Rows(np.array(features), np.array(sound), np.array(kind), np.array(real))


def weights_of(rows: Rows) -> np.ndarray:
    """Give each row's weight: classes alike within voices and within recordings, these two alike, sounds alike."""
    weight = np.zeros(len(rows.kind))
    for name in np.unique(rows.sound):
        mine = rows.sound == name
        weight[mine] = 1.0 / mine.sum()
    for real in (False, True):
        for kind in range(len(CLASSES)):
            mine = (rows.real == real) & (rows.kind == kind)
            if mine.any():
                weight[mine] /= np.sqrt(weight[mine].sum())
    return weight / weight.sum()


def fitted(rows: Rows, ridge: float = RIDGE) -> dict[str, np.ndarray]:
    """Fit the table."""
    from scipy.optimize import minimize

    weight = weights_of(rows)
    mean = (rows.features * weight[:, None]).sum(axis=0)
    scale = np.sqrt((weight[:, None] * (rows.features - mean) ** 2).sum(axis=0)) + 1e-9
    inputs = np.column_stack([np.clip((rows.features - mean) / scale, -4, 4), np.ones(len(rows.features))])
    target = np.eye(len(CLASSES))[rows.kind]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(-1, len(CLASSES))
        score = inputs @ table
        score -= score.max(axis=1, keepdims=True)
        share = np.exp(score)
        share /= share.sum(axis=1, keepdims=True)
        free = np.vstack([table[:-1], np.zeros((1, len(CLASSES)))])
        value = -(weight * np.log(share[np.arange(len(share)), rows.kind] + 1e-12)).sum() + ridge * (free**2).sum()
        return value, (inputs.T @ ((share - target) * weight[:, None]) + 2 * ridge * free).ravel()

    start = np.zeros(inputs.shape[1] * len(CLASSES))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 800}).x
    return {"mean": mean, "scale": scale, "weights": found.reshape(-1, len(CLASSES))}


def shares(table: dict[str, np.ndarray], features: np.ndarray) -> np.ndarray:
    """Judge rows by a table."""
    scaled = np.clip((features - table["mean"]) / table["scale"], -4, 4)
    score = scaled @ table["weights"][:-1] + table["weights"][-1]
    share = np.exp(score - score.max(axis=1, keepdims=True))
    return share / share.sum(axis=1, keepdims=True)


def held_out(rows: Rows) -> np.ndarray:
    """Judge every row by a table fitted without its sound: halves of the voices and recordings of each class."""
    share = np.zeros((len(rows.kind), len(CLASSES)))
    first = np.zeros(len(rows.kind), dtype=bool)
    for real in (False, True):
        for kind in range(len(CLASSES)):
            names = np.unique(rows.sound[(rows.kind == kind) & (rows.real == real)])
            first |= np.isin(rows.sound, names[kind % 2 :: 2]) & (rows.real == real)
    for train in (first, ~first):
        share[~train] = judged(rows, ~train)
    return share


def each_left_out(rows: Rows) -> np.ndarray:
    """Judge every sound by a table fitted to all others."""
    share = np.zeros((len(rows.kind), len(CLASSES)))
    for name in np.unique(rows.sound):
        share[rows.sound == name] = judged(rows, rows.sound == name)
    return share


def judged(rows: Rows, test: np.ndarray) -> np.ndarray:
    """Judge some rows by a table fitted to the rest."""
    return shares(fitted(Rows(*(column[~test] for column in rows))), rows.features[test])


def report(rows: Rows) -> None:
    """Print confusion tables as Markdown."""
    for how, share in (("held-out halves", held_out(rows)), ("each sound left out", each_left_out(rows))):
        for real, title in ((False, "voices"), (True, "recordings")):
            mine = rows.real == real
            if mine.any():
                say(f"\n{title}, {how}: {table_of(rows.kind[mine], share[mine])}")


def table_of(kind: np.ndarray, share: np.ndarray) -> str:
    """Give a confusion table, a row for each true class in percent of its rows."""
    said = np.where(share.max(axis=1) >= SURE, share.argmax(axis=1), len(CLASSES))
    named = said < len(CLASSES)
    lines = [
        f"named {named.mean():.0%}, of these right {(said == kind)[named].mean():.0%}, "
        f"likeliest right {(share.argmax(axis=1) == kind).mean():.0%}",
        "| truth | " + " | ".join((*CLASSES, "null")) + " |",
    ]
    for number, name in enumerate(CLASSES):
        counts = np.bincount(said[kind == number], minlength=len(CLASSES) + 1)
        if counts.sum():
            lines.append(f"| {name} | " + " | ".join(f"{one / counts.sum():.0%}" for one in counts) + " |")
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """Fit, write, and report where asked."""
    folders = [Path(word) for word in words if not word.startswith("--")]
    rows = gather(folders[0] if folders else None)
    if "--report" in words:
        report(rows)
    write(fitted(rows))


def write(table: dict[str, np.ndarray]) -> None:
    """Write the table as the package reads it."""
    data = {"made_by": "tools/fit_labels.py", "features": list(USED), "classes": list(CLASSES)}
    numbers = {name: np.round(values, 4).tolist() for name, values in table.items()}
    text = json.dumps({**data, **numbers}).replace("], [", "],\n[").replace(', "', ',\n"', 3)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
