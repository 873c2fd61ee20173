"""ViSAudio: MMAudio's network with a branch for each ear, steered by where things are in the picture.

Latents are (batch, 2, frames, channels), left ear first. The left branch keeps MMAudio's key names, the right one's end
in ``_right``. With new parts at zero both ears are MMAudio's own output for the same noise, in every reading.

What is published leaves open how the joint blocks treat two ears; the three readings are a switch:

* A: one set of weights; the left ear first, then the right, which hears the left through the picture and text tokens.
  A learned number per block, ``carry``, says how far: at 1 the right pass takes the tokens as the left one leaves
  them and hands on its own, at 0 (the start) both take the tokens that came and the mean of theirs goes on. Only at 0
  does the network begin as MMAudio, since at 1 the tokens are updated twice a block.
* B: one attention over both ears, picture and text. Each ear's keys weigh half, so that two equal ears are one.
* C: as A, the right ear with its own joint-block weights for the latent.

Reference: "ViSAudio", arXiv 2512.03036; base: arXiv 2412.15322.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.sound.flow.blocks import FinalLayer, JointBlock, Stream, StreamBlock, joined
from seehear.sound.flow.mmaudio import Conditions, Features, MMAudio
from seehear.sound.flow.sizes import FlowSizes
from seehear.sound.flow.spacetime import Spacetime


@dataclass(frozen=True)
class EarSizes:
    """Every size and choice of a two-eared network.

    Attributes:
        flow: of the network it grows from.
        reading: ``A``, ``B`` or ``C``, see the module.
        branches: ``separate`` weights for each ear after the joint blocks, or ``shared`` ones with an ear's embedding.
        spatial: whether it is told where things are; False is a control.
        spatial_dim: channels of a picture's token map.
        spatial_cells: tokens of a map.
        spatial_length: maps of the clip length it is trained on.
        pooling: of a map, ``attention`` or ``mean``.
        ear_embeddings: whether the ears' embeddings are added to the map; False is a control.
        common_noise: share of the noise's power that both ears begin from together, in [0, 1].
    """

    flow: FlowSizes
    reading: str = "A"
    branches: str = "separate"
    spatial: bool = True
    spatial_dim: int = 768
    spatial_cells: int = 64
    spatial_length: int = 32
    pooling: str = "attention"
    ear_embeddings: bool = True
    common_noise: float = 0.0

    def __post_init__(self) -> None:
        """Refuse choices there are not."""
        for name, known in (
            ("reading", ("A", "B", "C")),
            ("branches", ("separate", "shared")),
            ("pooling", ("attention", "mean")),
        ):
            if getattr(self, name) not in known:
                raise InputError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if not 0 <= self.common_noise <= 1:
            raise InputError(f"common_noise must be in [0, 1], got {self.common_noise}")


class EarFeatures(NamedTuple):
    """What a clip is known by; see `seehear.sound.flow.mmaudio.Features`.

    Attributes:
        clip: (batch, clip_length, clip_dim).
        sync: (batch, sync_length, sync_dim).
        text: (batch, text_length, text_dim).
        spatial: (batch, times, spatial_cells, spatial_dim) token maps; not read where the network is not told.
    """

    clip: Tensor
    sync: Tensor
    text: Tensor
    spatial: Tensor


class EarConditions(NamedTuple):
    """What does not change over the steps of one clip; computed once.

    Attributes:
        base: MMAudio's own.
        ears: (batch, 2, latent_length, width) where things are; zeros where the network is not told.
    """

    base: Conditions
    ears: Tensor

    def beside(self, other: "EarConditions") -> "EarConditions":
        """Give both, one after the other along the batch."""
        return EarConditions(self.base.beside(other.base), torch.cat([self.ears, other.ears]))

    def repeated(self, times: int) -> "EarConditions":
        """Give the same conditions for each of ``times`` samples of a batch of one."""
        return EarConditions(self.base.repeated(times), self.ears.expand(times, *self.ears.shape[1:]))


class ViSAudio(MMAudio):
    """The network.

    Args:
        sizes: its sizes and choices.

    Example:
        >>> flow = FlowSizes(32, 2, 1, 1, 4, 16, 8, 8, 8, 16, 8, 8, 5)
        >>> tiny = ViSAudio(EarSizes(flow, spatial_dim=8, spatial_cells=4))
        >>> tiny(torch.zeros(1, 2, 16, 4), torch.zeros(1), tiny.empty_conditions(1, 16)).shape
        torch.Size([1, 2, 16, 4])
    """

    def __init__(self, sizes: EarSizes) -> None:
        super().__init__(sizes.flow)
        self.ear_sizes = sizes
        flow = sizes.flow
        width = flow.width
        self.carry = nn.Parameter(torch.zeros(flow.joint_blocks)) if sizes.reading != "B" else None
        embedded = sizes.reading == "B" or sizes.branches == "shared"
        self.ear_embedding = nn.Parameter(torch.zeros(2, 1, width)) if embedded else None
        if sizes.reading == "C":
            self.joint_blocks_right = nn.ModuleList(_LatentOnly(flow) for _ in range(flow.joint_blocks))
        if sizes.branches == "separate":
            self.fused_blocks_right = nn.ModuleList(StreamBlock(width, flow.heads, 3) for _ in self.fused_blocks)
            self.final_layer_right = FinalLayer(width, flow.latent_channels * (2 if flow.gaussian else 1))
        if sizes.spatial:
            self.spacetime = Spacetime(
                sizes.spatial_dim,
                sizes.spatial_cells,
                width,
                pooling=sizes.pooling,
                ear_embeddings=sizes.ear_embeddings,
            )
            self.empty_spatial_feat = nn.Parameter(torch.zeros(1, sizes.spatial_dim))

    def start_from(self, state: Mapping[str, Tensor]) -> "ViSAudio":
        """Take MMAudio's weights for both ears; what MMAudio lacks keeps its start, at which it changes nothing.

        Args:
            state: a whole state dict of an MMAudio of the same sizes.

        Raises:
            InputError: keys that do not fit; names them.
        """
        own = self.state_dict()
        taken = {key: state[_left(key)] for key in own if _left(key) in state}
        unknown = sorted(set(state) - set(own))
        lacking = [key for key in own if key not in taken and not key.startswith(_NEW)]
        wrong = [key for key, value in taken.items() if value.shape != own[key].shape]
        if unknown or lacking or wrong:
            named = ", ".join([*unknown, *lacking, *wrong][:5])
            raise InputError(f"expected the weights of an MMAudio of the same sizes; these keys do not fit: {named}")
        self.load_state_dict(taken, strict=False)
        return self

    def conditions(self, features: Features | EarFeatures, latent_length: int | None = None) -> EarConditions:  # type: ignore[override]
        """Prepare what does not change over the steps; see `MMAudio.conditions`."""
        base = super().conditions(Features(*features[:3]), latent_length)
        if not self.ear_sizes.spatial:
            batch, length, width = base.sync.shape
            return EarConditions(base, base.sync.new_zeros(1, 1, 1, 1).expand(batch, 2, length, width))
        if not isinstance(features, EarFeatures):
            raise InputError("expected EarFeatures with spatial token maps, got features without them")
        return EarConditions(base, self.spacetime(features.spatial, base.sync.shape[1]))

    def empty_features(  # type: ignore[override]
        self, batch: int, *, clip_length: int | None = None, sync_length: int | None = None, text: Tensor | None = None
    ) -> EarFeatures:
        """Give the features of nothing; see `MMAudio.empty_features`."""
        base = super().empty_features(batch, clip_length=clip_length, sync_length=sync_length, text=text)
        sizes = self.ear_sizes
        empty = self.empty_spatial_feat if sizes.spatial else base.clip.new_zeros(1, sizes.spatial_dim)
        return EarFeatures(*base, spatial=empty.expand(batch, sizes.spatial_length, sizes.spatial_cells, -1))

    def left_out(self, features: EarFeatures, picture: Tensor, text: Tensor) -> EarFeatures:  # type: ignore[override]
        """Put the features of nothing in the place of some samples' own; see `MMAudio.left_out`."""
        base = super().left_out(Features(*features[:3]), picture, text)
        spatial = features.spatial
        if self.ear_sizes.spatial:
            spatial = torch.where(picture.reshape(-1, 1, 1, 1), self.empty_spatial_feat, spatial)
        return EarFeatures(*base, spatial=spatial)

    def forward(self, latent: Tensor, time: Tensor, conditions: EarConditions) -> Tensor:  # type: ignore[override]
        """Give the velocity of both ears' latents.

        Args:
            latent: (batch, 2, latent_length, latent_channels), normalised.
            time: (batch,) or one number, in [0, 1], the same for both ears.
            conditions: as `conditions` gives them, for that length.

        Returns:
            (batch, 2, latent_length, latent_channels).
        """
        base = conditions.base
        shared, each = self.modulation(time.expand(latent.shape[0]), base)
        own, pictures = self.rotations(latent.shape[2], base.clip.shape[1], latent.device)
        ears = [
            _Ear(self._entered(latent[:, side], side), each + conditions.ears[:, side], side, own) for side in (0, 1)
        ]
        rest = _Rest(base.clip, base.text, shared, pictures)
        for index, block in enumerate(self.joint_blocks):
            if self.ear_sizes.reading == "B":
                ears, rest = _together(block, ears, rest)
            else:
                ears, rest = self._in_turn(index, block, ears, rest)
        return self.left(torch.stack([self._branch(ear, shared) for ear in ears], dim=1), latent, time, conditions)

    def unmoved(self, conditions: EarConditions) -> Tensor:  # type: ignore[override]
        """Give the condition of each ear's latent frames without time, (batch, 2, latent_length, width)."""
        return super().unmoved(conditions.base)[:, None] + conditions.ears

    def _entered(self, latent: Tensor, side: int) -> Tensor:
        x = self.entered(latent)
        return x if self.ear_embedding is None else x + self.ear_embedding[side]

    def _in_turn(self, index: int, block: JointBlock, ears: "list[_Ear]", rest: "_Rest") -> "tuple[list[_Ear], _Rest]":
        """Readings A and C: left, then right."""
        carry: Tensor = self.carry[index]  # type: ignore[index]  # both readings have one
        left, after_left = _passed(block, block.latent_block, ears[0], rest)
        latent_block = self.joint_blocks_right[index].latent_block if self.ear_sizes.reading == "C" else None
        right, after_right = _passed(
            block, latent_block or block.latent_block, ears[1], rest.towards(after_left, carry)
        )
        return [left, right], after_right.towards(after_left, (1 - carry) / 2)

    def _branch(self, ear: "_Ear", shared: Tensor) -> Tensor:
        other = ear.side == 1 and self.ear_sizes.branches == "separate"
        x = ear.tokens
        for block in self.fused_blocks_right if other else self.fused_blocks:
            x = block(x, ear.condition, ear.rotations)
        return (self.final_layer_right if other else self.final_layer)(x, shared)


class _LatentOnly(nn.Module):
    """The right ear's part of a joint block."""

    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.latent_block = StreamBlock(sizes.width, sizes.heads, 3)


class _Ear(NamedTuple):
    tokens: Tensor
    condition: Tensor
    side: int
    rotations: Tensor

    def stream(self, block: StreamBlock) -> Stream:
        return Stream(block, self.tokens, self.condition, self.rotations)


class _Rest(NamedTuple):
    """The picture's and the text's streams."""

    clip: Tensor
    text: Tensor
    condition: Tensor
    rotations: Tensor

    def towards(self, other: "_Rest", share: Tensor) -> "_Rest":
        """Give tokens that far on the way to another's."""
        clip = self.clip + share * (other.clip - self.clip)
        return self._replace(clip=clip, text=self.text + share * (other.text - self.text))

    def streams(self, block: JointBlock) -> list[Stream]:
        return [
            Stream(block.clip_block, self.clip, self.condition, self.rotations),
            Stream(block.text_block, self.text, self.condition),
        ]


def _passed(block: JointBlock, latent_block: StreamBlock, ear: _Ear, rest: _Rest) -> tuple[_Ear, _Rest]:
    tokens, clip, text = joined([ear.stream(latent_block), *rest.streams(block)])
    return ear._replace(tokens=tokens), rest._replace(clip=clip, text=text)


def _together(block: JointBlock, ears: list[_Ear], rest: _Rest) -> tuple[list[_Ear], _Rest]:
    """Reading B."""
    heard = sum(ear.tokens.shape[1] for ear in ears)
    bias = rest.clip.new_zeros(heard + rest.clip.shape[1] + rest.text.shape[1])
    bias[:heard] = -math.log(2)  # two equal ears then weigh as one
    left, right, clip, text = joined([*(ear.stream(block.latent_block) for ear in ears), *rest.streams(block)], bias)
    return [
        ears[0]._replace(tokens=left),
        ears[1]._replace(tokens=right),
    ], rest._replace(clip=clip, text=text)


_NEW = ("carry", "ear_embedding", "spacetime.", "empty_spatial_feat")


def _left(key: str) -> str:
    """The key of the left ear's weight that a right one starts from."""
    first, _, rest = key.partition(".")
    return f"{first.removesuffix('_right')}.{rest}" if rest else first
