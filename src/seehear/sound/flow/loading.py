"""Published and own weights into the flow networks; a file that is another network's is told apart and named.

Own networks are kept as safetensors whose metadata holds their sizes and codec.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.networks.state import found_state, load_state, read_state, stripped, unfilled
from seehear.sound.flow.bigvgan import VOCODERS, Bigvgan, modern_names
from seehear.sound.flow.eyes import Eyes, EyeSizes
from seehear.sound.flow.mdct import MdctCodec
from seehear.sound.flow.mel import MELS
from seehear.sound.flow.mel_codec import MelCodec
from seehear.sound.flow.mmaudio import MMAudio
from seehear.sound.flow.sizes import VARIANTS, FlowSizes, variant
from seehear.sound.flow.vae import VAES, MelVae
from seehear.sound.flow.visaudio import EarSizes, ViSAudio

Given = Path | str | Mapping[str, Tensor] | None
"""A file, a folder or a state dict to take; None: where `seehear weights` keeps it."""

_STALE = ("latent_rot", "clip_rot", "t_embed.freqs")
"""Tables that older files hold and the network computes."""

_METADATA, _EYES = "seehear.flow", "eyes."
Row = TypeVar("Row")


def load_mmaudio(name: str, weights: Given = None) -> MMAudio:
    """Load one of MMAudio's networks.

    Args:
        name: of the variant, as in `seehear.sound.flow.sizes.VARIANTS`.
        weights: to take instead of looking.

    Raises:
        MissingWeights: not on this machine; the message has the command, the size and the licence.
        InputError: no such variant, a truncated file, or another network's, which is named if it is a known one.
    """
    sizes = variant(name)
    state = found_state(f"mmaudio_{name}", weights)
    there = recognised(state)
    if there is not None and there != name:
        raise InputError(
            f"expected the weights of MMAudio {name}, got those of {there}: ask for {there}, or fetch {name}"
        )
    with unfilled():
        network = MMAudio(sizes)
    load_state(network, state, name=f"MMAudio {name}", dropped=_STALE.__contains__)
    return network


def recognised(state: Mapping[str, Tensor]) -> str | None:
    """Say which variant of MMAudio a state dict is of, by its shapes; None where of none.

    Example:
        >>> recognised({}) is None
        True
    """
    blocks = sum(key.endswith("latent_block.attn.qkv.weight") for key in state)
    first = state.get("audio_input_proj.0.weight")
    if first is None or first.ndim != 3:
        return None
    second = "clip_input_proj.2.w1.weight" in state
    for name, sizes in VARIANTS.items():
        shape = (sizes.width, sizes.latent_channels, 7)
        if (tuple(first.shape), blocks, second) == (shape, sizes.joint_blocks, sizes.second_version):
            return name
    return None


def load_vae(rate: str, weights: Given = None) -> MelVae:
    """Load a mel autoencoder and normalise its filters.

    Args:
        rate: ``16k`` or ``44k``.
        weights: to take instead of looking.

    Raises:
        MissingWeights: not on this machine.
        InputError: not the weights of that autoencoder.
    """
    with unfilled():
        network = MelVae(_known(rate, VAES))
    load_state(network, found_state(f"mmaudio_vae_{rate}", weights), name=f"MMAudio's {rate} autoencoder")
    return network.normalise_()


def load_vocoder(rate: str, weights: Given = None) -> Bigvgan:
    """Load a vocoder, its weights folded.

    Args:
        rate: ``16k`` (BigVGAN v1) or ``44k`` (v2).
        weights: to take instead of looking; length and direction under torch's old or new names, or folded.

    Raises:
        MissingWeights: not on this machine.
        InputError: not the weights of that vocoder.
    """
    name = {"16k": "bigvgan_v1_16k", "44k": "bigvgan_v2_44k"}.get(rate, rate)
    sizes = _known(rate, VOCODERS)
    state = modern_names(stripped(found_state(name, weights), "vocoder."))
    with unfilled():
        network = Bigvgan(sizes)
        if "conv_pre.weight" in state:
            network.folded()
    load_state(network, state, name=name, kept=lambda key: key.endswith("filter"))
    return network.folded()


def load_mel_codec(rate: str, *, vae: Given = None, vocoder: Given = None) -> MelCodec:
    """Load the published codec of a rate, ``16k`` or ``44k``; see `load_vae` and `load_vocoder`."""
    return MelCodec(_known(rate, MELS), load_vae(rate, vae), load_vocoder(rate, vocoder)).eval()


class Kept(NamedTuple):
    """A network of ours, as a file keeps it.

    Attributes:
        network: with its weights.
        codec: of its latents; None: the published mel codec of ``rate``.
        rate: ``16k``, ``44k``, or the sample rate of an `MdctCodec` in Hz.
        facts: what its maker wrote beside it.
        eyes: that it learned with; None: it is fed by the published feature extractors.
    """

    network: MMAudio | ViSAudio
    codec: MdctCodec | None
    rate: str
    facts: dict[str, object]
    eyes: Eyes | None = None


def save_network(
    path: Path,
    network: MMAudio | ViSAudio,
    codec: MdctCodec | str,
    *,
    facts: Mapping[str, object] | None = None,
    half: bool = False,
    eyes: Eyes | None = None,
) -> None:
    """Keep a network of ours in a file, whole or not at all.

    Args:
        path: ``.safetensors``; an older file is replaced.
        network: with its weights.
        codec: of its latents, or ``16k`` or ``44k`` for a published mel codec.
        facts: of its making, plain JSON.
        half: keep the weights in half precision: half the size.
        eyes: that it learned with; None: it is fed by the published feature extractors.
    """
    from safetensors.torch import save_file

    eared = isinstance(network, ViSAudio)
    told = {
        "sizes": asdict(network.ear_sizes if eared else network.sizes),
        "ears": eared,
        "codec": codec
        if isinstance(codec, str)
        else {"rate": codec.sample_rate, "hop": codec.hop, "power": codec.power},
        "facts": dict(facts or {}),
        "eyes": eyes and eyes.told(),
    }
    kind = torch.float16 if half else torch.float32
    state = dict(network.state_dict())
    if eyes is not None:
        state |= {f"{_EYES}{key}": value for key, value in eyes.state_dict().items()}
    state = {key: value.detach().to(kind).contiguous() for key, value in state.items()}
    if not isinstance(codec, str):
        state["codec.scale"] = codec.scale.detach().clone()
    with written_whole(path, force=True) as part:
        save_file(state, part, metadata={_METADATA: json.dumps(told)})


def load_network(path: Path | str) -> Kept:
    """Load a network of ours.

    Raises:
        InputError: no such file, truncated, or not written by `save_network`.
    """
    state = read_state(path)
    told = _told(Path(path))
    sizes = told["sizes"]
    with unfilled():
        network: MMAudio = (
            ViSAudio(EarSizes(**(sizes | {"flow": FlowSizes(**sizes["flow"])})))
            if told["ears"]
            else MMAudio(FlowSizes(**sizes))
        )
    codec, rate = None, told["codec"]
    if not isinstance(rate, str):
        codec = MdctCodec(rate["rate"], hop=rate["hop"], power=rate["power"], scale=state.pop("codec.scale").float())
        rate = str(codec.sample_rate)
    eyes = None
    if told.get("eyes"):
        eyes = Eyes(EyeSizes(**(told["eyes"] | {"classes": tuple(told["eyes"]["classes"])})))
        own = {key: state.pop(key) for key in list(state) if key.startswith(_EYES)}
        load_state(eyes, stripped(own, _EYES), name=f"the eyes in '{Path(path).name}'")
    load_state(network, state, name=f"the network in '{Path(path).name}'")
    return Kept(network, codec, rate, told["facts"], eyes)


def _told(path: Path) -> dict[str, Any]:
    from safetensors import safe_open

    if path.suffix == ".safetensors":
        with safe_open(path, "pt") as file:
            found = (file.metadata() or {}).get(_METADATA)
        if found is not None:
            return json.loads(found)
    raise InputError(f"expected a network that seehear trained, got '{path.name}' without its sizes")


def parameters(network: nn.Module) -> int:
    """Count a network's numbers."""
    return sum(value.numel() for value in network.parameters())


def _known(rate: str, rows: Mapping[str, Row]) -> Row:
    if rate not in rows:
        raise InputError(f"expected a rate out of {', '.join(rows)}, got {rate!r}")
    return rows[rate]
