"""The order in which worlds are shown: a step's number says which, and nothing else is kept."""

import numpy as np
from numpy.typing import NDArray

_ORDER = 1  # stream of randomness of a seed


def drawn(step: int, size: int, count: int, *, seed: int) -> NDArray[np.int64]:
    """Give which of ``count`` worlds a step sees, (size,).

    Example:
        >>> sorted(int(world) for step in range(2) for world in drawn(step, 2, 4, seed=0))
        [0, 1, 2, 3]
    """
    places = range(step * size, (step + 1) * size)
    orders = {
        epoch: np.random.default_rng([_ORDER, seed, epoch]).permutation(count)
        for epoch in {place // count for place in places}
    }
    return np.array([orders[place // count][place % count] for place in places], np.int64)
