"""One map over numbered items, here or on a cluster: nothing but counts comes back, each item is written whole."""

from seehear.bench.engine.engines import ENGINES, Engine, engine_of
from seehear.bench.engine.items import Done, ItemStore, Make
from seehear.bench.engine.local import LocalEngine
from seehear.bench.engine.tally import Tally

__all__ = ["ENGINES", "Done", "Engine", "ItemStore", "LocalEngine", "Make", "Tally", "engine_of"]
