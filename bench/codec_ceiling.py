"""What a codec can keep of space: true binaural worlds through it, against themselves.

`mdct` is run as it is. `mel` is run at its best: every ear's exact magnitudes of the codec's own window and hop, more
than log-mel bands hold, and for the phase what a program that sees one ear finds, fast Griffin-Lim from a random start
that is each ear's own (`own phase`) or the same for both (`same phase`). Needs torch.

    python bench/codec_ceiling.py [WORLDS]

Reference: Perraudin et al., "A fast Griffin-Lim algorithm", WASPAA 2013.
"""

import sys

import numpy as np
import torch

from seehear.score.interaural import interaural_scores
from seehear.simulate import to_world
from seehear.simulate.dataset import rng_of
from seehear.sound.flow.mdct import MdctCodec
from seehear.sound.flow.mel import MELS

SETS = (("closed", 16000), ("stationary", 44100), ("translational", 44100), ("camera", 44100))
FIRST = 900_000  # worlds that no training sees
ROUNDS = 32


def truth(preset: str, rate: int, index: int) -> np.ndarray:
    world = to_world(rng_of(0, preset, FIRST + index), preset=preset, sample_rate=rate)
    return world.mixes(("binaural",))["binaural"]


def mdct(samples: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    codec = MdctCodec(rate)
    ears = torch.from_numpy(np.ascontiguousarray(samples))
    codec = codec.fitted(codec.encode(ears))
    return codec.decode(codec.encode(ears))[:, : samples.shape[1]].numpy()


def mel(samples: np.ndarray, rate: int, rng: np.random.Generator, *, same: bool) -> np.ndarray:
    sizes = MELS["16k" if rate == 16000 else "44k"]
    options = {"n_fft": sizes.window, "hop_length": sizes.hop, "window": torch.hann_window(sizes.window)}
    ears = torch.from_numpy(np.ascontiguousarray(samples))
    magnitude = torch.stft(ears, **options, return_complex=True).abs()
    start = rng.uniform(-np.pi, np.pi, magnitude.shape).astype(np.float32)
    phase = torch.exp(1j * torch.from_numpy(start[:1].repeat(2, axis=0) if same else start))
    before = torch.zeros_like(phase)
    for _ in range(ROUNDS):
        sound = torch.istft(magnitude * phase, **options, length=samples.shape[1])
        now = torch.stft(sound, **options, return_complex=True)
        ahead = now + 0.99 * (now - before)
        before, phase = now, ahead / ahead.abs().clamp(min=1e-12)
    return torch.istft(magnitude * phase, **options, length=samples.shape[1]).numpy()


WAYS = {
    "mdct": mdct,
    "mel, same phase": lambda *given: mel(*given, same=True),
    "mel, own phase": lambda *given: mel(*given, same=False),
    "mono copy": lambda samples, rate, rng: samples.mean(axis=0, keepdims=True).repeat(2, axis=0),
}


def snr(prediction: np.ndarray, samples: np.ndarray) -> float:
    error = np.mean((prediction - samples).astype(np.float64) ** 2)
    return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) / max(error, 1e-30))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    print("| worlds | codec | SNR, dB | ITD error, us | ILD error, dB |")
    print("|---|---|---|---|---|")
    for preset, rate in SETS:
        found = {name: ([], [], []) for name in WAYS}
        for index in range(count):
            samples = truth(preset, rate, index)
            for name, way in WAYS.items():
                heard = way(samples, rate, np.random.default_rng(index)).astype(np.float32)
                scores = interaural_scores(heard, samples, sample_rate=rate)
                for values, value in zip(
                    found[name], (snr(heard, samples), scores.itd.value, scores.ild.value), strict=True
                ):
                    values.append(value)
        for name, values in found.items():
            ratio, itd, ild = (np.nanmean(one) for one in values)
            print(
                f"| {preset}, {count}, {rate / 1000:g} kHz | {name} | {ratio:.0f} | {itd:.1f} | {ild:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()
