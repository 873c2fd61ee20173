"""From jittery boxes to few keyframes: outliers out, a smooth curve through, corners of it kept."""

import numpy as np
from scipy.ndimage import median_filter
from scipy.sparse import csc_array, diags_array, eye_array
from scipy.sparse.linalg import splu

from seehear.watch.working import Reals


def without_outliers(values: Reals) -> Reals:
    """Replace what is far off the median of five rows in turn by that median; (n, k) in and out."""
    if len(values) < 3:
        return values
    steady = np.asarray(median_filter(values, size=(5 if len(values) >= 5 else 3, 1), mode="nearest"))
    off = np.abs(steady - values)
    return np.asarray(np.where(off > 2.5 * np.median(off, axis=0) + 1e-12, steady, values))


def smoothed(times: Reals, values: Reals, reach: float) -> Reals:
    """Smooth tracked values without delay (Whittaker): least squares of the error and of the change of slope.

    A straight line stays as it is, up to both ends. Reference: Eilers, "A perfect smoother", Analytical Chemistry 75
    (2003).

    Args:
        times: (n,) seconds, rising, near-uniform.
        values: (n, k).
        reach: seconds that are smoothed over, roughly the half width.

    Returns:
        (n, k).
    """
    count = len(times)
    if count < 3:
        return values
    step = float(np.median(np.diff(times)))
    weight = (reach / step) ** 4
    bend = diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(count - 2, count))
    solve = splu(csc_array(eye_array(count) + weight * (bend.T @ bend)))
    return np.asarray(solve.solve(np.ascontiguousarray(values)))


def corners(times: Reals, values: Reals, tolerance: Reals) -> list[int]:
    """Choose the fewest rows between which straight lines stay within ``tolerance`` of all rows.

    Args:
        times: (n,) seconds, rising.
        values: (n, k).
        tolerance: (k,) largest error of each column.

    Returns:
        Row numbers, rising, first and last among them.

    Reference: Douglas and Peucker, Cartographica 10 (1973), with the error taken at equal times.

    Example:
        >>> t = np.arange(5.0)
        >>> corners(t, np.abs(t - 2)[:, None], np.array([0.1]))
        [0, 2, 4]
    """
    kept, todo = {0, len(times) - 1}, [(0, len(times) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        share = ((times[first : last + 1] - times[first]) / (times[last] - times[first]))[:, None]
        line = (1 - share) * values[first] + share * values[last]
        error = (np.abs(values[first : last + 1] - line) / tolerance).max(axis=1)
        worst = int(error.argmax())
        if error[worst] > 1.0:
            kept.add(first + worst)
            todo += [(first, first + worst), (first + worst, last)]
    return sorted(kept)
