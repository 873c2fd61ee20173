"""Metrics: pure functions of a prediction and the truth, each giving a Score; undefined is nan with a reason."""

from seehear.score.alignment import AlignmentScores, alignment_scores
from seehear.score.boxes import Boxes, BoxTracks, boxes_of, giou, iou, tracks_of
from seehear.score.direction import DirectionScores, direction_scores
from seehear.score.distribution import frechet_distance, inception_score, kl_divergence
from seehear.score.energy_map import EnergyMapScores, energy_map, energy_map_scores
from seehear.score.interaural import InterauralScores, interaural_scores
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
from seehear.score.swap import Swapped, mirrored, mirrored_scene, swap_test
from seehear.score.sync import (
    av_align,
    av_align_fixed,
    flow_magnitudes,
    flow_peaks,
    match_times,
    onset_f1,
    onset_offset,
)
from seehear.score.width import dual_mono, mono_compatibility, width

__all__ = [
    "AlignmentScores",
    "BoxTracks",
    "Boxes",
    "Difference",
    "DirectionScores",
    "EnergyMapScores",
    "InterauralScores",
    "Interval",
    "LayoutOverTime",
    "Metric",
    "Moments",
    "Score",
    "See2SoundSimilarity",
    "Swapped",
    "alignment_scores",
    "av_align",
    "av_align_fixed",
    "bootstrap_interval",
    "boxes_of",
    "direction_scores",
    "docsim",
    "dual_mono",
    "energy_map",
    "energy_map_scores",
    "flow_magnitudes",
    "flow_peaks",
    "frechet_distance",
    "giou",
    "inception_score",
    "interaural_scores",
    "iou",
    "kl_divergence",
    "layout_over_time",
    "ltsim",
    "match_times",
    "max_iou",
    "mean_score",
    "mirrored",
    "mirrored_scene",
    "mono_compatibility",
    "onset_f1",
    "onset_offset",
    "onset_times",
    "paired_difference",
    "see2sound_similarity",
    "swap_test",
    "tracks_of",
    "width",
]
