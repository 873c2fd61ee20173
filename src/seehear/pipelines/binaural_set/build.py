"""A folder of recordings into a folder of clips: what is there stays, what is missing is made, failures are rows."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Final, NamedTuple

from seehear.media.set_folder import opened_set
from seehear.pipelines.binaural_set.clip import FACTS, Captioner, Order, make_clip
from seehear.pipelines.binaural_set.journal import Row, append, rows_of, settle
from seehear.pipelines.binaural_set.sources import Source, find_sources
from seehear.pipelines.binaural_set.survey import survey
from seehear.pipelines.binaural_set.wish import Wish
from seehear.simulate.work import map_items

SETTINGS: Final = "dataset.json"
SURVEY: Final = "sources.jsonl"
MANIFEST: Final = "manifest.jsonl"
DROPPED: Final = "dropped.jsonl"
FAILURES: Final = "failures.jsonl"
KIND: Final = "binaural"
DIGITS: Final = 4

_FEW = 16  # recordings that are looked over sooner than a process is started
_SHORTEST = 0.02  # s that a recording may lack of its last clip

Progress = Callable[[str, float], None]


class Built(NamedTuple):
    """What a run did.

    Attributes:
        folder: where the clips are.
        made: clips made now.
        kept: clips that were there.
        dropped: clips left out, now or before; told in dropped.jsonl.
        failed: recordings and clips that could not be used; told in failures.jsonl.
        assumed: recordings whose convention is assumed; told in sources.jsonl.
    """

    folder: Path
    made: int
    kept: int
    dropped: int
    failed: int
    assumed: int


def binaural_set(
    recordings: Path | str,
    folder: Path | str,
    *,
    wish: Wish = Wish(),  # noqa: B008 - an immutable tuple
    jobs: int = 1,
    force: bool = False,
    caption: Captioner | None = None,
    progress: Progress = lambda stage, done: None,
) -> Built:
    """Make a set of perspective clips with binaural sound from 360-degree videos with ambisonics.

    A rerun makes what is missing, tries again what failed, and changes nothing else; the same recordings and wishes
    give the same bytes however many processes made them. Killed at any time, it loses the clips in flight.

    Args:
        recordings: the folder of videos; see `find_sources`.
        folder: for the clips; made if it is not there.
        wish: what the clips have in common.
        jobs: processes.
        force: start over where the folder holds clips of other wishes.
        caption: gives a clip's caption, picklable where ``jobs`` is above 1; None: none is asked for.
        progress: told how far it is.

    Raises:
        InputError: no recordings, a folder that holds something else or other wishes, a wish no clip can have.

    Reference: ViSAudio (arXiv 2512.03036), the construction of BiAudio.
    """
    sources = find_sources(recordings)
    place = _opened(Path(folder), wish.checked(), force=force)
    failures: dict[str, str] = {}
    surveyed = _surveyed(place, sources, wish, jobs, failures, progress)
    made, dropped = rows_of(place / MANIFEST), rows_of(place / DROPPED)
    made = {name: row for name, row in made.items() if (place / name).is_dir()}
    orders = [
        one for source in sources if source.name in surveyed for one in clips_of(source, surveyed[source.name], wish)
    ]
    missing = [one for one in orders if one.name not in made and one.name not in dropped]
    kept = len(orders) - len(missing) - sum(one.name in dropped for one in orders)
    for done, outcome in enumerate(
        map_items(partial(make_clip, place, wish, caption), missing, jobs=min(jobs, max(len(missing), 1))), start=1
    ):
        if outcome.row is None:
            failures[outcome.item.name] = outcome.error or ""
        elif "dropped" in outcome.row:
            dropped[outcome.item.name] = outcome.row
            append(place / DROPPED, outcome.row)
        else:
            made[outcome.item.name] = outcome.row
            append(place / MANIFEST, outcome.row)
        progress("clips", done / len(missing))
    settle(place / MANIFEST, made.values())
    settle(place / DROPPED, dropped.values())
    settle(place / FAILURES, ({"name": name, "error": error} for name, error in failures.items()))
    assumed = sum(row["ambisonics"]["basis"] == "assumed" for row in surveyed.values())
    return Built(place, sum(one.name in made for one in missing), kept, len(dropped), len(failures), assumed)


def clips_of(source: Source, surveyed: Row, wish: Wish) -> Iterator[Order]:
    """Give a recording's clips: as many whole ones as it has; one that is shorter where it is shorter itself.

    Args:
        source: the recording.
        surveyed: its row.
        wish: how long clips are.
    """
    length, step = float(surveyed["duration"]), wish.clip_seconds
    count = int((length + _SHORTEST) / step)
    for index in range(max(count, 1)):
        duration = min(step, length - index * step) if count == 0 else step
        yield Order(f"{source.name}-{index:0{DIGITS}d}", source, round(index * step, 6), round(duration, 6), surveyed)


def _surveyed(
    place: Path, sources: list[Source], wish: Wish, jobs: int, failures: dict[str, str], progress: Progress
) -> dict[str, Row]:
    rows = rows_of(place / SURVEY)
    missing = [one for one in sources if one.name not in rows]
    look = partial(survey, ambisonics=wish.ambisonics)
    for done, outcome in enumerate(map_items(look, missing, jobs=max(1, min(jobs, len(missing) // _FEW))), start=1):
        if outcome.row is None:
            failures[outcome.item.name] = outcome.error or ""
        else:
            rows[outcome.item.name] = outcome.row
            append(place / SURVEY, outcome.row)
        progress("survey", done / len(missing))
    settle(place / SURVEY, rows.values())
    return rows


def _opened(place: Path, wish: Wish, *, force: bool) -> Path:
    """Make or check the set's folder."""
    told, left = {"kind": KIND, **wish.told()}, f".*-{'[0-9]' * DIGITS}.*"
    return opened_set(place, told, settings=SETTINGS, what="clips", left=left, clear=_cleared, force=force)


def _cleared(place: Path) -> None:
    """Remove what an earlier run made, and nothing else."""
    for old in place.glob(f"*-{'[0-9]' * DIGITS}"):
        if (old / "scene.json").is_file() and f'"{FACTS}"' in (old / "scene.json").read_text("utf-8"):
            rmtree(old, ignore_errors=True)
    for name in (MANIFEST, DROPPED, FAILURES, SURVEY, SETTINGS):
        with suppress(FileNotFoundError):
            (place / name).unlink()
