"""The sizes of the flow networks: MMAudio's five variants, and any smaller one.

Lengths are in tokens. A variant's latent lasts 8 s: 250 frames of 256 x 2 samples at 16 kHz, or 345 of 512 x 2 at
44.1 kHz. Reference: Cheng et al., "MMAudio", arXiv 2412.15322.
"""

from dataclasses import dataclass

from seehear.errors import InputError


@dataclass(frozen=True)
class FlowSizes:
    """Every size of one flow network; a tiny one is made by giving other numbers.

    Attributes:
        width: of the token streams; a multiple of ``heads``.
        heads: of attention.
        joint_blocks: blocks in which sound, picture and text attend to one another, at least 1.
        fused_blocks: blocks on the sound alone that follow.
        latent_channels: of one latent frame.
        latent_length: latent frames of the clip length it was trained on.
        clip_dim: channels of a picture feature (CLIP).
        clip_length: picture features of that clip length.
        sync_dim: channels of a timing feature (Synchformer).
        sync_length: timing features of that clip length.
        sync_group: timing features that share one segment; ``sync_length`` is a multiple of it.
        text_dim: channels of a text token.
        text_length: text tokens.
        second_version: SiLU after every first projection, and wider, faster time frequencies (MMAudio's v2).
        head: ``velocity``, as published; ``gaussian``, or ``levels`` for latents whose signs are chance: see
            `seehear.sound.flow.gaussian`.
    """

    width: int
    heads: int
    joint_blocks: int
    fused_blocks: int
    latent_channels: int
    latent_length: int
    clip_dim: int = 1024
    clip_length: int = 64
    sync_dim: int = 768
    sync_length: int = 192
    sync_group: int = 8
    text_dim: int = 1024
    text_length: int = 77
    second_version: bool = False
    head: str = "velocity"

    def __post_init__(self) -> None:
        """Refuse sizes that make no network."""
        if self.heads < 1 or self.width % self.heads or self.head_width % 2:
            raise InputError(
                f"expected a width that splits into heads of even width, got width {self.width}, heads {self.heads}"
            )
        if self.joint_blocks < 1:
            raise InputError(f"expected at least 1 joint block, got {self.joint_blocks}")
        if self.sync_length % self.sync_group:
            raise InputError(f"expected sync_length a multiple of {self.sync_group}, got {self.sync_length}")
        if self.head not in ("velocity", "gaussian", "levels"):
            raise InputError(f"head must be one of velocity, gaussian, levels, got {self.head!r}")

    @property
    def head_width(self) -> int:
        """Channels of one attention head."""
        return self.width // self.heads

    @property
    def gaussian(self) -> bool:
        """Whether the network gives a mean and a variance in place of a velocity."""
        return self.head != "velocity"

    @property
    def hidden(self) -> int:
        """Channels inside a feed-forward part: two thirds of four widths, rounded up to 256."""
        return feed_forward_width(self.width)


def feed_forward_width(width: int) -> int:
    """Give the inner width of a gated feed-forward part.

    Example:
        >>> feed_forward_width(448), feed_forward_width(896)
        (1280, 2560)
    """
    return 256 * -(-(2 * 4 * width // 3) // 256)


def _variant(width: int, joint: int, fused: int, channels: int, length: int, *, second: bool = False) -> FlowSizes:
    return FlowSizes(width, width // 64, joint, fused, channels, length, second_version=second)


VARIANTS: dict[str, FlowSizes] = {
    "small_16k": _variant(448, 4, 8, 20, 250),
    "small_44k": _variant(448, 4, 8, 40, 345),
    "medium_44k": _variant(896, 4, 8, 40, 345),
    "large_44k": _variant(896, 7, 14, 40, 345),
    "large_44k_v2": _variant(896, 7, 14, 40, 345, second=True),
}
"""The published networks."""


def variant(name: str) -> FlowSizes:
    """Give the sizes of a published network.

    Raises:
        InputError: no network of that name.

    Example:
        >>> variant("small_16k").latent_length
        250
    """
    if name not in VARIANTS:
        raise InputError(f"expected one of {', '.join(VARIANTS)}, got {name!r}")
    return VARIANTS[name]
