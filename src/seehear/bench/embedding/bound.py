"""ImageBind on a clip: do sound, picture and texts say the same?"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seehear.bench.embedding.clip import ClipParts
from seehear.bench.embedding.table import A_V, T_A_BOUND, T_V_BOUND
from seehear.errors import InputError
from seehear.networks import binding
from seehear.networks.binding import Binder
from seehear.score.score import Metric, Score
from seehear.score.similarity import cosine_similarity

Vector = NDArray[np.float32] | str


def load(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load all three towers, 4.3 GB."""
    model = binding.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        seen, heard = _tried(lambda: _seen(model, clip)), _tried(lambda: _heard(model, clip))
        audio, video = (_tried(lambda kind=kind: model.read([clip.text(kind)])[0]) for kind in _TEXTS)  # type: ignore[misc]
        pairs = ((A_V, heard, seen), (T_A_BOUND, audio, heard), (T_V_BOUND, video, seen))
        return {metric.name: _cosine(metric, one, other) for metric, one, other in pairs}

    return measure


_TEXTS = ("audio_prompt", "video_prompt")


def _seen(model: Binder, clip: ClipParts) -> NDArray[np.float32]:
    found: NDArray[np.float32] = model.see(clip.pick(binding.chosen(len(clip.times), fps=clip.fps)))
    return found


def _heard(model: Binder, clip: ClipParts) -> NDArray[np.float32]:
    found: NDArray[np.float32] = model.hear(clip.sound.samples, clip.sound.sample_rate)
    return found


def _tried(make: Callable[[], NDArray[np.float32]]) -> Vector:
    """Give the vector, or why there is none: what one metric lacks must not take the others."""
    try:
        return make()
    except InputError as error:
        return str(error)


def _cosine(metric: Metric, one: Vector, other: Vector) -> Score:
    for side in (one, other):
        if isinstance(side, str):
            return metric.undefined(side)
    return cosine_similarity(one, other, metric=metric)
