"""Loudspeaker positions in files: WAVE mask bits, ffmpeg's channel names, and our layouts.

References: Microsoft, "Multiple channel audio data and WAVE files" (mask bits); ffmpeg's channel_layout.h (names).
"""

from collections.abc import Sequence

from seehear.media.layout import LAYOUTS, layout_of

WAVE_BITS = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC",
    "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
"""ffmpeg's name for each bit of the WAVE channel mask, lowest first; WAVE order is the order of the bits."""

MASK_TAG = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"
"""The tag that says a FLAC stream's positions (RFC 9639, 8.6.2); in Matroska we write it for PCM, too."""

_BACKS_FOR_SIDES = {0x3F: "5.1", 0x2D03F: "5.1.4"}


def mask_of(names: Sequence[str]) -> int:
    """Give the WAVE channel mask of ffmpeg's channel names; 0 when any has no place in it.

    Example:
        >>> hex(mask_of(["FL", "FR", "FC", "LFE", "SL", "SR"]))
        '0x60f'
    """
    if not all(name in WAVE_BITS for name in names) or len(set(names)) < len(names):
        return 0
    return sum(1 << WAVE_BITS.index(name) for name in names)


def names_of(tag: str, channels: int) -> list[str] | None:
    """Give the channel names that a mask tag stands for; None when it does not fit the channels.

    Example:
        >>> names_of("0x60F", 6), names_of("0x0", 4)
        (['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'], ['NONE', 'NONE', 'NONE', 'NONE'])
    """
    try:
        mask = int(tag, 16)
    except ValueError:
        return None
    if mask == 0:
        return ["NONE"] * channels
    names = [name for bit, name in enumerate(WAVE_BITS) if mask >> bit & 1]
    return names if len(names) == channels else None


def layout_name(channels: int, mask: int) -> str:
    """Name the layout of a file's channels; "" where none of ours fits.

    Without positions (mask 0), 4 and 16 channels are taken for ambisonics (AmbiX), 6 for 5.1; 8 stay unnamed.

    Example:
        >>> layout_name(8, 0x63F), layout_name(4, 0), layout_name(4, 0x33)
        ('7.1', 'foa', '')
    """
    if mask == 0:
        return {1: "mono", 2: "stereo", 4: "foa", 6: "5.1", 16: "hoa3"}.get(channels, "")
    if channels == 1:
        return "mono"
    known = {one.mask: one.name for one in LAYOUTS.values() if one.mask} | _BACKS_FOR_SIDES
    return known.get(mask, "")


def reading_order(names: Sequence[str], layout: str) -> tuple[int, ...] | None:
    """Give the file channel that each inside channel comes from; None when they stand in the same order.

    Args:
        names: ffmpeg's name of each file channel, in file order.
        layout: our layout name, "mono" or "".

    Example:
        >>> reading_order(["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"], "7.1")
        (0, 1, 2, 3, 6, 7, 4, 5)
    """
    if not mask_of(names):
        return None
    wave = sorted(range(len(names)), key=lambda index: WAVE_BITS.index(names[index]))
    inside = layout_of(layout).file_order if layout in LAYOUTS else tuple(range(len(names)))
    order = tuple(wave[inside.index(channel)] for channel in range(len(names)))
    return None if order == tuple(range(len(names))) else order
