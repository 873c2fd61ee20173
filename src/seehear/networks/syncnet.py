"""SyncNet v2: lips and speech to vectors that are near each other where they fit in time.

Five frames of a face, 224 x 224, and 0.2 s of speech as 13 cepstra at 100 frames per second.

Reference: Chung and Zisserman, "Out of time: automated lip sync in the wild", ACCV workshops 2016; the cepstra are
those of Davis and Mermelstein, 1980, as python_speech_features computes them by default (25 ms every 10 ms, 512 points,
26 triangles between whole bins, pre-emphasis 0.97, lifter 22, log energy first). Keys and shapes as in
joonson/syncnet_python.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.networks.inputs import Frames, Sound, checked_frames, mono_at
from seehear.networks.state import found_state, load_state, unfilled

RATE, FPS = 16000, 25
_SIDE, _FRAMES, _COLUMNS = 224, 5, 20
_WINDOW, _HOP, _POINTS, _TRIANGLES, _CEPSTRA, _LIFTER = 400, 160, 512, 26, 13, 22


def _pieces(conv: nn.Module, norm: nn.Module, *pool: nn.Module) -> list[nn.Module]:
    return [conv, norm, nn.ReLU(), *pool]


def _conv2(inside: int, outside: int, kernel: int | tuple[int, int], padding: int, *pool: nn.Module) -> list[nn.Module]:
    return _pieces(nn.Conv2d(inside, outside, kernel, padding=padding), nn.BatchNorm2d(outside), *pool)


def _conv3(
    inside: int, outside: int, kernel: tuple[int, int, int], *pool: nn.Module, stride: int = 1, padding: int = 0
) -> list[nn.Module]:
    conv = nn.Conv3d(inside, outside, kernel, stride=(1, stride, stride), padding=(0, padding, padding))
    return _pieces(conv, nn.BatchNorm3d(outside), *pool)


def _pool3(padding: int = 0) -> nn.Module:
    return nn.MaxPool3d((1, 3, 3), (1, 2, 2), padding=(0, padding, padding))


def _projection() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 1024))


class SyncNet(nn.Module):
    """The network: two towers that do not see each other."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *_conv2(1, 64, 3, 1, nn.MaxPool2d(1, 1)),
            *_conv2(64, 192, 3, 1, nn.MaxPool2d(3, (1, 2))),
            *_conv2(192, 384, 3, 1),
            *_conv2(384, 256, 3, 1),
            *_conv2(256, 256, 3, 1, nn.MaxPool2d(3, 2)),
            *_conv2(256, 512, (5, 4), 0),
        )
        self.netfcaud = _projection()
        self.netfclip = _projection()
        self.netcnnlip = nn.Sequential(
            *_conv3(3, 96, (5, 7, 7), _pool3(), stride=2),
            *_conv3(96, 256, (1, 5, 5), _pool3(1), stride=2, padding=1),
            *_conv3(256, 256, (1, 3, 3), padding=1),
            *_conv3(256, 256, (1, 3, 3), padding=1),
            *_conv3(256, 256, (1, 3, 3), _pool3(), padding=1),
            *_conv3(256, 512, (1, 6, 6)),
        )

    def hear(self, cepstra: Tensor) -> Tensor:
        """Give (n, 1024) of (n, 1, 13, 20) cepstra."""
        return self.netfcaud(self.netcnnaud(cepstra).flatten(1))

    def lip_features(self, frames: Tensor) -> Tensor:
        """Give (n, 512) of (n, 3, 5, 224, 224), 0 to 255."""
        return self.netcnnlip(frames).flatten(1)

    def see(self, frames: Tensor) -> Tensor:
        """Give (n, 1024) of (n, 3, 5, 224, 224), 0 to 255, channels blue, green, red."""
        return self.netfclip(self.lip_features(frames))


class LipSync:
    """The door: a face and its sound in, vectors 25 times a second out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: SyncNet, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def see(self, faces: Frames) -> NDArray[np.float32]:
        """Give a vector for every five frames, (n - 4, 1024).

        Args:
            faces: uint8 RGB (n, 224, 224, 3), 25 per second, one face that fills them (`seehear.networks.faces`).

        Raises:
            InputError: fewer than five, or of another size.
        """
        if checked_frames(faces, least=_FRAMES).shape[1:3] != (_SIDE, _SIDE):
            raise InputError(f"expected faces of {_SIDE} x {_SIDE} pixels, got {faces.shape[1:3]}")
        # as OpenCV reads them: blue first
        images = torch.from_numpy(np.ascontiguousarray(faces[..., ::-1])).permute(3, 0, 1, 2)
        fives = images.unfold(1, _FRAMES, 1).permute(1, 0, 4, 2, 3)
        found = [self.network.see(one[None].float().to(self.device)) for one in fives]
        return torch.cat(found).cpu().numpy()

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> NDArray[np.float32]:
        """Give a vector for every 0.2 s, 25 times a second, (n, 1024).

        Args:
            samples: float32 (channels, samples), full scale 1.
            sample_rate: Hz.

        Raises:
            InputError: shorter than 0.215 s.
        """
        found = cepstra(mono_at(samples, sample_rate, RATE))
        if found.shape[1] < _COLUMNS:
            raise InputError(f"expected at least 0.215 s of sound, got {found.shape[1]} frames of 10 ms")
        columns = torch.from_numpy(found.astype(np.float32)).unfold(1, _COLUMNS, 4).permute(1, 0, 2)
        return self.network.hear(columns[:, None].to(self.device)).cpu().numpy()


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> LipSync:
    """Load SyncNet v2.

    Args:
        weights: a file, a folder or a state dict; None: the row ``syncnet_v2``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = SyncNet()
    state = found_state("syncnet_v2", weights)
    load_state(network, state, name="syncnet_v2", kept=lambda key: key.endswith("num_batches_tracked"))
    return LipSync(network, device=device)


def cepstra(mono: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the cepstra of a sound, (13, frames), 100 frames per second; the last frame is filled with zeros.

    Args:
        mono: (samples,), 16 kHz, full scale 1; taken as 16-bit numbers.
    """
    from scipy.fft import dct

    wave = np.round(np.clip(np.asarray(mono, dtype=np.float64), -1.0, 1.0) * 32767.0)
    sharpened = np.append(wave[:1], wave[1:] - 0.97 * wave[:-1])
    count = 1 + max(0, -(-(len(sharpened) - _WINDOW) // _HOP))
    padded = np.pad(sharpened, (0, max(0, (count - 1) * _HOP + _WINDOW - len(sharpened))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames, _POINTS)) ** 2 / _POINTS
    least = np.finfo(np.float64).eps
    energy, bands = (np.where(one == 0, least, one) for one in (power.sum(axis=1), power @ _bank().T))
    found = dct(np.log(bands), type=2, axis=1, norm="ortho")[:, :_CEPSTRA]
    found = found * (1.0 + _LIFTER / 2.0 * np.sin(np.pi * np.arange(_CEPSTRA) / _LIFTER))
    found[:, 0] = np.log(energy)
    return np.asarray(found.T)


def _bank() -> NDArray[np.float64]:
    """Give triangles whose corners are whole bins, equally spaced in HTK mel before rounding down."""
    top = 2595.0 * np.log10(1.0 + RATE / 2 / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, _TRIANGLES + 2) / 2595.0) - 1.0)
    corners = np.floor((_POINTS + 1) * edges / RATE)
    bank = np.zeros((_TRIANGLES, _POINTS // 2 + 1))
    for row, (low, middle, high) in zip(bank, zip(corners, corners[1:], corners[2:], strict=False), strict=True):
        rising, falling = np.arange(int(low), int(middle)), np.arange(int(middle), int(high))
        row[rising] = (rising - low) / max(middle - low, 1.0)
        row[falling] = (high - falling) / max(high - middle, 1.0)
    return bank
