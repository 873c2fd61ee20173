"""Distances to a true recording: the published formulae written out with scipy, closed forms, laws."""

import numpy as np
import pytest
import soxr
from scipy.signal import hilbert

from seehear.errors import InputError
from seehear.score import binaural_distances, si_sdr
from tests.score.conftest import RATE, noise, rendered

NAMES = ("stft", "envelope", "magnitude", "phase", "snr")


def at_16k(name, layout="binaural"):
    return soxr.resample(rendered(name, layout).samples.T, RATE, 16000).T.astype(np.float64)


def scored(prediction, truth, **options):
    return binaural_distances(prediction, truth, sample_rate=16000, **options)


def by_scipy(prediction, truth):
    """The published evaluation written out frame by frame, with scipy's envelope."""
    a, b = (one / np.abs(one).max() for one in (prediction, truth))
    window = np.pad(np.hanning(401)[:-1], 56)

    def direct(one):
        padded = np.pad(one, [(0, 0), (256, 256)], mode="reflect")
        starts = range(0, one.shape[1] + 1, 160)
        return np.stack([np.fft.rfft(padded[:, i : i + 512] * window) for i in starts], axis=-1)

    gap = direct(a) - direct(b)
    parts = [np.mean([gap[c].real ** 2, gap[c].imag ** 2]) for c in (0, 1)]
    env = [np.sqrt(np.mean((np.abs(hilbert(a[c])) - np.abs(hilbert(b[c]))) ** 2)) for c in (0, 1)]
    snr = 10 * np.log10((np.mean(b**2) + 1e-4) / (np.mean((a - b) ** 2) + 1e-4))
    mine, theirs = (np.angle(direct((one[0] - one[1])[None])) for one in (a, b))
    turn = np.abs(np.exp(1j * mine) - np.exp(1j * theirs))
    phase = (2 * np.arcsin(np.clip(turn / 2, 0, 1))).mean()
    return {"stft": sum(parts), "envelope": sum(env), "magnitude": 2 * sum(parts), "phase": phase, "snr": snr}


def test_the_published_formulae():
    truth, prediction = at_16k("left"), at_16k("moving") * 0.5
    got = scored(prediction, truth)
    for name, value in by_scipy(prediction, truth).items():
        assert getattr(got, name).value == pytest.approx(value, rel=1e-6), name


def test_identity_is_perfect_and_magnitude_is_twice_stft():
    truth, prediction = at_16k("left"), at_16k("moving")
    own = scored(truth, truth)
    for name in NAMES[:-1]:
        assert getattr(own, name).value == pytest.approx(0.0, abs=1e-12)
    assert own.snr.value == pytest.approx(
        10 * np.log10(((truth / np.abs(truth).max()) ** 2).mean() / 1e-4 + 1), abs=1e-9
    )
    got = scored(prediction, truth)
    assert got.magnitude.value == pytest.approx(2 * got.stft.value, rel=1e-12)


def test_a_mono_copy_scores_exactly_chance_in_phase():
    """Published: 1.571, pi / 2, the mean angle of even phases."""
    truth = at_16k("left")
    mono = np.repeat(truth.mean(axis=0, keepdims=True), 2, axis=0)
    got = scored(mono, truth).phase
    assert got.value == pytest.approx(got.extra["chance"], rel=1e-12)
    assert got.value == pytest.approx(np.pi / 2, abs=0.02)
    assert "same" in scored(truth, mono).phase.reason


def test_the_swap_is_noticed():
    truth = at_16k("left")
    got = scored(truth[::-1], truth)
    assert got.phase.value == pytest.approx(np.pi, abs=1e-6)
    assert got.stft.value > 0.1


def test_scale_is_hidden_by_normalising_only():
    truth = at_16k("left")
    assert scored(0.25 * truth, truth).stft.value == pytest.approx(0.0, abs=1e-12)
    kept = scored(0.5 * truth, truth, normalise=False)
    assert kept.envelope.value == pytest.approx(0.5 * np.sqrt((np.abs(hilbert(truth)) ** 2).mean(axis=1)).sum())


def test_edges_matter_little():
    truth, prediction = at_16k("left"), at_16k("moving")
    one, other = scored(prediction, truth), scored(prediction, truth, edges="constant")
    assert one.stft.value == pytest.approx(other.stft.value, rel=0.02)
    assert one.stft.value != other.stft.value


def test_silence_is_undefined_and_wrong_shapes_are_refused():
    truth = at_16k("left")
    for score in (*scored(0 * truth, truth), *scored(truth, 0 * truth)):
        assert score.reason == "silence"
    with pytest.raises(InputError, match=r"\(2, n\)"):
        scored(truth[:1], truth)
    with pytest.raises(InputError, match="finite"):
        scored(truth * np.nan, truth)
    with pytest.raises(InputError, match="one shape"):
        si_sdr(truth, truth[:, :5])


def test_resampling_moves_nothing():
    truth, prediction = rendered("left", "binaural").samples, rendered("moving", "binaural").samples
    back = soxr.resample(soxr.resample(prediction.T, 48000, 44100), 44100, 48000).T
    for name in NAMES:
        one, other = (getattr(binaural_distances(p, truth, sample_rate=RATE), name) for p in (prediction, back))
        assert one.value == pytest.approx(other.value, rel=0.005), name
    assert si_sdr(back, truth).value == pytest.approx(si_sdr(prediction, truth).value, rel=0.005)


def test_si_sdr_by_hand():
    """Signal plus orthogonal noise of a tenth the size: 20 dB, at any scale and offset."""
    one, other = noise(0).astype(np.float64), noise(1).astype(np.float64)
    one -= one.mean()
    other -= other.mean() + (other @ one) / (one @ one) * one
    other -= other.mean()
    other *= 0.1 * np.linalg.norm(one) / np.linalg.norm(other)
    for scale in (1.0, -0.3, 7.0):
        assert si_sdr(scale * (one + other) + 0.2, one).value == pytest.approx(20.0, abs=1e-3)
    assert si_sdr(3 * one, one).value == 100.0
    assert si_sdr(other, one).value < -90.0
    both = si_sdr(np.stack([one + other, one]), np.stack([one, 0 * one]))
    assert (both.n, both.n_undefined) == (1, 1)
    assert "1 of 2 channels silent" in both.reason
