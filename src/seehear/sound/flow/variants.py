"""The variants of the closed-world experiment as plain data, and how one is built: equal parameters, equal data.

V0 mono copied to both ears; V1 mono, then a learned spatialiser (V1o: the same, given the true mono); V2 both ears'
channels stacked; V3 a branch for each ear, not told where things are; V4 told, without ear embeddings; V5 in full;
V6 without words; V7 with shared branches; V5B and V7B attend over both ears at once (reading B). ``flow-tiny`` is the
network that is shipped.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.sound.flow.eyes import Eyes, EyeSizes
from seehear.sound.flow.learners import Learner, MonoLearner, Spatialiser, StackedLearner, TwoStageLearner
from seehear.sound.flow.mdct import MdctCodec
from seehear.sound.flow.mmaudio import MMAudio
from seehear.sound.flow.pca_mel import PcaMelCodec
from seehear.sound.flow.visaudio import ViSAudio

Codec = MdctCodec | PcaMelCodec
CODECS = ("mdct", "pca-mel")
SAMPLE_RATE, SAMPLES = 16000, 65536
EYES = EyeSizes()


@dataclass(frozen=True)
class Variant:
    """One row.

    Attributes:
        said: what it is.
        kind: ``mono``, ``two-stage``, ``stacked`` or ``ears``.
        matched: width of the token streams with ``pca-mel`` and with ``mdct`` at which all variants have the same
            number of parameters, to 3 %.
        width: another one; None = the matched.
        heads: of attention.
        joint: joint blocks.
        fused: blocks on the sound alone.
        reading: of two ears, see `seehear.sound.flow.visaudio`.
        branches: ``separate`` or ``shared``.
        spatial: told where things are.
        ear_embeddings: with the ears' embeddings in the token maps.
        captions: with words.
        common_noise: share of the noise that both ears begin from together.
        trained_as: the variant whose weights it takes; "" = its own.
        eyes: sizes of the feature extractors.
        dropped: how often a clip loses its words in training.
        followed: share of a batch that is followed along the flow, see `Learner`.
    """

    said: str
    kind: str = "ears"
    matched: tuple[int, int] = (64, 64)
    width: int | None = None
    heads: int = 2
    joint: int = 1
    fused: int = 1
    reading: str = "A"
    branches: str = "separate"
    spatial: bool = True
    ear_embeddings: bool = True
    captions: bool = True
    common_noise: float = 0.0
    trained_as: str = ""
    eyes: EyeSizes = EYES
    dropped: float = 0.1
    followed: float = 0.5

    def build(self, codec: Codec, generator: torch.Generator | None = None) -> Learner:
        """Give what is trained, its weights at their start.

        Args:
            codec: of the latents, see `codec_for`.
            generator: settles the start; None = torch's own.
        """
        with torch.random.fork_rng(enabled=generator is not None):
            if generator is not None:
                torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
            return self._built(codec)

    def _built(self, codec: Codec) -> Learner:
        width = self.width or self.matched[isinstance(codec, MdctCodec)]
        eyes, channels = Eyes(self.eyes), codec.channels * (2 if self.kind == "stacked" else 1)
        flow = self.eyes.flow(
            width, self.heads, joint=self.joint, fused=self.fused,
            channels=channels, length=SAMPLES // codec.hop,
            head="levels" if isinstance(codec, MdctCodec) else "gaussian",
        )  # fmt: skip
        learning: dict[str, Any] = {"dropped": self.dropped, "followed": self.followed}
        if self.kind == "ears":
            sizes = self.eyes.ears(
                flow, reading=self.reading, branches=self.branches, spatial=self.spatial,
                ear_embeddings=self.ear_embeddings, common_noise=self.common_noise,
            )  # fmt: skip
            network = started(ViSAudio(sizes))
            return Learner(eyes, network, codec, captions=self.captions, **learning)
        mono = started(MMAudio(flow))
        if self.kind == "mono":
            return MonoLearner(eyes, mono, codec, **learning)
        if self.kind == "stacked":
            return StackedLearner(eyes, mono, codec, **learning)
        second = Spatialiser(eyes, channels, width=width, heads=self.heads, blocks=1)
        return TwoStageLearner(eyes, mono, codec, second, told_mono=bool(self.trained_as), **learning)


def started(network: MMAudio) -> MMAudio:
    """Give a network the start from which it is trained without an older one's weights."""
    network.start()
    for name, value in network.named_parameters():
        if name.startswith("final_layer_right.conv"):
            nn.init.zeros_(value)
        elif "adaLN_modulation" in name and name.endswith("weight"):
            nn.init.normal_(value, std=0.02)
        elif name in ("spacetime.queries", "ear_embedding"):
            nn.init.normal_(value, std=0.2)
    if isinstance(network, ViSAudio) and network.ear_sizes.spatial:
        network.spacetime.tell_apart()
    return network


VARIANTS: dict[str, Variant] = {
    "V0": Variant("mono, copied to both ears", "mono", matched=(76, 80)),
    "V1": Variant("mono, then a learned spatialiser", "two-stage"),
    "V1o": Variant("the spatialiser, given the true mono", "two-stage", trained_as="V1"),
    "V2": Variant("both ears stacked in one stream", "stacked", matched=(72, 64)),
    "V3": Variant("a branch for each ear, not told where", spatial=False),
    "V4": Variant("told where, no ear embeddings", ear_embeddings=False),
    "V5": Variant("in full"),
    "V5B": Variant("in full, reading B", reading="B"),
    "V6": Variant("in full, without words", captions=False),
    "V7": Variant("in full, shared branches", branches="shared", matched=(72, 76)),
    "V7B": Variant("shared branches, reading B", branches="shared", reading="B", matched=(72, 76)),
}
"""The rows of the experiment, at the size of a CPU."""

FLOW_TINY = Variant("the network that is shipped", branches="shared", common_noise=1.0, dropped=0.3, followed=0.25)
"""Trained on ``mdct``."""


def variant(name: str) -> Variant:
    """Give a row by name; ``flow-tiny`` too.

    Raises:
        InputError: no such variant.
    """
    rows = VARIANTS | {"flow-tiny": FLOW_TINY}
    if name not in rows:
        raise InputError(f"expected a variant out of {', '.join(rows)}, got {name!r}")
    return rows[name]


def codec_for(name: str, sound: Tensor) -> Codec:
    """Fit a codec to training sounds.

    Args:
        name: ``mdct`` or ``pca-mel``.
        sound: (worlds, 2, samples) at 16 kHz; some dozens of worlds are enough.

    Raises:
        InputError: no such codec.
    """
    ears = sound.flatten(0, 1)
    if name == "mdct":
        codec = MdctCodec(SAMPLE_RATE)
        return codec.fitted(codec.encode(ears))
    if name == "pca-mel":
        return PcaMelCodec().fitted(ears)
    raise InputError(f"expected a codec out of {', '.join(CODECS)}, got {name!r}")
