"""MUSIC and MUSIC-21: videos of solos and duets, named by their YouTube ids in a JSON list by instrument.

The list is ``{"videos": {"acoustic_guitar": [id, ...], "cello violin": [...]}}``: a duet's key names both instruments.
Videos are the user's own downloads, anywhere under a folder, as ``<id>.mp4`` or another container; those that are gone
from the net are left out, and counted by `missing`. The sets have no published split.

References: Zhao et al., "The Sound of Pixels", ECCV 2018 (MUSIC); Zhao et al., "The Sound of Motions", ICCV 2019
(MUSIC-21).
"""

import json
from pathlib import Path

from seehear.bench.datasets.clip import Clip, folder_of, videos_by_stem
from seehear.errors import InputError


def music21(videos: Path | str, listing: Path | str) -> list[Clip]:
    """Give the listed clips whose video is there, by instrument in the list's order.

    Args:
        videos: the folder of downloads.
        listing: ``MUSIC21_solo_videos.json`` or another list of that form.

    Raises:
        InputError: no such folder, or a list of another form.
    """
    there = videos_by_stem(folder_of(videos, "MUSIC-21's videos"))
    clips = []
    for key, ids in _listed(listing).items():
        labels = tuple(one.replace("_", " ") for one in key.split())
        for name in ids:
            if name in there:
                clips.append(Clip(name, video=there[name], labels=labels, protocol=f"music {Path(listing).stem}"))
    return clips


def missing(videos: Path | str, listing: Path | str) -> list[str]:
    """Give the ids of the list without a video.

    Raises:
        InputError: as `music21`.
    """
    there = videos_by_stem(folder_of(videos, "MUSIC-21's videos"))
    return [name for ids in _listed(listing).values() for name in ids if name not in there]


def _listed(listing: Path | str) -> dict[str, list[str]]:
    try:
        held = json.loads(Path(listing).read_text(encoding="utf-8"))["videos"]
        return {str(key): [str(one) for one in ids] for key, ids in held.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"expected a list {{\"videos\": {{instrument: [ids]}}}}, got another in '{listing}'") from None
