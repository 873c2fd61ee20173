"""The animatic: what is drawn lies where the scene says, glows as it sounds, and never moves by itself."""

from fractions import Fraction

import av
import numpy as np
import pytest

from seehear.draw import to_video
from seehear.draw.loudness import Loudness, loudness_of_stems
from seehear.draw.storyboard import Storyboard
from seehear.errors import InputError
from seehear.media.stems import ArrayStems
from seehear.scene import Scene

SIZE = (320, 180)
BARE = Storyboard(labels=False, captions=False)


def scene_of(*objects: dict, duration: float = 2.0, **fields: object) -> Scene:
    return Scene.model_validate({"schema": 1, "duration": duration, "objects": list(objects), **fields})


def thing(label: str, *boxes: tuple[float, list[float] | None], azimuth: float = 0.0, name: str = "one") -> dict:
    keys = [{"time": time, "azimuth": azimuth, "elevation": 0.0, "box": box} for time, box in boxes]
    return {"id": name, "label": label, "sounding": [[0.0, 2.0]], "keyframes": keys}


def drawn(scene: Scene, time: float, board: Storyboard = BARE, **known: Loudness) -> np.ndarray:
    return board.board(scene, SIZE, known).picture(time).astype(int)


def changed(scene: Scene, time: float, board: Storyboard = BARE, **known: Loudness) -> tuple[float, ...]:
    """The bounds, in pixels, of all that the objects change in the empty picture."""
    # the same camera, and a room that does not depend on who is there
    empty = scene.model_copy(update={"objects": ()})
    difference = np.abs(drawn(scene, time, board, **known) - drawn(empty, time, board)).max(axis=-1) > 24
    rows, columns = np.flatnonzero(difference.any(axis=1)), np.flatnonzero(difference.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


ROOM = {"size": [8.0, 6.0, 3.0], "listener": [2.0, 3.0, 1.6], "rt60": 0.3}


@pytest.mark.parametrize("label", ["car", "dog", "piano", "bird", "clock", "speech", "thunder", "helicopter"])
@pytest.mark.parametrize("time", [0.0, 0.55, 1.3])
def test_what_is_drawn_fills_its_box_to_a_pixel(label, time):
    first, last = [0.10, 0.30, 0.35, 0.80], [0.55, 0.25, 0.95, 0.85]
    scene = scene_of(thing(label, (0.0, first), (2.0, last)), room=ROOM)
    wanted = np.array([*SIZE, *SIZE]) * (np.array(first) + (np.array(last) - first) * time / 2)
    assert np.abs(np.array(changed(scene, time)) - wanted).max() <= 1.0 + 0.5  # a pixel, and the rounding to whole ones


def test_what_the_edge_cuts_goes_on_beyond_it():
    """A bus that comes in at the left edge is not squeezed into what is seen of it: its wheels stay as far apart."""
    inside, cut = [0.2, 0.3, 0.8, 0.7], [0.0, 0.3, 0.3, 0.7]
    scene = scene_of(thing("bus", (0.0, inside), (1.0, inside), (2.0, cut)), room=ROOM)
    assert np.abs(np.array(changed(scene, 2.0)) - np.array([0, 54, 96, 126])).max() <= 1.5
    whole, part = drawn(scene, 0.5), drawn(scene, 2.0)
    assert np.abs(whole[54:126, 160:256] - part[54:126, 0:96]).mean() < 8.0  # what is seen through its windows differs


def test_what_is_nearer_covers_what_is_farther():
    box = [0.3, 0.3, 0.6, 0.8]
    piano, fan = thing("piano", (0.0, box), name="p"), thing("speech", (0.0, box), name="f")
    for one, far in ((piano, 4.0), (fan, 2.0)):
        one["keyframes"][0]["distance"] = far
    both = drawn(scene_of(piano, fan, room=ROOM), 0.5)
    # seeds go by place in the list, so only the order by distance is compared: the near one stays whole
    alone = drawn(scene_of(thing("thunder", (0.0, box), name="x"), fan, room=ROOM), 0.5)
    middle = (slice(75, 100), slice(135, 150))
    np.testing.assert_array_equal(both[middle], alone[middle])


def test_the_glow_follows_the_objects_own_loudness():
    scene = scene_of(thing("dog", (0.0, [0.4, 0.4, 0.6, 0.7])), room=ROOM)
    times = np.array([0.0, 1.0, 2.0])
    sums = []
    for level in (0.1, 0.5, 1.0):
        loud = Loudness(times, np.full(3, level))
        lit = drawn(scene, 1.0, Storyboard(captions=False), one=loud) - drawn(scene, 1.0, BARE, one=loud)
        sums.append(np.clip(lit[..., 0] - lit[..., 2], 0, None).sum())  # yellow: red up, blue down
    assert sums[0] < sums[1] < sums[2]
    silent = scene_of(thing("dog", (0.0, [0.4, 0.4, 0.6, 0.7])) | {"sounding": [[0.0, 0.5]]}, room=ROOM)
    quiet = drawn(silent, 1.0, Storyboard(captions=False)) - drawn(silent, 1.0, BARE)
    assert np.clip(quiet[..., 0] - quiet[..., 2], 0, None).sum() < 0.2 * sums[0]


def test_loudness_is_read_from_the_stems():
    rate = 8000
    samples = np.zeros(2 * rate, np.float32)
    samples[rate:] = 0.1 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    samples[: rate // 2] = 0.01 * np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate)
    scene = scene_of(thing("dog", (0.0, None)), thing("cat", (0.0, None), name="two"))
    found = loudness_of_stems(scene, ArrayStems({"one": samples}, rate))
    assert list(found) == ["one"]
    assert found["one"].at(np.array([1.5]))[0] == pytest.approx(1.0, abs=0.01)
    assert found["one"].at(np.array([0.25]))[0] == pytest.approx(1 - 20 / 36, abs=0.01)  # 20 dB below, of a range of 36
    assert found["one"].at(np.array([0.75]))[0] == 0.0


@pytest.mark.parametrize(("azimuth", "side"), [(70.0, "left"), (-70.0, "right"), (170.0, "middle")])
def test_what_sounds_out_of_sight_has_an_arrow_at_its_edge(azimuth, side):
    scene = scene_of(thing("car", (0.0, None), azimuth=azimuth), room=ROOM)
    left, _, right, bottom = changed(scene, 1.0, Storyboard(captions=False))
    assert {"left": left < 6, "right": right > 314, "middle": 90 < left < right < 230 and bottom > 125}[side]
    assert (left > 150) == (side == "right")
    silent = scene_of(thing("car", (0.0, None), azimuth=azimuth) | {"sounding": [[1.5, 2.0]]}, room=ROOM)
    empty = silent.model_copy(update={"objects": ()})
    np.testing.assert_array_equal(drawn(silent, 1.0, Storyboard()), drawn(empty, 1.0, Storyboard()))


def test_the_place_turns_against_the_camera():
    """Ten degrees to the left move what is ahead to the right by the projection of ten degrees."""
    pose = [{"time": 0.0, "yaw": 0.0, "pitch": 0.0, "roll": 0.0}, {"time": 2.0, "yaw": 10.0, "pitch": 0.0, "roll": 0.0}]
    camera = {"projection": "perspective", "horizontal_fov": 60.0, "size_wh": [320, 180], "pose": pose}
    scene = scene_of(camera=camera, room=ROOM)
    before, after = (drawn(scene, time)[30:100].mean(axis=-1) for time in (0.0, 2.0))
    shift = 160 / np.tan(np.deg2rad(30)) * np.tan(np.deg2rad(10))
    middle = before[:, 140:180]
    error = [np.abs(after[:, 140 + k : 180 + k] - middle).mean() for k in range(0, 70)]
    assert int(np.argmin(error)) == pytest.approx(shift, abs=2)


@pytest.mark.parametrize(("kind", "wide", "turned"), [("perspective", 60.0, 12.0), ("equirectangular", 360.0, -170.0)])
def test_a_pan_that_is_looked_up_once_is_the_pan_worked_out_anew(kind, wide, turned):
    pose = [{"time": t, "yaw": yaw, "pitch": 0.0, "roll": 0.0} for t, yaw in ((0.0, -20.0), (2.0, turned))]
    camera = {"projection": kind, "horizontal_fov": wide, "size_wh": [320, 180], "pose": pose}
    tilted = {**camera, "pose": [one | {"roll": 1e-9} for one in pose]}
    for time in (0.0, 0.7, 2.0):
        level, anew = (drawn(scene_of(camera=one, room=ROOM), time)[8:-8, 8:-8] for one in (camera, tilted))
        away = [np.abs(np.roll(level, k, axis=1)[:, 4:-4] - anew[:, 4:-4]).mean() for k in (-2, -1, 0, 1, 2)]
        assert int(np.argmin(away)) == 2
        assert away[2] < 0.5 * away[1]


@pytest.mark.parametrize("pitch", [0.0, 75.0])
def test_any_turn_of_the_camera_gives_a_whole_picture(pitch):
    pose = [
        {"time": 0.0, "yaw": 170.0, "pitch": 0.0, "roll": 0.0},
        {"time": 2.0, "yaw": 190.0 - 360.0, "pitch": pitch, "roll": 30.0},
    ]
    for kind, wide in (("perspective", 90.0), ("equirectangular", 360.0)):
        camera = {"projection": kind, "horizontal_fov": wide, "size_wh": [320, 160], "pose": pose}
        for time in (0.0, 1.1, 2.0):
            picture = drawn(scene_of(camera=camera), time)
            assert picture.min() > 5  # no black holes
            assert picture.std() > 10


@pytest.mark.parametrize("count", [0, 1, 200])
def test_any_number_of_objects_and_any_words(count, tmp_path):
    rng = np.random.default_rng(1)
    words = ["dog", "", "x" * 3000, "Vögel 鳥 \u202e \x00\n", None, "<script>"]
    things = []
    for index in range(count):
        x, y = rng.uniform(0, 0.9, 2)
        box = [x, y, x + 0.1, y + 0.1]
        things.append(thing("dog", (0.0, box), name=f"n{index}") | {"label": words[index % len(words)] or None})
    scene = scene_of(*things, duration=0.2, caption="\x07 a caption " * 200)
    to_video(scene, tmp_path / "out.mp4", size_wh=(160, 90), fps=10)
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert len(list(video.decode(video=0))) == 2


@pytest.mark.parametrize(("fps", "duration", "count"), [(30, 1.0, 30), (Fraction(30000, 1001), 2.0, 60), (1, 0.2, 1)])
def test_length_and_rate_are_what_was_asked(fps, duration, count, tmp_path):
    to_video(scene_of(duration=duration), tmp_path / "out.mp4", size_wh=(64, 36), fps=fps)
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert video.streams.video[0].average_rate == Fraction(fps)
        assert len(list(video.decode(video=0))) == count


@pytest.mark.parametrize(("box", "half"), [([0.4, 0.6, 0.6, 0.98], "upper"), ([0.4, 0.3, 0.6, 0.6], "lower")])
def test_the_caption_keeps_off_what_stands_low(box, half):
    scene = scene_of(thing("dog", (0.0, box)), room=ROOM)
    told = scene.model_copy(update={"caption": "a dog barks"})
    board = Storyboard(labels=False)
    rows = np.flatnonzero((drawn(told, 1.0, board) != drawn(scene, 1.0, board)).any(axis=(1, 2)))
    assert (rows.max() < 30) if half == "upper" else (rows.min() > 150)


def test_same_seed_same_pictures():
    scene = scene_of(thing("car", (0.0, [0.1, 0.3, 0.4, 0.8])))
    first, again = (Storyboard(seed=4).board(scene, SIZE).picture(0.7) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != Storyboard(seed=5).board(scene, SIZE).picture(0.7)).any()


def test_pictures_made_at_once_are_those_made_one_by_one():
    """The order in which threads finish settles nothing: a walker's drawings are kept, and so depend on their order."""
    camera = {"pose": [{"time": t, "yaw": y, "pitch": 0.0, "roll": 0.0} for t, y in ((0.0, -9.0), (2.0, 9.0))]}
    walker = thing("footsteps", (0.0, [0.1, 0.3, 0.3, 0.8]), (2.0, [0.6, 0.3, 0.8, 0.8]))
    scene = scene_of(walker, thing("car", (0.0, [0.4, 0.4, 0.6, 0.6]), name="two"), camera=camera)
    told = {"fps": Fraction(12), "size_wh": SIZE, "loudness": {}}
    at_once = list(Storyboard().frames(scene, **told))
    board = Storyboard().board(scene, SIZE)
    for index, shot in enumerate(board.shots([i / 12 for i in range(24)])):
        np.testing.assert_array_equal(board.painted(shot), at_once[index])
    assert len(at_once) == 24


def test_pictures_that_nobody_takes_are_not_waited_for():
    film = Storyboard().frames(scene_of(duration=1e4), fps=Fraction(30), size_wh=SIZE, loudness={})
    next(film)
    film.close()


@pytest.mark.parametrize("size", [(641, 360), (8, 8), (20000, 100), (0, -4)])
def test_sizes_that_cannot_be_are_refused(size, tmp_path):
    with pytest.raises(InputError, match=r"expected an even width and height .* try \d+ x \d+"):
        to_video(scene_of(), tmp_path / "out.mp4", size_wh=size)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fps", [0, -1, 1000, float("nan"), float("inf")])
def test_rates_that_cannot_be_are_refused(fps, tmp_path):
    with pytest.raises(InputError, match="expected 1 to 240 frames per second"):
        to_video(scene_of(), tmp_path / "out.mp4", fps=fps)
