"""Watching: image or video -> Scene."""

from seehear.watch.door import BACKENDS, Sight, Watch, to_scene

__all__ = ["BACKENDS", "Sight", "Watch", "to_scene"]
