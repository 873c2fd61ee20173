"""The backend: labels to stems, spans, reasons, the same bytes at every reading."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.scene import Ambience, Scene, SceneObject
from seehear.sound.voices import VoiceSound, drive_of

RATE = 48000


def thing(name: str, **fields) -> SceneObject:
    keys = fields.pop("keyframes", [{"time": 0.0, "azimuth": 10.0, "distance": 5.0}])
    return SceneObject(id=name, keyframes=keys, **fields)


def whole(stems, size: int) -> dict[str, np.ndarray]:
    total = {name: np.zeros((count, stems.length), np.float32) for name, count in stems.channels.items()}
    for index, block in enumerate(stems.blocks(size)):
        for name, part in block.items():
            total[name][:, index * size : index * size + part.shape[1]] = part
    return total


def test_stems_do_not_depend_on_the_blocks_and_can_be_read_again():
    scene = Scene(
        duration=2.5,
        objects=(thing("a", label="car"), thing("b", label="bell", sounding=((0.3, 0.9), (1.2, 9.0)))),
        ambience=Ambience(label="rain"),
    )
    _, stems = VoiceSound().to_stems(scene, seed=4)
    assert stems.length == round(2.5 * RATE)
    assert dict(stems.channels) == {"a": 1, "b": 1, "ambience": 1}
    first = whole(stems, 48000)
    for size in (4096, 1000, 48000):
        again = whole(stems, size)
        for name in first:
            assert again[name].tobytes() == first[name].tobytes()
    bell = first["b"][0]
    assert np.abs(bell[: round(0.3 * RATE)]).max() == 0.0
    assert np.abs(bell[round(0.9 * RATE) : round(1.2 * RATE)]).max() == 0.0
    assert np.abs(bell[round(0.3 * RATE) : round(0.9 * RATE)]).max() > 0.01
    assert np.abs(bell[round(1.2 * RATE) :]).max() > 0.01
    assert np.abs(first["ambience"]).max() > 0.01


def test_each_object_has_its_own_chance_and_the_seed_settles_it():
    scene = Scene(duration=1.0, objects=(thing("a", label="car"), thing("b", label="car")))
    one = whole(VoiceSound().to_stems(scene, seed=1).stems, 4800)
    two = whole(VoiceSound().to_stems(scene, seed=2).stems, 4800)
    assert not np.array_equal(one["a"], one["b"])
    assert not np.array_equal(one["a"], two["a"])
    alone = whole(VoiceSound().to_stems(scene.model_copy(update={"objects": scene.objects[1:]}), seed=1).stems, 4800)
    assert np.array_equal(alone["b"], one["b"])


def test_what_is_unknown_gets_a_neutral_texture_and_says_so():
    scene = Scene(
        duration=2.0,
        objects=(
            thing("rub", extra={"activity": {"start": 0.0, "rate": 10.0, "values": [0.0] * 10 + [1.0] * 11}}),
            thing("tap", label="unicorn", extra={"contacts": [0.5, 1.25]}),
            thing("red", label="red car"),
            thing("late", extra={"contacts": [1.5]}, sounding=((0.0, 1.0), (1.0, 2.0))),
        ),
    )
    told, stems = VoiceSound().to_stems(scene)
    assert [one.extra["voice"] for one in told.objects] == ["friction", "contact", "car", "contact"]
    assert "nothing is known" in told.object("rub").extra["voice_reason"]
    assert "'unicorn' has no voice" in told.object("tap").extra["voice_reason"]
    assert all(one.sounding == ((0.0, 2.0),) for one in told.objects[:3])
    sound = whole(stems, 4800)
    rub = sound["rub"][0]
    assert np.std(rub[: RATE // 2]) < 0.01 * np.std(rub[-RATE // 2 :])
    assert not sound["late"][0, :RATE].any()
    assert sound["late"][0, RATE:].any()
    tap = sound["tap"][0]
    onset = np.flatnonzero(np.abs(tap) > 0.02 * np.abs(tap).max())[0] / RATE
    assert abs(onset - 0.5) < 0.001


def test_speed_comes_from_the_path():
    keys = [{"time": t, "azimuth": float(np.rad2deg(np.arctan2(20 - 10 * t, 10.0))),
             "distance": float(np.hypot(20 - 10 * t, 10.0))} for t in (0.0, 1.0, 2.0, 3.0, 4.0)]  # fmt: skip
    drive = drive_of(thing("car", keyframes=keys), 0.0, 4.0)
    assert np.allclose(drive.speed, 10.0, atol=0.5)
    turning = [{"time": 0.0, "azimuth": 0.0}, {"time": 2.0, "azimuth": 90.0}]
    drive = drive_of(thing("far", keyframes=turning), 0.5, 1.5)
    assert np.allclose(drive.speed, 5.0 * np.pi / 4, rtol=0.01)
    assert not drive_of(thing("still"), 0.0, 1.0).speed.any()


def test_unreadable_extras_name_the_object():
    for extra in (
        {"contacts": ["x"]},
        {"contacts": [float("nan")]},
        {"activity": [1, 2]},
        {"activity": {"start": 0, "rate": 0, "values": [1]}},
        {"activity": {"start": 0, "rate": 1, "values": []}},
    ):
        with pytest.raises(InputError, match="ball_1"):
            VoiceSound().to_stems(Scene(duration=1.0, objects=(thing("ball_1", extra=extra),)))
    with pytest.raises(InputError, match="seed"):
        VoiceSound().to_stems(Scene(duration=1.0), seed=-1)
