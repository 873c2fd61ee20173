"""Sets of worlds: whole, the same bytes however made, continued by a rerun, failures as rows."""

import json
import tarfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from seehear.cli.app import app
from seehear.errors import InputError, UnknownBackend
from seehear.media.layout import layout_of
from seehear.media.stem_files import FolderStems
from seehear.scene import read_scene
from seehear.simulate import PRESETS, to_world, write_video, write_worlds
from seehear.simulate.dataset import rng_of
from seehear.simulate.recordings import SPACING, rig_of
from seehear.simulate.work import map_items

TINY = {"size_wh": (64, 64), "fps": 10, "duration": 1.0, "sample_rate": 16000, "preset": "translational"}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def stamps(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.rglob("*")}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("worlds") / "set"
    done = write_worlds(folder, 3, seed=7, layouts=("binaural", "foa"), shards=True, **TINY)
    assert (done.made, done.kept, done.failed) == (3, 0, 0)
    return folder


def test_a_world_is_a_folder(made):
    names = {file.name for file in (made / "000001").iterdir()}
    assert names == {"scene.json", "video.mp4", "mix.binaural.flac", "mix.foa.flac", "stems"}
    scene = read_scene(made / "000001" / "scene.json")
    world = to_world(rng_of(7, "translational", 1), **TINY)
    assert scene == world.scene
    mix, rate = soundfile.read(made / "000001" / "mix.binaural.flac", always_2d=True)
    assert rate == 16000
    assert np.abs(mix.T - world.mixes(("binaural",))["binaural"]).max() < 2**-22
    rows = [json.loads(line) for line in (made / "manifest.jsonl").read_text().splitlines()]
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert rows[1]["labels"] == [thing.label for thing in scene.objects]
    assert len({row["sha256"] for row in rows}) == 3
    assert not (made / "failures.jsonl").exists()


def test_scene_and_stems_render_to_the_mix(made):
    from seehear.acoustics.render import Renderer

    scene = read_scene(made / "000002" / "scene.json")
    ids = [thing.id for thing in scene.objects] + (["ambience"] if scene.ambience else [])
    stems = FolderStems(made / "000002" / "stems", ids, sample_rate=16000, length=16000)
    blocks = Renderer(scene, layout_of("foa"), sample_rate=16000).blocks(stems)
    again = np.concatenate([block.mix for block in blocks], axis=1)
    mix, _ = soundfile.read(made / "000002" / "mix.foa.flac", always_2d=True)
    assert np.abs(again - mix.T).max() < 10 ** (-110 / 20)


def test_same_bytes_with_two_processes(made, tmp_path):
    write_worlds(tmp_path / "set", 3, seed=7, layouts=("binaural", "foa"), shards=True, jobs=2, **TINY)
    assert contents(tmp_path / "set") == contents(made)


def test_a_rerun_changes_nothing_and_more_worlds_are_added(made, tmp_path):
    before, times = contents(made), stamps(made)
    done = write_worlds(made, 3, seed=7, layouts=("binaural", "foa"), shards=True, **TINY)
    assert (done.made, done.kept) == (0, 3)
    assert contents(made) == before
    assert {k: v for k, v in stamps(made).items() if k != "set"} == {k: v for k, v in times.items() if k != "set"}
    few = tmp_path / "few"
    write_worlds(few, 1, seed=7, layouts=("binaural", "foa"), **TINY)
    done = write_worlds(few, 3, seed=7, layouts=("binaural", "foa"), shards=True, **TINY)
    assert (done.made, done.kept) == (2, 1)
    assert contents(few) == before


def test_after_a_kill_only_what_was_in_flight_is_made_again(made, tmp_path):
    before = contents(made)
    killed = tmp_path / "set"
    write_worlds(killed, 2, seed=7, layouts=("binaural", "foa"), **TINY)
    rows = (killed / "manifest.jsonl").read_text()
    (killed / "manifest.jsonl").write_text(rows[: len(rows) // 2 + 30])  # cut in the second line
    (killed / ".000002.abc").mkdir()
    (killed / ".000002.abc" / "scene.json").write_text("half")
    kept = (killed / "000001" / "video.mp4").stat().st_mtime_ns
    write_worlds(killed, 3, seed=7, layouts=("binaural", "foa"), shards=True, **TINY)
    assert contents(killed) == before
    assert (killed / "000001" / "video.mp4").stat().st_mtime_ns == kept


def test_shards_hold_the_worlds_side_by_side(made):
    with tarfile.open(made / "shards" / "000000.tar") as tar:
        names = tar.getnames()
        assert tar.extractfile("000001.scene.json").read() == (made / "000001" / "scene.json").read_bytes()
    keys = [name.partition(".")[0] for name in names]
    assert keys == sorted(keys)
    assert {name.partition(".")[2] for name in names if name.startswith("000000.")} >= {"scene.json", "video.mp4"}


def test_a_world_that_fails_is_a_row_and_is_tried_again(tmp_path, monkeypatch):
    preset = PRESETS["translational"]

    def sometimes(rng, setting):
        if broken and rng.bit_generator.seed_seq.entropy[-1] == 1:
            raise FloatingPointError("a  fault\nof two lines")
        return preset(rng, setting)

    monkeypatch.setitem(PRESETS, "translational", sometimes)
    broken = True
    done = write_worlds(tmp_path / "set", 3, seed=7, **TINY)
    assert (done.made, done.failed) == (2, 1)
    (row,) = map(json.loads, (tmp_path / "set" / "failures.jsonl").read_text().splitlines())
    assert row == {"index": 1, "name": "000001", "error": "FloatingPointError: a fault of two lines"}
    assert not (tmp_path / "set" / "000001").exists()
    broken = False
    assert write_worlds(tmp_path / "set", 3, seed=7, **TINY).made == 1
    assert not (tmp_path / "set" / "failures.jsonl").exists()


def test_other_settings_are_refused_and_force_starts_over(tmp_path):
    place = tmp_path / "set"
    write_worlds(place, 1, seed=1, **TINY)
    with pytest.raises(InputError, match="seed 1, asked for 2"):
        write_worlds(place, 1, seed=2, **TINY)
    assert write_worlds(place, 1, seed=2, force=True, **TINY).made == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="holds no worlds"):
        write_worlds(tmp_path / "other", 1, force=True, **TINY)
    assert (tmp_path / "other" / "thesis.tex").exists()


@pytest.mark.parametrize(
    "wrong", [{"preset": "nope"}, {"layouts": ["9.1"]}, {"seed": -1}, {"size_wh": (63, 64)}, {"duration": 0.1}]
)
def test_what_cannot_be_is_refused_before_any_work_or_told(tmp_path, wrong):
    setting = {**TINY, **wrong}
    if "duration" in wrong:
        assert write_worlds(tmp_path / "set", 1, **setting).failed == 1
        return
    with pytest.raises(InputError, match=next(iter(wrong)).removesuffix("s").removesuffix("_wh")):
        write_worlds(tmp_path / "set", 1, **setting)
    assert not (tmp_path / "set").exists()


def test_stereo_as_recordings_have_it():
    world = to_world(3, preset="translational", size_wh=(64, 64), duration=2.0)
    mixes = world.mixes(("dual-mono", "spaced-pair", "rig-offset"))
    assert all(mix.shape == (2, 96000) for mix in mixes.values())
    assert np.array_equal(*mixes["dual-mono"])
    pair, offset, rig = mixes["spaced-pair"], mixes["rig-offset"], rig_of(world.scene)
    assert np.array_equal(pair[0], offset[0])
    assert 2.0 <= abs(rig.gain_db) <= 3.5
    assert 1e-4 <= abs(rig.delay) <= 2.5e-4
    assert np.sign(rig.gain_db) == np.sign(rig.delay), "the louder channel is the later one"
    level = 20 * np.log10(np.linalg.norm(offset[1]) / np.linalg.norm(pair[1]))
    assert level == pytest.approx(rig.gain_db, abs=0.05)
    assert lag(pair[1], offset[1]) == pytest.approx(rig.delay, abs=2e-6)


def lag(first, second, rate=48000):
    """How much later the second is, seconds: the slope of the cross-spectrum's phase below 2 kHz."""
    cross = np.fft.rfft(second) * np.conj(np.fft.rfft(first))
    frequency = np.fft.rfftfreq(len(first), 1 / rate)
    low = (frequency > 50) & (frequency < 1500)
    weight = np.abs(cross[low])
    delays = np.linspace(-1e-3, 1e-3, 4001)
    fit = [(weight * np.cos(np.angle(cross[low]) + 2 * np.pi * frequency[low] * d)).sum() for d in delays]
    return delays[int(np.argmax(fit))]


def test_a_spaced_pair_has_the_delay_of_its_spacing():
    for seed in range(20):
        world = to_world(seed, preset="hidden", size_wh=(32, 32), duration=1.0)
        if world.scene.room is None:
            break
    loudest = world.scene.objects[0]
    alone = world.scene.model_copy(update={"objects": (loudest,), "ambience": None})
    from seehear.media.stems import ArrayStems
    from seehear.simulate.recordings import recorded

    blocks = [block[loudest.id] for block in world.stems.blocks(48000)]
    stems = ArrayStems({loudest.id: np.concatenate(blocks, axis=1)}, 48000)
    left, right = recorded("spaced-pair", alone, stems)
    azimuth, elevation = (np.deg2rad(getattr(loudest.keyframes[0], key)) for key in ("azimuth", "elevation"))
    expected = SPACING * np.sin(azimuth) * np.cos(elevation) / 343.0
    assert lag(left, right) == pytest.approx(expected, abs=1.5e-5)


def test_the_map_keeps_going():
    outcomes = {one.item: one for one in map_items(partial(divmod, 6), [3, 0, 2])}
    assert outcomes[3].row == (2, 0)
    assert outcomes[0].error.startswith("ZeroDivisionError")
    assert outcomes[0].row is None
    assert outcomes[2].error is None


@pytest.mark.ray
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_both_engines_make_the_same_bytes(tmp_path):
    pytest.importorskip("ray")
    for engine in ("local", "ray"):
        done = write_worlds(tmp_path / engine, 5, seed=2, jobs=2, engine=engine, **TINY)
        assert (done.made, done.failed) == (5, 0)
    assert contents(tmp_path / "local") == contents(tmp_path / "ray")


def test_another_engine_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(UnknownBackend, match="local, ray"):
        write_worlds(tmp_path / "set", 1, engine="spark", **TINY)
    assert not (tmp_path / "set").exists()


def test_the_command_line(tmp_path):
    run = CliRunner().invoke(
        app, ["simulate", "-n", "1", "--preset", "closed", "--duration", "1", "--size", "32x32", "--layout", "7.1.4",
              "--layout", "dual-mono", "-o", str(tmp_path / "set"), "--json"],
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["made"] == 1
    assert (tmp_path / "set" / "000000" / "mix.7.1.4.wav").is_file()
    assert (tmp_path / "set" / "000000" / "mix.dual-mono.flac").is_file()
    for wrong in (["--size", "big"], ["--projection", "fisheye"], ["--fps", "1/0"]):
        run = CliRunner().invoke(app, ["simulate", "-o", str(tmp_path / "x"), *wrong])
        assert run.exit_code == 1
        assert "error: " in run.output
        assert wrong[0] in run.output


def test_all_around_with_foa(tmp_path):
    write_worlds(tmp_path / "set", 1, preset="camera", projection="equirectangular", size_wh=(128, 64), duration=1.0)
    scene = read_scene(tmp_path / "set" / "000000" / "scene.json")
    assert scene.camera.projection == "equirectangular"
    assert (tmp_path / "set" / "000000" / "mix.foa.flac").is_file()


def test_the_same_frames_give_the_same_video(tmp_path):
    """Without `repeatable` about one coding in three differs, by the coder's own chance."""
    world = to_world(rng_of(7, "translational", 0), **TINY)
    frames, ballast = list(world.frames()), []
    for index in range(8):
        ballast.append(bytes(1000 * index))
        write_video(tmp_path / f"{index}.mp4", frames, world.fps, repeatable=True)
    assert len({(tmp_path / f"{index}.mp4").read_bytes() for index in range(8)}) == 1
