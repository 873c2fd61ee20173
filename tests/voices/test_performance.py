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
        "car": "car", "red car": "car", "Cars": "car", "a dog barking": "dog", "person": "person", "man": "person",
        "a man walking": "footsteps", "buses": "bus", "children": "person", "toy cars on a table": "car",
        "sound of rain": "rain", "bicycle bell": "bicycle bell", "person riding a bicycle": "bicycle",
        "footsteps on gravel": "gravel",
    }.items():  # fmt: skip
        if label in labels():
            assert canonical(phrase) == label, phrase
    for phrase in (None, "", "unicorn", "123"):
        assert canonical(phrase) is None
