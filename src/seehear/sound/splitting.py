"""The soundtrack taken apart while it streams: one stem for each sounding object, and the ambience that is left.

Masks are made for chunks of some nineteen seconds on a fixed grid, which overlap by nearly three and are cross-faded;
so memory does not grow with length, and the samples do not depend on the size of the blocks asked for. The ambience is
the original less the objects' stems: they add up to it but for the rounding of 32-bit floats.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from seehear.media.stems import AMBIENCE, Samples
from seehear.sound.gates import Gate
from seehear.sound.masks import Part, masks_of
from seehear.sound.spectrum import Chunk, Floats, Spectra, Transform, chunks

_CHUNK = 1536
_OVERLAP = 256
_STEP = 256


class Track(Protocol):
    """A soundtrack that can be read again and again; see `seehear.sound.soundtrack.Soundtrack`."""

    @property
    def sample_rate(self) -> int:
        """Hz."""
        ...

    @property
    def channels(self) -> int:
        """How many."""
        ...

    @property
    def length(self) -> int:
        """Samples."""
        ...

    def blocks(self) -> Iterator[Samples]:
        """Give (channels, n) blocks, ``length`` samples in all."""
        ...


class Piece(NamedTuple):
    """Some samples in a row, taken apart; objects left out are silent."""

    original: Samples
    objects: dict[str, Samples]


class OwnStems:
    """The stems of a soundtrack; see `seehear.media.stems.Stems`.

    Args:
        track: the soundtrack.
        transform: window and step.
        gates: when each object may be heard, by id.
        floor: (frames, bands) power of the steady noise at every `floor_step` frames.
        floor_step: frames.
        seed: settles the patterns to start from.
        lateral: whether the two channels differ.
        folded: ids that stay in the ambience after all.
    """

    def __init__(
        self,
        track: Track,
        transform: Transform,
        gates: Mapping[str, Gate],
        floor: Floats,
        *,
        floor_step: int,
        seed: int,
        lateral: bool,
        folded: frozenset[str] = frozenset(),
    ) -> None:
        self._track, self._transform, self._gates = track, transform, dict(gates)
        self._floor, self._floor_step = floor, floor_step
        self._seed, self._lateral, self._folded = seed, lateral, folded
        self.sample_rate = track.sample_rate
        self.length = track.length
        names = [name for name in gates if name not in folded]
        self.channels: Mapping[str, int] = dict.fromkeys([*names, AMBIENCE], track.channels)

    def without(self, names: set[str]) -> "OwnStems":
        """Give the same stems with some objects left in the ambience."""
        return OwnStems(
            self._track, self._transform, self._gates, self._floor, floor_step=self._floor_step, seed=self._seed,
            lateral=self._lateral, folded=self._folded | names,
        )  # fmt: skip

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        names = [name for name in self.channels if name != AMBIENCE]
        held = np.zeros((1 + len(names), self._track.channels, 0), dtype=np.float32)
        for piece in self._pieces():
            fresh = np.zeros((1 + len(names), *piece.original.shape), dtype=np.float32)
            fresh[0] = piece.original
            for at, name in enumerate(names, start=1):
                if name in piece.objects:
                    fresh[at] = piece.objects[name]
                    fresh[0] -= fresh[at]
            held = np.concatenate([held, fresh], axis=2)
            for start in range(0, held.shape[2] - size + 1, size):
                yield _named(held[:, :, start : start + size], names)
            held = held[:, :, held.shape[2] - held.shape[2] % size :]
        if held.shape[2]:
            yield _named(held, names)

    def _pieces(self) -> Iterator[Piece]:
        """Undo the transform's delay: the first ``size - hop`` samples lie before the sound."""
        lead = self._transform.size - self._transform.hop
        kept = _Overlap(self._transform)
        original = np.zeros((self._track.channels, lead), dtype=np.float32)
        skip, left = lead, self.length
        for fresh, spectra, masks in self._masked():
            objects = kept.add(spectra, masks)
            original = np.concatenate([original, fresh], axis=1)
            now, original = original[:, : fresh.shape[1]], original[:, fresh.shape[1] :]
            inside = slice(skip, min(now.shape[1], skip + left))
            skip, left = max(0, skip - now.shape[1]), left - max(0, inside.stop - inside.start)
            yield Piece(now[:, inside], {name: one[:, inside] for name, one in objects.items()})

    def _masked(self) -> Iterator[tuple[Samples, Spectra, dict[str, Floats]]]:
        """Give new samples, spectra and masks in a row: each chunk but for its end, which the next one begins with."""
        total = self._transform.count(self.length)
        held: list[Chunk] = []
        tail: dict[str, Floats] = {}
        first = 0
        for chunk in chunks(self._track.blocks(), self._transform, self.length, _STEP):
            held.append(chunk)
            reach = min(total, first + _CHUNK + _OVERLAP)
            if chunk.first + chunk.spectra.shape[1] < reach:
                continue
            samples = np.concatenate([one.samples for one in held], axis=1)
            spectra = np.concatenate([one.spectra for one in held], axis=1)
            masks = _blended(self._modelled(first, spectra[:, : reach - first]), tail)
            settled = reach - first if reach == total else _CHUNK
            hop, cut = self._transform.hop, settled * self._transform.hop
            for start in range(0, settled, _STEP):
                part = slice(start, min(start + _STEP, settled))
                fresh = samples[:, part.start * hop : part.stop * hop]
                yield fresh, spectra[:, part], {name: mask[part] for name, mask in masks.items()}
            tail = {name: mask[settled:] for name, mask in masks.items()}
            first += settled
            held = [Chunk(first, samples[:, cut:], spectra[:, settled:])]

    def _modelled(self, first: int, spectra: Spectra) -> dict[str, Floats]:
        """Give the (frames, bands) masks of the objects that may be heard in these frames."""
        stop = first + spectra.shape[1]
        parts = {name: Part(gate.between(first, stop), gate.bands, gate.steady) for name, gate in self._gates.items()}
        parts = {name: part for name, part in parts.items() if part.gate.any()}
        if not parts:
            return {}
        transform = self._transform
        each = transform.gather((spectra.real**2 + spectra.imag**2) * np.float32(4.0 / transform.size**2))
        balance = (each[0] - each[1]) / (each[0] + each[1] + np.float32(1e-12)) if self._lateral else None
        rng = np.random.default_rng([self._seed, first])
        masks = masks_of(each.mean(axis=0), self._noise(first, stop), list(parts.values()), balance, rng=rng)
        return dict(zip(parts, masks, strict=True))

    def _noise(self, first: int, stop: int) -> Floats:
        """Give the (stop - first, bands) noise floor."""
        at = (np.arange(first, stop) + 0.5) / self._floor_step - 0.5
        low = np.clip(np.floor(at).astype(np.intp), 0, len(self._floor) - 1)
        high = np.minimum(low + 1, len(self._floor) - 1)
        share = np.clip(at - low, 0, 1)[:, None].astype(np.float32)
        return np.asarray((1 - share) * self._floor[low] + share * self._floor[high])


class _Overlap:
    """Masked spectra back to samples, overlapped and added from piece to piece."""

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        self._tails: dict[str, Floats] = {}

    def add(self, spectra: Spectra, masks: dict[str, Floats]) -> dict[str, Samples]:
        """Give the new samples of each object that has any."""
        count = spectra.shape[1] * self._transform.hop
        done: dict[str, Samples] = {}
        for name in {**self._tails, **masks}:
            out = np.zeros((len(spectra), count + self._transform.size - self._transform.hop), dtype=np.float32)
            mask = masks.get(name)
            if mask is not None and mask.any():
                out = self._transform.backward(spectra * self._transform.spread(mask))
            if name in self._tails:
                before = self._tails.pop(name)
                out[:, : before.shape[1]] += before
            done[name] = out[:, :count]
            if out[:, count:].any():
                self._tails[name] = out[:, count:]
        return done


def _blended(masks: dict[str, Floats], tail: dict[str, Floats]) -> dict[str, Floats]:
    """Fade from the last chunk's masks into this one's, where they overlap."""
    for name in masks.keys() & tail.keys():
        length = len(tail[name])
        fade = ((np.arange(length) + 0.5) / length)[:, None].astype(np.float32)
        masks[name][:length] = fade * masks[name][:length] + (1 - fade) * tail[name]
    return masks


def _named(block: Samples, names: list[str]) -> dict[str, Samples]:
    """The ambience and the objects that are not silent."""
    return {AMBIENCE: block[0], **{name: one for name, one in zip(names, block[1:], strict=True) if one.any()}}
