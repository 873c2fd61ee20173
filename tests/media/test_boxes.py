"""MP4 boxes: what is inserted or shortened leaves everything else as it was."""

import struct

import numpy as np
import pytest

from seehear.media import frames, picture_info, read_audio
from seehear.media.edits import end_picture
from seehear.media.sa3d import insert_sa3d, pack_sa3d, read_sa3d
from tests.media.making import packets, tones, write_video

LAYOUTS = ["", "faststart"]


def _film(tmp_path, movflags, **choices):
    def prepare(out, _):
        if movflags:
            out.container_options.update(movflags=movflags)

    return write_video(tmp_path / "a.mp4", sound=tones(4, 1.0), sound_layout="4.0", prepare=prepare, **choices)


def test_the_box_is_as_the_specification_has_it():
    assert pack_sa3d(1) == struct.pack(">I4sBBIBBI4I", 36, b"SA3D", 0, 0, 1, 0, 0, 4, 0, 1, 2, 3)


@pytest.mark.parametrize("movflags", LAYOUTS)
@pytest.mark.parametrize("order", [1, 3])
def test_inserting_moves_nothing_that_is_heard_or_seen(tmp_path, movflags, order):
    path = _film(tmp_path, movflags)
    size, before, sound = path.stat().st_size, packets(path), packets(path, "audio")
    assert read_sa3d(path) is None
    insert_sa3d(path, order)
    assert path.stat().st_size == size + len(pack_sa3d(order))
    assert read_sa3d(path) == (order, 0, 0, tuple(range((order + 1) ** 2)))
    assert packets(path) == before
    assert packets(path, "audio") == sound
    assert len(list(frames(path))) == 25


def test_the_channel_map_is_followed(tmp_path):
    path = _film(tmp_path, "")
    plain = read_audio(path).samples
    insert_sa3d(path, 1)
    data = path.read_bytes()
    at = data.index(b"SA3D") + 16
    path.write_bytes(data[:at] + struct.pack(">4I", 3, 0, 2, 1) + data[at + 16 :])
    clip = read_audio(path)
    assert clip.layout == "foa"
    assert np.array_equal(clip.samples, plain[[1, 3, 2, 0]])


@pytest.mark.parametrize("movflags", LAYOUTS)
def test_ending_the_picture_hides_its_last_frames(tmp_path, movflags):
    path = _film(tmp_path, movflags, options={"bf": "2"})
    before, sound = list(frames(path)), packets(path, "audio")
    end_picture(path, 0.8)
    shown = list(frames(path))
    assert len(shown) == 20
    assert all(np.array_equal(a.luma(), b.luma()) for a, b in zip(shown, before, strict=False))
    assert picture_info(path).duration == pytest.approx(0.8)
    assert packets(path, "audio") == sound
    end_picture(path, 5.0)
    assert picture_info(path).duration == pytest.approx(0.8)
