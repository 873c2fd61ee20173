"""What a flow backend needs before it can run, and under which terms: known without loading anything."""

from collections.abc import Sequence

from seehear.errors import InputError
from seehear.sound.flow.sizes import VARIANTS, variant
from seehear.weights import MissingWeights, locate, row_of

DEFAULT = "small_44k"
SPATIAL = "pe_spatial_b16_512"

FEATURES = 9.2e12
"""Operations a second of clip, counted over the modules: CLIP 1.01e12 a frame, 8; Synchformer 0.39e12 a segment, 3."""

PLACES = 1.0e12
"""The same of the spatial encoder, 4 frames."""

DECODING = {"16k": 0.12e12, "44k": 0.33e12}
"""Operations a second of one channel: autoencoder and vocoder."""


def weights_of(backend: str) -> tuple[str, ...]:
    """Name the weights that a sound backend reads; none for backends without.

    Args:
        backend: as on the command line: ``mmaudio``, ``mmaudio:large_44k_v2``, ``visaudio:FILE``, ``voices`` ...

    Raises:
        InputError: no such variant.

    Example:
        >>> weights_of("mmaudio:small_16k")
        ('mmaudio_small_16k', 'mmaudio_vae_16k', 'bigvgan_v1_16k', 'synchformer_av', 'dfn5b_clip_h14_384')
    """
    name, _, argument = backend.partition(":")
    if name == "mmaudio":
        chosen = argument or DEFAULT
        variant(chosen)
        return (f"mmaudio_{chosen}", *codec_weights(rate_of(chosen)), *_EXTRACTORS)
    if name == "visaudio":
        return (*codec_weights("44k"), *_EXTRACTORS, SPATIAL)
    return ()


_EXTRACTORS = ("synchformer_av", "dfn5b_clip_h14_384")


def rate_of(name: str) -> str:
    """Give a variant's codec, ``16k`` or ``44k``."""
    return "16k" if VARIANTS[name].latent_channels == 20 else "44k"


def codec_weights(rate: str) -> tuple[str, ...]:
    """Name the weights of a published mel codec."""
    return (f"mmaudio_vae_{rate}", {"16k": "bigvgan_v1_16k", "44k": "bigvgan_v2_44k"}[rate])


def need(names: Sequence[str], backend: str) -> None:
    """Refuse to begin while weights are not on this machine.

    Raises:
        MissingWeights: one line with the command that fetches all that lack, their sizes and terms.
    """
    lacking = []
    for name in names:
        try:
            locate(name)
        except MissingWeights:
            lacking.append(name)
    if lacking:
        told = "; ".join(f"{name}: {row_of(name).told}" for name in lacking)
        raise MissingWeights(
            f"sound backend {backend!r} needs weights that are not on this machine: "
            f"seehear weights fetch {' '.join(lacking)} ({told})"
        )


def terms_of(names: Sequence[str]) -> str:
    """Say on which terms weights may be used, in one line; those that allow commercial use are left out.

    Example:
        >>> terms_of(["mmaudio_small_16k", "bigvgan_v2_44k"])
        'mmaudio_small_16k: CC-BY-NC-4.0: not for commercial use'
    """
    rows = [row_of(name) for name in names]
    return "; ".join(f"{row.name}: {row.terms}" for row in rows if row.commercial is not True)


def variant_of(argument: str) -> str:
    """Give the variant that was asked for.

    Raises:
        InputError: no such variant.
    """
    if argument and argument not in VARIANTS:
        raise InputError(f"expected mmaudio:VARIANT out of {', '.join(VARIANTS)}, got {argument!r}")
    return argument or DEFAULT
