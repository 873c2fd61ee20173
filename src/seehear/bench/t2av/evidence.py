"""What a judge is sent of a clip, once: frames at a stated rate, the whole sound at full bandwidth, measured facts.

The sound goes as a WAV at its own rate. Models fold channels to one, so for place each channel also goes by itself, and
what was measured of it is told in numbers.
"""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.t2av.decoding import small
from seehear.chat import Audio, Image, Part, Text
from seehear.media.stems import Samples


class Evidence(NamedTuple):
    """What is sent.

    Attributes:
        parts: of the message.
        frames: how many pictures.
        seconds: of sound, all channels together.
        told: the facts in words.
    """

    parts: tuple[Part, ...]
    frames: int
    seconds: float
    told: str


class Send(NamedTuple):
    """How a clip is sent.

    Attributes:
        fps: pictures a second; 8 is enough to see stutter of a quarter of the usual rate.
        width: pixels across.
        most: pictures at most; longer clips are sent at a lower rate, which is told.
        channels: whether left and right also go by themselves.
    """

    fps: float = 8.0
    width: int = 512
    most: int = 96
    channels: bool = True


PLAIN = Send()


def evidence_of(path: Path, row: Mapping[str, Any], send: Send) -> Evidence:
    """Read a clip for a judge.

    Args:
        path: the clip.
        row: what was measured of it.
        send: how.

    Raises:
        InputError: the clip cannot be read.
    """
    seconds = float(row["facts"].get("seconds") or 0.0)
    rate = min(send.fps, send.most / max(seconds, 0.1))
    pictures = _pictures(path, rate, send)
    sounds, heard = _sounds(path, send)
    told = facts_told(row, rate, len(pictures), heard)
    return Evidence((Text(told), *pictures, *sounds), len(pictures), seconds * len(sounds), told)


def facts_told(row: Mapping[str, Any], rate: float, frames: int, heard: str) -> str:
    """Give the measured facts in plain words."""
    scores = {name: value for name, value in row["scores"].items() if value is not None}
    lines = [
        f"The clip: {row['facts'].get('seconds', '?')} s, {row['facts'].get('size', '?')}, "
        f"{row['facts'].get('frames_per_second', '?')} frames a second. You see {frames} frames, in order, "
        f"{rate:.3g} a second. {heard}",
        "Measured on the files, since you may hear all channels as one:",
    ]
    for name, words in _FACTS.items():
        if name in scores:
            lines.append(f"- {words}: {scores[name]:.4g}")
    sides = [f"{time:.1f} s {_side(angle)}" for time, angle in row["track"].get("heard", [])[::3]]
    if sides:
        lines.append(f"- heard from: {'; '.join(sides[:16])}")
    return "\n".join(lines)


_FACTS = {
    "loudness": "loudness, LUFS", "silence": "share of silence", "clipping": "share of clipped samples",
    "bandwidth": "highest frequency, Hz", "dual_mono": "both channels the same (1 yes, 0 no)",
    "width": "stereo width (0 mono, 0.5 unrelated sides)", "frozen_share": "share of frozen pictures",
    "moving_side_agreement": "sound from the side that moves (1 always, -1 from the opposite side)",
    "onset_to_motion_offset": "distance between sudden sounds and sudden movements, s",
}  # fmt: skip


def _side(angle: float) -> str:
    if abs(angle) <= 5:
        return "front"
    return f"{abs(angle):.0f} deg {'left' if angle > 0 else 'right'}"


def _pictures(path: Path, rate: float, send: Send) -> tuple[Image, ...]:
    import cv2

    from seehear.media.picture import frames

    found = []
    for one in frames(path, every=1.0 / rate):
        picture = np.ascontiguousarray(small(one.rgb(), send.width)[:, :, ::-1])
        _, held = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
        found.append(Image(held.tobytes(), "image/jpeg"))
        if len(found) >= send.most:
            break
    return tuple(found)


def _sounds(path: Path, send: Send) -> tuple[tuple[Audio, ...], str]:
    from seehear.media.reading import audio_info, read_audio

    if audio_info(path) is None:
        return (), "It has no sound."
    clip = read_audio(path)
    whole = clip.samples[:2] if len(clip.samples) != 2 else clip.samples
    sounds = [Audio(wav(whole, clip.sample_rate))]
    told = f"Then its sound, {len(whole)} channel(s) at {clip.sample_rate} Hz"
    if send.channels and len(whole) == 2 and not np.array_equal(whole[0], whole[1]):
        sounds += [Audio(wav(one[None], clip.sample_rate)) for one in whole]
        told += ", then the left channel alone, then the right channel alone"
    return tuple(sounds), told + "."


def wav(samples: Samples, sample_rate: int) -> bytes:
    """Give (channels, n) samples as the bytes of a 16-bit WAV file."""
    import soundfile

    held = io.BytesIO()
    soundfile.write(held, np.clip(samples.T, -1.0, 1.0), sample_rate, format="WAV", subtype="PCM_16")
    return held.getvalue()


def size_of(path: Path, row: Mapping[str, Any], send: Send) -> tuple[int, float]:
    """Give how many pictures and seconds of sound a clip would be sent as, without reading it."""
    seconds = float(row["facts"].get("seconds") or 0.0)
    channels = row["scores"].get("channels") or 0
    alone = 3 if send.channels and channels == 2 and not row["scores"].get("dual_mono") else 1
    return math.ceil(min(send.most, seconds * send.fps)), seconds * (alone if channels else 0)
