"""Embedders on real clips, with networks whose answers are known."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from tests.clips import thuds, write_clip  # noqa: E402

from seehear.bench.embedding import ClipParts, bound, looks, sounds, synchronised  # noqa: E402
from seehear.errors import InputError  # noqa: E402
from seehear.networks import faces as faces_module  # noqa: E402
from seehear.networks.audiobox import Pleasing  # noqa: E402
from seehear.networks.dover import VideoQuality  # noqa: E402
from seehear.networks.faces import Track, cut_face, follow  # noqa: E402
from seehear.networks.nisqa import SpeechQuality  # noqa: E402


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = write_clip(tmp_path_factory.mktemp("clips") / "a.mp4", seconds=6.4, sound=thuds(6.4))
    return ClipParts(path, {"audio_prompt": "thuds", "video_prompt": "a disc"})


class _Offset:
    """Says 0.2 s more for each segment that it was given later."""

    def see(self, frames):
        assert frames.shape[1:] in ((224, 398, 3), (224, 224, 3))
        return np.arange((len(frames) - 16) // 8 + 1)[:, None]

    def hear(self, samples, sample_rate):
        seconds = samples.shape[-1] / sample_rate
        return np.arange((int(seconds * 16000 + 0.5) - 10240) // 5120 + 1)[:, None]

    def logits(self, seen, heard):
        assert (seen == heard).all()
        assert len(seen) == 14
        return 9.0 * np.eye(21)[10 + int(seen[0, 0])]


def test_both_windows_of_synchformer(clip, monkeypatch):
    monkeypatch.setattr(synchronised.sync_offset, "load", lambda device: _Offset())
    scores = synchronised.load_offset()(clip)
    # 6.4 s hold 19 segments: the last fourteen begin at the sixth
    assert scores["desync"].per_item == (0.0, 1.0)
    assert scores["desync_t2av"].per_item == (0.0,)
    assert scores["desync_t2av"].name == "desync_t2av"


def test_a_short_clip_has_no_published_window(tmp_path, monkeypatch):
    monkeypatch.setattr(synchronised.sync_offset, "load", lambda device: _Offset())
    short = ClipParts(write_clip(tmp_path / "b.mp4", seconds=4.84, sound=thuds(4.84)))
    assert synchronised._one_window(_Offset(), short).reason == "shorter than 5 s"


class _Binder:
    def see(self, frames):
        assert frames.shape == (10, 180, 320, 3)
        return np.array([1.0, 0.0])

    def hear(self, samples, sample_rate):
        return np.array([3.0, 4.0])

    def read(self, texts):
        return np.array([[0.0, 2.0]])


def test_imagebind_gives_three_cosines_and_one_lack_takes_only_its_own(clip, monkeypatch):
    monkeypatch.setattr(bound.binding, "load", lambda device: _Binder())
    measure = bound.load()
    scores = {name: score.value for name, score in measure(clip).items()}
    assert scores == {"a_v": 0.6, "t_a_imagebind": 0.8, "t_v_imagebind": 0.0}
    mute = measure(ClipParts(clip.path, {"video_prompt": "a disc"}))
    assert mute["t_a_imagebind"].reason == "no audio prompt for this clip"
    assert mute["a_v"].value == 0.6


def test_ten_frames_from_first_to_last_are_judged(clip, monkeypatch):
    class Judge:
        def see(self, frames):
            return frames.mean(axis=(1, 2, 3))

    monkeypatch.setattr(looks.aesthetic, "load", lambda device: Judge())
    score = looks.load_aesthetic()(clip)["va"]
    assert score.n == 10
    assert score.per_item[0] == pytest.approx(clip.pick([0]).mean())
    assert score.per_item[9] == pytest.approx(clip.pick([159]).mean())


def test_no_face_is_undefined_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(synchronised.syncnet, "load", lambda device: None)
    scores = synchronised.load_lips()(ClipParts(write_clip(tmp_path / "c.mp4", seconds=0.4)))
    assert scores["lse_c"].reason == "no face is followed for more than 2 s"
    assert np.isnan(scores["lse_d"].value)


def test_faces_of_one_person_are_one_track_and_gaps_are_filled():
    box = np.array([50.0, 40.0, 170.0, 160.0])
    found = [[box + i, np.array([300.0, 0.0, 330.0, 30.0])] if i % 7 else [] for i in range(60)]
    tracks = follow(found)
    assert len(tracks) == 1  # the other is below 100 pixels
    every, boxes = tracks[0].filled()
    assert every.tolist() == list(range(1, 60))
    np.testing.assert_allclose(boxes, [box + i for i in range(1, 60)])
    assert follow(found[:40]) == []


def test_a_cut_is_centred_on_the_face_and_grey_outside():
    frames = np.zeros((60, 200, 300, 3), np.uint8)
    frames[:, 60:180, 90:210] = 255
    track = Track(list(range(60)), [np.array([90.0, 60.0, 210.0, 180.0])] * 60)
    cut = cut_face(frames, track)
    assert cut.shape == (60, 224, 224, 3)
    middle = cut[30, :, :, 0]
    # 120 of 168 pixels across, from the top down to where the frame ends
    assert (middle[5:150, 40:184] == 255).all()
    assert middle[10, 10] == 0
    assert middle[220, 112] == 110


def test_an_empty_picture_has_no_faces():
    assert faces_module.faces(np.full((3, 120, 160, 3), 90, np.uint8)) == []
    with pytest.raises(InputError, match="expected uint8 frames"):
        faces_module.faces(np.zeros((0, 4, 4, 3), np.uint8))


def test_each_number_gets_its_own_name(clip, monkeypatch):
    class Ear:
        def __init__(self, answer):
            self.answer = answer

        def hear(self, samples, sample_rate):
            assert (samples.shape[1] / sample_rate) == pytest.approx(6.4, abs=0.05)
            return self.answer

        def read(self, texts):
            return np.array([[0.0, 1.0]])

        def match(self, samples, sample_rate, texts):
            assert texts == ["thuds"]
            return np.array([0.5])

    monkeypatch.setattr(sounds.nisqa, "load", lambda device: Ear(SpeechQuality(1, 2, 3, 4, 5)))
    monkeypatch.setattr(sounds.audiobox, "load", lambda device: Ear(Pleasing(1.0, 2.0, 3.0, 4.0)))
    monkeypatch.setattr(sounds.clap, "load", lambda device: Ear(np.array([0.6, 0.8])))
    monkeypatch.setattr(sounds.pe_av, "load", lambda device: Ear(None))
    assert {name: score.value for name, score in sounds.load_nisqa()(clip).items()} == {
        "sq": 1, "sq_noisiness": 2, "sq_discontinuity": 3, "sq_coloration": 4, "sq_loudness": 5,
    }  # fmt: skip
    assert {name: score.value for name, score in sounds.load_audiobox()(clip).items()} == {
        "pq": 4.0, "cu": 2.0, "ce": 1.0, "pc": 3.0, "aa": 3.0,
    }  # fmt: skip
    told = ClipParts(clip.path, {"audio_description": "thuds", "video_description": "a disc"})
    assert sounds.load_clap()(told)["t_a"].value == pytest.approx(0.8)
    assert sounds.load_pe_av()(told)["pe_t_a"].value == 0.5
    with pytest.raises(InputError, match="no audio description"):
        sounds.load_clap()(clip)


def test_dover_and_xclip_are_given_the_frames_they_name(clip, monkeypatch):
    class Eye:
        def see(self, technical, aesthetic):
            assert (len(technical), len(aesthetic)) == (96, 32)
            assert (technical[0] != aesthetic[-1]).any()
            return VideoQuality(0.1, 0.2, 0.3)

        def chosen(self, count):
            return [0, count - 1]

        def match(self, frames, texts):
            assert (len(frames), texts) == (2, ["a disc"])
            return np.array([0.25])

    monkeypatch.setattr(looks.dover, "load", lambda device: Eye())
    monkeypatch.setattr(looks.xclip, "load", lambda device: Eye())
    assert [score.value for score in looks.load_dover()(clip).values()] == [0.1, 0.2, 0.3]
    told = ClipParts(clip.path, {"video_description": "a disc"})
    assert looks.load_xclip()(told)["t_v"].value == 0.25
