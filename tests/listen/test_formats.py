"""What the channels are: rendered material of every kind, a rig's offset, and what the user says."""

from pathlib import Path

import numpy as np
import pytest

from seehear.acoustics import panner_of
from seehear.errors import InputError
from seehear.listen import Heard, hear_tracks
from seehear.media.layout import layout_of
from seehear.media.stems import Samples
from seehear.scene import angles_to_vector
from tests.listen.material import RATE, angles, binaural, bursts

SECONDS = 2.0


def panned(name: str, *sources: tuple[float, float]) -> Samples:
    rng = np.random.default_rng(4)
    panner = panner_of(layout_of(name))
    mix = 0.0
    for index, (azimuth, elevation) in enumerate(sources):
        gains = panner.gains(angles_to_vector(np.array([azimuth]), np.array([elevation])))[0]
        mix = mix + gains[:, None] * bursts(rng, SECONDS, slope=0.3 + 0.4 * index)
    return np.asarray(mix, dtype=np.float32)


def spaced(azimuth: float, *, level_db: float = 0.0, delay: float = 0.0, spacing: float = 0.24) -> Samples:
    """Two microphones in the free field; the rig plays channel 0 louder and ``delay`` s early."""
    dry = bursts(np.random.default_rng(5), SECONDS)
    lead = spacing / 343.0 * np.sin(np.deg2rad(azimuth)) + delay
    turn = np.exp(1j * np.pi * np.fft.rfftfreq(2 * len(dry), 1 / RATE) * lead)
    spectrum = np.fft.rfft(dry, 2 * len(dry))
    pair = np.stack([np.fft.irfft(one)[: len(dry)] for one in (spectrum * turn, spectrum / turn)])
    return (pair * 10.0 ** (np.array([[1.0], [-1.0]]) * level_db / 40.0)).astype(np.float32)


@pytest.mark.parametrize("name", ["5.1", "7.1", "5.1.4", "7.1.4"])
def test_loudspeakers_are_heard_where_they_pan(name: str) -> None:
    heard = hear_tracks((panned(name, (-100.0, 0.0)), RATE))
    assert (heard.format.kind, heard.format.layout) == ("loudspeakers", name)
    assert angles(heard) == [pytest.approx(-100.0, abs=0.5)]
    assert heard.tracks[0].front_back == "known"


def test_two_in_ambisonics_with_their_heights() -> None:
    heard = hear_tracks((panned("foa", (150.0, 30.0), (-40.0, 0.0)), RATE))
    assert (heard.format.kind, heard.format.convention) == ("ambisonics", "ACN/SN3D")
    found = sorted((float(np.median(one.azimuth)), float(np.median(one.elevation))) for one in heard.tracks)
    assert found == [
        (pytest.approx(-40, abs=4), pytest.approx(0, abs=8)),
        (pytest.approx(150, abs=4), pytest.approx(30, abs=8)),
    ]


@pytest.mark.parametrize(
    ("convention", "order", "gains"),
    [("ACN/N3D", [0, 1, 2, 3], [1.0, 3**0.5, 3**0.5, 3**0.5]), ("FuMa", [0, 3, 1, 2], [0.5**0.5, 1.0, 1.0, 1.0])],
)
def test_other_conventions_are_told_and_read(convention: str, order: list[int], gains: list[float]) -> None:
    mix = panned("foa", (70.0, 0.0))[order] * np.array(gains, np.float32)[:, None]
    heard = hear_tracks((mix, RATE))
    assert heard.format.convention == convention
    assert angles(heard) == [pytest.approx(70.0, abs=0.5)]


def test_panned_stereo_follows_the_tangent_law() -> None:
    heard = hear_tracks((panned("stereo", (20.0, 0.0), (-15.0, 0.0)), RATE))
    assert heard.format.kind == "panned"
    assert sorted(angles(heard)) == [pytest.approx(-15, abs=5), pytest.approx(20, abs=5)]


def test_a_head_is_no_free_pair() -> None:
    assert hear_tracks((binaural((35.0, bursts(np.random.default_rng(1), SECONDS))), RATE)).format.kind == "binaural"
    assert hear_tracks((spaced(35.0), RATE)).format.kind == "spaced_pair"


def test_rig_offset_is_removed() -> None:
    heard = hear_tracks((spaced(0.0, level_db=3.0, delay=-2e-4), RATE), format=None)
    assert heard.format.kind == "spaced_pair"
    assert heard.format.level_offset_db == pytest.approx(3.0, abs=0.2)
    assert heard.format.delay_offset == pytest.approx(-2e-4, abs=2e-5)
    assert angles(heard) == [pytest.approx(0.0, abs=2.0)]


def test_level_offset_alone_moves_nothing() -> None:
    assert angles(hear_tracks((spaced(30.0, level_db=3.0), RATE))) == pytest.approx(
        angles(hear_tracks((spaced(30.0), RATE))), abs=0.5
    )


def undirected(heard: Heard) -> None:
    assert [bool(np.isnan(one.azimuth).all()) for one in heard.tracks] == [True]
    assert np.isfinite(heard.tracks[0].level_db).all()
    assert "directions cannot be known" in " ".join(heard.remarks)


def test_mono_kinds_give_no_direction() -> None:
    one = bursts(np.random.default_rng(3), 1.0)[None]
    for samples, kind in ((one, "mono"), (np.repeat(one, 2, axis=0), "dual_mono"), (np.r_[one, 0 * one], "mono")):
        heard = hear_tracks((samples, RATE))
        assert heard.format.kind == kind
        undirected(heard)
    assert "right channel is dead" in heard.remarks[0]


def test_user_knows_better() -> None:
    one = bursts(np.random.default_rng(3), 1.0)[None]
    assert hear_tracks((np.repeat(one, 2, axis=0), RATE), format="binaural").format.confidence == 1.0
    with pytest.raises(InputError, match="8 channels"):
        hear_tracks((one, RATE), format="7.1")
    with pytest.raises(InputError, match="format must be one of"):
        hear_tracks((one, RATE), format="quadro")


def test_real_ambisonic_recording_is_n3d(shared: Path) -> None:
    heard = hear_tracks(shared / "data/foa/gewandhaus_sh1.wav", end=3.0)
    assert heard.format.convention == "ACN/N3D"
