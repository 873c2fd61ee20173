"""VGGSound and folders like it: ten-second clips of YouTube videos, one label each.

Rows of ``vggsound.csv`` are YouTube id, start second, label, train or test. Clips are files
``<id>_<start, six digits>.mp4`` anywhere under a folder. Without the list a folder of folders is read, the inner
folder's name being the label.

Reference: Chen et al., "VGGSound: a large-scale audio-visual dataset", ICASSP 2020.
"""

import csv
from pathlib import Path

from seehear.bench.datasets.clip import VIDEOS, Clip, folder_of, videos_by_stem
from seehear.errors import InputError

LENGTH = 10.0


def vggsound(videos: Path | str, listing: Path | str | None = None, *, split: str = "test") -> list[Clip]:
    """Give the clips of a split whose video is there, in the list's order.

    Args:
        videos: the folder of clips.
        listing: ``vggsound.csv``; None: ``<label>/<clip>.mp4``, all of them.
        split: train or test; without a list it is ignored.

    Raises:
        InputError: no such folder, split or list, or a row of another form.
    """
    root = folder_of(videos, "VGGSound's videos")
    if listing is None:
        return _by_folder(root)
    if split not in ("train", "test"):
        raise InputError(f"split must be train or test, got {split!r}")
    there = videos_by_stem(root)
    clips = []
    for name, label, part in _rows(Path(listing)):
        if part == split and name in there:
            clips.append(Clip(name, video=there[name], labels=(label,), end=LENGTH, split=part, protocol="vggsound"))
    return clips


def _rows(listing: Path) -> list[tuple[str, str, str]]:
    try:
        with listing.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError:
        raise InputError(f"expected the list 'vggsound.csv', found none at '{listing}'") from None
    found = []
    for number, row in enumerate(rows, 1):
        if len(row) != 4 or not row[1].strip().isdigit():
            raise InputError(f"expected id, start, label, split in row {number} of '{listing}', got {row}")
        found.append((f"{row[0].strip()}_{int(row[1]):06d}", row[2].strip(), row[3].strip()))
    return found


def _by_folder(root: Path) -> list[Clip]:
    clips = []
    for place in sorted(one for one in root.iterdir() if one.is_dir()):
        label = place.name.replace("_", " ")
        for file in sorted(place.iterdir()):
            if file.suffix.lower() in VIDEOS and not file.name.startswith("."):
                clips.append(Clip(f"{place.name}/{file.stem}", video=file, labels=(label,), protocol="folders"))
    return clips
