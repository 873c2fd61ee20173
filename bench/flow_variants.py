"""The variants of the closed-world experiment beside one another: held-back worlds, the same noise, paired intervals.

    python bench/flow_variants.py RUNS WORLDS [COUNT] [STEPS]

RUNS holds the folders of runs of `seehear train flow`, WORLDS the rendered worlds. A run's ``measured.json`` of that
many worlds is taken as it is. Seeds of a variant are averaged world by world. V1o is V1's weights, given the true mono.
Needs torch.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from seehear.score.score import paired_difference
from seehear.sound.flow.loading import parameters
from seehear.train.batches import Batches
from seehear.train.flow import CHECKPOINT, sight_of, worlds_of
from seehear.train.learning import encoder, trained_learner
from seehear.train.measuring import fitted_reader, measured
from seehear.train.table import MEASURED

SHOWN = ("side", "ild", "azimuth", "mirror", "onset", "chance")
TOLD = "V1o"


def rows_of(folder: Path, worlds: Path, count: int, steps: int, *, told_mono: bool) -> list[dict]:
    kept = folder / ("measured-o.json" if told_mono else MEASURED)
    if kept.is_file():
        rows = json.loads(kept.read_text("utf-8"))["rows"]
        if len(rows) >= count:
            return rows[:count]
    learner, config = trained_learner(folder / CHECKPOINT)
    if told_mono:
        learner.told_mono = True
    data, held_back = worlds_of(config, worlds, 1, lambda stage, done: None)
    sight = sight_of(config, worlds, data, held_back, lambda stage, done: None)
    batches = Batches(held_back, encoder(learner), size=config.batch, seed=0, memory=sight and sight.held_back)
    rows = measured(learner, batches, fitted_reader(learner, data, held_back), count=count, steps=steps)
    kept.write_text(json.dumps({"config": config.model_dump(), "rows": rows}), "utf-8")
    return rows


def values(rows: list[dict], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], np.float64)


def seeds_averaged(runs: list[list[dict]], name: str) -> np.ndarray:
    """(worlds,) values; squared for the level difference, whose mean is then a root."""
    power = 2 if name == "ild" else 1
    return np.mean([values(rows, name) ** power for rows in runs], axis=0)


def mean_of(items: np.ndarray, name: str) -> float:
    mean = np.nanmean(items) if np.isfinite(items).any() else np.nan
    return float(np.sqrt(mean)) if name == "ild" else float(mean)


def interval(first: np.ndarray, second: np.ndarray, name: str) -> str:
    """How much more the second has; of the level difference each world's own error, so that worlds weigh alike."""
    one, two = (np.sqrt(items) if name == "ild" else items for items in (first, second))
    gap = paired_difference(two, one, rng=np.random.default_rng(0))
    return f"{gap.value:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"


def sources(worlds: Path, config: dict, count: int) -> np.ndarray:
    from seehear.train.config import Config

    _, held_back = worlds_of(Config.model_validate(config), worlds, 1, lambda stage, done: None)
    return np.array([len(held_back.told(index)["objects"]) for index in range(count)])


def main() -> None:
    folder, worlds = Path(sys.argv[1]), Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 128
    steps = int(sys.argv[4]) if len(sys.argv) > 4 else 25
    found, numbers, config = defaultdict(list), {}, {}
    for file in sorted(folder.glob(f"*/{CHECKPOINT}")):
        told = json.loads((file.parent / "card.json").read_text("utf-8"))["config"]
        if told["codec"] != "pca-mel":
            continue
        config = told
        names = [told["variant"], TOLD] if told["variant"] == "V1" else [told["variant"]]
        numbers.update(dict.fromkeys(names, parameters(trained_learner(file)[0])))
        for name in names:
            found[name].append(rows_of(file.parent, worlds, count, steps, told_mono=name == TOLD))
    several = sources(worlds, config, count) == 2
    print(f"{count} held-back worlds, {several.sum()} of two sources; differences are to V5, 95 %, worlds paired")
    print("| variant | seeds | parameters | side | ILD, dB | azimuth, deg | mirror, dB | onset, s (chance) |"
          " ILD - V5, dB | side - V5 | azimuth - V5 | two sources: ILD - V5 | two sources: side - V5 |")  # fmt: skip
    print("|" + "---|" * 13)
    base = {name: seeds_averaged(found["V5"], name) for name in SHOWN} if "V5" in found else None
    for variant in sorted(found):
        mine = {name: seeds_averaged(found[variant], name) for name in SHOWN}
        side, ild, azimuth, mirror, onset, chance = (mean_of(mine[name], name) for name in SHOWN)
        cells = [variant, str(len(found[variant])), f"{numbers[variant] / 1e6:.2f} M", f"{side:.3f}", f"{ild:.2f}"]
        cells += [f"{azimuth:.1f}", f"{mirror:.2f}", f"{onset:.3f} ({chance:.3f})"]
        if base is not None and variant != "V5":
            cells += [interval(base[name], mine[name], name) for name in ("ild", "side", "azimuth")]
            cells += [interval(base[name][several], mine[name][several], name) for name in ("ild", "side")]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
