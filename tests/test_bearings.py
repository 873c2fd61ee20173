"""Asked against heard must notice a wrong place; a check that always agrees would be worth nothing."""

import numpy as np
import pytest

from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.pipelines.bearings import Bearings, asked_direction
from seehear.scene import Camera, CameraPose, CameraSpec, Keyframe, Scene, SceneObject

RATE = 48000


def scene_of(*azimuths: float, distance: float | None = 4.0) -> Scene:
    things = tuple(
        SceneObject(
            id=f"thing_{index}", sounding=((0.0, 1.0),),
            keyframes=(Keyframe(time=0.0, azimuth=azimuth, elevation=0.0, distance=distance),),
        )
        for index, azimuth in enumerate(azimuths)
    )  # fmt: skip
    return Scene(duration=1.0, objects=things)


def bearing(scene, layout, *, swap=False, levels=(1.0,)):
    rng = np.random.default_rng(4)
    stems = ArrayStems(
        {one.id: 0.1 * level * rng.normal(size=RATE) for one, level in zip(scene.objects, levels, strict=True)}, RATE
    )
    one = layout_of(layout)
    renderer = Renderer(scene, one, sample_rate=RATE)
    hrtf = None
    if one.kind == "ears":
        from seehear.acoustics.hrtf import default_hrtf

        hrtf = default_hrtf(RATE)
    bearings = Bearings(scene, one, sample_rate=RATE, hrtf=hrtf)
    for block in renderer.blocks(stems, size=8192):
        turn = (lambda x: x[list(one.mirror)]) if swap else (lambda x: x)
        bearings.add({name: turn(samples) for name, samples in block.objects.items()}, turn(block.mix))
    return [bearings.bearing(thing) for thing in scene.objects]


@pytest.mark.parametrize("layout", ["binaural", "stereo", "5.1", "7.1.4"])
def test_swapped_channels_are_noticed(layout):
    right = bearing(scene_of(25.0), layout)[0]
    wrong = bearing(scene_of(25.0), layout, swap=True)[0]
    assert right.error < 2.0
    assert wrong.error > 40.0
    assert wrong.heard == pytest.approx(-right.heard, abs=0.5)


def test_mono_is_noticed():
    scene = scene_of(25.0)
    meter = Bearings(scene, layout_of("stereo"), sample_rate=RATE)
    noise = np.repeat(0.1 * np.random.default_rng(0).normal(size=(1, RATE)), 2, axis=0).astype(np.float32)
    meter.add({"thing_0": noise}, noise)
    assert meter.bearing(scene.objects[0]).error == pytest.approx(25.0, abs=0.1)


def test_in_the_mix_or_masked():
    loud, soft = bearing(scene_of(25.0, -25.0), "foa", levels=(1.0, 0.02))
    assert loud.in_mix is not None
    assert loud.in_mix < 1.0
    assert soft.in_mix is None
    assert soft.error < 0.1


def test_an_object_without_sound_or_direction_has_no_bearing():
    scene = scene_of(25.0)
    bearings = Bearings(scene, layout_of("foa"), sample_rate=RATE)
    bearings.add({}, np.zeros((4, RATE), np.float32))
    assert bearings.bearing(scene.objects[0]) is None


def test_a_moving_source_is_asked_where_the_sound_left_it():
    far, side = float(np.hypot(5, 40)), float(np.rad2deg(np.arctan2(40, 5)))
    keys = tuple(
        Keyframe(time=time, azimuth=azimuth, elevation=0.0, distance=far)
        for time, azimuth in ((0.0, side), (4.0, -side))
    )
    thing = SceneObject(id="car", sounding=((0.0, 4.0),), keyframes=keys)
    x, y, _ = asked_direction(thing, Camera(CameraSpec()), np.array([2.0]))[0]
    emitted = 2.0  # the car passes straight ahead now; its sound left it when it was still to the left
    for _ in range(50):
        emitted = 2.0 - np.hypot(5.0, 40 - 20 * emitted) / 343.0
    assert np.rad2deg(np.arctan2(y, x)) == pytest.approx(np.rad2deg(np.arctan2(40 - 20 * emitted, 5.0)), abs=1e-9)
    assert np.rad2deg(np.arctan2(y, x)) > 3.0


def test_the_listener_turns_with_the_camera():
    camera = CameraSpec(pose=(CameraPose(time=0.0, yaw=0.0), CameraPose(time=1.0, yaw=40.0)))
    thing = SceneObject(id="bell", sounding=((0.0, 1.0),), keyframes=(Keyframe(time=0.0, azimuth=10.0),))
    found = asked_direction(thing, Camera(camera), np.array([0.0, 0.5, 1.0]))
    assert np.rad2deg(np.arctan2(found[:, 1], found[:, 0])) == pytest.approx([10.0, -10.0, -30.0])


def test_in_the_mix_counts_the_band_that_two_ears_go_by():
    """A chirp far above a rumble in energy is not where the rumble says: the rumble's band decides, so it is masked."""
    scene = scene_of(40.0, -40.0, distance=None)
    time = np.arange(RATE) / RATE
    stems = ArrayStems(
        {"thing_0": 0.3 * np.sin(2 * np.pi * 5000 * time), "thing_1": 0.01 * np.sin(2 * np.pi * 300 * time)}, RATE
    )
    from seehear.acoustics.hrtf import default_hrtf

    hrtf = default_hrtf(RATE)
    bearings = Bearings(scene, layout_of("binaural"), sample_rate=RATE, hrtf=hrtf)
    for block in Renderer(scene, layout_of("binaural"), sample_rate=RATE, hrtf=hrtf).blocks(stems, size=8192):
        bearings.add(block.objects, block.mix)
    assert bearings.bearing(scene.objects[0]).in_mix is None
