"""The doors for sound: whole files, blocks, stems in folders. The work is done in `reading` and `stem_files`."""

from seehear.media.reading import AudioClip, AudioInfo, audio_blocks, audio_info, read_audio, resampled
from seehear.media.stem_files import FileStem, FolderStems, StemWriter

__all__ = [
    "AudioClip",
    "AudioInfo",
    "FileStem",
    "FolderStems",
    "StemWriter",
    "audio_blocks",
    "audio_info",
    "read_audio",
    "resampled",
]
