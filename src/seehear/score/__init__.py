"""Metrics: pure functions of a prediction and the truth, each giving a Score; undefined is nan with a reason."""

from seehear.score.alignment import AlignmentScores, alignment_scores
from seehear.score.boxes import Boxes, BoxTracks, boxes_of, giou, iou, tracks_of
from seehear.score.direction import DirectionScores, direction_scores
from seehear.score.distribution import frechet_distance, inception_score, kl_divergence
from seehear.score.foa_map import EnergyMapScores, energy_map, energy_map_scores
from seehear.score.interaural import InterauralScores, interaural_scores
from seehear.score.judged import Judged, judged_windows
from seehear.score.layout import docsim, ltsim, max_iou
from seehear.score.layout_time import LayoutOverTime, layout_over_time
from seehear.score.moments import Moments
from seehear.score.reference import BinauralDistances, binaural_distances, si_sdr
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
from seehear.score.signal_quality import (
    bandwidth,
    clipping,
    dc_offset,
    loudness,
    loudness_error,
    silence,
    true_peak,
)
from seehear.score.spectral import onset_times
from seehear.score.steadiness import flicker, temporal_identity
from seehear.score.stereo_image import dual_mono, mono_compatibility, width
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

__all__ = [
    "AlignmentScores",
    "BinauralDistances",
    "BoxTracks",
    "Boxes",
    "Difference",
    "DirectionScores",
    "EnergyMapScores",
    "InterauralScores",
    "Interval",
    "Judged",
    "LayoutOverTime",
    "Metric",
    "Moments",
    "Score",
    "See2SoundSimilarity",
    "Swapped",
    "alignment_scores",
    "av_align",
    "av_align_fixed",
    "bandwidth",
    "binaural_distances",
    "bootstrap_interval",
    "boxes_of",
    "clipping",
    "dc_offset",
    "direction_scores",
    "docsim",
    "dual_mono",
    "energy_map",
    "energy_map_scores",
    "flicker",
    "flow_magnitudes",
    "flow_peaks",
    "frechet_distance",
    "giou",
    "inception_score",
    "interaural_scores",
    "iou",
    "judged_windows",
    "kl_divergence",
    "layout_over_time",
    "loudness",
    "loudness_error",
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
    "si_sdr",
    "silence",
    "swap_test",
    "temporal_identity",
    "tracks_of",
    "true_peak",
    "width",
]
