"""The first tasks: laws of the baselines, on small worlds and made-up recordings."""

import json

import numpy as np
import pytest

from seehear.acoustics import Renderer
from seehear.bench import TASKS, run
from seehear.bench.baselines import centred, mono_copy, scattered
from seehear.bench.card import card_of
from seehear.bench.localisation import localise, paired, truth_of
from seehear.bench.tasks import options_of
from seehear.errors import InputError
from seehear.media import ArrayStems, SoundWriter, layout_of
from seehear.scene import Camera, CameraPose, CameraSpec, Keyframe, Path, Scene, SceneObject
from seehear.score import direction, layout, layout_time, sync

SMALL = {"preset": "demo", "n": 1, "duration": 1.5, "width": 160, "height": 90, "fps": 12, "seed": 3}


def test_columns_are_the_scores_own():
    declared = {metric.name: metric for task in TASKS.values() for metric in task.metrics}
    known = [direction.AZIMUTH, direction.SIDE, direction.LEFT_RIGHT, layout.LTSIM, layout_time.MEAN_IOU]
    known += [sync.ONSET_F1, sync.AV_ALIGN_FIXED]
    assert {metric.name: metric for metric in known}.items() <= declared.items()


@pytest.fixture(scope="module")
def row():
    task = TASKS["worlds-hear"]
    return task.load().measure(options_of(task, SMALL), 0)


def test_a_worlds_row_keeps_the_laws(row):
    task, scores = TASKS["worlds-hear"], row["scores"]
    assert tuple(scores) == task.systems
    for one in scores.values():
        assert tuple(one) == tuple(metric.name for metric in task.metrics)
    assert scores["mono copy"]["left_right_accuracy"] == 0.5
    assert scores["mono copy"]["track_mean_iou"] is None
    assert row["reasons"]["mono copy"]["ltsim"] == "a sound alone has no boxes"
    truth = scores["truth re-rendered"]
    assert (truth["onset_f1"], truth["track_mean_iou"], truth["ltsim"]) == (1.0, 1.0, 1.0)
    assert truth["azimuth_error"] < scores["mono copy"]["azimuth_error"]
    assert row["labels"] == ["car", "bird"]


def test_a_worlds_row_is_the_same_again(row):
    task = TASKS["worlds-hear"]
    again = task.load().measure(options_of(task, SMALL), 0)
    assert json.dumps(again) == json.dumps(row)


def test_a_kept_world_changes_no_number_and_serves_the_other_task(row, tmp_path):
    hear, own = TASKS["worlds-hear"], TASKS["worlds-own"]
    given = {**SMALL, "worlds": str(tmp_path)}
    assert hear.load().measure(options_of(hear, given), 0) == row
    (world,) = tmp_path.glob("demo-*/000000")
    stamps = {file: file.stat().st_mtime_ns for file in world.iterdir()}
    found = own.load().measure(options_of(own, given), 0)
    assert {file: file.stat().st_mtime_ns for file in world.iterdir()} == stamps
    for name in ("truth re-rendered", "truth without room"):
        assert found["scores"][name] == row["scores"][name]
    assert "worlds" not in card_of(own, options_of(own, given), count=1, inputs={})["options"]


def test_directions_rest_on_the_same_windows_for_every_system(row):
    assert row["judged"]["objects"] <= len(row["labels"])
    assert row["judged"]["windows"] > 5
    assert row["scores"]["truth re-rendered"]["azimuth_error"] < 3.0


def test_own_gets_the_sound_in_mono():
    task = TASKS["worlds-own"]
    options = options_of(task, SMALL)
    row = task.load().measure(options, 0)
    assert row["scores"]["mono copy"]["side_accuracy"] is not None
    made = task.load().picture(options, 0)
    assert made.frame.shape == (90, 160, 3)
    assert set(made.sounds) == {"hear own", "truth re-rendered"}


def test_refuses_a_preset_or_number_that_cannot_be():
    task = TASKS["worlds-hear"]
    for given in ({"preset": "moon"}, {"n": 0}):
        with pytest.raises(InputError, match=r"preset|--n"):
            task.load().count(options_of(task, given))


def scene() -> Scene:
    key = Keyframe(time=0.0, azimuth=20.0, elevation=4.0, distance=3.0, box=(0.1, 0.2, 0.3, 0.6))
    thing = SceneObject(id="dog", label="dog", sounding=((0.0, 1.0),), keyframes=(key,))
    pose = (CameraPose(time=0.0), CameraPose(time=1.0, yaw=40.0))
    return Scene(duration=1.0, camera=CameraSpec(size_wh=(160, 90), pose=pose), objects=(thing,))


def test_centred_is_in_front_of_the_camera_and_as_large():
    moved = centred(scene())
    seen = Camera(moved.camera).to_camera(Path(moved.objects[0]).at([0.9]).direction, [0.9])
    assert seen[0].tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert moved.objects[0].keyframes[0].box == pytest.approx((0.4, 0.3, 0.6, 0.7))
    assert moved.objects[0].keyframes[0].distance == 3.0


def test_scattered_is_even_over_the_picture():
    rng = np.random.default_rng(0)
    found = [scattered(scene(), rng=rng).objects[0].keyframes[0] for _ in range(500)]
    azimuths = np.array([key.azimuth for key in found])
    assert np.abs(azimuths).max() <= 30.0
    assert abs(azimuths.mean()) < 2.0
    assert azimuths.std() == pytest.approx(60 / 12**0.5, rel=0.1)
    middles = np.array([(key.box[0] + key.box[2]) / 2 for key in found])
    assert np.corrcoef(middles, azimuths)[0, 1] < -0.98


def test_mono_copy_is_the_mean_on_both_sides():
    samples = np.array([[1.0, 0.0], [0.0, 0.5]], dtype=np.float32)
    assert mono_copy(samples).tolist() == [[0.5, 0.25], [0.5, 0.25]]


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Three made-up recordings in the form of the shared ones: noise at +60, -30 and crossing."""
    folder, rng = tmp_path_factory.mktemp("clips"), np.random.default_rng(1)
    rows = [{"azimuth_deg": 60.0}, {"azimuth_deg": -30.0}]
    rows.append({"track_t_s": [0.0, 1.0], "track_azimuth_deg": [50.0, -50.0]})
    clips = []
    for number, place in enumerate(rows):
        source = {"label": "noise", "active_s": [[0.0, 1.0]], "elevation_deg": 0.0, **place}
        kind = "moving" if "track_t_s" in place else "single"
        clip = {"file": f"localisation/{number}.wav", "kind": kind, "duration_s": 1.0, "sources": [source]}
        clips.append({**clip, "response_set": "ours"})
        stems = ArrayStems({"source_0": 0.1 * rng.normal(size=48000)}, 48000)
        with SoundWriter(folder / f"{number}.wav", layout_of("binaural")) as writer:
            for block in Renderer(truth_of(clip), layout_of("binaural")).blocks(stems):
                writer.write(block.mix)
    (folder / "annotations.json").write_text(json.dumps({"clips": clips}))
    return folder


def test_the_localiser_finds_noise_and_the_copy_does_not(clips, tmp_path):
    done = run("localisation", tmp_path, clips=str(clips))
    cells = done.table.cells
    assert cells["lateral", "azimuth_error"].mean < 4.0
    assert cells["lateral", "left_right_accuracy"].mean > 0.9
    assert cells["mono copy", "left_right_accuracy"].mean == 0.5
    assert cells["centre", "azimuth_error"].mean == pytest.approx((60 + 30 + 25) / 3, abs=1.0)
    assert cells["truth re-rendered", "azimuth_error"].mean < 4.0
    assert set(done.card["inputs"]) == {"annotations.json", "0.wav", "1.wav", "2.wav"}


def test_localisation_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.delenv("SEEHEAR_SHARED", raising=False)
    for given in ({}, {"clips": str(tmp_path)}):
        with pytest.raises(InputError, match="clips=DIR"):
            run("localisation", tmp_path / "run", **given)


def test_silence_is_heard_nowhere():
    heard = localise(np.zeros((2, 48000), dtype=np.float32))
    assert heard.objects == ()
    truth = truth_of({"sources": [{"label": "x", "active_s": [[0, 1]], "azimuth_deg": 10.0, "elevation_deg": 0.0}],
                      "duration_s": 1.0})  # fmt: skip
    assert [len(a) for a, _ in paired(heard, truth)] == [0]


def test_the_shared_recordings(shared, tmp_path):
    done = run("localisation", tmp_path, clips=str(shared / "data" / "localisation"), n=12)
    cells = done.table.cells
    assert cells["lateral", "azimuth_error"].mean < cells["centre", "azimuth_error"].mean / 2
