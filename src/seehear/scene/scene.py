"""The Scene: what is where, when. Every room reads one or writes one.

Times in seconds from the start of the clip. Keyframe directions are fixed to the world (front = the camera's front
at zero pose); the listener is the camera. Boxes are ``[x0, y0, x1, y1]``, fractions of the frame, origin top left.
``None`` means unknown, never 0. Samples are not in the scene: stems lie beside it, one for each object id.
"""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA = 1

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-180.0, le=180.0, allow_inf_nan=False)]
Azimuth = Annotated[float, Field(ge=-180.0, lt=180.0, allow_inf_nan=False)]
Elevation = Annotated[float, Field(ge=-90.0, le=90.0, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Decibels = Annotated[float, Field(allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Box = tuple[Fraction, Fraction, Fraction, Fraction]
Span = tuple[Seconds, Seconds]
ObjectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$")]

Projection = Literal["perspective", "equirectangular"]
Motion = Literal["still", "crossing", "approaching", "receding", "passing"]


def _rising(times: list[float], what: str) -> None:
    for before, after in pairwise(times):
        if after <= before:
            raise ValueError(f"{what} must rise, got {before} then {after}")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CameraPose(_Model):
    """Where the camera looks at one time, in degrees; linear in between, held outside."""

    time: Seconds
    yaw: Degrees = 0.0
    pitch: Elevation = 0.0
    roll: Degrees = 0.0


class CameraSpec(_Model):
    """The camera of the clip: the only tie between boxes and directions (see `seehear.scene.Camera`)."""

    projection: Projection = "perspective"
    horizontal_fov: Annotated[float, Field(gt=0.0, le=360.0, allow_inf_nan=False)] = 60.0
    size_wh: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]] | None = None
    pose: tuple[CameraPose, ...] = (CameraPose(time=0.0),)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.projection == "perspective" and self.horizontal_fov >= 180.0:
            raise ValueError(f"horizontal_fov of a perspective camera must be below 180 deg, got {self.horizontal_fov}")
        _rising([pose.time for pose in self.pose], "pose times")
        return self


class Room(_Model):
    """A shoebox room: its size and the listener's place in it, metres from the corner; reverberation time."""

    size: tuple[Metres, Metres, Metres]
    listener: tuple[Metres, Metres, Metres]
    rt60: Annotated[float, Field(gt=0.0, le=30.0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(place >= side for place, side in zip(self.listener, self.size, strict=True)):
            raise ValueError(f"the listener must stand inside the room of {self.size} m, got {self.listener} m")
        return self


class Ambience(_Model):
    """The bed: sound from everywhere, without a direction."""

    label: str | None = None
    caption: str | None = None
    gain_db: Decibels = 0.0


class Extent(_Model):
    """How wide and high an object sounds, in degrees."""

    width: Annotated[float, Field(ge=0.0, le=360.0, allow_inf_nan=False)]
    height: Annotated[float, Field(ge=0.0, le=180.0, allow_inf_nan=False)] = 0.0


class Keyframe(_Model):
    """Where an object is at one time; a field that is None is unknown there (`box` None: not visible)."""

    time: Seconds
    azimuth: Azimuth | None = None
    elevation: Elevation | None = None
    distance: Metres | None = None
    box: Box | None = None
    state: Literal["seen", "predicted"] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError(f"box must be [x0, y0, x1, y1] with x0 < x1 and y0 < y1, got {list(self.box)}")
        return self


class SceneObject(_Model):
    """One thing that can be heard: its label, when it sounds and where it is.

    Attributes:
        id: names the object and its stem file, ``<id>.wav``.
        sounding: spans [start, end) in seconds, in order, not overlapping.
        gain_db: dB on top of the distance law.
        stem: ``dry`` (a close recording) or ``as_heard`` (out of a soundtrack: it only gets a direction).
    """

    id: ObjectId
    label: str | None = None
    caption: str | None = None
    sounding: tuple[Span, ...] = ()
    gain_db: Decibels = 0.0
    confidence: Fraction | None = None
    stem: Literal["dry", "as_heard"] = "dry"
    extent: Extent | None = None
    motion: Motion | None = None
    front_back: Literal["known", "unknown"] = "known"
    extra: dict[str, Any] = Field(default_factory=dict)
    keyframes: tuple[Keyframe, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.id == "ambience":
            raise ValueError("id 'ambience' is taken by the scene's bed: choose another")
        _rising([key.time for key in self.keyframes], "keyframe times")
        for start, end in self.sounding:
            if not start < end:
                raise ValueError(f"sounding spans must be [start, end) with start < end, got [{start}, {end}]")
        for (_, end), (start, _) in pairwise(self.sounding):
            if start < end:
                raise ValueError(
                    f"sounding spans must be in order, not overlapping, got one to {end}, one from {start}"
                )
        return self


class FrameCaption(_Model):
    """What is to be seen at one time, in words."""

    time: Seconds
    caption: str


class Scene(_Model):
    """What is where, when. Frozen: ``scene.model_copy(update=...)`` gives the changed copy.

    Example:
        >>> Scene(duration=1.0, objects=[{"id": "dog_0", "keyframes": [{"time": 0, "azimuth": 30}]}]).objects[0].id
        'dog_0'
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    duration: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    caption: str | None = None
    camera: CameraSpec = CameraSpec()
    room: Room | None = None
    ambience: Ambience | None = None
    objects: tuple[SceneObject, ...] = ()
    frame_captions: tuple[FrameCaption, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        seen: set[str] = set()
        for one in self.objects:
            if one.id in seen:
                raise ValueError(f"object ids must differ, got {one.id!r} twice")
            seen.add(one.id)
        return self

    def object(self, name: str) -> SceneObject:
        """Give the object of that id.

        Raises:
            KeyError: there is none.
        """
        for one in self.objects:
            if one.id == name:
                return one
        raise KeyError(name)
