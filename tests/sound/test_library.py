"""The user's own files: the right one is taken, loops do not click, blows fall on the contacts."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfilt

from seehear.errors import InputError
from seehear.scene import Scene
from seehear.sound import to_stems
from seehear.sound.library import LOUDNESS
from seehear.sound.looping import loop_of
from seehear.sound.matching import file_for, words_of

RATE = 48000


def click(samples):
    """How far the largest jump of the second difference stands out of its surroundings: a step is a click."""
    bend = np.abs(np.diff(samples.astype(np.float64), n=2))
    return float(bend.max() / np.quantile(bend, 0.999))


def clouds(seconds, rng, low=100, high=2000):
    """Band-limited noise: smooth enough for a click to stand out."""
    noise = rng.standard_normal(round(seconds * RATE) + 5000)
    return sosfilt(butter(4, [low, high], "band", fs=RATE, output="sos"), noise)[5000:]


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    place = tmp_path / "my sounds é"
    (place / "rain").mkdir(parents=True)
    soundfile.write(place / "Car_engine.wav", 0.1 * clouds(3, rng), RATE)
    soundfile.write(place / "red car.flac", 0.3 * np.stack([clouds(2, rng)] * 2, axis=1), 44100)
    t = np.arange(round(0.4 * RATE)) / RATE
    knock = np.concatenate([np.zeros(2000), np.exp(-t * 20) * np.sin(2 * np.pi * 500 * t)])
    soundfile.write(place / "knocks.wav", knock, RATE)
    soundfile.write(place / "rain" / "01.wav", 0.2 * clouds(2, rng), 22050)
    soundfile.write(place / "rain" / "02.wav", 0.2 * clouds(2, rng), 22050)
    (place / "notes.txt").write_text("not a sound")
    return place


def scene_of(*objects, duration=6.0, **more):
    things = [{"keyframes": [{"time": 0, "azimuth": 10}]} | one for one in objects]
    return Scene(duration=duration, objects=things, **more)


def whole(stems, size=48000):
    out = {name: np.zeros(stems.length) for name in stems.channels}
    at = 0
    for block in stems.blocks(size):
        count = min(size, stems.length - at)
        for name, one in block.items():
            assert one.shape == (1, count)
            out[name][at : at + count] = one[0]
        at += size
    return out


def test_names_are_matched_by_words_the_longest_first(folder):
    files = sorted(folder.rglob("*.*"))

    def taken(*names, seed=0):
        file = file_for(names, files, folder, key="one", seed=seed)
        return None if file is None else file.name

    assert taken("red cars") == "red car.flac"
    assert taken("blue car") in ("Car_engine.wav", "red car.flac")
    assert taken("knock", "car") == "knocks.wav"
    assert taken("zebra", "a car with an engine") == "Car_engine.wav"
    assert taken("zebra") is None
    assert {taken("rain", seed=seed) for seed in range(20)} == {"01.wav", "02.wav"}
    assert taken("rain", seed=3) == taken("rain", seed=3)


def test_words_of_names():
    assert words_of("TheRed-Cars_02.loop") == ("red", "car")
    assert words_of("glasses, buses and mice") == ("glass", "bus", "mice")


@pytest.mark.parametrize("seconds", [0.3, 1.0, 5.0])
def test_a_loop_has_no_click(seconds):
    rng = np.random.default_rng(1)
    samples = clouds(seconds, rng, 50, 500).astype(np.float32)
    turns = loop_of(samples, RATE).between(0, round(4 * seconds * RATE))
    cut = np.tile(samples, 4)
    assert click(turns) < 1.5 * click(samples)
    assert click(cut) > 3 * click(samples)  # the detector hears the plain repetition


def test_a_loop_keeps_its_power_at_the_joint():
    rng = np.random.default_rng(2)
    loop = loop_of(clouds(4.0, rng, 300, 6000).astype(np.float32), RATE)
    length = len(loop.samples)
    turns = loop.between(0, 3 * length).astype(np.float64) ** 2
    power = turns[: len(turns) // 2400 * 2400].reshape(-1, 2400).mean(axis=1)
    assert 10 * np.log10(power.max() / power.min()) < 4.0
    joint = length // 2400
    assert abs(10 * np.log10(power[joint - 4 : joint].mean() / power.mean())) < 1.0


def test_a_periodic_sound_is_joined_in_phase():
    tone = np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE).astype(np.float32)
    loop = loop_of(tone, RATE)
    turns = loop.between(0, 5 * len(loop.samples))
    assert loop.likeness > 0.99
    assert np.abs(turns).min() >= 0.0
    envelope = np.sqrt(np.convolve(turns.astype(np.float64) ** 2, np.ones(2400) / 2400, "valid"))
    assert np.ptp(envelope) < 0.02


def test_a_loop_plays_in_its_spans_at_the_stated_loudness(folder):
    from seehear.acoustics.loudness import LoudnessMeter
    from seehear.media.layout import layout_of

    scene = scene_of({"id": "car_0", "label": "car", "sounding": [[1.0, 5.5]]})
    sounded = to_stems(scene, backend=f"library:{folder}")
    stem = whole(sounded.stems)["car_0"]
    assert np.abs(stem[: RATE - 1]).max() == 0.0
    assert np.abs(stem[round(5.5 * RATE) :]).max() == 0.0
    meter = LoudnessMeter(layout_of("stereo"), RATE)
    meter.add(np.stack([stem, np.zeros_like(stem)]).astype(np.float32))
    assert meter.integrated() == pytest.approx(LOUDNESS, abs=0.7)
    assert sounded.scene.objects[0].stem == "dry"
    assert sounded.scene.objects[0].extra["file"] in ("Car_engine.wav", "red car.flac")


def test_short_files_strike_at_the_contacts(folder):
    contacts = [0.5, 1.7, 4.0]
    scene = scene_of({"id": "fist", "label": "knocking knock", "extra": {"contacts": contacts}})
    sounded = to_stems(scene, backend=f"library:{folder}")
    stem = np.abs(whole(sounded.stems)["fist"])
    starts = [np.flatnonzero(stem[round((c - 0.2) * RATE) :] > 0.2 * stem.max())[0] / RATE + c - 0.2 for c in contacts]
    assert starts == pytest.approx(contacts, abs=0.005)
    assert len(sounded.scene.objects[0].sounding) == 3


def test_the_same_seed_gives_the_same_samples_in_blocks_of_any_size(folder):
    scene = scene_of({"id": "wet", "label": "rain"}, {"id": "car", "label": "car"}, duration=3.3)
    first = whole(to_stems(scene, backend=f"library:{folder}", seed=4).stems, 48000)
    again = whole(to_stems(scene, backend=f"library:{folder}", seed=4).stems, 777)
    other = whole(to_stems(scene, backend=f"library:{folder}", seed=5).stems)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["car"], other["car"])


def test_the_bed_has_a_file_of_its_own(folder):
    scene = scene_of({"id": "car", "label": "car"}, ambience={"label": "light rain"})
    sounded = to_stems(scene, backend=f"library:{folder}")
    assert sounded.scene.ambience.label == "light rain"
    assert np.abs(whole(sounded.stems)["ambience"]).max() > 0
    assert to_stems(scene_of({"id": "car"}), backend=f"library:{folder}").scene.ambience is None


def test_an_unlabelled_object_without_a_file_is_unheard(folder):
    sounded = to_stems(scene_of({"id": "object_0"}, {"id": "car_0"}), backend=f"library:{folder}")
    assert [one.id for one in sounded.scene.objects] == ["car_0"]
    assert sounded.scene.extra["unheard"][0]["id"] == "object_0"
    assert "object_0" in sounded.scene.extra["unknown"][0]


def test_what_cannot_be_used_is_refused_in_one_line(folder, tmp_path):
    def refused(backend, *words, label="zebra"):
        with pytest.raises(InputError) as caught:
            to_stems(scene_of({"id": "animal", "label": label}), backend=backend)
        assert "\n" not in str(caught.value)
        assert all(word in str(caught.value) for word in words)

    refused(f"library:{folder}", "'animal'", "'zebra'", "Car_engine.wav", "--mute animal")
    refused("library", "library:DIR")
    refused("own:folder", "'own'")
    (tmp_path / "empty").mkdir()
    refused(f"library:{tmp_path / 'empty'}", "got none")
    refused(f"library:{tmp_path / 'nowhere'}", "nowhere")
    soundfile.write(tmp_path / "empty" / "zebra.wav", np.zeros(1000), RATE)
    refused(f"library:{Path(tmp_path / 'empty')}", "silence")
