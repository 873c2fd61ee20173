"""The file's door: where the clip begins and ends in it, what counts as sound."""

import numpy as np
import pytest
from tests.clips import thuds, write_clip

from seehear.errors import InputError
from seehear.scene import Scene
from seehear.sound import has_sound, to_stems


def test_has_sound(tmp_path):
    beats = thuds(1.0)
    assert has_sound(write_clip(tmp_path / "thuds.mp4", seconds=1.0, sound=beats))
    assert not has_sound(write_clip(tmp_path / "silent.mp4", seconds=1.0, sound=np.zeros_like(beats)))
    assert not has_sound(write_clip(tmp_path / "mute.mp4", seconds=1.0))
    late = np.concatenate([np.zeros((1, 48000)), beats], axis=1)
    clip = write_clip(tmp_path / "late.mp4", seconds=2.0, sound=late)
    assert has_sound(clip)
    assert not has_sound(clip, end=0.9)
    with pytest.raises(InputError):
        has_sound(tmp_path / "missing.mp4")


def test_the_stems_add_up_to_the_files_own_soundtrack(tmp_path, stage):
    from seehear.media.audio import audio_blocks

    sound = np.concatenate([thuds(2.0), 0.5 * thuds(2.0, seed=2)])
    clip = write_clip(tmp_path / "thuds.mp4", seconds=2.0, sound=sound)
    truth = np.concatenate(list(audio_blocks(clip, sample_rate=48000)), axis=1)
    activity = {"start": 0.0, "rate": 20.0, "values": [1.0, 0.2, 0.0, 0.0, 0.1] * 8}
    keys = [{"time": t, "azimuth": 10.0, "box": [0.4, 0.4, 0.5, 0.5]} for t in (0.0, 2.0)]
    thing = {"id": "drum", "keyframes": keys, "sounding": [[0.0, 2.0]], "extra": {"activity": activity}}
    sounded = to_stems(Scene(duration=2.0, objects=[thing]), clip)
    stems = stage.gathered(sounded.stems)
    assert set(stems) == {"drum", "ambience"}
    total = sum(one.astype(np.float64) for one in stems.values())
    assert total.shape == (2, 96000)
    assert np.abs(total - truth[:, :96000]).max() < 1e-6 * np.abs(truth).max()


def test_a_clip_out_of_the_middle_and_beyond_the_end(tmp_path, stage):
    from seehear.media.audio import audio_blocks

    clip = write_clip(tmp_path / "thuds.mp4", seconds=2.0, sound=thuds(2.0))
    truth = np.concatenate(list(audio_blocks(clip, sample_rate=48000)), axis=1)
    sounded = to_stems(Scene(duration=3.0, extra={"start": 0.5}), clip)
    bed = stage.gathered(sounded.stems)["ambience"]
    assert bed.shape == (1, 144000)
    count = truth.shape[1] - 24000
    assert np.array_equal(bed[:, :count], truth[:, 24000:])
    assert not bed[:, count:].any()
    assert sounded.scene.ambience is not None


@pytest.mark.parametrize("sound", [None, np.zeros((2, 48000), dtype=np.float32)])
def test_a_picture_without_sound_is_told_so(tmp_path, sound):
    clip = write_clip(tmp_path / "mute.mp4", seconds=1.0, sound=sound)
    scene = to_stems(Scene(duration=1.0), clip).scene
    assert scene.ambience is None
    assert "soundtrack" in scene.extra["unknown"][-1]


@pytest.mark.parametrize("name", ["nasa", "mdn_frog", "mdn_pig"])
def test_real_clips_whose_sound_has_no_source_in_view_stay_whole(shared, name):
    """An off-screen narrator, and handling noise: nothing that moves may be taken for the source."""
    from seehear.watch import to_scene

    clip = shared / "data" / "video" / f"{name}.mp4"
    sounded = to_stems(to_scene(clip), clip)
    assert sounded.scene.objects == ()
    assert sounded.scene.ambience is not None
    assert any("ambience" in one for one in sounded.scene.extra["unknown"])


@pytest.mark.parametrize("name", ["coffee", "intel_cars"])
def test_real_clips_with_digital_silence_have_no_sound(shared, name):
    assert not has_sound(shared / "data" / "video" / f"{name}.mp4")
