"""One map over numbered items, here or on a cluster: nothing large comes back, an error is its item's outcome."""

from seehear.engine.engines import ENGINES, Engine, engine_of
from seehear.engine.local import LocalEngine
from seehear.engine.outcome import Outcome, tried

__all__ = ["ENGINES", "Engine", "LocalEngine", "Outcome", "engine_of", "tried"]
