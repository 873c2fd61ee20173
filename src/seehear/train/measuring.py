"""What a trained network makes of held-back worlds, against the truth in its codec: side, levels, direction, onsets.

Everything is read off mel energies at two ears, so that a codec that makes no sound is measured like one that does.
Directions are read by a linear reader that is fitted on true sounds of single sources in sight; its own error on truth
is told beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.score.ear_levels import level_scores, mirror_error, onset_distance, rises
from seehear.score.score import Difference, paired_difference
from seehear.sound.flow.learners import Learner, latents_of
from seehear.sound.flow.mel import MelSpectrogram
from seehear.sound.flow.pca_mel import FRONT, PcaMelCodec
from seehear.train.batches import Batches
from seehear.train.truths import places
from seehear.train.worlds import Worlds

FRAME, BANDS = 8, 8
"""Mel frames of 16 ms to a frame of 0.128 s; groups of mel bands that directions are read from."""

STEP = FRONT.hop / FRONT.sample_rate
_SIZE, _RIDGE, _QUIET = 16, 30.0, 1e-3

Row = dict[str, float]


class Reader(NamedTuple):
    """Reads directions off level differences.

    Attributes:
        weights: (bands + 1,) degrees.
        floor: mean absolute error on true sounds of other worlds, degrees.
    """

    weights: NDArray[np.float64]
    floor: float

    def error(self, energies: NDArray[np.float64], azimuths: NDArray[np.float64]) -> float:
        """Give the mean absolute error, degrees, over the frames (frames,) in which there is sound."""
        found, heard = _differences(energies), _heard(energies)
        return float(np.abs(found @ self.weights - azimuths)[heard].mean()) if heard.any() else float("nan")


def measured(
    learner: Learner, batches: Batches, reader: Reader, *, count: int, steps: int = 25, strength: float = 1.0
) -> list[Row]:
    """Measure what a learner makes of the first worlds.

    Args:
        learner: trained.
        batches: of held-back worlds.
        reader: of directions.
        count: worlds.
        steps: of the flow.
        strength: of guidance.

    Returns:
        A row for each world: ``side`` (share of frames), ``ild`` (dB, root of the mean square), ``mono`` (the same for
        no difference at all), ``mirror`` (dB), ``azimuth`` (deg, single sources in sight, else nan), ``onset`` (s,
        median) and ``chance`` (the same against another world's onsets).
    """
    rows: list[Row] = []
    for start in range(0, count, _SIZE):
        indices = list(range(start, min(start + _SIZE, count)))
        batch = batches.of(indices)
        turned = batch.mirrored(torch.ones(len(indices), dtype=torch.bool))
        made, mirrored = (
            mel_energies(learner, learner.sample(one, _noise(start), steps=steps, strength=strength))
            for one in (batch, turned)
        )
        truth = mel_energies(learner, batch.latents)
        for place, index in enumerate(indices):
            other = truth[(place + 1) % len(indices)]
            row = _row(made[place], mirrored[place], truth[place], other)
            azimuths = alone(batches.worlds, index)
            row["azimuth"] = float("nan") if azimuths is None else reader.error(framed(made[place]), azimuths)
            rows.append({"world": index, **row})
    return rows


def fitted_reader(learner: Learner, worlds: Worlds, others: Worlds, *, count: int = 256) -> Reader:
    """Fit a reader on worlds, and find its floor on other ones, in a learner's codec."""
    parts = [_singles(learner, worlds, count), _singles(learner, others, count)]
    x, y = (np.concatenate(part) for part in zip(*parts[0], strict=True))
    weights = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ y)
    errors = np.concatenate([np.abs(found @ weights - azimuths) for found, azimuths in parts[1]])
    return Reader(weights, float(errors.mean()))


def mel_energies(learner: Learner, latents: Tensor) -> NDArray[np.float64]:
    """Give the energies (batch, 2, frames, bands) of latents (batch, 2, frames, channels)."""
    with torch.no_grad():
        if isinstance(learner.codec, PcaMelCodec):
            logs = learner.codec.log_mel(latents.float())
        else:
            sound = learner.codec.decode(latents.float().flatten(0, 1))
            logs = MelSpectrogram(FRONT)(sound).transpose(1, 2).unflatten(0, (-1, 2))
    return (2 * logs.clamp(max=10)).exp().double().numpy()


def framed(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum energies (2, frames, bands) over frames of 0.128 s and groups of bands: (2, frames, `BANDS`)."""
    count = energies.shape[1] // FRAME
    blocks = energies[:, : count * FRAME].reshape(2, count, FRAME, BANDS, -1)
    return np.asarray(blocks.sum(axis=(2, 4)))


def alone(worlds: Worlds, index: int) -> NDArray[np.float64] | None:
    """Give the azimuth of a world's only source at each frame of 0.128 s, deg; None: several, or not always seen."""
    scene = worlds.told(index)
    if len(scene["objects"]) != 1:
        return None
    times = np.asarray((np.arange(32) + 0.5) * FRAME * STEP, np.float64)
    where = places(scene, times)
    if not (where.width > 0).any(axis=1).all():
        return None
    across = where.across[:, (where.width > 0).any(axis=0)][:, 0]
    return np.degrees(np.arctan(1 - 2 * across))


def differing_by(first: Sequence[Row], second: Sequence[Row], name: str) -> Difference:
    """Give how much more of a measure the second has, with its 95 % interval, worlds paired."""
    one, two = (np.array([row[name] for row in rows]) for rows in (first, second))
    return paired_difference(two, one, rng=np.random.default_rng(0))


def means(rows: Sequence[Mapping[str, Any]]) -> Row:
    """Give the mean of every measure over the worlds that have it; the ILD's as the root of the mean square."""
    found: Row = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows], np.float64)
        values = values[np.isfinite(values)]
        if name != "world" and len(values):
            found[name] = float(np.sqrt((values**2).mean())) if name in ("ild", "mono") else float(values.mean())
    return found


def _row(
    made: NDArray[np.float64], mirrored: NDArray[np.float64], truth: NDArray[np.float64], other: NDArray[np.float64]
) -> Row:
    levels = [framed(one).sum(axis=2) for one in (made, mirrored, truth)]
    scores = level_scores(levels[0], levels[2])
    heard, asked, another = (rises(10 * np.log10(one.sum(axis=0).T + 1e-9), step=STEP) for one in (made, truth, other))
    return {
        "side": scores.side.value, "ild": scores.ild.value, "mono": float(scores.ild.extra["mono"]),
        "mirror": mirror_error(levels[0], levels[1]).value, "onset": onset_distance(heard, asked).value,
        "chance": onset_distance(heard, another).value,
    }  # fmt: skip


def _singles(learner: Learner, worlds: Worlds, count: int) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Level differences and azimuths of the frames that sound, of each world with one source in sight."""
    found = []
    for index in range(min(count, len(worlds))):
        azimuths = alone(worlds, index)
        if azimuths is not None:
            sound = torch.from_numpy(worlds.picked([index], frames=False).samples)
            energies = framed(mel_energies(learner, latents_of(learner.codec, sound))[0])
            heard = _heard(energies)
            found.append((_differences(energies)[heard], azimuths[heard]))
    return found


def _differences(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, frames, bands) to (frames, bands + 1): dB left over right where a band has energy, and a constant 1."""
    least = _QUIET * energies.sum(axis=(0, 2)).max() / BANDS + 1e-12
    gaps = 10 * np.log10((energies[0] + least) / (energies[1] + least))
    return np.concatenate([np.clip(gaps, -20, 20), np.ones((len(gaps), 1))], axis=1)


def _heard(energies: NDArray[np.float64]) -> NDArray[np.bool_]:
    total = energies.sum(axis=(0, 2))
    return np.asarray(total >= _QUIET * total.max())


def _noise(number: int) -> torch.Generator:
    return torch.Generator().manual_seed(number)
