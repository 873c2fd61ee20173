"""Binaural data sets from 360-degree video with ambisonics, by the published steps."""

from seehear.pipelines.binaural_set.build import Built, binaural_set
from seehear.pipelines.binaural_set.camera_path import Wander
from seehear.pipelines.binaural_set.captions import Captions
from seehear.pipelines.binaural_set.filters import Filters
from seehear.pipelines.binaural_set.wish import Wish

__all__ = ["Built", "Captions", "Filters", "Wander", "Wish", "binaural_set"]
