"""Make the package's own copy of the MIT KEMAR set from a SOFA file: ``make_kemar.py FILE.sofa [OUT.npz]``.

The measurement came as 16-bit integers, so nothing is lost: ``responses * scale`` are the file's numbers, at its own
44.1 kHz and in full length. Directions are unit vectors, x front, y left, z up, rounded to 1e-12 so that left and
right are mirror images to the last bit. Arrival times, which take a while to find, are kept too.
"""

import sys
from pathlib import Path

import h5py
import numpy as np

from seehear.acoustics.hrtf_delay import arrival_times
from seehear.scene import angles_to_vector

HERE = Path(__file__).resolve().parent.parent / "src" / "seehear" / "acoustics" / "data" / "kemar.npz"
SCALE = 1.0 / 32768.0


def main(sofa: Path, out: Path = HERE) -> None:
    """Read ``sofa``, write ``out``."""
    with h5py.File(sofa, "r") as file:
        responses = np.asarray(file["Data.IR"], dtype=np.float64)
        position = np.asarray(file["SourcePosition"], dtype=np.float64)
        rate = round(float(np.ravel(file["Data.SamplingRate"])[0]))
    whole = np.round(responses / SCALE)
    if np.abs(whole * SCALE - responses).max() > 1e-9 or np.abs(whole).max() > 32767:
        sys.exit(f"{sofa}: expected 16-bit samples, got others; is it the MIT KEMAR normal pinna set?")
    np.savez_compressed(
        out,
        responses=whole.astype(np.int16),
        scale=SCALE,
        directions=angles_to_vector(position[:, 0], position[:, 1]).round(12),
        arrival=arrival_times((whole * SCALE).astype(np.float32), rate),
        sample_rate=rate,
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
