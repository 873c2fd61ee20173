"""The published sub-scores and totals of 15 systems, and which of the printed totals their own sub-scores give.

Reference: T2AV-Compass, arXiv 2512.21094 v3, tables 3 and 5 (percentages, two decimals).
"""

from typing import NamedTuple

from seehear.score.compass import agrees, compass_average, if_audio, if_video

SLOTS = (
    "Look", "Quantity", "Light", "Frame", "ColorGrading", "SoundEffects", "Speech", "Music", "NonSpeech",
    "CameraMotion", "Interaction", "Motion", "Transformation", "Spatial", "Logical", "Style", "Mood",
    "FactualKnowledge",
)  # fmt: skip

# fmt: off
_SUBS: dict[str, tuple[float | None, ...]] = {
    "Veo-3.1": (
        89.75, 75.00, 78.70, 72.82, 85.00, 57.98, 79.39, 70.96, 95.37,
        52.50, 68.72, 67.48, 54.20, 72.15, 78.52, 81.34, 87.50, 75.18,
    ),
    "Sora-2": (
        85.97, 79.90, 85.91, 73.69, 77.04, 63.73, 88.02, 81.35, 85.48,
        43.65, 65.62, 60.80, 54.69, 76.47, 67.41, 74.09, 84.59, 80.29,
    ),
    "Kling-2.6": (
        82.68, 77.10, 89.83, 76.73, 88.64, 59.02, 80.73, 54.66, 97.27,
        63.96, 67.21, 61.76, 57.65, 73.63, 71.29, 77.83, 85.67, 60.52,
    ),
    "Wan-2.6": (
        93.17, 77.86, 83.33, 78.63, 90.34, 68.01, 89.57, 72.31, 94.96,
        75.62, 65.50, 61.79, 57.66, 76.71, 75.18, 74.24, 87.13, 79.72,
    ),
    "Seedance-1.5": (
        61.43, 59.67, 56.47, 61.87, 68.98, 64.80, 60.20, 69.76, 88.89,
        67.62, 66.08, 59.12, 55.64, 53.12, 53.08, 74.66, 81.88, 49.30,
    ),
    "LTX-2": (
        73.49, 59.58, 77.54, 67.45, 74.55, 41.67, 80.03, 71.21, 98.34,
        68.87, 47.34, 51.85, 46.08, 70.70, 61.13, 67.50, 87.50, 44.66,
    ),
    "Wan-2.5": (
        89.24, 76.98, 79.77, 73.02, 83.16, 66.29, 71.62, 62.04, 73.91,
        74.32, 67.69, 60.02, 57.12, 77.85, 77.76, 72.55, 86.00, 75.74,
    ),
    "HunyuanVideo1.5+Hunyuan-Foley": (
        80.72, 66.12, 70.13, 73.02, 80.45, 47.87, None, 72.41, None,
        71.51, 52.15, 53.15, 41.98, 70.90, 61.13, 70.67, 72.26, 57.24,
    ),
    "Wan-2.2+Hunyuan-Foley": (
        76.36, 65.65, 80.30, 71.41, 71.82, 48.35, None, 66.21, None,
        56.79, 50.10, 46.48, 38.99, 72.85, 61.45, 67.17, 82.01, 51.90,
    ),
    "Wan-2.2+MMAudio": (
        76.36, 62.85, 76.69, 71.16, 76.36, 46.63, None, 64.66, None,
        57.17, 48.05, 49.63, 38.06, 70.70, 63.23, 66.67, 82.62, 52.76,
    ),
    "HunyuanVideo1.5+MMAudio": (
        81.33, 67.29, 72.46, 75.00, 82.27, 44.90, None, 62.93, None,
        69.06, 46.62, 50.93, 40.49, 68.36, 64.03, 72.83, 66.16, 57.59,
    ),
    "PixVerse-V5.5": (
        73.75, 54.34, 74.49, 68.31, 63.89, 48.16, 80.50, 54.07, 77.19,
        59.16, 71.18, 64.52, 46.88, 69.74, 64.89, 65.52, 81.52, 56.54,
    ),
    "Ovi-1.1": (
        62.65, 51.64, 72.03, 56.81, 78.64, 29.34, 62.99, 66.55, 99.61,
        53.11, 40.68, 39.44, 35.82, 60.55, 50.81, 54.17, 73.78, 42.07,
    ),
    "AudioLDM2+MTV": (
        65.81, 55.37, 58.26, 61.01, 57.27, 39.88, 48.18, 77.07, 98.05,
        27.92, 29.41, 32.59, 29.85, 47.66, 47.74, 40.33, 55.18, 37.93,
    ),
    "JavisDiT": (
        36.36, 39.62, 42.95, 46.13, 49.07, 29.87, None, 15.91, None,
        12.45, 18.60, 20.34, 15.04, 25.00, 26.97, 27.35, 42.19, 33.92,
    ),
}
_TOTALS: dict[str, tuple[float, ...]] = {
    "Veo-3.1": (76.15, 67.90, 87.14, 49.95, 70.29),
    "Sora-2": (74.93, 72.86, 85.53, 46.01, 69.83),
    "Kling-2.6": (73.72, 63.89, 87.98, 47.03, 68.16),
    "Wan-2.6": (78.52, 74.95, 82.05, 35.18, 67.68),
    "Seedance-1.5": (60.96, 61.22, 88.94, 53.84, 66.24),
    "LTX-2": (63.97, 64.74, 89.95, 36.23, 63.72),
    "Wan-2.5": (76.56, 57.95, 76.00, 35.06, 61.39),
    "HunyuanVideo1.5+Hunyuan-Foley": (66.23, 40.09, 86.75, 41.65, 58.68),
    "Wan-2.2+Hunyuan-Foley": (64.54, 37.10, 89.63, 41.25, 58.13),
    "Wan-2.2+MMAudio": (64.79, 38.19, 89.63, 36.05, 57.17),
    "HunyuanVideo1.5+MMAudio": (66.10, 35.94, 85.38, 35.15, 55.64),
    "PixVerse-V5.5": (65.13, 53.31, 69.37, 33.58, 55.35),
    "Ovi-1.1": (55.05, 52.83, 65.93, 30.75, 51.14),
    "AudioLDM2+MTV": (47.13, 54.39, 56.73, 31.90, 47.54),
    "JavisDiT": (32.56, 15.26, 34.97, 14.85, 24.41),
}
# fmt: on


class PublishedRow(NamedTuple):
    """One system of the published table beside what its sub-scores give.

    Attributes:
        system: its name.
        printed: IF-Video, IF-Audio, video realism, audio realism, average.
        computed: the same from the sub-scores; realism as printed, its parts were not published.
        verdict: "" where all agree to rounding, else what is wrong.
    """

    system: str
    printed: tuple[float, ...]
    computed: tuple[float, ...]
    verdict: str


def published_subs(system: str) -> dict[str, float]:
    """Give a system's published sub-scores by slot; those not printed are left out."""
    return {slot: value for slot, value in zip(SLOTS, _SUBS[system], strict=True) if value is not None}


def published_rows() -> tuple[PublishedRow, ...]:
    """Check every printed row against its own sub-scores."""
    computed = {name: _computed(name) for name in _TOTALS}
    return tuple(
        PublishedRow(name, printed, computed[name], _verdict(name, printed, computed))
        for name, printed in _TOTALS.items()
    )


def _computed(name: str) -> tuple[float, ...]:
    subs, (_, _, seen, heard, _) = published_subs(name), _TOTALS[name]
    video, audio = if_video(subs), if_audio(subs)
    return video, audio, seen, heard, compass_average(video, audio, seen, heard)


def _verdict(name: str, printed: tuple[float, ...], computed: dict[str, tuple[float, ...]]) -> str:
    mine = computed[name]
    wrong = [
        f"{column} {told:.2f} printed, {found:.2f} from its sub-scores"
        for column, told, found in zip(("IF-Video", "IF-Audio"), printed[:2], mine[:2], strict=True)
        if not agrees(told, found)
    ]
    if not wrong:
        return "" if agrees(printed[4], mine[4]) else f"average {printed[4]:.2f} printed, {mine[4]:.2f} computed"
    others = [
        other for other, theirs in computed.items()
        if other != name and not agrees(printed[1], mine[1]) and agrees(printed[1], theirs[1])
        and agrees(_TOTALS[other][1], mine[1])
    ]  # fmt: skip
    swapped = [f"IF-Audio swapped with {other}" for other in others]
    return "; ".join([*swapped, *wrong])
