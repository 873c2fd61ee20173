"""A clip to sound, of any length: features of one window at a time, sampling, decoding, all in bounded memory."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import BackendFailed, InputError
from seehear.sound.flow.codec import Codec, decoded
from seehear.sound.flow.conditions import Extractors, Picture, Shown, sampled, unchanging
from seehear.sound.flow.matching import STEPS, STRENGTH, Guided, Velocity, between_ears, both_ways
from seehear.sound.flow.mmaudio import MMAudio
from seehear.sound.flow.visaudio import ViSAudio
from seehear.sound.flow.windows import SharedNoise, Span, sample_windows

STILL = "nothing moves in the picture: when the sound comes is left to chance"


@dataclass(frozen=True)
class Sampling:
    """How a latent is sampled.

    Attributes:
        steps: of the flow.
        solver: see `seehear.sound.flow.matching.sample`.
        strength: of guidance; 1 = none.
        seed: settles the noise.
        mirrored: sample both ways, see `seehear.sound.flow.matching.both_ways`; for two ears.
    """

    steps: int = STEPS
    solver: str = "euler"
    strength: float = STRENGTH
    seed: int = 0
    mirrored: bool = False


class Maker:
    """Network, codec and feature extractors together.

    Args:
        network: one channel (`MMAudio`) or two ears (`ViSAudio`), on its device.
        codec: of its latents.
        extractors: of what it is told.
        half: compute in bfloat16.
        compiled: let torch compile the network: slower to start, faster after.
        device: where the network and the codec run.
        aside: operations a second of clip for features and decoding, for the plan; 0 = not known.

    Raises:
        InputError: a codec of another number of channels than the network's latent.
    """

    def __init__(
        self,
        network: MMAudio,
        codec: Codec,
        extractors: Extractors,
        *,
        half: bool = False,
        compiled: bool = False,
        device: str = "cpu",
        aside: float = 0.0,
    ) -> None:
        if codec.channels != network.sizes.latent_channels:
            raise InputError(
                f"expected a codec of {network.sizes.latent_channels} channels, got one of {codec.channels}"
            )
        self._mean, self._std = (one.detach().to(device) for one in (network.latent_mean, network.latent_std))
        self.network = network.to(device, torch.bfloat16) if half else network.to(device)
        self.codec, self.extractors, self.device, self.aside = codec, extractors, device, aside
        self.ears = 2 if isinstance(network, ViSAudio) else 1
        self._forward: Callable[..., Tensor] = torch.compile(self.network) if compiled else self.network
        self._dtype = torch.bfloat16 if half else torch.float32

    @torch.inference_mode()
    def sounds(
        self,
        shown: Callable[[float, float], Iterable[Shown]],
        duration: float,
        caption: str = "",
        *,
        sampling: Sampling | None = None,
        crop: Callable[[Picture, float], Picture] | None = None,
        told: Callable[[str], None] = lambda note: None,
    ) -> Iterator[NDArray[np.float32]]:
        """Make a clip's sound.

        Args:
            shown: gives the frames from a start, s, on over a duration, s; asked once for each window.
            duration: s of the sound.
            caption: what is to be heard; "" = not told.
            sampling: how; None = the published settings.
            crop: cuts each frame at its time, before anything else.
            told: is given what the user should know, a line each.

        Yields:
            float32 (1 or 2, samples) at the codec's rate, left ear first; together duration * rate samples.

        Raises:
            InputError: less picture than one timing segment, no pictures, or one channel sampled both ways.
            BackendFailed: sound that is not finite.
        """
        sampling = sampling or Sampling()
        if sampling.mirrored and self.ears == 1:
            raise InputError("expected a network with two ears to sample both ways, got one of one channel")
        text = self._read(caption, told)
        rate, hop = self.codec.sample_rate, self.codec.hop
        total, length = math.ceil(round(duration * rate) / hop), self.network.sizes.latent_length
        still = _Once(told, STILL)

        def velocity_of(span: Span) -> Velocity:
            start, stop = span.start * hop / rate, min(span.stop * hop / rate, duration)
            seen = sampled(
                shown(start, stop - start), self.extractors.rates(), start=start, duration=stop - start, crop=crop
            )
            if unchanging(seen["sync"]):
                still.say()
            own = self._velocity(self.extractors.features(seen, text), span, sampling)
            if not sampling.mirrored:
                return own
            turned = {name: np.ascontiguousarray(one[:, :, ::-1]) for name, one in seen.items()}
            return both_ways(own, self._velocity(self.extractors.features(turned, text), span, sampling))

        noise = self._noise(sampling.seed)
        latents = sample_windows(
            velocity_of,
            lambda span: noise(span).to(self.device),
            total,
            length=length,
            overlap=max(1, length // 4),
            steps=sampling.steps,
            solver=sampling.solver,
        )
        left = round(duration * rate)
        for block in decoded(self.codec, (self._raw(one) for one in latents)):
            yield _finite(block[:, :left].float().cpu().numpy())
            left -= min(left, block.shape[1])

    def _noise(self, seed: int) -> Callable[[Span], Tensor]:
        if not isinstance(self.network, ViSAudio):
            return SharedNoise(seed, (1, self.codec.channels))
        common = self.network.ear_sizes.common_noise
        if not common:
            return SharedNoise(seed, (1, 2, self.codec.channels))
        each = SharedNoise(seed, (1, 3, self.codec.channels))
        return lambda span: between_ears(each(span), common)

    def _velocity(self, features: Any, span: Span, sampling: Sampling) -> Velocity:  # noqa: ANN401 - of one or two ears
        cast = type(features)(*(one.to(self.device, self._dtype) for one in features))
        frames = span.stop - span.start
        conditions: Any = self.network.conditions(cast, frames)
        empty: Any = None
        if sampling.strength > 1:
            nothing = self.network.empty_features(1, clip_length=cast.clip.shape[1], sync_length=cast.sync.shape[1])
            empty = self.network.conditions(nothing, frames)
        return Guided(self._forward, conditions, empty, strength=sampling.strength, dtype=self._dtype)

    def _read(self, caption: str, told: Callable[[str], None]) -> Tensor:
        if not caption.strip():
            return self.network.empty_string_feat[None].float()
        cut = self.extractors.clip.words(caption).cut
        if cut:
            told(f"the caption is longer than the text window; left out: {cut!r}")
        return torch.from_numpy(self.extractors.clip.read([caption]))

    def _raw(self, latent: Tensor) -> Tensor:
        """(1, [2,] frames, channels) of the network to (ears, frames, channels) of the codec."""
        return (latent * self._std + self._mean).reshape(self.ears, -1, self.codec.channels)


def _finite(block: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(block).all():
        raise BackendFailed("the network gave no finite sound: its weights are damaged, or guidance is too strong")
    return block


class _Once:
    """Says a line once."""

    def __init__(self, told: Callable[[str], None], line: str) -> None:
        self._told, self._line, self._said = told, line, False

    def say(self) -> None:
        if not self._said:
            self._told(self._line)
        self._said = True


def arithmetic(maker: Maker, duration: float, sampling: Sampling) -> float:
    """Estimate a sound's floating-point operations, for a plan before the run: 2 a weight, token, side and step.

    Features and decoding are counted where the maker knows them.
    """
    sizes = maker.network.sizes
    frames = math.ceil(duration * maker.codec.sample_rate / maker.codec.hop)
    windows = max(1.0, frames / (sizes.latent_length * 0.75))
    weights = sum(value.numel() for value in maker.network.parameters())
    sides = (2 if sampling.strength > 1 else 1) * (2 if sampling.mirrored else 1)
    evaluations = sampling.steps * (1 if sampling.solver == "euler" else 2)
    steps = 2.0 * weights * min(sizes.latent_length, frames) * windows * sides * evaluations * maker.ears
    return steps + maker.aside * duration * (1.0 if windows == 1.0 else 4 / 3)


def memory(maker: Maker) -> int:
    """Give the bytes that the weights of all parts take."""
    parts = (maker.network, maker.codec, *maker.extractors[:3])
    modules = (getattr(part, "network", part) for part in parts)
    values = (value for module in modules if isinstance(module, nn.Module) for value in module.parameters())
    return sum(value.numel() * value.element_size() for value in values)
