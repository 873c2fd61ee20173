"""What a clip gives the embedders: its sound, its frames as each asks for them, its texts; read when asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.picture import frames as read_frames
from seehear.media.reading import AudioClip, read_audio

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class ClipParts:
    """One clip.

    Attributes:
        path: of a video.
        texts: by what they say: ``audio_prompt``, ``video_prompt``, ``audio_description``, ``video_description``.
    """

    path: Path
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sound(self) -> AudioClip:
        """The whole sound.

        Raises:
            InputError: none, or damaged.
        """
        return read_audio(self.path)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """When each frame is shown, s of clip time.

        Raises:
            InputError: no frames, or damaged.
        """
        found = np.array([frame.time for frame in read_frames(self.path)])
        if not len(found):
            raise InputError(f"expected a picture in '{self.path}', got one without frames")
        return found

    @property
    def fps(self) -> float:
        """Mean frames per second; 25 for a single frame."""
        span = float(self.times[-1] - self.times[0])
        return (len(self.times) - 1) / span if span > 0 else 25.0

    @property
    def duration(self) -> float:
        """Seconds from clip time 0 to the end of the last frame, taken to last as long as the mean."""
        return float(self.times[-1]) + 1.0 / self.fps

    def text(self, kind: str) -> str:
        """Give a text.

        Raises:
            InputError: none of that kind, or an empty one.
        """
        found = self.texts.get(kind, "").strip()
        if not found:
            raise InputError(f"no {kind.replace('_', ' ')} for this clip")
        return found

    def pick(self, indices: Sequence[int]) -> Frames:
        """Give frames by number, whole, uint8 (len(indices), height, width, 3)."""
        wanted = set(indices)
        kept = {i: frame.rgb() for i, frame in enumerate(read_frames(self.path)) if i in wanted}
        return np.stack([kept[index] for index in indices])

    def steady(self, fps: int, shrink: Callable[[Frames], Frames]) -> Frames:
        """Give frames at a steady rate, each the nearest in time, uint8 (n, height, width, 3).

        Args:
            fps: frames per second.
            shrink: makes one frame, uint8 (1, height, width, 3), smaller before it is kept.
        """
        from seehear.networks.inputs import frames_at

        shown = frames_at(self.times, fps=fps, duration=self.duration)
        wanted = set(shown.tolist())
        kept = {i: shrink(frame.rgb()[None])[0] for i, frame in enumerate(read_frames(self.path)) if i in wanted}
        return np.stack([kept[index] for index in shown.tolist()])
