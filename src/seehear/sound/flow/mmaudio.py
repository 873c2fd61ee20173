"""MMAudio's flow transformer, weight-compatible: picture, timing and text features to the velocity of a latent.

State-dict keys and shapes are those of the published files. Reference: Cheng et al., "MMAudio", arXiv 2412.15322.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.sound.flow.blocks import FinalLayer, JointBlock, Stream, StreamBlock, joined
from seehear.sound.flow.gaussian import Normal, Prior, with_magnitudes
from seehear.sound.flow.layers import GatedFeedForward, TimeEmbedding, projection, rotary_table, stretched, xavier
from seehear.sound.flow.sizes import FlowSizes


class Features(NamedTuple):
    """What a clip is known by, as the feature extractors give it.

    Attributes:
        clip: (batch, clip_length, clip_dim) a picture feature per frame.
        sync: (batch, sync_length, sync_dim) timing features, ``sync_group`` to a segment.
        text: (batch, text_length, text_dim) text tokens.
    """

    clip: Tensor
    sync: Tensor
    text: Tensor


class Conditions(NamedTuple):
    """What does not change over the steps of one clip; computed once.

    Attributes:
        clip: (batch, clip_length, width) picture tokens.
        sync: (batch, latent_length, width) timing, one per latent frame.
        text: (batch, text_length, width) text tokens.
        clip_pooled: (batch, width) the picture's mean, projected.
        text_pooled: (batch, width) the text's mean, projected.
    """

    clip: Tensor
    sync: Tensor
    text: Tensor
    clip_pooled: Tensor
    text_pooled: Tensor

    def beside(self, other: "Conditions") -> "Conditions":
        """Give both, one after the other along the batch: for guidance in one pass."""
        return Conditions(*(torch.cat(pair) for pair in zip(self, other, strict=True)))

    def repeated(self, times: int) -> "Conditions":
        """Give the same conditions for each of ``times`` samples of a batch of one."""
        return Conditions(*(one.expand(times, *one.shape[1:]) for one in self))


class MMAudio(nn.Module):
    """The network.

    Args:
        sizes: one of `seehear.sound.flow.sizes.VARIANTS`, or one's own.

    Example:
        >>> tiny = MMAudio(FlowSizes(32, 2, 1, 1, 4, 16, 8, 8, 8, 16, 8, 8, 5))
        >>> empty = tiny.empty_conditions(1, 16)
        >>> tiny(torch.zeros(1, 16, 4), torch.zeros(1), empty).shape
        torch.Size([1, 16, 4])
    """

    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.sizes = sizes
        width, channels = sizes.width, sizes.latent_channels
        self.sync_pos_emb = nn.Parameter(torch.zeros(1, 1, sizes.sync_group, sizes.sync_dim))
        self.latent_mean = nn.Parameter(torch.zeros(1, 1, channels), requires_grad=False)
        self.latent_std = nn.Parameter(torch.ones(1, 1, channels), requires_grad=False)
        self.empty_string_feat = nn.Parameter(torch.zeros(sizes.text_length, sizes.text_dim), requires_grad=False)
        self.empty_clip_feat = nn.Parameter(torch.zeros(1, sizes.clip_dim))
        self.empty_sync_feat = nn.Parameter(torch.zeros(1, sizes.sync_dim))
        smooth: list[nn.Module] = [nn.SiLU()] if sizes.second_version else []
        first: nn.Module = nn.SiLU() if sizes.second_version else nn.SELU()
        seen, given = (2 if sizes.head == "levels" else 1), (2 if sizes.gaussian else 1)
        self.audio_input_proj = nn.Sequential(projection(seen * channels, width, 7), first, GatedFeedForward(width, 7))
        self.clip_input_proj = nn.Sequential(projection(sizes.clip_dim, width), *smooth, GatedFeedForward(width, 3))
        self.sync_input_proj = nn.Sequential(projection(sizes.sync_dim, width, 7), first, GatedFeedForward(width, 3))
        self.text_input_proj = nn.Sequential(projection(sizes.text_dim, width), *smooth, GatedFeedForward(width))
        self.clip_cond_proj = nn.Linear(width, width)
        self.text_cond_proj = nn.Linear(width, width)
        self.global_cond_mlp = GatedFeedForward(width)
        self.t_embed = TimeEmbedding(width, *((width, 1.0) if sizes.second_version else (256, 10000.0)))
        last = sizes.joint_blocks - 1
        self.joint_blocks = nn.ModuleList(
            JointBlock(width, sizes.heads, last=i == last) for i in range(sizes.joint_blocks)
        )
        self.fused_blocks = nn.ModuleList(StreamBlock(width, sizes.heads, 3) for _ in range(sizes.fused_blocks))
        self.final_layer = FinalLayer(width, given * channels)
        if sizes.gaussian:
            self.prior = Prior(width, channels, signed=sizes.head == "gaussian")

    def start(self, generator: torch.Generator | None = None) -> "MMAudio":
        """Give every weight its value before training; modulations, empties and the output start at zero."""
        with torch.random.fork_rng(enabled=generator is not None):
            if generator is not None:
                torch.manual_seed(generator.initial_seed())
            self.apply(xavier)
            for layer in (self.t_embed.mlp[0], self.t_embed.mlp[2]):
                nn.init.normal_(layer.weight, std=0.02)
        for name, value in self.named_parameters():
            if "adaLN_modulation" in name or name.startswith("final_layer.conv"):
                nn.init.zeros_(value)
        return self

    def conditions(self, features: Features, latent_length: int | None = None) -> Conditions:
        """Prepare what does not change over the steps.

        Args:
            features: of the clip, any lengths; the timing features fill whole segments.
            latent_length: frames of the latent to come; None = the length of the variant.

        Raises:
            InputError: a feature of another width, or timing features that do not fill segments.
        """
        self._check(features)
        sizes = self.sizes
        length = sizes.latent_length if latent_length is None else latent_length
        sync = features.sync.unflatten(1, (-1, sizes.sync_group)) + self.sync_pos_emb
        clip, text = self.clip_input_proj(features.clip), self.text_input_proj(features.text)
        return Conditions(
            clip=clip,
            sync=stretched(self.sync_input_proj(sync.flatten(1, 2)), length),
            text=text,
            clip_pooled=self.clip_cond_proj(clip.mean(dim=1)),
            text_pooled=self.text_cond_proj(text.mean(dim=1)),
        )

    def empty_features(
        self, batch: int, *, clip_length: int | None = None, sync_length: int | None = None, text: Tensor | None = None
    ) -> Features:
        """Give the features of nothing: learned picture and timing, and the empty string, or ``text`` in its place."""
        clip_length = self.sizes.clip_length if clip_length is None else clip_length
        sync_length = self.sizes.sync_length if sync_length is None else sync_length
        return Features(
            clip=self.empty_clip_feat.expand(batch, clip_length, -1),
            sync=self.empty_sync_feat.expand(batch, sync_length, -1),
            text=self.empty_string_feat.expand(batch, -1, -1) if text is None else text.expand(batch, -1, -1),
        )

    def left_out(self, features: Features, picture: Tensor, text: Tensor) -> Features:
        """Put the features of nothing in the place of some samples' own, for training under guidance.

        Args:
            features: of a batch.
            picture: bool (batch,), which samples lose everything seen.
            text: bool (batch,), which samples lose the text.

        Returns:
            Features of the same kind and shapes.
        """
        nothing = self.empty_features(
            len(picture), clip_length=features.clip.shape[1], sync_length=features.sync.shape[1]
        )
        parts = {}
        for name, own in features._asdict().items():
            lost = (text if name == "text" else picture).reshape(-1, *[1] * (own.ndim - 1))
            parts[name] = torch.where(lost, getattr(nothing, name), own)
        return features._replace(**parts)

    def empty_conditions(self, batch: int, latent_length: int | None = None) -> Conditions:
        """Give the conditions of nothing, of the variant's lengths."""
        return self.conditions(self.empty_features(batch), latent_length)

    def forward(self, latent: Tensor, time: Tensor, conditions: Conditions) -> Tensor:
        """Give the latent's velocity.

        Args:
            latent: (batch, latent_length, latent_channels), normalised, between noise at time 0 and sound at 1.
            time: (batch,) or one number, in [0, 1].
            conditions: as `conditions` gives them, for that length.

        Returns:
            (batch, latent_length, latent_channels).
        """
        shared, each = self.modulation(time.expand(latent.shape[0]), conditions)
        x, clip, text = self.entered(latent), conditions.clip, conditions.text
        own, pictures = self.rotations(x.shape[1], clip.shape[1], x.device)
        for block in self.joint_blocks:
            x, clip, text = joined(
                [
                    Stream(block.latent_block, x, each, own),
                    Stream(block.clip_block, clip, shared, pictures),
                    Stream(block.text_block, text, shared),
                ]
            )
        for block in self.fused_blocks:
            x = block(x, each, own)
        # the clip's condition, not the frame's: so were the weights trained
        return self.left(self.final_layer(x, shared), latent, time, conditions)

    def entered(self, latent: Tensor) -> Tensor:
        """Give the latent's tokens."""
        return self.audio_input_proj(with_magnitudes(latent) if self.sizes.head == "levels" else latent)

    def left(self, given: Tensor, latent: Tensor, time: Tensor, conditions: Any) -> Tensor:  # noqa: ANN401 - own or ears'
        """Give the velocity out of what the last layer gives."""
        return self.foreseen(conditions).moved(given).velocity(latent, time) if self.sizes.gaussian else given

    def foreseen(self, conditions: Any) -> Normal:  # noqa: ANN401 - own or ears'
        """Give what the conditions alone say of the latent, for the heads that have a prior."""
        return self.prior(self.unmoved(conditions))

    def unmoved(self, conditions: Conditions) -> Tensor:
        """Give the condition of each latent frame without time, (batch, latent_length, width)."""
        return self.global_cond_mlp(conditions.clip_pooled + conditions.text_pooled)[:, None] + conditions.sync

    def modulation(self, time: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """Give the condition of the clip (batch, 1, width) and of each latent frame (batch, latent_length, width)."""
        pooled = self.global_cond_mlp(conditions.clip_pooled + conditions.text_pooled)
        shared = (self.t_embed(time) + pooled)[:, None]
        return shared, shared + conditions.sync

    def rotations(self, latent_length: int, clip_length: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Give the rotary tables of sound and picture, on one axis of time."""
        width, scale = self.sizes.head_width, latent_length / clip_length
        return (
            rotary_table(latent_length, width, device=device),
            rotary_table(clip_length, width, scale=scale, device=device),
        )

    def normalised(self, latent: Tensor) -> Tensor:
        """Give a codec's latent (batch, length, channels) mean 0 and deviation 1."""
        return (latent - self.latent_mean) / self.latent_std

    def unnormalised(self, latent: Tensor) -> Tensor:
        """Undo `normalised`."""
        return latent * self.latent_std + self.latent_mean

    def _check(self, features: Features) -> None:
        sizes = self.sizes
        wanted = (sizes.clip_dim, sizes.sync_dim, sizes.text_dim)
        for name, feature, width in zip(Features._fields, features, wanted, strict=True):
            if feature.ndim != 3 or feature.shape[-1] != width or not feature.shape[1]:
                raise InputError(f"{name} features must be (batch, tokens, {width}), got {tuple(feature.shape)}")
        if features.sync.shape[1] % sizes.sync_group:
            raise InputError(
                f"sync features must come {sizes.sync_group} to a segment, got {features.sync.shape[1]} of them"
            )
