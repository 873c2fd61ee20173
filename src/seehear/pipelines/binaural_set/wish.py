"""What is asked of a data set."""

from fractions import Fraction
from typing import Any, NamedTuple

from seehear.errors import InputError
from seehear.pipelines.binaural_set.camera_path import Wander
from seehear.pipelines.binaural_set.filters import Filters
from seehear.pipelines.binaural_set.survey import AMBISONICS


class Wish(NamedTuple):
    """What every clip of a set has in common.

    Attributes:
        ambisonics: convention of the recordings, or ``auto``.
        fov: deg, horizontal field of view; 90 as published.
        size_wh: pixels of the clips, even.
        clip_seconds: s of each clip; 8 as published.
        sample_rate: Hz of the clips.
        fps: frames a second of the clips; None: each recording's own, 60 at most.
        seed: of the camera paths.
        wander: how these are drawn.
        filters: what is let through.
        ears: ``parametric``; or ``linear``, the fixed filters of the recording's own order.
        captions: model that is asked for a caption; "" for none.
    """

    ambisonics: str = "auto"
    fov: float = 90.0
    size_wh: tuple[int, int] = (384, 384)
    clip_seconds: float = 8.0
    sample_rate: int = 48000
    fps: Fraction | None = None
    seed: int = 0
    wander: Wander = Wander()
    filters: Filters = Filters()
    ears: str = "parametric"
    captions: str = ""

    def told(self) -> dict[str, Any]:
        """Give what a rerun must agree with, as JSON has it."""
        plain = self._asdict() | {"fps": None if self.fps is None else str(self.fps), "size_wh": list(self.size_wh)}
        return plain | {"wander": self.wander._asdict(), "filters": self.filters._asdict()}

    def checked(self) -> "Wish":
        """Give the wish itself.

        Raises:
            InputError: a value that no clip can have.
        """
        if self.ambisonics not in AMBISONICS:
            raise InputError(f"ambisonics must be one of {', '.join(AMBISONICS)}, got {self.ambisonics!r}")
        if self.ears not in ("parametric", "linear"):
            raise InputError(f"ears must be parametric or linear, got {self.ears!r}")
        if any(side % 2 or not 16 <= side <= 4096 for side in self.size_wh):
            raise InputError(f"size must be even and from 16 to 4096 pixels each way, got {self.size_wh}")
        self._check_ranges()
        return self

    def _check_ranges(self) -> None:
        rate = 25 if self.fps is None else self.fps
        for name, value, low, high in (
            ("fov", self.fov, 10.0, 150.0), ("clip-seconds", self.clip_seconds, 0.5, 60.0),
            ("sample-rate", self.sample_rate, 8000, 96000), ("fps", float(rate), 1.0, 120.0),
            ("seed", self.seed, 0, 2**63),
        ):  # fmt: skip
            if not low <= value <= high:
                raise InputError(f"{name} must be from {low:g} to {high:g}, got {value:g}")
        for name in ("silence_share", "static_share", "voice_share", "left_right"):
            if not 0.0 <= getattr(self.filters, name) <= 1.0:
                raise InputError(f"{name} must be from 0 to 1, got {getattr(self.filters, name)}")
