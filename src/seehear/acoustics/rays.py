"""Which ways an object's sound takes: straight, by the walls, through the room's tail, or from everywhere."""

from functools import cached_property

from seehear.acoustics.air import AirFilter
from seehear.acoustics.bed import Bed
from seehear.acoustics.course import Course, Image
from seehear.acoustics.diffuse import DiffuseRay
from seehear.acoustics.ears import ear_placer
from seehear.acoustics.hrtf import Hrtf, default_hrtf
from seehear.acoustics.panning import Panner, panner_of
from seehear.acoustics.ray import PanPlacer, Placer, Ray
from seehear.acoustics.retarded import SPEED_OF_SOUND, check_subsonic, horizon
from seehear.acoustics.room import Reflection, check_inside, reflection_factor, reflections_of
from seehear.acoustics.source import AnyRay, Source
from seehear.acoustics.tail import Tail, TailRay
from seehear.media.layout import Layout
from seehear.scene import Camera, Path, Scene, SceneObject
from seehear.scene.scene import Extent


class RayMaker:
    """Makes the sources of a scene, fresh for each rendering; what they share is made once.

    Args:
        scene: what is where.
        layout: to render into.
        sample_rate: Hz.
        hrtf: the set for ears; None: the built-in one.
        air: whether air absorbs.

    Raises:
        InputError: an object as fast as sound, or outside its room.
    """

    def __init__(
        self, scene: Scene, layout: Layout, *, sample_rate: int, hrtf: Hrtf | None = None, air: bool = True
    ) -> None:
        self._layout, self._sample_rate = layout, sample_rate
        self._room, self._with_air = scene.room, air
        self._camera = Camera(scene.camera)
        self._things = [thing for thing in scene.objects if thing.sounding]
        self._paths = {thing.id: Path(thing) for thing in self._things}
        self.hrtf = _ears(layout, hrtf, sample_rate)
        self._reflections = reflections_of(scene.room) if scene.room is not None else []
        for thing in self._things:
            self._check(thing)

    def sources(self) -> list[Source]:
        """Give a fresh source for each sounding object."""
        return [self._source(thing) for thing in self._things]

    @property
    def camera(self) -> Camera:
        """The listener."""
        return self._camera

    def _source(self, thing: SceneObject) -> Source:
        path = self._paths[thing.id]
        if not path.has_direction:
            bed = Bed(self._layout, "mono", sample_rate=self._sample_rate, hrtf=self.hrtf)
            return Source(thing, [DiffuseRay(bed)], 0, self._sample_rate)
        travels = self._travels(thing)
        course = Course(path, self._camera, self._sample_rate, travels=travels)
        rays: list[AnyRay] = [
            Ray(course, self._placer(thing.extent, right=self._is_right(thing)), self._air, self._sample_rate)
        ]
        if travels:
            rays += self._by_the_room(thing)
        farthest = round(self._reach(thing) / SPEED_OF_SOUND * self._sample_rate) if travels else 0
        return Source(thing, rays, farthest, self._sample_rate)

    def _by_the_room(self, thing: SceneObject) -> list[AnyRay]:
        if self._room is None or self._tail is None:
            return []
        path, factor = self._paths[thing.id], reflection_factor(self._room)
        rays: list[AnyRay] = []
        for one in self._reflections:
            course = Course(Image(path, one.sign, one.shift), self._camera, self._sample_rate, travels=True)
            rays.append(Ray(course, self._placer(None), self._air, self._sample_rate, factor**one.order))
        return [*rays, TailRay(self._tail, right=self._is_right(thing))]

    def _placer(self, extent: Extent | None, *, right: bool = False) -> Placer:
        if self.hrtf is not None:
            return ear_placer(self.hrtf, extent, right=right)
        return PanPlacer(self._panner, extent)

    def _is_right(self, thing: SceneObject) -> bool:
        """Say on which side an object counts: where it first leaves the middle; else the side the listener stands on.

        Noise that is mirrored for the right side makes a mirrored scene sound mirrored, though left and right never
        sound alike.
        """
        stamps = [key.time for key in thing.keyframes if key.azimuth is not None]
        sides = self._paths[thing.id].at(stamps).direction[:, 1].tolist()
        if self._room is not None:
            sides.append(self._room.listener[1] - self._room.size[1] / 2)
        return next((side < 0 for side in sides if abs(side) > 1e-9), False)

    def _travels(self, thing: SceneObject) -> bool:
        return thing.stem == "dry" and self._paths[thing.id].has_distance

    def _reach(self, thing: SceneObject) -> float:
        """Bound the longest way, m, that the object's sound travels."""
        path = self._paths[thing.id]
        images: list[Reflection | None] = [None, *self._reflections]
        return max(horizon(path, thing, None if one is None else one.shift) for one in images)

    def _check(self, thing: SceneObject) -> None:
        path = self._paths[thing.id]
        check_subsonic(path, thing)
        if self._room is not None and self._travels(thing):
            check_inside(self._room, path, thing)

    @cached_property
    def _panner(self) -> Panner:
        return panner_of(self._layout)

    @cached_property
    def _air(self) -> AirFilter | None:
        reach = max((self._reach(thing) for thing in self._things if self._travels(thing)), default=0.0)
        return AirFilter(self._sample_rate, reach) if self._with_air and reach > 0 else None

    @cached_property
    def _tail(self) -> Tail | None:
        if self._room is None:
            return None
        return Tail(self._room, self._layout, self._sample_rate, air=self._with_air, hrtf=self.hrtf)


def _ears(layout: Layout, hrtf: Hrtf | None, sample_rate: int) -> Hrtf | None:
    if layout.kind != "ears":
        return None
    return default_hrtf(sample_rate) if hrtf is None else hrtf.resampled(sample_rate)
