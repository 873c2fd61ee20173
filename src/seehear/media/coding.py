"""Which codec carries which layout in which container.

MP4 and QuickTime: AAC for two channels and 5.1, the codec every player takes; FOA as AAC 4.0 in MP4 (W Y Z X on
FL FR FC BC, as web players unpack it) and PCM in QuickTime, both with an `SA3D` box; 7.1 as FLAC; more as PCM.
Matroska: FLAC up to 8 loudspeakers, PCM beyond and for ambisonics, which FLAC would mark as loudspeakers.

AAC runs without intensity stereo and noise substitution: both throw away what tells directions apart.
"""

from pathlib import Path

from seehear.errors import InputError
from seehear.media.encode import Coding
from seehear.media.layout import Layout
from seehear.media.speakers import names_of

PICTURE_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv")

_AAC_OPTIONS = (("aac_is", "0"), ("aac_pns", "0"))
_AAC = {
    "binaural": Coding("aac", "stereo", 256_000, _AAC_OPTIONS),
    "stereo": Coding("aac", "stereo", 256_000, _AAC_OPTIONS),
    "5.1": Coding("aac", "5.1", 512_000, _AAC_OPTIONS),
    "foa": Coding("aac", "4.0", 768_000, _AAC_OPTIONS),  # 512k turns a noise by half a degree
}
_AAC_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000})


def coding_for(out: Path, layout: Layout, *, sample_rate: int = 48000) -> Coding:
    """Choose the codec for a layout in a picture file.

    Args:
        out: the file; its suffix names the container.
        layout: of the sound.
        sample_rate: Hz.

    Raises:
        InputError: no such container; or it cannot hold the layout, and the message names one that can.

    Example:
        >>> from seehear.media.layout import layout_of
        >>> coding_for(Path("a.mkv"), layout_of("7.1")).codec
        'flac'
    """
    suffix = out.suffix.lower()
    if suffix not in PICTURE_SUFFIXES:
        raise InputError(f"expected a picture file ending in {', '.join(PICTURE_SUFFIXES)}, got '{out}'")
    if suffix == ".mkv":
        return _matroska(layout)
    if layout.name in _AAC and not (layout.name == "foa" and suffix == ".mov"):
        if sample_rate not in _AAC_RATES:
            raise InputError(f"AAC holds no sound of {sample_rate} Hz: use 48000, or write '{out.stem}.mkv'")
        return _AAC[layout.name]
    if layout.kind == "ambisonics":
        if suffix != ".mov":
            raise InputError(
                f"MP4 holds no {layout.name}: write '{out.stem}.mkv', '{out.stem}.mov' or '{out.stem}.wav'"
            )
        return Coding("pcm_s24le", f"ambisonic {layout.order}")
    return Coding("flac" if layout.size <= 8 else "pcm_s24le", layout.ffmpeg or _names(layout))


def _matroska(layout: Layout) -> Coding:
    if layout.kind == "ambisonics":
        return Coding("pcm_s24le", f"ambisonic {layout.order}")
    return Coding("flac" if layout.size <= 8 else "pcm_s24le", layout.ffmpeg or _names(layout))


def _names(layout: Layout) -> str:
    return "+".join(names_of(hex(layout.mask), layout.size) or ())
