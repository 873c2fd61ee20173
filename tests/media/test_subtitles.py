"""Subtitles come along, in the form that the output's container takes."""

from fractions import Fraction

import av
import numpy as np
import pytest

from seehear.errors import InputError
from seehear.media import layout_of
from seehear.media.mux import mux
from seehear.media.subtitles import retold
from tests.media.making import write_video

STEREO = layout_of("stereo")


def _with_texts(path, codec, texts):
    """A two-second video with texts of (begin, length, bytes) in ms."""
    plain = write_video(path.with_name("plain.mkv"), count=50, options={"g": "10"})
    with av.open(str(plain)) as source, av.open(str(path), "w") as out:
        video = source.streams.video[0]
        place = out.add_stream_from_template(video)
        text = out.add_mux_stream(codec)
        text.time_base = Fraction(1, 1000)
        text.metadata["language"] = "fra"
        for packet in source.demux(video):
            if packet.size:
                packet.stream = place
                out.mux(packet)
        for begin, length, data in texts:
            packet = av.Packet(data)
            packet.pts = packet.dts = begin
            packet.duration, packet.time_base, packet.stream = length, Fraction(1, 1000), text
            out.mux(packet)
    return path


def _texts(path):
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        told = [(float(p.pts * p.time_base), bytes(p)) for p in container.demux(stream) if p.size > 2]
        return stream.codec_context.name, stream.language, told


@pytest.mark.parametrize("codec", ["subrip", "ass"])
def test_texts_go_into_mp4_and_back(tmp_path, codec):
    said = b"0,0,Default,,0,0,0,,{\\i1}Bonjour" if codec == "ass" else b"<i>Bonjour</i>"
    film = _with_texts(tmp_path / "a.mkv", codec, [(200, 500, said), (1200, 400, said)])
    silence = np.zeros((2, 96000), np.float32)
    mux(film, tmp_path / "b.mp4", [silence], STEREO)
    assert _texts(tmp_path / "b.mp4") == ("mov_text", "fra", [(0.2, b"\0\7Bonjour"), (1.2, b"\0\7Bonjour")])
    mux(tmp_path / "b.mp4", tmp_path / "c.mkv", [silence], STEREO)
    assert _texts(tmp_path / "c.mkv") == ("srt", "fra", [(0.2, b"Bonjour"), (1.2, b"Bonjour")])
    mux(film, tmp_path / "d.mkv", [silence], STEREO)
    assert [time for time, _ in _texts(tmp_path / "d.mkv")[2]] == [0.2, 1.2]


def test_a_part_has_its_texts_in_step(tmp_path):
    film = _with_texts(
        tmp_path / "a.mkv", "subrip", [(100, 200, b"gone"), (600, 600, b"first"), (1500, 300, b"second")]
    )
    done = mux(film, tmp_path / "b.mp4", [np.zeros((2, 96000), np.float32)], STEREO, start=1.0)
    assert done.start == pytest.approx(1.0)
    assert _texts(tmp_path / "b.mp4")[2] == [(0.0, b"\0\5first"), (0.5, b"\0\6second")]


def test_texts_are_told_again():
    assert retold(b"a<b>b</b>", "subrip", "mov_text") == b"\0\2ab"
    assert retold(b"1,0,D,,0,0,0,,one\\Ntwo, three", "ass", "mov_text") == b"\0\x0eone\ntwo, three"
    assert retold(b"\0\2hirest", "mov_text", "subrip") == b"hi"


def test_pictures_of_texts_are_refused_where_they_cannot_go(tmp_path):
    film = _with_texts(tmp_path / "a.mkv", "hdmv_pgs_subtitle", [(200, 500, b"\x80\0\0")])
    with pytest.raises(InputError, match=r"\.mkv"):
        mux(film, tmp_path / "b.mp4", [np.zeros((2, 10), np.float32)], STEREO)
    assert not (tmp_path / "b.mp4").exists()
