"""How fast MMAudio small_16k samples 8 s on this CPU, beside the machine's own rate of multiplying matrices.

Random weights: the arithmetic is the same. Processor time (a shared machine's wall clock says little), matrices before
and after each way. With several threads waiting counts as work: give 1 for figures to compare. Needs torch.

    python bench/flow_speed.py [THREADS [STEPS]]
"""

import os
import sys
import time

import torch

from seehear.sound.flow.matching import Guided, sample
from seehear.sound.flow.mmaudio import Features, MMAudio
from seehear.sound.flow.sizes import VARIANTS

STEP = 57.3e9  # operations of one evaluation of small_16k, tests/sound/flow/test_flops.py
SIZE = 1024


def matrix_rate(seconds: float = 1.5) -> float:
    """Operations a second of float32 matrix products."""
    one, other = torch.randn(SIZE, SIZE), torch.randn(SIZE, SIZE)
    count, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        one @ other
        count += 1
    return 2 * SIZE**3 * count / (time.process_time() - begin)


def timed(velocity, noise, steps: int) -> float:
    begin = time.process_time()
    sample(velocity, noise, steps=steps)
    return time.process_time() - begin


@torch.inference_mode()
def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    torch.set_num_threads(threads)
    network = MMAudio(VARIANTS["small_16k"]).start(torch.Generator().manual_seed(0)).eval()
    features = Features(torch.randn(1, 64, 1024), torch.randn(1, 192, 768), torch.randn(1, 77, 1024))
    empty = network.empty_features(1)
    conditions, nothing = network.conditions(features), network.conditions(empty)
    noise = torch.randn(1, 250, 20)
    ways = {
        "conditions once, guidance in one batch": Guided(network, conditions, nothing),
        "conditions once, guidance apart": Guided(network, conditions, nothing, in_one_batch=False),
        "conditions every step, guidance apart": _apart(network, features, empty),
    }
    timed(ways["conditions once, guidance in one batch"], noise, 1)
    print(f"{threads} threads, load {os.getloadavg()[0]:.1f}, {steps} steps of 8 s, strength 4.5")
    print("| way | processor s | Gflop/s | matrices, Gflop/s | share |\n|---|---|---|---|---|")
    for name, velocity in ways.items():
        before = matrix_rate()
        seconds = timed(velocity, noise, steps)
        rate = (before + matrix_rate()) / 2
        done = 2 * steps * STEP / seconds
        print(f"| {name} | {seconds:.1f} | {done / 1e9:.0f} | {rate / 1e9:.0f} | {done / rate:.0%} |", flush=True)


def _apart(network, features, empty):
    """Both sides of guidance one after the other, with conditions made anew."""

    def velocity(latent, time):
        given = network(latent, time, network.conditions(features))
        return 4.5 * given - 3.5 * network(latent, time, network.conditions(empty))

    return velocity


if __name__ == "__main__":
    main()
