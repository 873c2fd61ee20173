"""Every weight a backend may use: repository, revision, size, licence, where it lies.

Nothing is fetched by importing, nor by any backend: only `seehear weights fetch` goes online.
"""

from seehear.weights.fetching import Fetched, fetch
from seehear.weights.licence import Terms, ledger, refuse_noncommercial
from seehear.weights.place import locate, revision_of
from seehear.weights.row import MissingWeights, Weight, WeightFile
from seehear.weights.table import WEIGHTS, row_of

__all__ = [
    "WEIGHTS",
    "Fetched",
    "MissingWeights",
    "Terms",
    "Weight",
    "WeightFile",
    "fetch",
    "ledger",
    "locate",
    "refuse_noncommercial",
    "revision_of",
    "row_of",
]
