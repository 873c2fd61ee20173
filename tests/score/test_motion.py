"""Movement against sound: made-up pictures whose truth is known by construction."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.score.motion import flow_curves, moving_side_agreement, onset_to_motion_offset
from seehear.score.stillness import black_share, frozen_share, picture_change

RATE, FPS = 48000, 25.0
STEREO = layout_of("stereo")


def bouncing(contacts, seconds=6.0):
    """A bright square that turns back at each contact: (n, 90, 160)."""
    rng = np.random.default_rng(3)
    times = np.arange(int(seconds * FPS)) / FPS
    edges = np.concatenate([[0.0], contacts, [seconds]])
    inside = np.searchsorted(edges, times, side="right") - 1
    since = np.minimum(times - edges[inside], edges[np.minimum(inside + 1, len(edges) - 1)] - times)
    frames = np.full((len(times), 90, 160), 90, np.uint8)
    square = rng.integers(120, 255, size=(20, 20)).astype(np.uint8)
    for frame, height in zip(frames, 60 - 90 * np.clip(since, 0, 0.5), strict=True):
        frame[int(height) : int(height) + 20, 100:120] = square
    return frames


def clicks(contacts, late=0.0, seconds=6.0):
    sound = np.zeros(int(seconds * RATE))
    burst = np.random.default_rng(1).normal(size=2400) * np.exp(-np.arange(2400) / 400)
    for one in np.asarray(contacts) + late:
        start = int(one * RATE)
        sound[start : start + 2400] += burst[: max(0, len(sound) - start)]
    return 0.1 * sound


def passing(seconds=4.0):
    """A textured block that crosses from left to right."""
    rng = np.random.default_rng(0)
    block = rng.integers(0, 255, size=(30, 20)).astype(np.uint8)
    frames = np.full((int(seconds * FPS), 90, 160), 60, np.uint8)
    for number, frame in enumerate(frames):
        x = int(2 + 136 * number / len(frames))
        frame[30:60, x : x + 20] = block
    return frames


def panned(seconds=4.0):
    """Noise that goes from the left loudspeaker to the right one."""
    noise = np.random.default_rng(2).normal(size=int(seconds * RATE)) * 0.1
    place = np.linspace(0, np.pi / 2, len(noise))
    return np.stack([noise * np.cos(place), noise * np.sin(place)]).astype(np.float32)


CONTACTS = [0.9, 1.7, 2.3, 3.2, 4.1, 4.6]


@pytest.mark.parametrize("late", [-0.3, 0.0, 0.2, 0.5])
def test_a_late_sound_is_found_by_its_lateness(late):
    change = flow_curves(bouncing(CONTACTS)).change
    found = onset_to_motion_offset(clicks(CONTACTS, late), change, sample_rate=RATE, fps=FPS)
    assert found.extra["late"] == pytest.approx(late, abs=0.05)


def test_without_a_rhythm_in_common_there_is_no_offset():
    change = flow_curves(bouncing(CONTACTS)).change
    steady = np.random.default_rng(5).normal(size=6 * RATE) * 0.1
    for sound in (steady, np.zeros(6 * RATE)):
        found = onset_to_motion_offset(sound, change, sample_rate=RATE, fps=FPS)
        assert np.isnan(found.value)
        assert found.reason
    even = flow_curves(passing(6.0)).change
    assert np.isnan(onset_to_motion_offset(clicks(CONTACTS), even, sample_rate=RATE, fps=FPS).value)


def test_the_side_that_moves_is_the_side_that_sounds_and_the_mirror_image_says_the_opposite():
    columns = flow_curves(passing()).columns
    given = moving_side_agreement(panned(), columns, layout=STEREO, sample_rate=RATE, fps=FPS)
    swapped = moving_side_agreement(panned()[::-1], columns, layout=STEREO, sample_rate=RATE, fps=FPS)
    mono = np.repeat(panned().mean(axis=0, keepdims=True), 2, axis=0)
    middle = moving_side_agreement(mono, columns, layout=STEREO, sample_rate=RATE, fps=FPS)
    assert given.value > 0.8
    assert swapped.value == pytest.approx(-given.value, abs=1e-6)
    assert middle.value == 0.0


def test_a_turning_camera_is_no_evidence():
    whole = np.random.default_rng(7).integers(0, 255, size=(90, 400)).astype(np.uint8)
    whole = np.repeat(np.repeat(whole[::6, ::6], 6, axis=0), 6, axis=1)[:90, :400]
    turning = np.stack([whole[:, 2 * k : 2 * k + 160] for k in range(100)])
    found = moving_side_agreement(panned(), flow_curves(turning).columns, layout=STEREO, sample_rate=RATE, fps=FPS)
    assert abs(found.value) < 0.5


def test_silence_and_stillness_have_no_side():
    columns = flow_curves(passing()).columns
    for samples, moved in ((np.zeros((2, 4 * RATE), np.float32), columns), (panned(), np.zeros_like(columns))):
        found = moving_side_agreement(samples, moved, layout=STEREO, sample_rate=RATE, fps=FPS)
        assert np.isnan(found.value)
        assert found.reason


def test_freezes_are_long_and_slow_frame_rates_are_not():
    time = np.arange(100) / 25
    moving = np.r_[np.nan, np.full(99, 20.0)]
    assert frozen_share(moving, time, duration=4.0).value == 0.0
    twice = moving.copy()
    twice[1::2] = 0.0  # 12.5 pictures a second
    assert frozen_share(twice, time, duration=4.0).value == 0.0
    stopped = moving.copy()
    stopped[51:] = 0.0
    assert frozen_share(stopped, time, duration=4.0).value == pytest.approx(0.5)
    assert frozen_share(stopped, time, duration=4.0).extra["longest"] == pytest.approx(2.0)
    assert black_share(np.r_[np.zeros(25), np.full(75, 100.0)]).value == 0.25


def test_a_coded_still_picture_flickers_and_does_not_move():
    still = np.random.default_rng(3).integers(40, 200, size=(60, 90, 160)).astype(np.uint8)
    still[:] = still[0]
    time = np.arange(60) / 25
    flicker = still.copy()
    flicker[2::4, 10, 20:23] += 15  # three pixels, to and fro with the coder's frame types
    flicker[3::4, 10, 20:23] += 15
    assert frozen_share(picture_change(flicker, fps=25.0), time, duration=2.4).value > 0.9
    small = still.copy()
    for number, picture in enumerate(small):
        picture[40:42, 20 + number // 2 : 22 + number // 2] = 250  # four pixels that move
    assert frozen_share(picture_change(small, fps=25.0), time, duration=2.4).value == 0.0
    grain = still + np.random.default_rng(4).integers(-4, 5, size=still.shape)
    assert frozen_share(picture_change(grain.astype(np.uint8), fps=25.0), time, duration=2.4).value == 0.0
    stopped = small.copy()
    stopped[30:] = stopped[30]
    assert frozen_share(picture_change(stopped, fps=25.0), time, duration=2.4).value == pytest.approx(0.5, abs=0.02)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError):
        picture_change(np.zeros((0, 9, 16), np.uint8), fps=25.0)
    with pytest.raises(InputError):
        flow_curves(np.zeros((1, 9, 16), np.uint8))
    with pytest.raises(InputError):
        frozen_share([1.0], [0.0, 1.0], duration=2.0)
    with pytest.raises(InputError):
        onset_to_motion_offset(np.zeros(9), np.zeros(9), sample_rate=0, fps=25)
