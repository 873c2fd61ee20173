"""What is trained: a variant of the closed-world network, its codec fitted to the training sounds, and its export."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from seehear.sound.flow.learners import Learner, latents_of
from seehear.sound.flow.loading import save_network
from seehear.sound.flow.mdct import MdctCodec
from seehear.sound.flow.pca_mel import PcaMelCodec
from seehear.sound.flow.variants import SAMPLE_RATE, Codec, Variant, codec_for, variant
from seehear.sound.flow.visaudio import ViSAudio
from seehear.train.batches import Encode
from seehear.train.checkpoint import read_checkpoint
from seehear.train.config import Config
from seehear.train.seeing import RememberingEyes
from seehear.train.worlds import Worlds

FITTED = 64
"""Worlds, the first ones, that a codec is fitted to."""


def variant_of(config: Config) -> Variant:
    """Give a config's variant, with the sizes that the config asks for.

    Raises:
        InputError: no such variant, or sizes that make no network.
    """
    row = variant(config.variant)
    asked = {name: getattr(config, name) for name in ("width", "heads", "joint", "fused", "reading", "common_noise")}
    return replace(row, **{name: value for name, value in asked.items() if value is not None})


def fitted_codec(config: Config, worlds: Worlds) -> Codec:
    """Give a config's codec, fitted to the first worlds."""
    sound = worlds.picked(range(min(FITTED, len(worlds)))).samples
    return codec_for(config.codec, torch.from_numpy(sound))


def blank_codec(config: Config) -> Codec:
    """Give a config's codec, fitted to nothing: for its sizes."""
    return MdctCodec(SAMPLE_RATE) if config.codec == "mdct" else PcaMelCodec()


def learner_for(config: Config, codec: Codec) -> Learner:
    """Give what a config trains, its weights at their start; other variants of its seed start alike."""
    learner = variant_of(config).build(codec, torch.Generator().manual_seed(config.seed))
    if config.eyes_steps:
        remembering = RememberingEyes(learner.eyes.sizes)
        remembering.load_state_dict(learner.eyes.state_dict())
        learner.eyes = remembering
    return learner


def encoder(learner: Learner) -> Encode:
    """Give the function from sound to latents."""
    return partial(latents_of, learner.codec)


def export(file: Path, learner: Learner, facts: Mapping[str, object]) -> Path | None:
    """Write a learner's weights in half precision, as `hear --sound visaudio:FILE` takes them.

    Returns:
        The file; None where there is nothing to hear: a codec that makes no sound, or a control without two ears.
    """
    if not isinstance(learner.codec, MdctCodec) or not isinstance(learner.network, ViSAudio):
        return None
    save_network(file, learner.network, learner.codec, eyes=learner.eyes, facts=facts, half=True)
    return file


def trained_learner(file: Path) -> tuple[Learner, Config]:
    """Give the averaged weights of a run, ready to sample.

    Args:
        file: the run's checkpoint.

    Raises:
        InputError: not a checkpoint.
    """
    state = read_checkpoint(file)
    config = Config.model_validate(state["config"])
    learner = learner_for(config, blank_codec(config))
    learner.load_state_dict(state["trainer"]["average"])
    return learner.eval(), config
