"""Audiobox Aesthetics: how a sound pleases, in four numbers of about 1 to 10.

WavLM's layers are summed with learned weights, one sum for each number, averaged over time, divided by their length and
read by a small network. The shape of that network is taken from the file: what was published is not on record here.

Reference: Tjandra et al., "Meta Audiobox Aesthetics", 2025. Keys as in facebookresearch/audiobox-aesthetics.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.inputs import Sound, mono_at
from seehear.networks.state import found_state, load_state, read_element, stripped, unfilled
from seehear.networks.wavlm import LAYERS, WavLM
from seehear.weights import locate

RATE = 16000
AXES = ("CE", "CU", "PC", "PQ")
_WINDOW = 10 * RATE


class Pleasing(NamedTuple):
    """The four, about 1 to 10.

    Attributes:
        enjoyment: content enjoyment, CE.
        usefulness: content usefulness, CU.
        complexity: production complexity, PC.
        quality: production quality, PQ.
    """

    enjoyment: float
    usefulness: float
    complexity: float
    quality: float


class AudioboxAesthetics(nn.Module):
    """The network.

    Args:
        heads: for each axis, the shapes of its layers by their index, as `head_shapes` reads them from a state dict.
    """

    def __init__(self, heads: Mapping[str, Mapping[int, tuple[int, ...]]]) -> None:
        super().__init__()
        self.wavlm_model = WavLM()
        self.proj_layer = nn.ModuleDict({axis: _head(heads[axis]) for axis in AXES})
        self.layer_weights = nn.ParameterDict({axis: nn.Parameter(torch.zeros(LAYERS + 1)) for axis in AXES})

    def forward(self, waves: Tensor, absent: Tensor) -> Tensor:
        """Give (n, 4) in the units of training, in the order of ``AXES``.

        Args:
            waves: (n, samples), 16 kHz.
            absent: (n, samples), what is padding.
        """
        layers, silent = self.wavlm_model(waves, absent)
        heard = (~silent).float()[..., None]
        found = []
        for axis in AXES:
            shares = self.layer_weights[axis].softmax(dim=0)
            summed = torch.einsum("lntc,l->ntc", layers, shares)
            mean = (summed * heard).sum(dim=1) / heard.sum(dim=1).clamp(min=1.0)
            found.append(self.proj_layer[axis](functional.normalize(mean, dim=-1))[:, 0])
        return torch.stack(found, dim=1)


class AudioCritic:
    """The door: sound in, four numbers out.

    Args:
        network: with its weights.
        scale: for each axis the mean and spread that training took off.
        device: where it runs.
    """

    def __init__(
        self, network: AudioboxAesthetics, scale: Mapping[str, tuple[float, float]], *, device: str = "cpu"
    ) -> None:
        self.network = network.to(device)
        self.scale = scale
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> Pleasing:
        """Give the four numbers of a clip: the mean over windows of 10 s, by how full each is.

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz; heard at 16 kHz, mono: no fault of stereo shows.
        """
        mono = torch.from_numpy(mono_at(samples, sample_rate, RATE))
        means, spreads = (torch.tensor([self.scale[axis][i] for axis in AXES]) for i in range(2))
        total, weight = torch.zeros(len(AXES)), 0.0
        for part in mono.split(_WINDOW):
            wave = functional.pad(part, (0, _WINDOW - len(part)))[None].to(self.device)
            absent = torch.arange(_WINDOW, device=self.device)[None] >= len(part)
            share = len(part) / _WINDOW
            total += (self.network(wave, absent)[0].cpu() * spreads + means) * share
            weight += share
        return Pleasing(*(total / weight).tolist())


def load(
    weights: Path | str | Mapping[str, Tensor] | None = None,
    *,
    scale: Mapping[str, tuple[float, float]] | None = None,
    device: str = "cpu",
) -> AudioCritic:
    """Load the network and its scale.

    Args:
        weights: a file, a folder or a state dict; None: the row ``audiobox_aesthetics``.
        scale: mean and spread of each axis; None: those in the file (needed with a state dict).
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit, or without a scale.
    """
    state = stripped(found_state("audiobox_aesthetics", weights), "model.")
    if scale is None:
        scale = _scale(weights)
    with unfilled():
        network = AudioboxAesthetics(head_shapes(state))
    load_state(network, state, name="audiobox_aesthetics")
    return AudioCritic(network, scale, device=device)


def head_shapes(state: Mapping[str, Tensor]) -> dict[str, dict[int, tuple[int, ...]]]:
    """Read the shapes of the heads' layers from the keys ``proj_layer.AXIS.INDEX.weight``.

    Raises:
        InputError: an axis has none.
    """
    shapes: dict[str, dict[int, tuple[int, ...]]] = {axis: {} for axis in AXES}
    for key, value in state.items():
        parts = key.split(".")
        if len(parts) == 4 and parts[0] == "proj_layer" and parts[1] in shapes and parts[3] == "weight":
            shapes[parts[1]][int(parts[2])] = tuple(value.shape)
    lacking = [axis for axis, found in shapes.items() if not found]
    if lacking:
        raise InputError(f"these are not the weights of audiobox_aesthetics: no proj_layer of {', '.join(lacking)}")
    return shapes


def _head(shapes: Mapping[int, tuple[int, ...]]) -> nn.Sequential:
    """Make a head: what lies between its layers is GELU, then what only training does."""
    layers: list[nn.Module] = []
    for index in range(max(shapes) + 1):
        shape = shapes.get(index)
        if shape is None:
            layers.append(nn.Identity() if isinstance(layers[-1], nn.GELU | nn.Identity) else nn.GELU())
        else:
            layers.append(nn.Linear(shape[1], shape[0]) if len(shape) == 2 else nn.LayerNorm(shape[0]))
    return nn.Sequential(*layers)


def _scale(weights: Path | str | Mapping[str, Tensor] | None) -> dict[str, tuple[float, float]]:
    if isinstance(weights, Mapping):
        raise InputError("expected the scale of each axis beside a state dict of audiobox_aesthetics")
    found = read_element(locate("audiobox_aesthetics", weights), "target_transform")
    try:
        return {axis: (float(found[axis]["mean"]), float(found[axis]["std"])) for axis in AXES}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"expected mean and std of {', '.join(AXES)} in the weights' target_transform") from error
