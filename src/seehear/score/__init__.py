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
from seehear.score.see2sound import See2SoundSimilarity, see2sound_similarity
from seehear.score.spectral import onset_times
from seehear.score.sync import (
    av_align,
    av_align_fixed,
    flow_magnitudes,
    flow_peaks,
    match_times,
    onset_f1,
    onset_offset,
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
    "See2SoundSimilarity",
    "av_align",
    "av_align_fixed",
    "bootstrap_interval",
    "boxes_of",
    "docsim",
    "flow_magnitudes",
    "flow_peaks",
    "frechet_distance",
    "giou",
    "inception_score",
    "iou",
    "kl_divergence",
    "layout_over_time",
    "ltsim",
    "match_times",
    "max_iou",
    "mean_score",
    "onset_f1",
    "onset_offset",
    "onset_times",
    "paired_difference",
    "see2sound_similarity",
    "tracks_of",
]
