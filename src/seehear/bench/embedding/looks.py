"""How a clip looks: the aesthetic predictor on its frames."""

from collections.abc import Callable

from seehear.bench.embedding.clip import ClipParts
from seehear.bench.embedding.table import VA
from seehear.networks import aesthetic
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
