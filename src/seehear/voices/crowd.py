"""People: speech-like babble, a crowd of it, laughter, a baby's cry; a person who walks or talks.

Babble says nothing: syllables by chance, with the vowels of Peterson & Barney (JASA 24, 1952), a throat after Klatt
(`tract`), and a melody after Fujisaki (1984): ln f = ln base + phrase command + accents, through
α² t exp(-α t), α = 2/s, and 1 - (1 + β t) exp(-β t), β = 20/s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from seehear.voices.animal import Call
from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter
from seehear.voices.modal import added, faded
from seehear.voices.stage import Stage
from seehear.voices.step import FOOTSTEPS
from seehear.voices.tract import FRAME, hiss, utterance

VOWELS = np.array(
    [(270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
     (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690)], dtype=np.float64
)  # fmt: skip
"""F1 F2 F3 of men, Hz: heed hid head had hod hawed hood who'd hud heard."""

LOCI = np.array([(250, 900, 2200), (300, 1750, 2600), (270, 2200, 2800)], dtype=np.float64)
"""Where lips, tongue tip and tongue back pull the formants."""

WIDTHS = (70.0, 100.0, 160.0, 280.0)
TALKING = 0.4
"""m/s; a person faster than this walks."""


@dataclass(frozen=True)
class Speaker:
    """One voice that babbles.

    Attributes:
        base: Hz, the lowest pitch.
        size: factor on the formants, 1 for men, about 1.17 for women.
        syllable: seconds.
        pause: seconds between sentences.
    """

    base: float = 105.0
    size: float = 1.0
    syllable: float = 0.2
    pause: float = 0.45

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the sentences."""
        rng, rate = stage.rng("speaker"), stage.sample_rate
        # men and women alike: the speaker is chosen once
        woman = rng.random() < 0.5
        who = Speaker(190.0, 1.17, 0.19, self.pause) if woman else self
        pool = [who.sentence(rng, rate) for _ in range(5)]
        longest = max(len(one) for one in pool) / rate
        beats = repeated(stage, stage.rng("rhythm"), every=longest + self.pause, spread=0.08, active=False)
        return scatter(
            stage, beats, lambda beat: pool[int(rng.integers(5))] if beat.number % 3 else who.sentence(rng, rate)
        )

    def sentence(self, rng: np.random.Generator, sample_rate: int) -> Array:
        """Give one sentence of root mean square 1."""
        mouth: list[Array] = []
        loud: list[Array] = []
        noise: list[Array] = []
        stressed: list[bool] = []
        starts: list[int] = []
        for _ in range(int(rng.integers(5, 12))):
            stressed.append(bool(rng.random() < 0.4))
            starts.append(sum(len(one) for one in loud))
            for formants, level, air in self._syllable(rng, strong=stressed[-1]):
                mouth.append(formants)
                loud.append(level)
                noise.append(air)
        levels, airs = np.concatenate(loud), np.concatenate(noise)
        pitch = self._melody(rng, len(levels), [start for start, one in zip(starts, stressed, strict=True) if one])
        levels = levels * np.minimum(1, (len(levels) - np.arange(len(levels))) / 30)
        tracks = _eased(np.concatenate(mouth), 5)
        tracks = np.column_stack([tracks, np.full(len(tracks), 3500.0)]) * self.size
        voiced = utterance(
            rng, sample_rate, pitch=pitch, loud=_eased(levels[:, None], 3)[:, 0], formants=tracks, widths=WIDTHS
        )
        voiced /= np.sqrt(np.mean(voiced**2))
        sibilant = hiss(rng, sample_rate, _eased(airs[:, None], 2)[:, 0], low=2800, high=7500)
        both = added((1.0, voiced), (1.2, sibilant))
        return faded(both / np.sqrt(np.mean(both**2)), sample_rate)

    def _syllable(self, rng: np.random.Generator, *, strong: bool) -> list[tuple[Array, Array, Array]]:
        """Give (formants, loudness, hiss) frames of a consonant and a vowel."""
        vowel = VOWELS[int(rng.integers(10))] * (1 + 0.04 * rng.standard_normal(3))
        locus = LOCI[int(rng.integers(3))]
        frames = max(round(self.syllable / FRAME * (0.75 if strong else 0.5) * float(rng.uniform(0.8, 1.3))), 8)
        steady = np.repeat(vowel[None, :], frames, axis=0)
        level = np.full(frames, 1.0 if strong else 0.65)
        return [_consonant(rng, int(rng.integers(4)), locus), (steady, level, np.zeros(frames))]

    def _melody(self, rng: np.random.Generator, frames: int, accents: list[int]) -> Array:
        time = FRAME * np.arange(frames)
        phrase = 0.45 * 4 * (time + 0.15) * np.exp(-2 * (time + 0.15))
        log = np.log(self.base) + phrase
        for start in accents:
            for sign, moment in ((1, start * FRAME), (-1, start * FRAME + 0.18)):
                late = np.maximum(time - moment, 0)
                log = log + sign * 0.25 * float(rng.uniform(0.7, 1.2)) * (1 - (1 + 20 * late) * np.exp(-20 * late))
        return np.asarray(np.exp(log))


def _consonant(rng: np.random.Generator, kind: int, locus: Array) -> tuple[Array, Array, Array]:
    """Give a stop (0), a fricative (1), a nasal (2) or a glide (3) as (formants, loudness, hiss) frames."""
    frames = (14, 18, 12, 10)[kind]
    level = np.full(frames, (0.0, 0.05, 0.45, 0.6)[kind])
    air = np.zeros(frames)
    if kind == 0:
        air[-4:-1] = float(rng.uniform(0.4, 1.0))
    elif kind == 1:
        air[2:-2] = float(rng.uniform(0.3, 0.8))
    return np.repeat(locus[None, :], frames, axis=0), level, air


def _eased(values: Array, frames: int) -> Array:
    window = np.hanning(2 * frames + 3)[1:-1]
    window /= window.sum()
    padded = np.pad(values, ((frames, frames), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, window, mode="valid") for column in padded.T], axis=1)


@dataclass(frozen=True)
class Crowd:
    """Many speakers at once, each at its own pitch and distance.

    Attributes:
        people: how many talk at a time.
        pool: sentences made once; each use is stretched a little, so that no two are alike.
    """

    people: int = 14
    pool: int = 7

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the babble."""
        rng, rate = stage.rng("crowd"), stage.sample_rate
        pool = [
            Speaker(190.0, 1.17, 0.19).sentence(rng, rate) if index % 2 else Speaker().sentence(rng, rate)
            for index in range(self.pool)
        ]
        mean = float(np.mean([len(one) for one in pool])) / rate

        def talk(beat: Beat) -> Array:
            one = pool[int(rng.integers(self.pool))]
            stretch = float(rng.uniform(0.85, 1.18))
            begun = float(rng.random()) * len(one) if beat.time == 0 else 0.0
            moved = np.interp(np.arange(begun, len(one) - 1, stretch), np.arange(len(one)), one)
            return np.asarray(float(rng.uniform(0.25, 1.0)) ** 1.5 * faded(moved, rate))

        own = stage.rng("turns")
        # at the start everyone is in the middle of a sentence
        begun = (Beat(0.0, 0.0, 1.0, number, seen=False) for number in range(self.people))
        later = repeated(stage, own, every=mean / self.people, spread=0.6, first=0.05, active=False)
        for chunk, block in zip(stage.chunks(), scatter(stage, chain(begun, later), talk), strict=True):
            yield (0.2 + 0.8 * chunk.activity) * block


@dataclass(frozen=True)
class Person:
    """A person: steps while there is motion or contact, else speech.

    Attributes:
        speech_gain: of the speech beside the steps; speech is some 8 dB louder.
    """

    speech_gain: float = 0.275

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give steps or speech."""
        if float(stage.drive.speed.max()) > TALKING or len(stage.drive.contacts):
            return FOOTSTEPS.play(stage)
        return (self.speech_gain * block for block in SPEECH.play(stage))


SPEECH = Speaker()
CROWD = Crowd()
PERSON = Person()
BABY = Call(
    seconds=0.95, pitch=((0, 360), (0.2, 500), (0.6, 520), (1, 380)),
    loud=((0, 0), (0.1, 0.8), (0.6, 1), (0.9, 0.6), (1, 0)),
    mouth=(((0, 900), (0.3, 1150), (1, 950)), ((0, 2300), (1, 2500)), ((0, 4300), (1, 4100))),
    widths=(160, 220, 350), breath=0.08, every=1.35, tremble=(6.0, 0.15), vary=0.1, jitter=0.015, tilt=0.8,
)  # fmt: skip
LAUGH = Call(
    seconds=0.13, pitch=((0, 230), (0.3, 260), (1, 190)), loud=((0, 0), (0.15, 0.4), (0.35, 1), (0.7, 0.5), (1, 0)),
    mouth=(((0, 650), (1, 600)), ((0, 1350), (1, 1300)), ((0, 2600), (1, 2600))),
    widths=(110, 130, 220), breath=0.3, every=1.0, group=7, gap=0.2, vary=0.06, jitter=0.02, tilt=1.0,
)  # fmt: skip
