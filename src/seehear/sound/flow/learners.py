"""What is trained on closed worlds: eyes and a flow network together, in one protocol for all variants.

A learner has ``loss(batch, generator)`` and ``sample(batch, generator, ...)``; latents are (batch, 2, frames, channels)
of a codec, left ear first. In training half of the clips are mirrored: the picture is flipped and the ears are swapped.
Noise is drawn in the same order by all, so that one seed gives all of them the same beginning.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seehear.sound.flow.blocks import StreamBlock
from seehear.sound.flow.eyes import Eyes
from seehear.sound.flow.gaussian import Normal
from seehear.sound.flow.layers import projection, rotary_table, stretched
from seehear.sound.flow.matching import (
    Guided,
    Velocity,
    between_ears,
    both_ways,
    draw_times,
    flow_loss,
    left_out,
    sample,
)
from seehear.sound.flow.mdct import MdctCodec
from seehear.sound.flow.mmaudio import MMAudio
from seehear.sound.flow.pca_mel import PcaMelCodec
from seehear.sound.flow.spacetime import Spacetime
from seehear.sound.flow.visaudio import EarFeatures, ViSAudio

DROPPED = 0.1
"""How often a clip loses its picture, and how often its words."""


APART = 2.0
"""Weight of the difference between the ears in what the conditions alone foresee, and in a spatialiser's."""


LOUDNESS = 10.0
"""Further weight of it in a codec of principal axes: levels differ by little beside what they are."""


class Batch(NamedTuple):
    """Clips of a data set.

    Attributes:
        frames: uint8 (batch, 102, 64, 64, 3).
        words: long (batch, 8), see `seehear.sound.flow.eyes.Eyes.numbered`.
        latents: (batch, 2, frames, channels), see `latents_of`.
    """

    frames: Tensor
    words: Tensor
    latents: Tensor

    def mirrored(self, which: Tensor) -> "Batch":
        """Flip the pictures and swap the ears of the clips that ``which``, bool (batch,), says."""
        return Batch(
            torch.where(which.reshape(-1, 1, 1, 1, 1), self.frames.flip(3), self.frames),
            self.words,
            torch.where(which.reshape(-1, 1, 1, 1), self.latents.flip(1), self.latents),
        )


def latents_of(codec: MdctCodec | PcaMelCodec, sound: Tensor) -> Tensor:
    """Give the latents (batch, 2, frames, channels) of sound (batch, 2, samples)."""
    return codec.encode(sound.flatten(0, 1)).unflatten(0, (-1, 2))


class Learner(nn.Module):
    """Eyes and a network with two ears.

    Args:
        eyes: the feature extractors.
        network: fed by them.
        codec: of the latents; not trained.
        captions: False leaves the words out: a control.
        dropped: how often a clip loses its words in training; its picture is lost with `DROPPED`.
        followed: share of a batch that is followed along the flow; the prior, which costs little, learns from all.
        mirrored: sample both ways, see `seehear.sound.flow.matching.both_ways`; for a network of two ears.
    """

    def __init__(
        self,
        eyes: Eyes,
        network: MMAudio,
        codec: MdctCodec | PcaMelCodec,
        *,
        captions: bool = True,
        dropped: float = DROPPED,
        followed: float = 1.0,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        self.eyes, self.network, self.codec = eyes, network, codec
        self.captions, self.dropped, self.followed, self.mirrored = captions, dropped, followed, mirrored

    def loss(self, batch: Batch, generator: torch.Generator | None = None) -> Tensor:
        """Give the training loss, one number."""
        batch = batch.mirrored(left_out(len(batch.words), 0.5, generator))
        return self._loss(batch, self._features(batch, generator), generator)

    @torch.no_grad()
    def sample(
        self, batch: Batch, generator: torch.Generator | None = None, *, steps: int = 25, strength: float = 1.0
    ) -> Tensor:
        """Make both ears' latents for clips.

        Args:
            batch: its latents give the length; only a control with true mono looks into them.
            generator: of the noise.
            steps: of the flow.
            strength: of guidance; 1 = none.

        Returns:
            (batch, 2, frames, channels).
        """
        features = self._known(batch)
        return self._heard(self._sampled(batch, features, generator, steps, strength), features, batch)

    def _loss(self, batch: Batch, features: EarFeatures, generator: torch.Generator | None) -> Tensor:
        target = self._target(batch)
        foreseen: Tensor | float = 0.0
        if self.network.sizes.gaussian:
            normal = self.network.foreseen(self._conditions(features, target))
            foreseen = normal.surprise(target) + APART * self._apart(normal, batch)
        some = math.ceil(len(target) * self.followed)
        features, target = type(features)(*(one[:some] for one in features)), target[:some]
        conditions = self._conditions(features, target)
        noise = self._noise(batch.latents[:some], generator)
        times = draw_times(len(target), generator).to(target.device)
        return flow_loss(lambda x, t: self.network(x, t, conditions), target, noise, times) + foreseen

    def _apart(self, normal: Normal, batch: Batch) -> Tensor | float:
        """Give how wrong the foreseen difference between the ears is."""
        both = Normal(*(self._split(one) for one in normal))
        if isinstance(self.codec, PcaMelCodec):
            return LOUDNESS * both.apart(batch.latents, self.codec.weights)
        return both.apart(batch.latents)

    def _known(self, batch: Batch) -> EarFeatures:
        return self.eyes(batch.frames, batch.words if self.captions else torch.zeros_like(batch.words))

    def _features(self, batch: Batch, generator: torch.Generator | None) -> EarFeatures:
        features, count = self._known(batch), len(batch.words)
        picture, text = left_out(count, DROPPED, generator), left_out(count, self.dropped, generator)
        lost = self.network.left_out(
            self._fitting(features), picture.to(batch.frames.device), text.to(batch.frames.device)
        )
        return features._replace(**lost._asdict())

    def _fitting(self, features: EarFeatures) -> Any:  # noqa: ANN401 - each network has its own features
        return features

    def _conditions(self, features: EarFeatures, target: Tensor) -> Any:  # noqa: ANN401 - the same
        return self.network.conditions(self._fitting(features), target.shape[-2])

    def _sampled(
        self, batch: Batch, features: EarFeatures, generator: torch.Generator | None, steps: int, strength: float
    ) -> Tensor:
        noise = self._noise(batch.latents, generator)
        velocity: Velocity = self._guided(features, noise, strength)
        if self.mirrored:
            turned = batch.mirrored(torch.ones(len(batch.words), dtype=torch.bool, device=batch.words.device))
            velocity = both_ways(velocity, self._guided(self._known(turned), noise, strength))
        return sample(velocity, noise, steps=steps)

    def _guided(self, features: EarFeatures, noise: Tensor, strength: float) -> Guided:
        conditions, empty = self._conditions(features, noise), None
        if strength > 1:
            nothing: Any = self.network.empty_features(
                len(noise), clip_length=features.clip.shape[1], sync_length=features.sync.shape[1]
            )
            empty = self.network.conditions(nothing, noise.shape[-2])
        return Guided(self.network, conditions, empty, strength=strength)

    def _noise(self, like: Tensor, generator: torch.Generator | None) -> Tensor:
        """Give the noise of what the network makes, for latents (batch, 2, frames, channels)."""
        return between_ears(_three(like, generator), self._common())

    def _common(self) -> float:
        return self.network.ear_sizes.common_noise if isinstance(self.network, ViSAudio) else 0.0

    def _target(self, batch: Batch) -> Tensor:
        """Give what the network is to make of a clip."""
        return batch.latents

    def _heard(self, made: Tensor, features: EarFeatures, batch: Batch) -> Tensor:
        """Give both ears' latents of what the network made."""
        return self._split(made)

    def _split(self, made: Tensor) -> Tensor:
        """Give (batch, 2, frames, channels) of the network's own shape."""
        return made


class _OneStream(Learner):
    """A network of one stream, without token maps."""

    def _fitting(self, features: EarFeatures) -> Any:  # noqa: ANN401 - each network has its own features
        from seehear.sound.flow.mmaudio import Features

        return Features(*features[:3])


class StackedLearner(_OneStream):
    """One stream whose tokens hold both ears' channels."""

    def _target(self, batch: Batch) -> Tensor:
        return batch.latents.transpose(1, 2).flatten(2)

    def _noise(self, like: Tensor, generator: torch.Generator | None) -> Tensor:
        return between_ears(_three(like, generator), 0.0).transpose(1, 2).flatten(2)

    def _split(self, made: Tensor) -> Tensor:
        return made.unflatten(2, (2, -1)).transpose(1, 2)


class MonoLearner(_OneStream):
    """One channel, copied to both ears."""

    def _target(self, batch: Batch) -> Tensor:
        return self.codec.mono(batch.latents)

    def _noise(self, like: Tensor, generator: torch.Generator | None) -> Tensor:
        return _three(like, generator)[:, 0]

    def _split(self, made: Tensor) -> Tensor:
        return made[:, None].expand(-1, 2, -1, -1)


class TwoStageLearner(MonoLearner):
    """One channel, then a spatialiser that learns both ears by regression from the true one.

    Args:
        eyes: the feature extractors, of both stages.
        network: of the first stage.
        codec: of the latents.
        spatialiser: the second stage.
        told_mono: the second stage is given the true mono when sampling: the bound of what it can do.
        dropped: see `Learner`.
        followed: see `Learner`.
    """

    def __init__(
        self,
        eyes: Eyes,
        network: MMAudio,
        codec: MdctCodec | PcaMelCodec,
        spatialiser: "Spatialiser",
        *,
        told_mono: bool = False,
        dropped: float = DROPPED,
        followed: float = 1.0,
    ) -> None:
        super().__init__(eyes, network, codec, dropped=dropped, followed=followed)
        self.spatialiser, self.told_mono = spatialiser, told_mono

    def _loss(self, batch: Batch, features: EarFeatures, generator: torch.Generator | None) -> Tensor:
        ears = self.spatialiser(self._target(batch), self._known(batch))
        error = (ears - batch.latents).square().mean() + APART * self._apart_of(ears, batch)
        return super()._loss(batch, features, generator) + error

    def _apart_of(self, ears: Tensor, batch: Batch) -> Tensor | float:
        """Give how wrong the difference between regressed ears is; left out where signs are chance."""
        if not isinstance(self.codec, PcaMelCodec):
            return 0.0
        return LOUDNESS * Normal(ears, ears).apart(batch.latents, self.codec.weights)

    def _heard(self, made: Tensor, features: EarFeatures, batch: Batch) -> Tensor:
        return self.spatialiser(self._target(batch) if self.told_mono else made, features)


class Spatialiser(nn.Module):
    """From one channel's latent and where things are to both ears' latents.

    Args:
        eyes: whose features it is given.
        channels: of the latent.
        width: of its tokens.
        heads: of attention.
        blocks: how many.
    """

    def __init__(self, eyes: Eyes, channels: int, *, width: int, heads: int, blocks: int) -> None:
        super().__init__()
        sizes = eyes.sizes
        self.entry = projection(2 * channels, width, 3)
        self.timing = nn.Linear(sizes.sync_dim, width)
        self.places = Spacetime(sizes.spatial_dim, 64, width, pooling="attention", ear_embeddings=True)
        self.ears = nn.Parameter(torch.randn(2, 1, width) * 0.1)
        self.blocks = nn.ModuleList(StreamBlock(width, heads, 3) for _ in range(blocks))
        self.out = projection(width, 2 * channels, 3)
        self.heads, self.width = heads, width
        self.places.tell_apart()
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, mono: Tensor, features: EarFeatures) -> Tensor:
        """Give (batch, 2, frames, channels) of (batch, frames, channels)."""
        length = mono.shape[1]
        timing = stretched(self.timing(features.sync), length)[:, None]
        condition = (self.places(features.spatial, length) + timing + self.ears).flatten(0, 1)
        tokens = self.entry(torch.cat([mono, mono.abs() - 0.8], dim=-1))
        x = tokens[:, None].expand(-1, 2, -1, -1).flatten(0, 1)
        turns = rotary_table(length, self.width // self.heads, device=mono.device)
        for block in self.blocks:
            x = block(x, condition, turns)
        gain, more = self.out(x).unflatten(0, (-1, 2)).chunk(2, dim=-1)
        return mono[:, None] * gain.tanh().mul(2).exp() + more


def _three(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal (batch, 3, frames, channels): what ears have in common, and each one's own."""
    shape = (like.shape[0], 3, *like.shape[2:])
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(like.device)
