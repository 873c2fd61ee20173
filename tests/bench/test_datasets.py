"""Readers on tiny made-up folders: what is there comes out, what is wrong is named."""

import json

import h5py
import pytest

from seehear.bench.datasets import avlbench, build_avlbench, fair_play, music21, vggsound
from seehear.bench.datasets.clip import Clip, one_protocol
from seehear.bench.datasets.music21 import missing
from seehear.errors import InputError
from seehear.scene import Keyframe, Scene, SceneObject, scene_to_json
from seehear.scene.formats.spa2v import scene_from_spa2v


def touch(*files):
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")


@pytest.fixture
def fair(tmp_path):
    for name in ("000001", "000002", "000003"):
        touch(tmp_path / "binaural_audios" / f"{name}.wav", tmp_path / "frames" / name / "1.jpg")
    touch(tmp_path / "videos" / "000001.mp4")
    place = tmp_path / "splits" / "split1"
    place.mkdir(parents=True)
    with h5py.File(place / "test.h5", "w") as held:
        held["audio"] = [b"/private/binaural16k/000002.wav", b"/private/binaural16k/000001.wav"]
    clean = tmp_path / "new_splits" / "split2"
    clean.mkdir(parents=True)
    (clean / "test.txt").write_text("000003.mp3\n000001.mp3\n\n")
    return tmp_path


def test_fair_play_reads_both_protocols_and_keeps_them_apart(fair):
    random = fair_play(fair, protocol="random", split=1)
    clean = fair_play(fair, protocol="clean", split=2)
    assert [one.id for one in random] == ["000002", "000001"]
    assert [one.id for one in clean] == ["000003", "000001"]
    first = random[1]
    assert (first.sound, first.split, first.audio.name) == ("binaural", "test", "000001.wav")
    assert first.video.name == "000001.mp4"
    assert random[0].video is None
    assert random[0].frames.name == "000002"
    assert one_protocol(random) == "fair-play random split 1"
    with pytest.raises(InputError, match="clean split 2, fair-play random split 1"):
        one_protocol([*random, *clean])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"protocol": "mixed", "split": 1}, "random or clean"),
        ({"protocol": "clean", "split": 6}, "from 1 to 5"),
        ({"protocol": "random", "split": 2}, "split's list"),
        ({"protocol": "random", "split": 1, "part": "dev"}, "train, val or test"),
    ],
)
def test_fair_play_names_what_is_wrong(fair, options, told):
    with pytest.raises(InputError, match=told):
        fair_play(fair, **options)


def test_fair_play_misses_a_clip_aloud(fair):
    (fair / "binaural_audios" / "000001.wav").unlink()
    with pytest.raises(InputError, match="clip 000001"):
        fair_play(fair, protocol="random", split=1)


def test_music21_gives_what_is_there_and_counts_the_rest(tmp_path):
    listing = tmp_path / "MUSIC_duet_videos.json"
    videos = {"cello acoustic_guitar": ["-abc", "gone"], "tuba": ["x_y"]}
    listing.write_text(json.dumps({"version": 1.0, "videos": videos}))
    touch(tmp_path / "v" / "deep" / "-abc.webm", tmp_path / "v" / "x_y.mp4", tmp_path / "v" / "other.mp4")
    clips = music21(tmp_path / "v", listing)
    assert [(one.id, one.labels) for one in clips] == [("-abc", ("cello", "acoustic guitar")), ("x_y", ("tuba",))]
    assert missing(tmp_path / "v", listing) == ["gone"]
    listing.write_text("[]")
    with pytest.raises(InputError, match="videos"):
        music21(tmp_path / "v", listing)


def test_vggsound_by_list_and_by_folder(tmp_path):
    listing = tmp_path / "vggsound.csv"
    listing.write_text('--0,30,"dog barking, close",test\nabc,5,train horning,train\nlost,1,bell,test\n')
    touch(tmp_path / "v" / "--0_000030.mp4", tmp_path / "v" / "abc_000005.mp4")
    (clip,) = vggsound(tmp_path / "v", listing)
    assert (clip.id, clip.labels, clip.split, clip.end) == ("--0_000030", ("dog barking, close",), "test", 10.0)
    assert [one.id for one in vggsound(tmp_path / "v", listing, split="train")] == ["abc_000005"]
    touch(tmp_path / "f" / "church_bell" / "b.mp4", tmp_path / "f" / "church_bell" / "a.mkv", tmp_path / "f" / "x.mp4")
    folders = vggsound(tmp_path / "f")
    assert [(one.id, one.labels) for one in folders] == [
        ("church_bell/a", ("church bell",)), ("church_bell/b", ("church bell",)),
    ]  # fmt: skip
    listing.write_text("id,start\n")
    with pytest.raises(InputError, match="row 1"):
        vggsound(tmp_path / "v", listing)


def thing(name: str, *boxes: tuple[float, float, float, float], sounding: bool = True) -> SceneObject:
    keys = tuple(Keyframe(time=4.0 * i / max(1, len(boxes) - 1), box=box) for i, box in enumerate(boxes))
    return SceneObject(id=name, label=name, keyframes=keys, sounding=((0.0, 4.0),) if sounding else ())


SCENES = {
    "cars": (thing("car", (0.0, 0.4, 0.2, 0.6), (0.8, 0.4, 1.0, 0.6)), thing("van", (0.5, 0.4, 0.7, 0.6),
                                                                             (0.1, 0.4, 0.3, 0.6))),
    "room": (thing("piano", (0.0, 0.4, 0.3, 0.8)), thing("woman", (0.4, 0.3, 0.6, 0.9), sounding=False),
             thing("flute", (0.8, 0.3, 0.95, 0.9), sounding=False)),
    "road": (thing("bus", (0.4, 0.4, 0.5, 0.5), (0.3, 0.3, 0.6, 0.6)),),
    "tail": (thing("bus", (0.3, 0.3, 0.6, 0.6), (0.4, 0.4, 0.5, 0.5)),),
    "empty": (),
}  # fmt: skip


@pytest.fixture
def built(tmp_path):
    for name, things in SCENES.items():
        touch(tmp_path / "clips" / f"{name}.mp4")
        (tmp_path / "clips" / f"{name}.scene.json").write_text(scene_to_json(Scene(duration=4.0, objects=things)))
    assert build_avlbench(tmp_path / "clips", tmp_path / "set") == 4
    return tmp_path / "set"


def test_a_set_of_ones_own_clips_has_the_published_attributes(built):
    rows = {row["id"]: row for row in map(json.loads, (built / "annotations.jsonl").read_text().splitlines())}
    told = {name: [one["attribute"] for one in row["objects"]] for name, row in rows.items()}
    assert told == {
        "cars": ["right crossing", "left crossing"], "room": ["left", "center", "right"], "road": ["approaching"],
        "tail": ["receding"],
    }  # fmt: skip
    kinds = {name: (row["scene"], row["events"]) for name, row in rows.items()}
    assert kinds["cars"] == ("translational", "multiple")
    assert kinds["room"] == ("stationary", "single")


def test_a_set_reads_back_with_its_boxes(built):
    clips = avlbench(built)
    assert [one.id for one in clips] == ["cars", "road", "room", "tail"]
    assert all(one.video.resolve().is_file() for one in clips)
    assert [one.id for one in avlbench(built, scene="stationary")] == ["room"]
    assert [one.id for one in avlbench(built, scene="translational", events="single")] == ["road", "tail"]
    scene = scene_from_spa2v(clips[0].layout.read_text(), duration=clips[0].end)
    assert [one.label for one in scene.objects] == ["car", "van"]
    assert scene.objects[0].keyframes[0].box == pytest.approx((0.0, 0.4, 0.2, 0.6), abs=0.01)


def test_a_set_is_not_overwritten_and_a_broken_one_is_named(built, tmp_path):
    with pytest.raises(InputError, match="already"):
        build_avlbench(tmp_path / "clips", built)
    (built / "layouts" / "road.txt").unlink()
    with pytest.raises(InputError, match="road"):
        avlbench(built)
    (built / "annotations.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(InputError, match="line 1"):
        avlbench(built)
    with pytest.raises(InputError, match="found none"):
        avlbench(tmp_path / "nowhere")
    assert one_protocol([]) == ""
    assert Clip("a").protocol == ""
