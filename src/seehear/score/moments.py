"""Mean and covariance of many vectors, gathered in shards and merged: no shard's vectors leave it.

Held as a count, a mean and a factor F with covariance = F^T F / (n - 1), at most as many rows as dimensions: never the
squared numbers themselves, so nothing is lost to squaring, and with fewer vectors than dimensions F is the exact low
rank.

References: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979
(merging means); Demmel et al., "Communication-optimal parallel and sequential QR", SIAM J. Sci. Comput. 34(1), 2012
(merging factors).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array


@dataclass(frozen=True)
class Moments:
    """Statistics of n vectors of d numbers.

    Attributes:
        n: how many vectors.
        mean: (d,).
        factor: (r, d), r <= max(n, 1) and r <= d.

    Example:
        >>> first, second = np.eye(3)[:2], np.ones((4, 3))
        >>> merged = Moments.of(first).merge(Moments.of(second))
        >>> bool(np.allclose(merged.covariance, np.cov(np.concatenate([first, second]).T)))
        True
    """

    n: int
    mean: Array
    factor: Array

    @classmethod
    def of(cls, vectors: ArrayLike) -> "Moments":
        """Gather vectors, (n, d), n at least 1.

        Raises:
            InputError: not two-dimensional, none, or numbers that are not finite.
        """
        rows = np.asarray(vectors, dtype=np.float64)
        if rows.ndim != 2 or not rows.size:
            raise InputError(f"expected vectors of shape (n, d) with at least one, got shape {rows.shape}")
        if not np.isfinite(rows).all():
            raise InputError("expected finite vectors, got nan or infinity: leave those clips out and say so")
        mean = rows.mean(axis=0)
        return cls(len(rows), mean, _small(rows - mean))

    def add(self, vectors: ArrayLike) -> "Moments":
        """Give the statistics with further vectors, (n, d)."""
        return self.merge(Moments.of(vectors))

    def merge(self, other: "Moments") -> "Moments":
        """Give the statistics of both sets together; the order of merging changes the last digits only.

        Raises:
            InputError: dimensions that differ.
        """
        if self.dimension != other.dimension:
            raise InputError(f"expected vectors of one dimension, got {self.dimension} and {other.dimension}")
        count = self.n + other.n
        gap = other.mean - self.mean
        between = np.sqrt(self.n * other.n / count) * gap
        return Moments(
            count,
            self.mean + gap * (other.n / count),
            _small(np.concatenate([self.factor, other.factor, between[None]])),
        )

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return len(self.mean)

    @property
    def covariance(self) -> Array:
        """(d, d), divided by n - 1; 0 of a single vector."""
        return np.asarray(self.factor.T @ self.factor / max(self.n - 1, 1))

    @property
    def scaled_factor(self) -> Array:
        """(r, d) A with covariance = A^T A."""
        return np.asarray(self.factor / max(self.n - 1, 1) ** 0.5)

    def rank(self) -> int:
        """Give the numerical rank of the covariance."""
        return int(np.linalg.matrix_rank(self.factor)) if self.factor.any() else 0


def _small(rows: Array) -> Array:
    """Give a factor of the same rows' Gram matrix with no more rows than columns."""
    return rows if len(rows) <= rows.shape[1] else np.asarray(np.linalg.qr(rows, mode="r"))
