"""What a clip's channels are: told by its file, or found from the sound of its first half minute.

Two channels: equal ones are dual mono; ones that differ in level only are panned; ones whose delays and levels go
together as a head's do are binaural; the rest are a pair of microphones apart, whose own offset in level and delay is
measured. Ambisonics: every convention has its own ratio of first-order to zeroth-order energy, whatever the field.

References: Nachbar et al., "AmbiX", Ambisonics Symposium 2011 (SN3D, N3D, FuMa).
"""

import itertools
from typing import NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.listen.heard import Format, FormatKind
from seehear.listen.spectrogram import Clip, Spectra, Stretch
from seehear.media.layout import LAYOUTS, Layout, layout_of
from seehear.scene.direction import Array

BY_CHANNELS = {4: "foa", 6: "5.1", 8: "7.1", 10: "5.1.4", 12: "7.1.4", 16: "hoa3"}

EQUAL = 1e-4
"""Share of the energy (-40 dB) of the difference of two channels up to which they are equal."""

DEAD = 1e-6
"""Energy of a channel against the other (-60 dB) up to which it is dead."""

IN_PHASE, MOSTLY = 0.25, 0.8
"""Rad of phase, and the share of units within, of two channels that differ in level only."""

NO_HEAD_LEVEL, FLAT, FAR_ASIDE = 2.5, 0.3, 12.0
"""dB: level difference in phase that no head makes; unevenness over frequency that every head exceeds; level
difference below 1 kHz that no head makes."""

HEAD_DELAY = 0.85e-3
"""Seconds: no head's delay is longer."""

GROUP = 50
"""Frames of 10 ms of one measure of delay and level."""

PLAIN_DELAY = 0.15e-3
"""Seconds of delay from which a head's shadow must be heard."""

STRONG, CLEAR, BARE, AGAINST = 0.35, 0.7, 0.5, 1.0
"""Strength of a delay and coherence that are believed; dB of unevenness that every head exceeds when it is aside; dB
of low-frequency difference against the delay."""


class Pair(NamedTuple):
    """Delay and levels between two channels, one row for each half second with sound.

    Attributes:
        delay: s, positive where channel 0 leads.
        lead: rad, mean phase from 100 to 700 Hz, positive where channel 0 leads.
        low: dB below 1 kHz, positive where channel 0 is louder.
        strength: 0 to 1, of the delay: how much of the sound has it.
        coherence: 0 to 1, from 2 to 6 kHz.
        in_phase: share of the power from 0.5 to 4 kHz that is in phase.
        aside: dB, largest level difference of a band from 0.3 to 1.5 kHz.
        uneven: dB, standard deviation of the level difference over bands from 0.3 to 8 kHz.
    """

    delay: Array
    lead: Array
    low: Array
    strength: Array
    coherence: Array
    in_phase: Array
    aside: Array
    uneven: Array


def format_named(name: str, clip: Clip) -> Format:
    """Give the format that the user says.

    Raises:
        InputError: no such format, or one of another number of channels.
    """
    told = "you said so"
    two: dict[str, FormatKind] = {
        "stereo": "panned", "panned": "panned", "binaural": "binaural", "spaced_pair": "spaced_pair",
        "dual_mono": "dual_mono",
    }  # fmt: skip
    if name == "mono":
        found, wanted = Format("mono", 1.0, "mono", reasons=(told,)), clip.channels
    elif name in two:
        found, wanted = Format(two[name], 1.0, "binaural" if name == "binaural" else "stereo", reasons=(told,)), 2
    elif name in LAYOUTS:
        layout = layout_of(name)
        found, wanted = _of_layout(layout, 1.0, told), layout.size
    else:
        names = sorted({"mono", *two, *LAYOUTS})
        raise InputError(f"the format must be one of {', '.join(names)}, got {name!r}")
    if clip.channels != wanted:
        raise InputError(f"format {name!r} has {wanted} channels, got a sound of {clip.channels}: name another format")
    return found


def format_told(clip: Clip) -> Format | None:
    """Give the format that the number of channels tells; None for two channels, which must be listened to.

    Raises:
        InputError: a number of channels that no format has.
    """
    if clip.channels == 1:
        return Format("mono", 1.0, "mono", reasons=("there is one channel",))
    if clip.channels == 2:
        return None
    name = clip.layout if clip.layout in LAYOUTS else BY_CHANNELS.get(clip.channels, "")
    if not name:
        counts = ", ".join(str(one) for one in (1, 2, *BY_CHANNELS))
        raise InputError(f"expected a sound of {counts} channels, got {clip.channels}: choose the channels to hear")
    layout = layout_of(name)
    named = clip.mask and clip.layout
    reason = f"the file names the layout {name}" if named else f"{clip.channels} channels are most often {name}"
    return _of_layout(layout, 0.95 if named else 0.8, reason)


def _of_layout(layout: Layout, confidence: float, reason: str) -> Format:
    kind: FormatKind = "ambisonics" if layout.kind == "ambisonics" else "loudspeakers"
    return Format(kind, confidence, layout.name, "ACN/SN3D" if layout.order else None, reasons=(reason,))


def with_convention(found: Format, energy: Array) -> Format:
    """Tell an ambisonic sound's convention by its channels' energies, (channels,)."""
    if energy[0] <= 0.0 or energy[1:4].sum() <= 0.0:
        return found
    ratio = float(energy[1:4].sum() / energy[0])
    names, wanted = ("ACN/SN3D", "FuMa", "ACN/N3D"), np.array([1.0, 2.0, 3.0])
    gap = np.abs(np.log(ratio / wanted))
    best = int(gap.argmin()) if len(energy) == 4 or gap.argmin() != 1 else int(np.array([0, 2])[gap[[0, 2]].argmin()])
    if names[best] == "FuMa" and energy[3] > energy[2]:  # heights are the weakest as a rule: in FuMa the last channel
        best = 0 if gap[0] < gap[2] else 2
    sure = float(np.clip(1.0 - gap[best] / 0.35, 0.1, 1.0))
    reason = f"first-order energy is {ratio:.2f} times that of W: {names[best]} has {wanted[best]:.0f}"
    return found._replace(
        confidence=round(found.confidence * (0.5 + 0.5 * sure), 2), convention=names[best],
        reasons=(*found.reasons, reason),
    )  # fmt: skip


def to_ambix(spectra: Spectra, convention: str | None) -> Spectra:
    """Give first-order W Y Z X (SN3D) from spectra of a convention, (channels, ...)."""
    first = spectra[:4]
    if convention == "FuMa":
        return np.stack([first[0] * np.float32(np.sqrt(2.0)), first[2], first[3], first[1]])
    if convention == "ACN/N3D":
        return np.concatenate([first[:1], first[1:] * np.float32(1.0 / np.sqrt(3.0))])
    return first


def pair_measures(stretch: Stretch, sample_rate: int) -> Pair:
    """Measure delay and levels of two channels, half a second at a time."""
    spectra = stretch.spectra[:, stretch.inner]
    frequency = np.asarray(np.arange(spectra.shape[2]) * (sample_rate / stretch.size), dtype=np.float64)
    rows = [_measures(spectra[:, at : at + GROUP], frequency) for at in range(0, spectra.shape[1], GROUP)]
    loudest = max((row[-1] for row in rows), default=0.0)
    kept = np.array([row[:-1] for row in rows if row[-1] > max(1e-3 * loudest, 1e-11)]).reshape(-1, 8)
    return Pair(*kept.T)


def _measures(spectra: Spectra, frequency: Array) -> tuple[float, ...]:
    left, right = spectra
    power = np.array([(one.real**2 + one.imag**2).sum(axis=0) for one in (left, right)], dtype=np.float64) + 1e-20
    each = left * right.conj()
    cross = each.sum(axis=0)
    deep, low, middle, high, all_ = (
        (frequency > first) & (frequency < last)
        for first, last in ((100.0, 700.0), (100.0, 1000.0), (500.0, 4000.0), (2000.0, 6000.0), (150.0, 6000.0))
    )
    delays = np.linspace(-2.5e-3, 2.5e-3, 501)
    loud = all_ & (power.sum(axis=0) > 1e-4 * power.sum(axis=0)[all_].max(initial=0.0))
    white = cross[loud] / (np.sqrt(power[0] * power[1])[loud])
    wave = (np.exp(-2j * np.pi * np.outer(delays, frequency[loud])) @ white).real
    near = np.abs(np.angle(cross[middle])) < IN_PHASE
    weight = np.abs(cross[middle])
    level = 10.0 * np.log10(power[0, low].sum() / power[1, low].sum())
    strength = wave.max() / (np.abs(white).sum() + 1e-20)
    coherence = np.abs(cross[high]).sum() / (np.sqrt(power[0, high] * power[1, high]).sum() + 1e-20)
    share = float((weight * near).sum() / (weight.sum() + 1e-20))
    return (
        float(delays[wave.argmax()]),
        float(np.angle((cross[deep] / (np.abs(cross[deep]) + 1e-20)).sum())),
        float(level),
        float(strength),
        float(coherence),
        share,
        *_unevenness(power, frequency),
        float(power.sum()),
    )


def _unevenness(power: Array, frequency: Array) -> tuple[float, float]:
    """Give `Pair.aside` and `Pair.uneven` of (2, bins) powers, in third octaves; quiet ones are left out."""
    edges = np.searchsorted(frequency, np.minimum(300.0 * 2.0 ** (np.arange(16) / 3.0), frequency[-1]))
    bands = np.array([power[:, a:b].sum(axis=1) for a, b in itertools.pairwise(edges) if b > a])
    loud = bands.sum(axis=1) > 1e-4 * bands.sum(axis=1).max()
    level = 10.0 * np.log10(bands[:, 0] / bands[:, 1])
    return float(np.abs(level[:7][loud[:7]]).max(initial=0.0)), float(np.std(level[loud]))


def pair_format(pair: Pair, energy: tuple[float, float], product: float) -> Format:
    """Say what two channels are.

    Args:
        pair: measures of the first half minute.
        energy: of each channel, without its mean.
        product: sum of their product, likewise.
    """
    total = sum(energy)
    if total - 2.0 * product <= EQUAL * total or not len(pair.delay):
        return Format("dual_mono", 1.0 if total else 0.5, "mono", reasons=("both channels are equal",))
    if total + 2.0 * product <= EQUAL * total:
        return Format("dual_mono", 1.0, "mono", reasons=("both channels are equal, one of them inverted",))
    if min(energy) <= DEAD * max(energy):
        dead = "left" if energy[0] < energy[1] else "right"
        return Format("mono", 1.0, "mono", reasons=(f"the {dead} channel is dead",))
    share = float(np.median(pair.in_phase))
    aside = pair.aside > NO_HEAD_LEVEL
    if share > MOSTLY and (aside.mean() > 0.2 or np.median(pair.uneven) < FLAT):
        reason = f"{100 * share:.0f} % of the sound is in phase: the channels differ in level only"
        return Format("panned", round(min(1.0, share), 2), "stereo", reasons=(reason,))
    if (np.abs(pair.low) > FAR_ASIDE).mean() > 0.3:
        return Format("panned", 0.7, "stereo", reasons=("low sounds differ in level by more than a head can do",))
    return _apart(pair)


def _apart(pair: Pair) -> Format:
    """Tell a head from two free microphones."""
    sure = pair.strength > STRONG
    wide = float((np.abs(pair.delay) > HEAD_DELAY)[sure].mean()) if sure.any() else 0.0
    plain = np.abs(pair.delay) > PLAIN_DELAY
    bare = ((pair.coherence > CLEAR) & (pair.uneven < BARE))[plain]
    against = (pair.low * np.sign(pair.lead) < -AGAINST)[plain & sure]
    if wide > 0.4:
        return _spaced(pair, f"{100 * wide:.0f} % of the delays are longer than a head's")
    if plain.mean() > 0.3 and bare.mean() > 0.7:
        return _spaced(pair, "levels do not change with frequency, as a head's do")
    if len(against) > 1 and against.mean() > 0.8 and (plain & sure).mean() > 0.5:
        return _spaced(pair, "the louder channel is the later one throughout")
    reason = "delays are a head's, and levels change with frequency" if plain.any() else "delays are within a head's"
    return Format("binaural", 0.85 if (plain & sure).any() else 0.6, "binaural", reasons=(reason,))


def _spaced(pair: Pair, reason: str) -> Format:
    level, delay = float(np.median(pair.low)), float(np.median(pair.delay))
    against = level * delay < 0.0 and abs(level) > AGAINST and abs(delay) > 60e-6
    reasons = [reason, f"a level difference of {level:+.1f} dB is the rig's"]
    if against:
        reasons.append(f"and so is a delay of {1e6 * delay:+.0f} us, for the louder channel is late")
    return Format(
        "spaced_pair", 0.7, "stereo", level_offset_db=level,
        delay_offset=delay if against else 0.0, reasons=tuple(reasons),
    )  # fmt: skip
