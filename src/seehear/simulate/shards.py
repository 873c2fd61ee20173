"""Worlds as tar files in the WebDataset form: `000007.scene.json`, `000007.video.mp4`, … one after the other.

Reference: the WebDataset format (github.com/webdataset/webdataset): files of one sample share the name before its first
dot and stand together. Owners and times are left out, so the same worlds give the same bytes.
"""

import hashlib
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seehear.media.atomic import written_whole

WORLDS = 100
"""Worlds in a shard."""


def write_shards(place: Path, worlds: Path, rows: Sequence[dict[str, Any]], *, size: int = WORLDS) -> list[Path]:
    """Write shards of worlds that lie in folders; those that are there and hold the same are not touched.

    Args:
        place: folder for the shards and ``shards.jsonl``.
        worlds: folder of the worlds.
        rows: of the manifest, in order.
        size: worlds in each.

    Returns:
        The shards' files.
    """
    place.mkdir(exist_ok=True)
    index = place / "shards.jsonl"
    there = (
        {row["shard"]: row for row in map(json.loads, index.read_text("utf-8").splitlines())} if index.is_file() else {}
    )
    told, files = [], []
    for number, start in enumerate(range(0, len(rows), size)):
        part = rows[start : start + size]
        name = f"{number:06d}.tar"
        content = hashlib.sha256("".join(row["sha256"] for row in part).encode()).hexdigest()
        if there.get(name, {}).get("content") != content or not (place / name).is_file():
            _write(place / name, worlds, part)
        told.append({"shard": name, "worlds": [row["index"] for row in part], "content": content})
        files.append(place / name)
    text = "".join(json.dumps(row) + "\n" for row in told)
    if not index.is_file() or index.read_text("utf-8") != text:
        with written_whole(index, force=True) as beside:
            beside.write_text(text, "utf-8")
    return files


def _write(file: Path, worlds: Path, rows: Sequence[dict[str, Any]]) -> None:
    with written_whole(file, force=True) as beside, tarfile.open(beside, "w", format=tarfile.USTAR_FORMAT) as tar:
        for row in rows:
            for name in row["files"]:
                source = worlds / row["name"] / name
                entry = tarfile.TarInfo(f"{row['name']}.{name.replace('/', '.')}")
                entry.size = source.stat().st_size
                with source.open("rb") as content:
                    tar.addfile(entry, content)
