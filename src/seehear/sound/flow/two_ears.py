"""The backend `visaudio`: silent video straight to what two ears hear.

Its sound is a bed of two channels that a binaural layout takes as it is; objects are heard in it, not placed by us.
There are no published weights: it runs a network that `seehear train flow` made.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from seehear.errors import InputError
from seehear.media.reading import resampled
from seehear.media.stems import AMBIENCE, ArrayStems
from seehear.scene import Ambience, Scene
from seehear.sound.flow import clip
from seehear.sound.flow.conditions import Extractors, shown_in
from seehear.sound.flow.generate import Maker, Sampling
from seehear.sound.flow.loading import load_mel_codec, load_network
from seehear.sound.flow.needs import FEATURES, PLACES, SPATIAL, codec_weights, need, terms_of, weights_of
from seehear.sound.flow.placed import later, plan, within_memory
from seehear.sound.flow.visaudio import ViSAudio
from seehear.sound.sounded import Sounded

_log = logging.getLogger(__name__)


class TwoEarSound:
    """The backend.

    Args:
        file: of a network with two ears, see `seehear.sound.flow.loading.save_network`.
        maker: network, codec and extractors, already loaded; None: out of the file.
        sampling: how; the seed is given to `to_stems`.
        caption: gives a scene's caption in words that the network reads; None = the published form, `caption_of`.
    """

    def __init__(
        self,
        file: str = "",
        *,
        maker: Maker | None = None,
        sampling: Sampling | None = None,
        caption: Callable[[Scene], str] | None = None,
    ) -> None:
        if not file and maker is None:
            raise InputError("expected visaudio:FILE, a network that 'seehear train flow' made: none is published")
        self._file, self._maker, self._sampling = Path(file), maker, sampling or Sampling()
        self._caption = caption or caption_of

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Make the sound at two ears.

        Args:
            scene: its labels become the caption; its objects go to ``extra["in_bed"]``.
            picture: the file it was watched in.
            seed: settles the noise the sound begins from.
            sample_rate: Hz of the stems.

        Raises:
            MissingWeights: a feature extractor is not on this machine.
            InputError: no picture, less of it than 0.64 s, or a file that is no network with two ears.
            BackendFailed: out of memory.
        """
        if picture is None:
            raise InputError("sound backend 'visaudio' makes sound out of a picture, got a scene alone: use voices")
        if self._maker is None:
            self._maker = eared(self._file)
        start, film, notes = float(scene.extra.get("start", 0.0)), Path(picture), list[str]()
        plan(self._maker, scene.duration, self._sampling, sounds=1)
        blocks = self._maker.sounds(
            lambda begin, duration: later(shown_in(film, start=begin + start, duration=duration), start),
            scene.duration, self._caption(scene), sampling=replace(self._sampling, seed=seed), told=notes.append,
        )  # fmt: skip
        at_rate = resampled(blocks, self._maker.codec.sample_rate, sample_rate)
        ears = np.concatenate(list(within_memory(at_rate)), axis=1)
        extra = dict(scene.extra) | {"in_bed": [one.id for one in scene.objects], "bed": "binaural"}
        if notes:
            extra["unknown"] = [*extra.get("unknown", []), *notes]
        bed = scene.ambience or Ambience()
        told = scene.model_copy(update={"objects": (), "ambience": bed, "extra": extra})
        return Sounded(told, ArrayStems({AMBIENCE: ears}, sample_rate, max(1, round(scene.duration * sample_rate))))


def caption_of(scene: Scene) -> str:
    """Give the caption in the published form: what is seen, then what is heard of the unseen.

    Example:
        >>> from seehear.scene import Scene
        >>> caption_of(Scene(duration=1.0))
        ''
    """
    if scene.caption:
        return scene.caption
    groups: dict[bool, list[str]] = {True: [], False: []}
    for one in scene.objects:
        if one.caption or one.label:
            groups[any(key.box is not None for key in one.keyframes)].append(str(one.caption or one.label))
    if not any(groups.values()):
        return ""
    return f"Visible sound: {', '.join(groups[True]) or 'none'}, Invisible sound: {', '.join(groups[False]) or 'none'}"


def eared(file: Path, *, extractors: Callable[[], Extractors] | None = None) -> Maker:
    """Load a network with two ears and the published feature extractors.

    Args:
        file: of the network.
        extractors: gives others, for networks that learned their own.

    Raises:
        InputError: no network with two ears.
        MissingWeights: an extractor, or the mel codec, is not on this machine.
    """
    kept = load_network(file)
    if not isinstance(kept.network, ViSAudio):
        raise InputError(f"expected a network with two ears, got one of one channel in '{file.name}'")
    if kept.codec is None:
        need(codec_weights(kept.rate), "visaudio")
    codec = kept.codec or load_mel_codec(kept.rate)
    aside = 0.0 if extractors else FEATURES + PLACES
    return Maker(kept.network, codec, extractors() if extractors else _published(), aside=aside)


def _published() -> Extractors:
    from seehear.networks.perception_encoder import load
    from seehear.networks.sync_offset import load_visual

    names = [name for name in weights_of("visaudio") if name not in codec_weights("44k")]
    need(names, "visaudio")
    _log.warning("weights in use: %s", terms_of(names))
    return Extractors(clip.load(), load_visual(), load(SPATIAL))
