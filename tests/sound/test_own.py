"""The clip's own soundtrack, taken apart: the parts add up, the right things sound, the rest stays silent."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.scene import Scene
from seehear.sound import to_stems
from seehear.sound.own import taken_apart

PANS = {"thud": 0.8, "hiss": 0.2}


@pytest.fixture(scope="module")
def mono(stage):
    world = stage.staged(3)
    return world, taken_apart(world.scene, world.mix)


@pytest.fixture(scope="module")
def stereo(stage):
    world = stage.staged(4, pans=PANS)
    return world, taken_apart(world.scene, world.mix)


@pytest.mark.parametrize("which", ["mono", "stereo"])
def test_stems_add_up_to_the_original(which, request, stage):
    world, sounded = request.getfixturevalue(which)
    total = sum(one.astype(np.float64) for one in stage.gathered(sounded.stems).values())
    residual = np.sqrt(((total - world.mix.samples) ** 2).mean(axis=1) / (world.mix.samples**2).mean(axis=1))
    assert (20 * np.log10(residual) < -120).all()


@pytest.mark.parametrize("which", ["mono", "stereo"])
def test_each_stem_is_much_nearer_to_its_source_than_the_mix_is(which, request, stage):
    world, sounded = request.getfixturevalue(which)
    stems = stage.gathered(sounded.stems)
    for name in ("thud", "hiss"):
        truth = world.parts[name]
        assert stage.sdr(truth, stems[name]) > stage.sdr(truth, world.mix.samples) + 12


@pytest.mark.parametrize("lag", [0.0, 0.1])
@pytest.mark.parametrize("pans", [None, PANS])
def test_what_moves_with_the_sound_sounds_and_what_does_not_is_unheard(stage, lag, pans):
    for seed in range(2):
        world = stage.staged(seed, lag=lag, pans=pans)
        scene = taken_apart(world.scene, world.mix).scene
        assert [one.id for one in scene.objects] == ["thud", "hiss"]
        assert [one["id"] for one in scene.extra["unheard"]] == ["mute"]
        for one in scene.objects:
            found = one.extra["association"]
            assert found["lag"] == pytest.approx(lag, abs=0.07)
            assert found["p_value"] < 0.01
            assert found["confidence"] > 0.5
            assert (found["side"] is None) == (pans is None)
            assert one.stem == "as_heard"
            assert one.gain_db == 0.0


def test_spans_are_where_the_stems_have_energy(mono, stage):
    _, sounded = mono
    stems = stage.gathered(sounded.stems)
    for one in sounded.scene.objects:
        loud = np.abs(stems[one.id][0])
        inside = np.zeros(len(loud), dtype=bool)
        for start, end in one.sounding:
            assert end - start >= 0.05 - 1e-9
            inside[round(start * 48000) : round(end * 48000)] = True
        assert loud[~inside].max(initial=0.0) <= 10 ** (-50 / 20) * loud.max() + 1e-9
        assert 0.05 < inside.mean() < 0.95


def test_blocks_of_any_size_and_a_second_reading_give_the_same_samples(mono, stage):
    world, sounded = mono
    whole = stage.gathered(sounded.stems, 48000)
    for size in (1000, 77777, 10**7):
        other = stage.gathered(sounded.stems, size)
        assert all(np.array_equal(whole[name], other[name]) for name in whole)
    again = taken_apart(world.scene, world.mix)
    assert again.scene == sounded.scene
    assert all(np.array_equal(one, whole[name]) for name, one in stage.gathered(again.stems).items())


def test_chunks_join_without_a_seam(stage):
    """A clip of several chunks: near the joints the stem is as near to its source as elsewhere."""
    world = stage.staged(5, duration=36.0)
    sounded = taken_apart(world.scene, world.mix)
    error = stage.gathered(sounded.stems)["thud"][0] - world.parts["thud"][0]
    power = np.add.reduceat(error**2, np.arange(0, len(error), 48000))
    joints = [k * 1536 * 512 // 48000 for k in (1, 2)]
    assert max(power[joint : joint + 3].max() for joint in joints) < 4 * np.quantile(power, 0.9)


def test_chance_matches_do_not_count(stage):
    """One object that moves at random and a soundtrack that knows nothing of it: unheard in 95 % of the cases."""
    pinned = 0
    for seed in range(24):
        rng = np.random.default_rng([seed, 1])
        sound = stage.staged(seed, duration=10.0).mix if seed % 2 else stage.staged(seed, duration=10.0, pans=PANS).mix
        thing = stage.seen("thing", rng.uniform(-25, 25), stage.wobble(300, rng), [], 10.0)
        pinned += bool(taken_apart(Scene(duration=10.0, objects=[thing]), sound).scene.objects)
    assert pinned <= 1


def test_of_twins_the_one_on_the_sounds_side_sounds(stage):
    for side in (1, -1):
        world = stage.staged(7, pans={"thud": 0.5 + 0.4 * side, "hiss": 0.5})
        twin = world.scene.objects[0].model_dump()
        sound = stage.heard((world.parts["thud"] + world.parts["ambience"]).astype(np.float32))
        left, right = twin | {"id": "left"}, twin | {"id": "right", "keyframes": []}
        keys = [{**key, "azimuth": -24.0, "box": (0.85, 0.4, 0.95, 0.5)} for key in twin["keyframes"]]
        right["keyframes"] = keys
        scene = taken_apart(Scene(duration=12.0, objects=[left, right]), sound).scene
        assert [one.id for one in scene.objects] == ["left" if side > 0 else "right"]
        assert scene.objects[0].extra["association"]["side"] > 0.5


def test_a_surround_soundtrack_stays_whole_as_the_bed(stage):
    world = stage.staged(0, duration=4.0)
    sound = stage.heard(np.repeat(world.mix.samples, 6, axis=0) * np.arange(1, 7, dtype=np.float32)[:, None] / 6)
    sounded = taken_apart(world.scene, sound)
    assert sounded.scene.objects == ()
    assert sounded.scene.ambience is not None
    assert len(sounded.scene.extra["unheard"]) == 3
    assert "6 channels" in sounded.scene.extra["unknown"][-1]
    stems = stage.gathered(sounded.stems)
    assert np.array_equal(stems["ambience"], sound.samples)


def test_digital_silence_leaves_nothing_to_be_heard(stage):
    world = stage.staged(0, duration=2.0)
    sounded = taken_apart(world.scene, stage.heard(np.zeros((1, 96000), dtype=np.float32)))
    assert sounded.scene.objects == ()
    assert sounded.scene.ambience is None
    assert sounded.stems.length == 96000
    assert "digital silence" in sounded.scene.extra["unknown"][-1]


def test_what_the_scene_says_of_an_object_is_believed(stage):
    world = stage.staged(1)
    thing = stage.seen("given", 10.0, np.zeros(360), [], 12.0) | {"sounding": [[2.0, 4.0]], "extra": {}}
    sounded = taken_apart(Scene(duration=12.0, objects=[thing]), world.mix)
    (one,) = sounded.scene.objects
    assert one.extra["association"]["cue"] == "given"
    assert all(start >= 1.9 and end <= 4.1 for start, end in one.sounding)


def test_own_needs_a_clip():
    with pytest.raises(InputError, match="choose 'voices'"):
        to_stems(Scene(duration=1.0))


def passing(*, twice=False):
    """A thing that drives past at a steady pace, out of view at both ends, and the noise it makes; some wind."""
    rng = np.random.default_rng(11)
    count = 8 * 48000
    times = np.linspace(2.0, 6.0, 41)
    place = 0.5 + (times - 4.0) / 4.4  # of the picture's width
    keys = [
        {"time": t, "azimuth": np.rad2deg(np.arctan((1 - 2 * x) * np.tan(np.pi / 6))), "elevation": 0.0,
         "box": [max(0.0, x - 0.1), 0.4, min(1.0, x + 0.1), 0.6]}
        for t, x in zip(times.tolist(), place.tolist(), strict=True)
    ]  # fmt: skip
    aside = np.tan(np.pi / 6) * (np.arange(count) / 48000 - 4.0) / 2.2
    rumble = np.cumsum(rng.standard_normal(count))
    rumble = rumble - np.convolve(rumble, np.ones(500) / 500, "same") + 3 * rng.standard_normal(count)
    engine = 0.01 * rumble / np.sqrt(1 + (3 * aside) ** 2)
    activity = {"start": 2.0, "rate": 30.0, "values": [1.0] * 120}
    extra = {"sounding": "assumed while in view", "activity": activity, "contacts": []}
    thing = {"id": "car", "keyframes": keys, "sounding": [[2.0, 6.0]], "extra": extra}
    scene = Scene(duration=8.0, objects=[thing, {**thing, "id": "twin"}] if twice else [thing])
    return scene, engine[None], 0.002 * rng.standard_normal((1, count))


def test_what_passes_alone_takes_the_sound_that_swells_with_its_nearness(stage):
    scene, engine, wind = passing()
    sounded = taken_apart(scene, stage.heard((engine + wind).astype(np.float32)))
    (one,) = sounded.scene.objects
    assert one.extra["association"]["cue"] == "level"
    assert one.extra["association"]["confidence"] == 0.6
    assert stage.sdr(engine, stage.gathered(sounded.stems)["car"]) > 10
    # it is heard before it comes into the picture
    assert one.sounding[0][0] < 1.0


def test_of_two_that_pass_together_neither_is_taken_for_the_source(stage):
    scene, engine, wind = passing(twice=True)
    sounded = taken_apart(scene, stage.heard((engine + wind).astype(np.float32)))
    assert sounded.scene.objects == ()
    assert "no movement seen" in sounded.scene.extra["unknown"][-1]


def test_a_scene_heard_once_is_heard_again_the_same(mono, stage):
    world, sounded = mono
    again = taken_apart(sounded.scene, world.mix)
    assert again.scene.objects == sounded.scene.objects
    first, second = stage.gathered(sounded.stems), stage.gathered(again.stems)
    assert all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("mirrored", [False, True])
def test_what_crosses_with_its_sound_is_found_by_the_side(stage, mirrored):
    """The level hardly changes, but the sound goes from left to right; in the mirror it goes the other way."""
    scene, engine, wind = passing()
    count = engine.shape[1]
    engine = engine / np.sqrt(np.convolve(engine[0] ** 2, np.ones(9600) / 9600, "same") + 1e-9)
    share = np.clip(0.5 - (np.arange(count) / 48000 - 4.0) / 5, 0.05, 0.95)
    pair = 0.05 * engine * np.stack([share, 1 - share])
    sound = pair + wind + 0.002 * np.random.default_rng(3).standard_normal((2, count))
    sounded = taken_apart(scene, stage.heard((sound[::-1] if mirrored else sound).astype(np.float32)))
    if mirrored:
        assert sounded.scene.objects == ()
    else:
        assert sounded.scene.objects[0].extra["association"]["cue"] == "pan"
