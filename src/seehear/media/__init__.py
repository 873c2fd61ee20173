"""Sound and picture files: reading, writing, channel layouts."""

from seehear.media.atomic import check_output, written_whole
from seehear.media.audio import (
    AudioClip,
    AudioInfo,
    FileStem,
    FolderStems,
    StemWriter,
    audio_blocks,
    audio_info,
    read_audio,
)
from seehear.media.frame import Frame
from seehear.media.layout import LAYOUTS, Layout, layout_of
from seehear.media.picture import PictureInfo, frames, picture_info
from seehear.media.stems import AMBIENCE, ArrayStems, Samples, Stems
from seehear.media.write import SoundWriter

__all__ = [
    "AMBIENCE",
    "LAYOUTS",
    "ArrayStems",
    "AudioClip",
    "AudioInfo",
    "FileStem",
    "FolderStems",
    "Frame",
    "Layout",
    "PictureInfo",
    "Samples",
    "SoundWriter",
    "StemWriter",
    "Stems",
    "audio_blocks",
    "audio_info",
    "check_output",
    "frames",
    "layout_of",
    "picture_info",
    "read_audio",
    "written_whole",
]
