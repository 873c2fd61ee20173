"""The store of examples: what is near, what is of the same recording, and what is measured only once."""

import json
import os

import numpy as np
import pytest
import soundfile

from seehear.errors import InputError
from seehear.listen.fingerprint import KIN_FROM, kinship, trace_of
from seehear.listen.mel import RATE, log_mel
from seehear.listen.store import INDEX, ExampleStore, query_of
from seehear.media import AudioClip
from tests.listen.test_planner import facts, noise, write_example


def as_clip(samples):
    return AudioClip(np.ascontiguousarray(samples, dtype=np.float32), RATE, "stereo")


COPIES = {
    "itself": lambda samples: samples,
    "cut": lambda samples: samples[:, 9001:41000],
    "mirror": lambda samples: samples[::-1],
    "reversed": lambda samples: samples[:, ::-1],
    "cut, mirrored, reversed and quieter": lambda samples: 0.1 * samples[::-1, 12345:40007][:, ::-1],
    "with noise 20 dB below": lambda samples: samples + 0.1 * samples.std() * noise(99, 4.0) / noise(99, 4.0).std(),
    "one second of it": lambda samples: samples[:, 20011:36011],
}


@pytest.fixture(scope="module")
def worlds():
    """The sound of simulated worlds, 4 s, binaural."""
    from seehear.simulate import to_world

    made = [
        to_world(0, preset=preset, size_wh=(32, 32), duration=4.0, sample_rate=RATE)
        for preset in ("stationary", "translational", "foley")
    ]
    return [world.mixes(("binaural",))["binaural"] for world in made]


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_a_recording_are_kin_and_others_are_not(name, worlds):
    traces = [trace_of(as_clip(samples)) for samples in worlds]
    for index, samples in enumerate(worlds):
        kin = kinship(trace_of(as_clip(COPIES[name](samples))), traces) >= KIN_FROM
        assert kin.tolist() == [other == index for other in range(len(worlds))]


def test_overlapping_cuts_are_kin(worlds):
    for samples in worlds:
        one, other = trace_of(as_clip(samples[:, :45000])), trace_of(as_clip(samples[:, 20000:]))
        assert kinship(one, [other])[0] >= KIN_FROM


@pytest.mark.parametrize("samples", [np.zeros((2, 16000)), np.zeros((2, 1)), np.full((1, 9000), 0.3)])
def test_silence_and_a_constant_are_kin_of_nothing_else(samples):
    other = trace_of(as_clip(noise(1)))
    assert kinship(trace_of(as_clip(samples)), [other])[0] < KIN_FROM
    assert np.isfinite(log_mel(as_clip(samples))).all()


def test_swapping_sides_leaves_the_mel_levels_alone():
    samples = noise(3)
    assert log_mel(as_clip(samples)) == pytest.approx(log_mel(as_clip(samples[::-1])))
    level = log_mel(as_clip(np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)[None]))
    assert 13 <= level[25].argmax() <= 16, "1 kHz: mel 1000 of 78 to 2787, in 41 steps: band 14"


def test_the_nearest_sounds_alike_and_stands_alike(tmp_path):
    for seed, (tone, left, right) in enumerate([(0, 1, 0.2), (0, 0.2, 1), (5, 1, 0.2), (5, 0.2, 1)]):
        write_example(tmp_path / f"e{seed}", noise(seed, tone=tone, left=left, right=right))
    store = ExampleStore(tmp_path, measure=facts)
    for seed, (tone, left, right) in enumerate([(0, 1, 0.2), (0, 0.2, 1), (5, 1, 0.2), (5, 0.2, 1)]):
        samples = noise(seed + 10, tone=tone, left=left, right=right)
        soundfile.write(tmp_path / "query.wav", samples.T, RATE)
        query = query_of(as_clip(samples), facts(tmp_path / "query.wav"))
        assert [one.name for one in store.nearest(query, 1)] == [f"e{seed}"]


@pytest.mark.parametrize("name", [name for name in COPIES if name != "with noise 20 dB below"])
def test_no_copy_of_the_query_is_ever_given(name, tmp_path):
    for seed in range(4):
        write_example(tmp_path / f"e{seed}", noise(seed, 4.0))
    write_example(tmp_path / "e2 mirrored", noise(2, 4.0)[::-1])
    samples = COPIES[name](noise(2, 4.0))
    soundfile.write(tmp_path / "query.wav", samples.T, RATE)
    store = ExampleStore(tmp_path, measure=facts)
    query = query_of(as_clip(samples), facts(tmp_path / "query.wav"))
    assert {one.name for one in store.nearest(query, 9)} == {"e0", "e1", "e3"}
    assert {one.name for one in store.random(query, 9, rng=np.random.default_rng(0))} == {"e0", "e1", "e3"}


def test_cuts_that_do_not_overlap_are_joined_by_one_that_overlaps_both(tmp_path):
    whole = noise(7, 6.0)
    for name, start, end in (("a", 0, 32000), ("b", 24000, 72000), ("c", 64000, 96000)):
        write_example(tmp_path / name, whole[:, start:end])
    write_example(tmp_path / "other", noise(8))
    store = ExampleStore(tmp_path, measure=facts)
    groups = {one.name: one.group for one in store.examples}
    assert groups["a"] == groups["b"] == groups["c"] != groups["other"]
    query = query_of(as_clip(whole[:, 70000:]), facts(tmp_path / "c" / "sound.wav"))
    assert [one.name for one in store.nearest(query, 9)] == ["other"]


def test_the_users_word_makes_a_group_too(tmp_path):
    write_example(tmp_path / "a", noise(1), group="take 7")
    write_example(tmp_path / "b", noise(2), group="take 7")
    write_example(tmp_path / "c", noise(3))
    store = ExampleStore(tmp_path, measure=facts)
    clip = as_clip(noise(1))
    assert [one.name for one in store.nearest(query_of(clip, facts(tmp_path / "a" / "sound.wav")), 9)] == ["c"]
    stranger = query_of(as_clip(noise(9)), facts(tmp_path / "a" / "sound.wav"), group="take 7")
    assert [one.name for one in store.nearest(stranger, 9)] == ["c"]


def test_only_what_changed_is_measured_again(tmp_path):
    for seed in range(3):
        write_example(tmp_path / f"e{seed}", noise(seed))
    asked = []

    def counting(sound):
        asked.append(sound.parent.name)
        return facts(sound)

    first = ExampleStore(tmp_path, measure=counting)
    assert sorted(asked) == ["e0", "e1", "e2"]
    again = ExampleStore(tmp_path, measure=counting)
    assert len(asked) == 3
    assert [(one.name, one.group, one.lines) for one in again.examples] == [
        (one.name, one.group, one.lines) for one in first.examples
    ]
    write_example(tmp_path / "e9", noise(1)[::-1])
    soundfile.write(tmp_path / "e0" / "sound.wav", noise(30).T, RATE, subtype="PCM_24")
    os.utime(tmp_path / "e0" / "sound.wav", (1, 1))
    store = ExampleStore(tmp_path, measure=counting)
    assert sorted(asked[3:]) == ["e0", "e9"]
    groups = {one.name: one.group for one in store.examples}
    assert groups["e9"] == groups["e1"]
    (tmp_path / INDEX).write_bytes(b"damaged")
    assert len(ExampleStore(tmp_path, measure=counting).examples) == 4
    assert len(asked) == 9


def test_folders_that_cannot_be_used_are_named(tmp_path):
    write_example(tmp_path / "good", noise(1))
    write_example(tmp_path / "mute", noise(2))
    (tmp_path / "mute" / "sound.wav").unlink()
    write_example(tmp_path / "two", noise(2))
    soundfile.write(tmp_path / "two" / "b.wav", noise(3).T, RATE)
    write_example(tmp_path / "boxless", noise(3))
    scene = json.loads((tmp_path / "boxless" / "scene.json").read_text())
    for key in scene["objects"][0]["keyframes"]:
        key["box"] = None
    (tmp_path / "boxless" / "scene.json").write_text(json.dumps(scene))
    write_example(tmp_path / "broken", noise(4))
    (tmp_path / "broken" / "scene.json").write_text("{")
    store = ExampleStore(tmp_path, measure=facts)
    assert [one.name for one in store.examples] == ["good"]
    assert sorted(line.partition(":")[0] for line in store.skipped) == ["boxless", "broken", "mute", "two"]


def test_no_examples_at_all_is_an_error(tmp_path):
    with pytest.raises(InputError, match="got none that can be used"):
        ExampleStore(tmp_path, measure=facts)
    with pytest.raises(InputError, match="folder of examples"):
        ExampleStore(tmp_path / "none", measure=facts)


def test_what_simulate_writes_is_a_store(tmp_path):
    from seehear.simulate import write_worlds

    write_worlds(tmp_path / "worlds", 3, preset="translational", size_wh=(32, 32), fps=5, duration=1.0)
    store = ExampleStore(tmp_path / "worlds", measure=facts)
    assert len(store.examples) == 3
    assert len({one.group for one in store.examples}) == 3
    assert all(one.sound.name == "mix.binaural.flac" for one in store.examples)
