"""Every voice: same seed same bytes, peaks, ends, DC, band."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.voices import Drive, canonical, labels, level_db, make, nominal_drive, segments

RATE = 48000


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("label", labels())
def test_a_voice_is_sound_and_repeatable(label: str):
    drive = nominal_drive(label, 3.0)
    sound = make(label, drive, rng=rng())
    assert sound.dtype == np.float32
    assert sound.shape == (3 * RATE,)
    assert np.isfinite(sound).all()
    assert 0.003 < np.abs(sound).max() <= 1.0
    assert abs(float(sound.mean(dtype=np.float64))) < 1e-3
    assert np.abs(sound[[0, -1]]).max() == 0.0
    assert sound.tobytes() == make(label, drive, rng=rng()).tobytes()
    assert sound.tobytes() != make(label, drive, rng=rng(8)).tobytes()


@pytest.mark.parametrize("label", ["car", "footsteps", "bell", "rain"])
def test_segments_are_the_same_sound_whatever_their_length(label: str):
    drive = nominal_drive(label, 3.3)
    whole = np.concatenate(list(segments(label, drive, seed=3)))
    for seconds in (0.1, 0.77, 2.0):
        blocks = list(segments(label, drive, seed=3, seconds=seconds))
        assert {len(block) for block in blocks[:-1]} == {round(seconds * RATE)}
        assert np.concatenate(blocks).tobytes() == whole.tobytes()


def test_levels_keep_the_order_of_life():
    order = ["helicopter", "truck", "car", "dog", "footsteps", "bicycle"]
    assert [level_db(one) for one in order] == sorted((level_db(one) for one in order), reverse=True)


def test_bad_input_is_refused_in_one_line():
    drive = Drive.still(1.0)
    with pytest.raises(InputError, match=r"label must be one of .*car.*got 'unicorn'"):
        make("unicorn", drive, rng=rng())
    with pytest.raises(InputError, match="sample_rate"):
        segments("car", drive, seed=1, sample_rate=100)
    for wrong, words in (
        (drive._replace(duration=0.0), "duration"),
        (drive._replace(speed=np.array([np.nan])), "speed"),
        (drive._replace(speed=np.array([-1.0])), "speed"),
        (drive._replace(activity=np.array([2.0])), "activity"),
        (drive._replace(time=np.array([0.0, 1.0])), "one length"),
        (drive._replace(contacts=np.array([2.0, 1.0])), "contacts"),
    ):
        with pytest.raises(InputError, match=words):
            segments("car", wrong, seed=1)


def test_phrases_find_their_voice():
    for phrase, label in {
        "car": "car", "red car": "car", "Cars": "car", "CAR_0": "car", "a dog barking": "dog", "person": "person",
        "man": "person", "bike": "bicycle", "a man walking": "footsteps",
        "buses": "bus", "children": "person", "sound of rain": "rain",
        "bicycle bell": "bicycle bell", "person riding a bicycle": "bicycle",
        "footsteps on gravel": "gravel",
        "police car siren": "siren", "car horn": "horn", "birds singing": "bird", "people clapping": "clap",
        "a woman talking on a phone": "speech", "man playing guitar": "guitar", "fire engine": "siren",
        "white horse galloping": "horse", "ocean waves": "surf", "church bells ringing": "bell",
    }.items():  # fmt: skip
        assert canonical(phrase) == label, phrase
    for phrase in (None, "", "unicorn", "123", "fire hydrant", "a red fire hydrant", "traffic lights", "cup of tea"):
        assert canonical(phrase) is None, phrase
    for label in labels():
        assert canonical(label) == canonical(f"the {label.upper()}") == label


def test_synonyms_belong_to_voices():
    from seehear.voices.labels import SYNONYMS

    assert set(SYNONYMS) <= set(labels())
    words = [word for text in SYNONYMS.values() for word in text.split("|")[0].split()]
    assert len(words) == len(set(words))


def fingerprint(label: str, seed: int) -> np.ndarray:
    """Half-octave levels and seven bands of the envelope's modulation, in steps of 10 dB."""
    rate = 16000
    sound = make(label, nominal_drive(label, 6.0), sample_rate=rate, rng=rng(seed)).astype(np.float64)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / rate)
    edges = np.searchsorted(frequency, 40 * 2 ** (np.arange(16) / 2))
    bands = np.add.reduceat(power, edges)[:-1]
    level = np.sqrt(np.mean(sound.reshape(-1, rate // 100) ** 2, axis=1))
    level /= np.sqrt(np.mean(level**2))
    beating = np.abs(np.fft.rfft(level - level.mean())) ** 2 / len(level) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(len(level), 0.01), 0.25 * 2 ** np.arange(8))
    modulation = np.add.reduceat(beating, edges)[:-1]
    return np.concatenate([np.log10(bands / bands.max() + 1e-4), 2 * np.log10(modulation + 1e-3)])


def test_each_label_is_told_from_the_others_by_its_sound():
    # a person at nominal pace is footsteps, by design
    names = [label for label in labels() if label != "person"]
    first = np.stack([fingerprint(label, 5) for label in names])
    second = np.stack([fingerprint(label, 6) for label in names])
    apart = np.sqrt(((first[:, None] - second[None]) ** 2).mean(axis=-1))
    known = np.argmin(apart, axis=1) == np.arange(len(names))
    assert known.mean() > 0.93, [name for name, one in zip(names, known, strict=True) if not one]
    among = np.sqrt(((first[:, None] - first[None]) ** 2).mean(axis=-1)) + np.eye(len(names))
    assert among.min() > 0.3


@pytest.mark.parametrize("label", labels())
def test_levels_are_as_stated(label: str):
    import pyloudnorm

    sound = make(label, nominal_drive(label, 10.0), rng=rng(11))
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64))
    assert loudness == pytest.approx(level_db(label), abs=2.5)
    # hardly any sample is pressed: a voice below full scale is left as it was made
    assert np.mean(np.abs(sound) > 0.8) < 1e-4


@pytest.mark.parametrize(
    "label", ["car", "helicopter", "wind", "surf", "rain", "siren", "traffic", "stream", "friction"]
)
def test_no_click_at_joints(label: str):
    # detector: the second difference at multiples of the inner half-second, where state is handed on
    sound = make(label, nominal_drive(label, 10.0), rng=rng()).astype(np.float64)
    bend = np.abs(np.diff(sound, 2))
    joints = np.arange(RATE // 2, len(sound) - RATE // 2, RATE // 2)
    at = np.concatenate([bend[joints + shift] for shift in (-2, -1, 0)])
    assert at.max() < 1.5 * np.quantile(bend, 0.9999)


def test_memory_does_not_grow_with_length():
    import tracemalloc

    def most(seconds: float) -> int:
        tracemalloc.start()
        for _ in segments("clock", nominal_drive("clock", seconds), seed=1, seconds=2.0):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    most(2.0)
    assert most(60.0) < 1.3 * most(12.0)


def test_the_pitch_does_not_depend_on_the_rate():
    for rate in (16000, 44100, 96000):
        sound = make("alarm", Drive.still(1.0), sample_rate=rate, rng=rng())
        frequency = np.fft.rfftfreq(len(sound), 1 / rate)
        assert frequency[np.argmax(np.abs(np.fft.rfft(sound)))] == pytest.approx(3100, rel=0.02)
