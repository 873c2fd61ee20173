"""The backend ``motion``: finds what moves and what stands out, without learned weights.

The camera's own motion is taken out, what differs from the background behind it is grouped and followed, cut by cut.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby

import cv2
import numpy as np

from seehear.scene import Camera, CameraPose, CameraSpec, Scene, SceneObject
from seehear.watch.background import Compared, compared
from seehear.watch.door import Sight
from seehear.watch.finds import Find, assumed_find, find, is_worth_keeping, still_finds
from seehear.watch.lens import Lens
from seehear.watch.objects import named, scene_object
from seehear.watch.outlines import outlined_regions
from seehear.watch.people import MISSED, People
from seehear.watch.regions import Detection, difference, moving_regions
from seehear.watch.salient import salient_regions
from seehear.watch.shots import CutDetector
from seehear.watch.stage import Stage, angles_of
from seehear.watch.steadying import STANDING, Stance, Steadier
from seehear.watch.tracks import Track, Tracker, inside
from seehear.watch.uniting import pruned, united
from seehear.watch.working import LARGE_EVERY, Handedness, Reals, View, ahead, views, working_size

EVERY = 0.1  # seconds between analysed views, or the nearest whole number of frames
OUTLINES_EVERY = 2.0  # seconds
PATIENCE = {"moving": 1.0, "salient": 2.0, "outlined": 4.0, "person": 2.5}  # seconds without a detection
SALIENT_EVERY = 4  # views between looks for what stands out
_CLEAR = 0.35  # least strength of an outline that is believed in a film
_DRIFT = 0.02  # of the width
_FILM = 4  # views; fewer are watched as a still picture


class MotionWatch:
    """Watches by motion; needs no weights."""

    def watch(self, sight: Sight) -> Scene:
        """Say what is where, when."""
        handedness = Handedness()
        cutter = _ShotCounter()
        finds: list[Find] = []
        poses: list[CameraPose] = []
        seen = ahead(views(sight.frames(analysed_every(sight)), handedness, working_size(sight.size_wh)))
        for _, shot in groupby(seen, key=cutter.number):
            watched = _Shot(sight)
            watched.run(shot)
            found, turned = watched.result(cutter.cut_at if cutter.cut_at is not None else sight.duration)
            finds += found
            poses += turned
        return _scene(sight, finds, poses, flipped=bool(handedness.flipped))


def analysed_every(sight: Sight) -> float:
    """Give the seconds between analysed views: a whole number of frames where the rate is known."""
    return max(1, round(EVERY * sight.fps)) / sight.fps if sight.fps else EVERY


class _ShotCounter:
    """Numbers the shots; remembers when the last one began."""

    def __init__(self) -> None:
        self._cuts = CutDetector()
        self._count = 0
        self.cut_at: float | None = None

    def number(self, view: View) -> int:
        self.cut_at = None
        if self._cuts.begins(view):
            self._count += 1
            self.cut_at = view.time
        return self._count


class _Shot:
    """Watches one shot, a view at a time."""

    def __init__(self, sight: Sight) -> None:
        self._size = working_size(sight.size_wh)
        self._every = analysed_every(sight)
        spec = CameraSpec(projection=sight.projection, horizontal_fov=sight.horizontal_fov, size_wh=sight.size_wh)
        self._camera = Camera(spec)
        self._still_camera = sight.projection == "equirectangular"
        self._steadier = Steadier(Lens(self._size, sight.horizontal_fov))
        self._trackers = {way: Tracker(patience) for way, patience in PATIENCE.items()}
        self._people = People()
        self._idle, self._drift, self._salient_looks, self._outlines_due = 0, 0.0, 0, 0.0
        self._clock = array("d")
        self._poses = array("d")
        self._tracks: list[Track] = []
        self._first: View | None = None

    def run(self, shot: Iterator[View]) -> None:
        for one in compared(self._steadied(shot)):
            self._first = self._first or one.view
            for way, found in self._found(one).items():
                self._keep(self._trackers[way].step(one.view.time, one.warp, found))
            apart = np.asarray(cv2.absdiff(one.view.luma, one.before), np.uint8)
            total = np.asarray(cv2.integral(np.maximum(apart, 3) - np.uint8(3)))
            for tracker in self._trackers.values():
                tracker.feel(total)
        for tracker in self._trackers.values():
            self._keep(tracker.finish())

    def _found(self, one: Compared) -> dict[str, list[Detection] | None]:
        """Look in every way that is due; None: not looked."""
        view = one.view
        return {
            "moving": moving_regions(one, difference(one)),
            "salient": salient_regions(view.rgb, view.live) if self._due(one.warp) else None,
            "outlined": self._outlined(view),
            "person": self._people.look(view, self._trackers["moving"].live),
        }

    def _outlined(self, view: View) -> list[Detection] | None:
        if view.time < self._outlines_due:
            return None
        self._outlines_due = view.time + OUTLINES_EVERY
        return [one for one in outlined_regions(view.rgb, view.live) if one.strength > _CLEAR]

    def _due(self, warp: Reals) -> bool:
        """Say whether to look for what stands out: every fourth view, every other one while the camera moves."""
        centre = np.array([self._size[0] / 2, self._size[1] / 2, 1.0])
        carried = warp @ centre
        self._drift += float(np.hypot(*(carried[:2] / carried[2] - centre[:2])))
        self._idle += 1
        due = self._idle >= SALIENT_EVERY or (self._idle >= 2 and self._drift > _DRIFT * self._size[0])
        if due or not self._salient_looks:
            self._idle, self._drift, self._salient_looks = 0, 0.0, self._salient_looks + 1
            return True
        return False

    def _steadied(self, shot: Iterator[View]) -> Iterator[tuple[View, Stance]]:
        for view in shot:
            stance = STANDING if self._still_camera else self._steadier.step(view)
            self._clock.append(view.time)
            self._poses.extend(angles_of(stance.rotation))
            yield view, stance

    def _keep(self, ended: list[Track]) -> None:
        self._tracks += [track for track in ended if is_worth_keeping(track, self._looks()[track.way])]

    def _looks(self) -> dict[str, float]:
        """Seconds between looks for each kind."""
        step = max(self._every, (self._clock[-1] - self._clock[0]) / max(len(self._clock) - 1, 1))
        salient = step * len(self._clock) / max(self._salient_looks, 1)
        return {"moving": step, "salient": salient, "outlined": OUTLINES_EVERY, "person": LARGE_EVERY}

    def result(self, end: float) -> tuple[list[Find], list[CameraPose]]:
        clock = np.array(self._clock)
        if self._first is not None and len(clock) < _FILM:
            return self._still(self._first, end), [CameraPose(time=round(float(clock[0]), 4))]
        turns = np.array(self._poses).reshape(-1, 3)
        stage = Stage(clock, turns, self._camera, self._size, end, self._looks())
        tracks = united(self._tracks, travelling=stage.travelling)
        finds = pruned([find(track, stage) for track in tracks], travelling=stage.travelling)
        finds.sort(key=lambda one: (one.times[0], -one.prominence))
        return finds, stage.poses()

    def _still(self, view: View, end: float) -> list[Find]:
        """Watch one view as a still picture: people first, then outlines, then colours."""
        people = self._people.look(view, []) or []
        things = outlined_regions(view.rgb, view.live) or salient_regions(view.rgb, view.live)
        taken = np.array([one.box for one in people]).reshape(-1, 4)
        free = [one for one in things if inside(one.box[None], taken).max(initial=0) < 0.5]
        return still_finds(people + free, view.time, self._size, end)


def _scene(sight: Sight, finds: list[Find], poses: list[CameraPose], *, flipped: bool) -> Scene:
    if flipped:
        finds = [one.mirrored() for one in finds]
        poses = [pose.model_copy(update={"yaw": -pose.yaw, "roll": -pose.roll}) for pose in poses]
    finds += _assumed(sight, len(finds))
    spec = CameraSpec(
        projection=sight.projection,
        horizontal_fov=sight.horizontal_fov,
        size_wh=sight.size_wh,
        pose=tuple(_rising(poses)) or (CameraPose(time=0.0),),
    )
    camera = Camera(spec)
    objects = [
        scene_object(name, label, one, camera, sight.spread, round(1 / analysed_every(sight), 3))
        for name, label, one in named(finds, sight.labels)
    ]
    extra = {"watched_by": "motion", "spread": sight.spread, "people_missed": MISSED}
    return Scene(
        duration=sight.duration,
        camera=spec,
        objects=tuple(objects),
        extra=extra | {"unknown": unknowns(sight, objects, moved=len(spec.pose) > 1)},
    )


def _assumed(sight: Sight, count: int) -> list[Find]:
    """Things of which only the labels know are put in the middle of the picture."""
    bare = [label for label in sight.labels if "=" not in label]
    return [assumed_find(sight.duration) for _ in bare] if not count else []


def unknowns(sight: Sight, objects: Sequence[SceneObject], *, moved: bool) -> list[str]:
    """Say in plain sentences what watching could not find out."""
    names = [one.id for one in objects if one.label is None]
    far = [one.id for one in objects if all(key.distance is None for key in one.keyframes)]
    said = [
        ("Nothing that moves or stands out was found.", not objects),
        ("Which objects sound, and when: each is taken to sound while it is in view.", bool(objects)),
        (f"What these are: {', '.join(names)}. Name them with labels.", bool(names)),
        (f"How far away these are: {', '.join(far)}; only their distance relative to the start.", bool(far)),
        ("How anything moves: a still picture does not show it; what has no name sounds evenly.", sight.still),
        ("Whether the camera turned or moved sideways: both look alike; it is taken to have turned.", moved),
        (
            "How the camera turned: it is taken to stand still.",
            sight.projection == "equirectangular" and not sight.still,
        ),
        ("What is behind the camera or out of the picture.", sight.projection == "perspective"),
    ]
    return [sentence for sentence, holds in said if holds]


def _rising(poses: list[CameraPose]) -> list[CameraPose]:
    kept: list[CameraPose] = []
    for pose in poses:
        if not kept or pose.time > kept[-1].time:
            kept.append(pose)
    return kept
