"""Dry sounds by physical formula: one voice for each label, no learned weights, driven by motion.

Conventions: mono float32 at 1 m; 0 dB is full scale; the level of a voice is its integrated loudness (ITU-R BS.1770)
under its nominal drive; speed in m/s, times in seconds from the start of the sound.
"""

from seehear.voices.drive import Drive
from seehear.voices.labels import canonical, labels
from seehear.voices.performance import level_db, make, nominal_drive, segments

__all__ = ["Drive", "canonical", "labels", "level_db", "make", "nominal_drive", "segments"]
