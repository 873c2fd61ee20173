"""The journeys: picture to sound, and back."""

from seehear.pipelines.demonstration import demo
from seehear.pipelines.picture_to_sound import Heard, hear, hear_outputs
from seehear.pipelines.report import Bearing, ObjectReport, Report
from seehear.pipelines.scene_to_sound import render, render_stem
from seehear.pipelines.scoring import Beside, score_clip
from seehear.pipelines.sound_to_picture import Seen, see
from seehear.pipelines.wish import HearOptions

__all__ = [
    "Bearing",
    "Beside",
    "HearOptions",
    "Heard",
    "ObjectReport",
    "Report",
    "Seen",
    "demo",
    "hear",
    "hear_outputs",
    "render",
    "render_stem",
    "score_clip",
    "see",
]
