"""Metrics: pure functions of a prediction and the truth, each giving a Score; undefined is nan with a reason."""

from seehear.score.boxes import Boxes, BoxTracks, boxes_of, giou, iou, tracks_of
from seehear.score.distribution import frechet_distance, inception_score, kl_divergence
from seehear.score.layout import docsim, ltsim, max_iou
from seehear.score.layout_time import LayoutOverTime, layout_over_time
from seehear.score.moments import Moments
from seehear.score.score import (
    Difference,
    Interval,
    Metric,
    Score,
    bootstrap_interval,
    mean_score,
    paired_difference,
)

__all__ = [
    "BoxTracks",
    "Boxes",
    "Difference",
    "Interval",
    "LayoutOverTime",
    "Metric",
    "Moments",
    "Score",
    "bootstrap_interval",
    "boxes_of",
    "docsim",
    "frechet_distance",
    "giou",
    "inception_score",
    "iou",
    "kl_divergence",
    "layout_over_time",
    "ltsim",
    "max_iou",
    "mean_score",
    "paired_difference",
    "tracks_of",
]
