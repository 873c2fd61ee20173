"""Front ends against an independent program (transformers.audio_utils) and by hand."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import inputs, mel  # noqa: E402


def test_kaldis_filter_bank_is_that_of_another_program():
    from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

    wave = np.random.default_rng(0).standard_normal(32000).astype(np.float32) * 0.1
    bank = mel_filter_bank(
        num_frequency_bins=257, num_mel_filters=64, min_frequency=20, max_frequency=8000, sampling_rate=16000,
        norm=None, mel_scale="kaldi", triangularize_in_mel_space=True,
    )  # fmt: skip
    wanted = spectrogram(
        wave.astype(np.float64), window_function(400, "hann", periodic=False), frame_length=400, hop_length=160,
        fft_length=512, power=2.0, center=False, preemphasis=0.97, mel_filters=bank, log_mel="log",
        mel_floor=1.192092955078125e-07, remove_dc_offset=True,
    )  # fmt: skip
    found = mel.kaldi_fbank(torch.from_numpy(wave), 16000, 64).numpy()
    assert found.shape == (64, 198)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    assert np.sqrt(np.mean((found - wanted) ** 2)) < 2e-5


@pytest.mark.parametrize(("kind", "norm"), [("slaney", "slaney"), ("htk", None)])
def test_mel_banks_are_those_of_another_program(kind, norm):
    from transformers.audio_utils import mel_filter_bank

    wanted = mel_filter_bank(513, 80, 50.0, 7600.0, 16000, norm=norm, mel_scale=kind).T
    bank = mel.slaney_bank if kind == "slaney" else mel.htk_bank
    np.testing.assert_allclose(bank(16000, 1024, 80, 50.0, 7600.0), wanted, atol=1e-9)


@pytest.mark.parametrize("padding", ["reflect", "constant", "none"])
def test_the_power_spectrum_is_the_plain_transform_of_each_frame(padding):
    wave = np.random.default_rng(1).standard_normal(1000)
    window = mel.hann(200)
    found = mel.power_spectrum(
        torch.from_numpy(wave[None]), torch.from_numpy(window), n_fft=256, hop=100, padding=padding
    )
    padded = wave if padding == "none" else np.pad(wave, 128, mode=padding)
    third = np.pad(window, 28) * padded[300 : 300 + 256]
    np.testing.assert_allclose(found[0, :, 3], np.abs(np.fft.rfft(third)) ** 2, rtol=1e-9, atol=1e-12)


def test_sound_is_folded_and_resampled():
    time = np.arange(48000) / 48000
    tone = np.sin(2 * np.pi * 440 * time)
    mono = inputs.mono_at(np.stack([tone, 0.5 * tone]).astype(np.float32), 48000, 16000)
    assert mono.shape == (16000,)
    assert mono.dtype == np.float32
    middle = slice(1000, -1000)
    np.testing.assert_allclose(
        mono[middle], 0.75 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)[middle], atol=1e-3
    )
    same = tone.astype(np.float32)
    np.testing.assert_array_equal(inputs.mono_at(same, 16000, 16000), same)
    for wrong, rate in ((np.zeros((1, 0), np.float32), 16000), (np.array([np.nan], np.float32), 16000), (same, 0)):
        with pytest.raises(InputError):
            inputs.mono_at(wrong, rate, 16000)


def test_pictures_are_made_smaller_without_new_patterns():
    """A grid finer than the new pixels becomes grey, as antialiasing makes it; kept aspect, middle square."""
    frames = np.zeros((1, 240, 480, 3), np.uint8)
    frames[:, ::2] = 255
    small = inputs.short_side(frames, 60)
    assert small.shape == (1, 3, 60, 120)
    assert small.dtype == torch.uint8
    assert abs(int(small[..., 10:-10, 10:-10].float().mean()) - 127) <= 1
    assert int(small[..., 10:-10, 10:-10].float().std()) <= 2
    assert inputs.centre_crop(small, 60).shape == (1, 3, 60, 60)
    plain = inputs.normalised(torch.full((1, 3, 2, 2), 255, dtype=torch.uint8), (0.5,) * 3, (0.5,) * 3)
    assert plain.unique().tolist() == [1.0]


def test_steady_frames_are_the_nearest_in_time():
    times = np.arange(48) / 24
    shown = inputs.frames_at(times, fps=25, duration=2.0)
    assert len(shown) == 50
    assert (np.abs(times[shown] - np.arange(50) / 25) <= 0.5 / 24 + 1e-9)[:-1].all()
    assert inputs.frames_at(np.array([0.0]), fps=25, duration=0.2).tolist() == [0] * 5
