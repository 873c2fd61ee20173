"""Teach the table of `seehear.listen.labelling` how sounds are heard among others: ``adapt_labels.py [DRY_FOLDER]``.

``fit_labels.py`` fits the table to sounds alone. Among others, in a room, a source is heard as its share of a mix, so
the table is moved, as little as it must be, to sort the sources that are heard in made-up worlds too: a linear softmax
with a ridge towards the first table. Worlds are of a seed that no benchmark uses; a source counts where its track lies
within `NEAR` of one true thing. The recordings in the folder, where given, are judged along, so that they stay known.
"""

import json
import sys
from pathlib import Path

import fit_labels
import numpy as np

from seehear.bench.listen_worlds import lateral, world_of
from seehear.listen.classes import CLASSES, class_of
from seehear.listen.features import FEATURES
from seehear.listen.hearing import hear_tracks
from seehear.listen.shares import track_spectra
from seehear.listen.sketch import Sketch, Sketcher

SEED = 601
WORLDS = {"stationary": 160, "translational": 80}
RIDGE = 0.03
NEAR = 8.0
"""Deg of lateral angle."""


def sketches(samples: np.ndarray, rate: int) -> list[tuple[np.ndarray, np.ndarray, Sketch]]:
    """Give each track's times, azimuths and sketch, as `facts_of` makes them."""
    source = (samples, rate)
    heard = hear_tracks(source)
    sketchers: list[Sketcher] = []
    for block in track_spectra(source, heard):
        sketchers = sketchers or [Sketcher(rate, block.power.shape[2]) for _ in heard.tracks]
        for sketcher, power in zip(sketchers, block.power, strict=True):
            sketcher.add(block.time, power)
    return [(one.times, one.azimuth, two.done()) for one, two in zip(heard.tracks, sketchers, strict=True)]


def rows_of_world(preset: str, index: int) -> list[tuple[np.ndarray, str, int]]:
    """Give features, sound and class of each source that is heard where one true thing is."""
    options = {"preset": preset, "seed": SEED, "layout": "binaural", "alone": False, "store": 1, "n": 1}
    scene, samples = world_of(options, SEED, index)
    found = []
    for times, azimuth, sketch in sketches(samples, 48000):
        if not len(sketch.features) or not np.isfinite(azimuth).all():
            continue
        gaps = [float(np.median(np.abs(lateral(one, times) - azimuth))) for one in scene.objects]
        true = scene.objects[int(np.argmin(gaps))]
        if min(gaps) <= NEAR:
            row = np.average(sketch.features, axis=0, weights=sketch.weight)
            found.append((row, f"{preset} {true.label}", CLASSES.index(class_of(true.label) or "other")))
    return found


def gather(folder: Path | None) -> fit_labels.Rows:
    """Make all rows."""
    found = [row for preset, count in WORLDS.items() for index in range(count) for row in rows_of_world(preset, index)]
    for group, names in fit_labels.DRY.items() if folder is not None else ():
        for name in names:
            samples = fit_labels.read_audio(next(folder.glob(f"{name}.*")), sample_rate=48000).samples.mean(axis=0)
            for part in np.array_split(samples.astype(np.float64), max(1, len(samples) // 192000)):
                sketch = fit_labels.sketch_of(*fit_labels.spectra(part), 48000)
                if len(sketch.features):
                    row = np.average(sketch.features, axis=0, weights=sketch.weight)
                    found.append((row, name, CLASSES.index(group)))
    features, sound, kind = zip(*found, strict=True)
    return fit_labels.Rows(np.array(features), np.array(sound), np.array(kind), np.zeros(len(kind), dtype=bool))


def adapted(rows: fit_labels.Rows, table: dict[str, np.ndarray], ridge: float = RIDGE) -> np.ndarray:
    """Give the weights, nearest to the table's, that sort the rows."""
    from scipy.optimize import minimize

    weight, old = fit_labels.weights_of(rows), table["weights"]
    columns = [FEATURES.index(name) for name in fit_labels.USED]
    inputs = np.clip((rows.features[:, columns] - table["mean"]) / table["scale"], -4, 4)
    inputs, target = np.column_stack([inputs, np.ones(len(inputs))]), np.eye(len(CLASSES))[rows.kind]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        score = inputs @ flat.reshape(old.shape)
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        moved = flat.reshape(old.shape) - old
        value = -(weight * np.log(share[target > 0] + 1e-12)).sum() + ridge * (moved**2).sum()
        return value, (inputs.T @ ((share - target) * weight[:, None]) + 2 * ridge * moved).ravel()

    return minimize(loss, old.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x.reshape(old.shape)


def main(words: list[str]) -> None:
    """Adapt the table that lies in the package."""
    data = json.loads(fit_labels.OUT.read_text(encoding="utf-8"))
    table = {name: np.array(data[name]) for name in ("mean", "scale", "weights")}
    table["weights"] = adapted(gather(Path(words[0]) if words else None), table)
    fit_labels.write(table)


if __name__ == "__main__":
    main(sys.argv[1:])
