"""Every voice in numbers, under its nominal drive: level asked and measured, peak, crest, centroid, flatness, pace.

`--calibrate` prints the gains that would bring each voice to its level, to be written into the catalogue.
"""

import sys
import time
import warnings

import numpy as np
import pyloudnorm

from seehear.voices import labels, level_db, make, nominal_drive
from seehear.voices.catalogue import CATALOGUE

RATE = 48000
SECONDS = 20.0
ASKED = 30.0


def row(label: str) -> tuple[float, ...]:
    drive = nominal_drive(label, SECONDS)
    make(label, nominal_drive(label, 0.5), rng=np.random.default_rng(1))  # imports are not the voice's time
    began = time.process_time()
    sound = make(label, drive, rng=np.random.default_rng(1)).astype(np.float64)
    pace = SECONDS / (time.process_time() - began)
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(sound)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    centroid = float((frequency * power).sum() / power.sum())
    bands = np.add.reduceat(power, np.searchsorted(frequency, 50 * 2 ** (np.arange(26) / 3)))[:-1]
    flatness = float(np.exp(np.log(bands + 1e-12).mean()) / bands.mean())
    peak = 20 * np.log10(np.abs(sound).max())
    crest = peak - 10 * np.log10(np.mean(sound**2))
    return loudness, peak, crest, centroid, flatness, pace


def main() -> None:
    warnings.simplefilter("ignore")
    heads = ("asked", "LUFS", "peak dB", "crest dB", "centroid", "flat", "x real")
    print(f"{'label':16s}" + "".join(f"{head:>10s}" for head in heads))
    slowest = ("", np.inf)
    for label in labels():
        loudness, peak, crest, centroid, flatness, pace = row(label)
        asked = level_db(label)
        slowest = min(slowest, (label, pace), key=lambda one: one[1])
        cells = (asked, loudness, peak, crest, centroid, flatness, pace)
        digits = (1, 1, 1, 1, 0, 3, 0)
        print(f"{label:16s}" + "".join(f"{cell:10.{n}f}" for cell, n in zip(cells, digits, strict=True)))
        if "--calibrate" in sys.argv:
            print(f"    gain_db {CATALOGUE[label].gain_db + asked - loudness:.1f}")
    print(f"slowest voice, x real time on one core | at least {ASKED:.0f} | {slowest[1]:.0f} ({slowest[0]})")


if __name__ == "__main__":
    main()
