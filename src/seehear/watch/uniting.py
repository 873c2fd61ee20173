"""One thing, one track: pieces are joined, what was found in two ways is united, what is too much is left out."""

from array import array
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from seehear.watch.finds import Find
from seehear.watch.tracks import Track, overlap, paired_inside, paired_overlap
from seehear.watch.working import Reals

_BACK, _AHEAD = 0.8, 1.2  # seconds by which one piece may overlap the next, and by which it may miss it
_HOLE = 0.4  # seconds
_MOST_STILL = 3
_MOST = 12
_LEAST_CONFIDENCE = {"moving": 0.2, "salient": 0.08, "person": 0.2}


def united(tracks: Sequence[Track], *, travelling: bool) -> list[Track]:
    """Join the tracks of one shot.

    Args:
        tracks: all of them.
        travelling: whether the camera moved. If so, what stands out has the better outline: what moves against a
            background that is itself in motion is only partly seen to.
    """
    ways = {
        way: _joined([one for one in tracks if one.way == way]) for way in ("moving", "salient", "outlined", "person")
    }
    kept = ways["moving"]
    for track in (*ways["salient"], *ways["outlined"], *ways["person"]):
        twin = max(kept, key=lambda other: _same(track, other), default=None)
        if twin is None or _same(track, twin) <= 0.0:
            kept.append(track)
            continue
        better = travelling and track.way == "salient" and twin.way == "moving"
        _absorb(twin, track, leading=track.table if better else twin.table)
    return kept


def _joined(tracks: list[Track]) -> list[Track]:
    """Join pieces that follow each other in time and place."""
    whole: list[Track] = []
    for piece in sorted(tracks, key=lambda track: (track.rows[0], track.number)):
        before = max(whole, key=lambda track: _follows(track, piece), default=None)
        if before is not None and _follows(before, piece) > 0.0:
            _append(before, piece)
        else:
            whole.append(piece)
    return whole


def _follows(first: Track, second: Track) -> float:
    """Say how well one track goes on as the other, 0: not at all."""
    (begun, ended), (begins, ends) = first.span, second.span
    if not -_BACK <= begins - ended <= _AHEAD or ends <= ended or begins <= begun:
        return 0.0
    one, other = first.table, second.table
    last, new = _onward(one, other[:3, 0].mean()), other[:3, 1:].mean(axis=0)
    shared = float(overlap(last[None], new[None])[0, 0])
    alike = float(first.colours @ second.colours) / max(_norm(first) * _norm(second), 1e-9)
    return shared * alike if shared > 0.35 and alike > 0.6 else 0.0


def _onward(table: Reals, time: float) -> Reals:
    """Carry on the motion of the last half second to ``time``; the size stays."""
    late = table[table[:, 0] >= table[-1, 0] - 0.5]
    box = np.median(late[-3:, 1:], axis=0)
    if len(late) < 4:
        return np.asarray(box)
    centres = (late[:, 1:3] + late[:, 3:5]) / 2
    speed = np.polynomial.polynomial.polyfit(late[:, 0] - late[0, 0], centres, 1)[1]
    return np.asarray(box + np.tile(speed * (time - late[-2, 0]), 2))


def _norm(track: Track) -> float:
    return float(np.linalg.norm(track.colours))


def _append(first: Track, second: Track) -> None:
    """Let the first go on as the second."""
    later = second.table[second.table[:, 0] > first.rows[-5] + 1e-9]
    beats = np.array(second.pulse).reshape(-1, 2)
    known = first.pulse[-2] if len(first.pulse) else -1.0
    _weigh(first, second)
    first.rows.extend(later.ravel().tolist())
    first.pulse.extend(beats[beats[:, 0] > known + 1e-9].ravel().tolist())


def _weigh(first: Track, second: Track) -> None:
    total = first.hits + second.hits
    first.strength = (first.hits * first.strength + second.hits * second.strength) / total
    first.colours = (first.hits * first.colours + second.hits * second.colours) / total
    first.kinds = {name: first.kinds[name] + second.kinds[name] for name in first.kinds}
    first.looks, first.votes = first.looks + second.looks, first.votes + second.votes + second.kinds["person"]


def _same(salient: Track, moving: Track) -> float:
    """Say how well two tracks agree while both live, 0: not the same thing."""
    (begun, ended), (begins, ends) = salient.span, moving.span
    if ends < begun or ended < begins:
        return 0.0
    one, other = salient.table, moving.table
    times = one[(one[:, 0] >= other[0, 0]) & (one[:, 0] <= other[-1, 0]), 0]
    if len(times) < 2:
        return 0.0
    first, second = _at(one, times), _at(other, times)
    shared = float(np.median(paired_overlap(first, second)))
    return shared if shared > 0.35 else 0.0


def _at(table: Reals, times: Reals) -> Reals:
    return np.column_stack([np.interp(times, table[:, 0], table[:, k]) for k in range(1, 5)])


def _absorb(moving: Track, salient: Track, leading: Reals) -> None:
    """Unite what stands out with what moves: the leading one gives the boxes, the other fills where it has none."""
    both = np.concatenate([moving.table, salient.table])
    right = np.clip(np.searchsorted(leading[:, 0], both[:, 0]), 1, len(leading) - 1)
    away = np.minimum(np.abs(both[:, 0] - leading[right - 1, 0]), np.abs(both[:, 0] - leading[right, 0]))
    rows = np.concatenate([leading, both[away > _HOLE]])
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    beats = np.concatenate([np.array(track.pulse).reshape(-1, 2) for track in (moving, salient)])
    beats = beats[np.unique(beats[:, 0], return_index=True)[1]]
    _weigh(moving, salient)
    moving.rows, moving.pulse = array("d", rows.ravel().tolist()), array("d", beats.ravel().tolist())


def gathered(finds: Sequence[Find]) -> list[Find]:
    """Give what stands out the motion that is found in parts of it: a thing that sways shows only its edges."""
    left = list(finds)
    for whole in [one for one in finds if one.kind == "salient"]:
        parts = [one for one in left if one.kind == "moving" and _is_part(one, whole)]
        if parts:
            confidence = max(whole.confidence, 0.7 * max(part.confidence for part in parts))
            left = [one for one in left if one is not whole and not any(one is part for part in parts)]
            left.append(replace(whole, kind="moving", confidence=confidence))
    return left


def _is_part(small: Find, large: Find) -> bool:
    """Say whether a find stays at one place within another as long as both are seen."""
    times = small.times[(small.times >= large.times[0]) & (small.times <= large.times[-1])]
    if len(times) < 0.7 * len(small.times) or len(times) < 0.15 * len(large.times):
        return False
    one, other = (_at(np.column_stack([thing.times, thing.boxes]), times) for thing in (small, large))
    within = float(np.median(paired_inside(one, other)))
    size = other[:, 2:] - other[:, :2]
    place = ((one[:, :2] + one[:, 2:]) / 2 - other[:, :2]) / size
    share = float((np.prod(one[:, 2:] - one[:, :2], axis=1) / np.prod(size, axis=1)).mean())
    return within > 0.75 and share < 0.7 and float(np.ptp(place, axis=0).max()) < 0.5


def pruned(finds: Sequence[Find], *, travelling: bool) -> list[Find]:
    """Leave out what is too faint, and what is too much at any one time: twelve, three of them still.

    While the camera travels, near things shift against far ones: what moves must then be surer.
    """
    kept: list[Find] = []
    for one in sorted(gathered(finds), key=lambda item: (item.kind == "salient", -item.prominence)):
        together = [other for other in kept if other.times[0] < one.until and one.times[0] < other.until]
        still = sum(other.kind == "salient" for other in together)
        room = len(together) < _MOST and (one.kind != "salient" or still < _MOST_STILL)
        if (
            room
            and one.confidence >= _LEAST_CONFIDENCE[one.kind] * (1.5 if travelling else 1.0)
            and not any(_hides(other, one) for other in together)
        ):
            kept.append(one)
    return kept


def _hides(large: Find, small: Find) -> bool:
    """Say whether a find lies within another, nearly as large, for most of its time."""
    times = small.times[(small.times >= large.times[0]) & (small.times <= large.times[-1])]
    if len(times) < 0.7 * len(small.times):
        return False
    pairs = [_at(np.column_stack([one.times, one.boxes]), times) for one in (small, large)]
    share = paired_inside(*pairs)
    size = [float(np.prod(box[:, 2:] - box[:, :2], axis=1).mean()) for box in pairs]
    rigid = small.kind != "salient" or (_travels(large) and _is_part(small, large))
    return float(np.median(share)) > 0.7 and size[0] > (0.05 if rigid else 0.4) * size[1]


def _travels(one: Find) -> bool:
    """Say whether it moves by more than half its size."""
    centres = (one.boxes[:, :2] + one.boxes[:, 2:]) / 2
    size = (one.boxes[:, 2:] - one.boxes[:, :2]).mean(axis=0)
    return bool((np.ptp(centres, axis=0) > 0.5 * size).any())
