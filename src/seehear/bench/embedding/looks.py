"""How a clip looks: the aesthetic predictor and DOVER on its frames, X-CLIP against its description."""

from collections.abc import Callable

from seehear.bench.embedding.clip import ClipParts
from seehear.bench.embedding.table import T_V, VA, VT
from seehear.networks import aesthetic, dover, xclip
from seehear.score.score import Score

_FRAMES = 10


def load_aesthetic(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load the head and SigLIP; a clip's score is the mean over ten frames, first to last."""
    model = aesthetic.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        last = len(clip.times) - 1
        picked = [round(i * last / (_FRAMES - 1)) for i in range(_FRAMES)]
        return {VA.name: VA.mean(model.see(clip.pick(picked)))}

    return measure


def load_dover(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load DOVER; it looks at 128 whole frames."""
    model = dover.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        count = len(clip.times)
        technical, aesthetic_ones = dover.technical_frames(count), dover.aesthetic_frames(count)
        frames = clip.pick([*technical, *aesthetic_ones])
        found = model.see(frames[: len(technical)], frames[len(technical) :])
        return {metric.name: metric.at(value) for metric, value in zip(VT, found, strict=True)}

    return measure


def load_xclip(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load X-CLIP; the text is the clip's video description."""
    model = xclip.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        text = clip.text("video_description")
        cosine = model.match(clip.pick(model.chosen(len(clip.times))), [text])[0]
        return {T_V.name: T_V.at(float(cosine))}

    return measure
