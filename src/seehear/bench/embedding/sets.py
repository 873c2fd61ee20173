"""Metrics over sets of clips, from embedders of sound: Frechet distance, KL, inception score, as av-benchmark has them.

A clip is embedded once; sets of embeddings are compared. VGGish gives a vector for each 0.96 s, the others one a clip.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.bench.embedding.table import Embedder
from seehear.errors import InputError
from seehear.media.reading import AudioClip
from seehear.score.distribution import frechet_distance, kl_divergence
from seehear.score.published_inception import published_inception_score
from seehear.score.score import Metric, Score


class SoundEmbedding(NamedTuple):
    """What an embedder hears in one clip.

    Attributes:
        features: (n, d).
        logits: (classes,), or None.
    """

    features: NDArray[np.float32]
    logits: NDArray[np.float32] | None


def _metrics(name: str, *, classes: bool) -> tuple[Metric, ...]:
    distance = Metric(f"fd_{name}", "", higher_is_better=False)
    if not classes:
        return (distance,)
    return (
        distance, Metric(f"kl_{name}", "nat", higher_is_better=False), Metric(f"is_{name}", "", higher_is_better=True),
    )  # fmt: skip


_HERE = "seehear.bench.embedding.sets"
_ROWS = (
    Embedder("panns", _metrics("panns", classes=True), ("panns_cnn14_16k",), ("sound",), f"{_HERE}:load_panns"),
    Embedder("passt", _metrics("passt", classes=True), ("passt_s_swa",), ("sound",), f"{_HERE}:load_passt"),
    Embedder("vggish", _metrics("vgg", classes=False), ("vggish",), ("sound",), f"{_HERE}:load_vggish"),
)


def set_embedder_table() -> dict[str, Embedder]:
    """Give every embedder of sets by name; ``target`` gives a function of an `AudioClip` to a `SoundEmbedding`."""
    return {row.name: row for row in _ROWS}


def embed_sound(name: str, *, device: str = "cpu") -> Callable[[AudioClip], SoundEmbedding]:
    """Load an embedder of sound.

    Args:
        name: as in `set_embedder_table`.
        device: where it runs.

    Raises:
        InputError: no such embedder.
        MissingWeights: its weights are not on this machine.
    """
    if name not in set_embedder_table():
        raise InputError(f"expected one of {', '.join(set_embedder_table())}, got {name!r}")
    module, _, function = set_embedder_table()[name].target.partition(":")
    made: Callable[[AudioClip], SoundEmbedding] = getattr(import_module(module), function)(device=device)
    return made


def set_scores(
    name: str, prediction: Sequence[SoundEmbedding], truth: Sequence[SoundEmbedding] | None = None
) -> dict[str, Score]:
    """Compare sets of clips.

    Args:
        name: of the embedder.
        prediction: of each clip.
        truth: of the true clips, in the same order for KL; None: only what needs no truth is defined.

    Returns:
        By the metric's name; undefined with a reason where it cannot be had.

    Raises:
        InputError: no such embedder, or no clips.
    """
    if name not in set_embedder_table() or not prediction:
        raise InputError(f"expected clips embedded by one of {', '.join(set_embedder_table())}, got {name!r}")
    metrics = {metric.name.split("_")[0]: metric for metric in set_embedder_table()[name].metrics}
    found = {"fd": _distance(metrics["fd"], prediction, truth)}
    if "kl" in metrics:
        found["kl"] = _divergence(metrics["kl"], prediction, truth)
        found["is"] = _named(metrics["is"], published_inception_score(_logits(prediction)))
    return {metrics[kind].name: score for kind, score in found.items()}


def load_panns(*, device: str = "cpu") -> Callable[[AudioClip], SoundEmbedding]:
    """Load PANNs Cnn14 at 16 kHz."""
    from seehear.networks import panns

    model = panns.load(device=device)

    def embed(clip: AudioClip) -> SoundEmbedding:
        heard = model.hear(clip.samples, clip.sample_rate)
        return SoundEmbedding(heard.features[None], heard.logits)

    return embed


def load_passt(*, device: str = "cpu") -> Callable[[AudioClip], SoundEmbedding]:
    """Load PaSST."""
    from seehear.networks import passt

    model = passt.load(device=device)

    def embed(clip: AudioClip) -> SoundEmbedding:
        heard = model.hear(clip.samples, clip.sample_rate)
        return SoundEmbedding(heard.features[None], heard.logits)

    return embed


def load_vggish(*, device: str = "cpu") -> Callable[[AudioClip], SoundEmbedding]:
    """Load VGGish."""
    from seehear.networks import vggish

    model = vggish.load(device=device)
    return lambda clip: SoundEmbedding(model.hear(clip.samples, clip.sample_rate), None)


def _distance(metric: Metric, prediction: Sequence[SoundEmbedding], truth: Sequence[SoundEmbedding] | None) -> Score:
    if not truth:
        return metric.undefined("no true clips")
    one, other = (np.concatenate([clip.features for clip in side]) for side in (prediction, truth))
    return _named(metric, frechet_distance(one, other))


def _divergence(metric: Metric, prediction: Sequence[SoundEmbedding], truth: Sequence[SoundEmbedding] | None) -> Score:
    if not truth or len(truth) != len(prediction):
        return metric.undefined("no true clip for each")
    return _named(metric, kl_divergence(_logits(prediction), _logits(truth)))


def _logits(clips: Sequence[SoundEmbedding]) -> NDArray[np.float32]:
    return np.stack([clip.logits for clip in clips if clip.logits is not None])


def _named(metric: Metric, score: Score) -> Score:
    from dataclasses import replace

    return replace(score, name=metric.name, unit=metric.unit, version=metric.version)
