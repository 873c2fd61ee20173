"""Writes many worlds: a folder for each, a manifest, failures as rows; what is there already stays as it is."""

import json
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import numpy as np

from seehear.engine import engine_of
from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.media.set_folder import opened_set
from seehear.simulate.folder import row_of, write_world
from seehear.simulate.recordings import RECORDINGS
from seehear.simulate.shards import write_shards
from seehear.simulate.world import Preset, Setting, made

SETTINGS, MANIFEST, FAILURES, SHARDS = "dataset.json", "manifest.jsonl", "failures.jsonl", "shards"
DIGITS = 6

Progress = Callable[[str, float], None]


class Order(NamedTuple):
    """What every world of a set has in common.

    Attributes:
        preset: name of the kind of world.
        make: the preset.
        seed: of the set.
        setting: of each world.
        layouts: to mix in.
    """

    preset: str
    make: Preset
    seed: int
    setting: Setting
    layouts: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Give what a rerun must agree with, as JSON has it."""
        size_wh, fps, duration, sample_rate, projection = self.setting
        return {
            "preset": self.preset, "seed": self.seed, "layouts": list(self.layouts), "size_wh": list(size_wh),
            "fps": str(fps), "duration": duration, "sample_rate": sample_rate, "projection": projection,
        }  # fmt: skip


class Written(NamedTuple):
    """What a run did.

    Attributes:
        folder: where the worlds are.
        made: worlds made now.
        kept: worlds that were there.
        failed: worlds that could not be made; told in failures.jsonl.
    """

    folder: Path
    made: int
    kept: int
    failed: int


def rng_of(seed: int, preset: str, index: int) -> np.random.Generator:
    """Give the random stream of one world of a set, whoever makes it and when."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(preset.encode()), index]))


def write_set(
    folder: Path | str,
    order: Order,
    *,
    count: int,
    jobs: int = 1,
    engine: str = "local",
    shards: bool = False,
    force: bool = False,
    progress: Progress = lambda stage, done: None,
) -> Written:
    """Make the worlds of a set that are not there yet; see `seehear.simulate.write_worlds`."""
    machine = engine_of(engine, jobs=jobs)
    place = _opened(Path(folder), order, force=force).resolve()
    rows = _known(place)
    missing = [index for index in range(count) if index not in rows]
    failures: dict[int, str] = {}
    with (place / MANIFEST).open("a", encoding="utf-8") as journal:
        for done, outcome in enumerate(machine.map(partial(_one, place, order), missing), start=1):
            if outcome.value is None:
                failures[outcome.number] = outcome.error
            else:
                rows[outcome.number] = outcome.value
                journal.write(_line(outcome.value))
                journal.flush()
            progress("worlds", done / len(missing))
    _settled(place, rows, failures)
    if shards:
        write_shards(place / SHARDS, place, [rows[index] for index in sorted(rows)])
    made_now = len(missing) - len(failures)
    return Written(place, made_now, count - len(missing), len(failures))


def _one(place: Path, order: Order, index: int) -> dict[str, Any]:
    """Make one world and give its manifest row; a folder that is there is whole, for it was renamed at the end."""
    name = f"{index:0{DIGITS}d}"
    if not (place / name).is_dir():
        rng = rng_of(order.seed, order.preset, index)
        world = made(order.preset, {order.preset: order.make}, order.setting, rng=rng)
        write_world(world, place / name, layouts=order.layouts)
    return {"index": index, "name": name, "preset": order.preset, "seed": order.seed, **row_of(place / name)}


def _opened(place: Path, order: Order, *, force: bool) -> Path:
    """Make or check the set's folder.

    Raises:
        InputError: it holds something else, or worlds of other settings.
    """
    return opened_set(
        place,
        order.told(),
        settings=SETTINGS,
        what="worlds",
        left=f".{'[0-9]' * DIGITS}.*",
        clear=_cleared,
        force=force,
    )


def _cleared(place: Path) -> None:
    """Remove what an earlier run made, and nothing else."""
    for name in (MANIFEST, FAILURES, SETTINGS):
        with suppress(FileNotFoundError):
            (place / name).unlink()
    for old in [*place.glob("[0-9]" * DIGITS), place / SHARDS]:
        rmtree(old, ignore_errors=True)


def _known(place: Path) -> dict[int, dict[str, Any]]:
    """The rows of worlds that are there; a line cut short by a kill counts for nothing."""
    file, rows = place / MANIFEST, {}
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        with suppress(json.JSONDecodeError):
            row = json.loads(line)
            if (place / row["name"]).is_dir():
                rows[int(row["index"])] = row
    if file.is_file() and not file.read_bytes().endswith(b"\n"):
        file.write_text("".join(_line(row) for row in rows.values()), "utf-8")
    return rows


def _settled(place: Path, rows: dict[int, dict[str, Any]], failures: dict[int, str]) -> None:
    """Write the manifest in order, and the failures; files that would be the same are not touched."""
    _replaced(place / MANIFEST, "".join(_line(rows[index]) for index in sorted(rows)))
    told = [{"index": index, "name": f"{index:0{DIGITS}d}", "error": failures[index]} for index in sorted(failures)]
    if told:
        _replaced(place / FAILURES, "".join(_line(row) for row in told))
    else:
        with suppress(FileNotFoundError):
            (place / FAILURES).unlink()


def _replaced(file: Path, text: str) -> None:
    if not file.is_file() or file.read_text("utf-8") != text:
        with written_whole(file, force=True) as beside:
            beside.write_text(text, "utf-8")


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def checked_order(
    preset: str, presets: dict[str, Preset], *, seed: int, setting: Setting, layouts: Sequence[str]
) -> Order:
    """Give the order of a set.

    Raises:
        InputError: an unknown preset or layout, a negative seed, an odd picture size.
    """
    from seehear.media.layout import LAYOUTS

    if preset not in presets:
        raise InputError(f"preset must be one of {', '.join(sorted(presets))}, got {preset!r}")
    if seed < 0:
        raise InputError(f"seed must be 0 or more, got {seed}")
    for name in layouts:
        if name not in LAYOUTS and name not in RECORDINGS:
            raise InputError(f"layout must be one of {', '.join([*LAYOUTS, *RECORDINGS])}, got {name!r}")
    if setting.size_wh[0] % 2 or setting.size_wh[1] % 2:
        raise InputError(f"size must be even both ways for the video, got {setting.size_wh}")
    return Order(preset, presets[preset], seed, setting._replace(fps=Fraction(setting.fps)), tuple(layouts))
