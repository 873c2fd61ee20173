"""Readers of published data sets, one file each: they give paths and labels, and open nothing heavy."""

from seehear.bench.datasets.avlbench import avlbench, build_avlbench
from seehear.bench.datasets.clip import Clip
from seehear.bench.datasets.fair_play import fair_play
from seehear.bench.datasets.music21 import music21
from seehear.bench.datasets.vggsound import vggsound

__all__ = ["Clip", "avlbench", "build_avlbench", "fair_play", "music21", "vggsound"]
