"""Metrics: pure functions of a prediction and the truth, each giving a Score; undefined is nan with a reason."""

from seehear.score.agreement import intraclass_correlation, mean_absolute_difference, weighted_kappa
from seehear.score.alignment import AlignmentScores, alignment_scores
from seehear.score.boxes import Boxes, BoxTracks, boxes_of, giou, iou, tracks_of
from seehear.score.compass import (
    compass_average,
    compass_realism,
    group_scores,
    if_audio,
    if_video,
    question_weights,
    rating_to_percent,
)
from seehear.score.cut_tops import flat_tops
from seehear.score.direction import DirectionScores, direction_scores
from seehear.score.distribution import frechet_distance, inception_score, kl_divergence
from seehear.score.foa_map import EnergyMapScores, energy_map, energy_map_scores
from seehear.score.interaural import InterauralScores, interaural_scores
from seehear.score.judged import Judged, judged_windows
from seehear.score.layout import docsim, ltsim, max_iou
from seehear.score.layout_time import LayoutOverTime, layout_over_time
from seehear.score.lips import LipSyncScores, lip_sync
from seehear.score.moments import Moments
from seehear.score.motion import FlowCurves, flow_curves, moving_side_agreement, onset_to_motion_offset
from seehear.score.offset_classes import desync
from seehear.score.published_inception import published_inception_score
from seehear.score.ranking import RankStability, rank_stability
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
from seehear.score.similarity import cosine_similarity
from seehear.score.spectral import onset_times
from seehear.score.steadiness import flicker, temporal_identity
from seehear.score.stereo_image import dual_mono, mono_compatibility, width
from seehear.score.stillness import black_share, frozen_share, picture_change
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
    "FlowCurves",
    "InterauralScores",
    "Interval",
    "Judged",
    "LayoutOverTime",
    "LipSyncScores",
    "Metric",
    "Moments",
    "RankStability",
    "Score",
    "See2SoundSimilarity",
    "Swapped",
    "alignment_scores",
    "av_align",
    "av_align_fixed",
    "bandwidth",
    "binaural_distances",
    "black_share",
    "bootstrap_interval",
    "boxes_of",
    "clipping",
    "compass_average",
    "compass_realism",
    "cosine_similarity",
    "dc_offset",
    "desync",
    "direction_scores",
    "docsim",
    "dual_mono",
    "energy_map",
    "energy_map_scores",
    "flat_tops",
    "flicker",
    "flow_curves",
    "flow_magnitudes",
    "flow_peaks",
    "frechet_distance",
    "frozen_share",
    "giou",
    "group_scores",
    "if_audio",
    "if_video",
    "inception_score",
    "interaural_scores",
    "intraclass_correlation",
    "iou",
    "judged_windows",
    "kl_divergence",
    "layout_over_time",
    "lip_sync",
    "loudness",
    "loudness_error",
    "ltsim",
    "match_times",
    "max_iou",
    "mean_absolute_difference",
    "mean_score",
    "mirrored",
    "mirrored_scene",
    "mono_compatibility",
    "moving_side_agreement",
    "onset_f1",
    "onset_offset",
    "onset_times",
    "onset_to_motion_offset",
    "paired_difference",
    "picture_change",
    "published_inception_score",
    "question_weights",
    "rank_stability",
    "rating_to_percent",
    "see2sound_similarity",
    "si_sdr",
    "silence",
    "swap_test",
    "temporal_identity",
    "tracks_of",
    "true_peak",
    "weighted_kappa",
    "width",
]
