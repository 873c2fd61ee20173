"""What kind of sound it is, without learned networks: one small table of weights over readable features.

A linear softmax over the features of `features`, fitted by `tools/fit_labels.py` to the package's own voices and to
18 recordings; the table lies in ``data/labels.json``. Below `SURE` nothing is named.
"""

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.listen.classes import CLASSES
from seehear.listen.features import FEATURES
from seehear.listen.sketch import Sketch
from seehear.scene.direction import Array

SURE = 0.7
"""Confidence from which a label is said."""

LEAST_SECONDS = 0.1
"""Seconds of sound from which a label is tried."""

MOVING = {"engine": 5.0, "alarm": 2.0, "water/noise": 0.1, "music": 0.2, "impact": 0.3, "animal call": 0.5}
"""How many times likelier a class is where the source moves; 1 for the rest: waterfalls and pianos stay in place."""

SUSTAINED = {"engine": 1.0, "water/noise": 0.9, "alarm": 0.8, "other": 0.6, "speech": 0.3, "animal call": 0.3,
             "impact": 0.3, "music": 0.2}  # fmt: skip
"""How surely the level of a class tells its distance: what decays or speaks changes by itself."""


class _Table(NamedTuple):
    columns: NDArray[np.int64]  # of the features used
    mean: Array
    scale: Array
    weights: Array  # (features + 1, classes), the last row is constant


def shares_of(sketch: Sketch) -> dict[str, float]:
    """Give every class's share, summing to 1; all equal where too little is heard."""
    equal = dict.fromkeys(CLASSES, 1.0 / len(CLASSES))
    if not len(sketch.features) or sketch.weight.sum() < LEAST_SECONDS:
        return equal
    log = np.log(np.maximum(class_shares(sketch.features), 1e-6))
    mean = np.average(log, axis=0, weights=sketch.weight)
    share = np.exp(mean - mean.max())
    return dict(zip(CLASSES, (share / share.sum()).tolist(), strict=True))


def label_of(shares: dict[str, float]) -> tuple[str | None, float]:
    """Give the label, None below `SURE`, and the likeliest class's share.

    Example:
        >>> label_of({"speech": 0.9, "music": 0.1}), label_of({"speech": 0.5, "music": 0.5})
        (('speech', 0.9), (None, 0.5))
    """
    best = max(shares, key=lambda name: shares[name])
    return (best if shares[best] >= SURE else None), shares[best]


def moving_shares(shares: dict[str, float]) -> dict[str, float]:
    """Weigh the shares anew for a source that is heard to move.

    Example:
        >>> round(moving_shares({"engine": 0.4, "water/noise": 0.6})["engine"], 2)
        0.97
    """
    weighed = {name: share * MOVING.get(name, 1.0) for name, share in shares.items()}
    total = sum(weighed.values())
    return {name: share / total for name, share in weighed.items()}


def sustained(shares: dict[str, float]) -> float:
    """Say how surely the level tells the distance, 0 to 1, by what it may be."""
    return sum(share * SUSTAINED[name] for name, share in shares.items())


def class_shares(features: Array) -> Array:
    """Give (n, classes) shares of (n, features) rows."""
    table = _table()
    scaled = np.clip((features[:, table.columns] - table.mean) / table.scale, -4.0, 4.0)
    score = scaled @ table.weights[:-1] + table.weights[-1]
    share = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(share / share.sum(axis=1, keepdims=True))


@cache
def _table() -> _Table:
    data = json.loads(files("seehear.listen").joinpath("data/labels.json").read_text(encoding="utf-8"))
    columns = np.array([FEATURES.index(name) for name in data["features"]])
    order = [data["classes"].index(name) for name in CLASSES]
    return _Table(columns, np.array(data["mean"]), np.array(data["scale"]), np.array(data["weights"])[:, order])
