"""What the network that is shipped makes of held-back worlds, beside a mono copy and a two-stage network.

    python bench/flow_tiny.py COUNT WORLDS [TWO_STAGE_RUN] [NETWORK]

WORLDS are rendered worlds as `seehear train flow` keeps them, TWO_STAGE_RUN a run of V1 on mdct, NETWORK a file in
place of the shipped one. The mono copy is the true sound's, both ears' mean: no mono network places better. A reader of
directions is fitted on true sounds and has an error of its own. Frames go through the network's own eyes, weights are
the shipped ones. Needs torch.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from seehear.score.score import paired_difference
from seehear.sound.flow.learners import Batch, Learner
from seehear.sound.flow.loading import load_network, parameters
from seehear.sound.flow.tiny import FILE, STEPS, STRENGTH
from seehear.train.batches import Batches
from seehear.train.config import HELD_BACK
from seehear.train.flow import CHECKPOINT
from seehear.train.learning import encoder, trained_learner
from seehear.train.measuring import fitted_reader, means, measured
from seehear.train.worlds import rendered

SEED, FITTED = 1, 256


class Copied(nn.Module):
    """In place of a learner: the true sound folded to one channel, the same for both ears."""

    def __init__(self, learner: Learner) -> None:
        super().__init__()
        self.codec = learner.codec

    def sample(self, batch: Batch, *given: object, **more: object) -> torch.Tensor:
        return self.codec.mono(batch.latents)[:, None].expand(-1, 2, -1, -1)


def main() -> None:
    count, worlds = int(sys.argv[1]), Path(sys.argv[2])
    run = Path(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] != "-" else None
    kept = load_network(Path(sys.argv[4]) if len(sys.argv) > 4 else FILE)
    shipped = Learner(kept.eyes, kept.network, kept.codec, mirrored=True).eval()
    data = rendered(worlds, FITTED, seed=SEED)
    held_back = rendered(worlds, max(count, FITTED), seed=HELD_BACK + SEED)
    learners = {"flow-tiny": shipped, "mono copy": Copied(shipped)}
    if run is not None:
        learners["two-stage"] = trained_learner(run / CHECKPOINT)[0]
    reader = fitted_reader(shipped, data, held_back)
    rows = {}
    for name, learner in learners.items():
        batches = Batches(held_back, encoder(learner), size=16, seed=0)
        rows[name] = measured(learner, batches, reader, count=count, steps=STEPS, strength=STRENGTH)
        told = means(rows[name])
        print(
            name, f"{parameters(learner):,} parameters", {key: round(one, 3) for key, one in told.items()}, flush=True
        )
    print(f"reader's own azimuth error on true sounds: {reader.floor:.1f} deg")
    many = np.array([len(held_back.told(index)["objects"]) for index in range(count)])
    for other in [name for name in rows if name != "flow-tiny"]:
        for measure in ("azimuth", "ild", "side"):
            for label, chosen in (("all", many > 0), ("two sources", many == 2)):
                one, two = (np.array([row[measure] for row in rows[name]])[chosen] for name in ("flow-tiny", other))
                gap = paired_difference(one, two, rng=np.random.default_rng(0))
                if gap.n:
                    print(
                        f"{measure}, {label}: flow-tiny - {other} {gap.value:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"
                    )


if __name__ == "__main__":
    main()
