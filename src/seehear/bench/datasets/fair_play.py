"""FAIR-Play: 1,871 ten-second clips of music played in one room, binaural, with video.

``binaural_audios/000001.wav``, ``videos/000001.mp4``, ``frames/000001/1.jpg`` (ten a second), and two divisions:

- ``random``: ``splits/split1`` to ``split10``, HDF5 files ``train.h5 val.h5 test.h5`` that hold paths of wavs under
  ``audio``. Clips of one scene lie on both sides, so a model may know the test's rooms and players.
- ``clean``: ``new_splits/split1`` to ``split5``, text files of file names, whose scenes do not overlap.

Numbers of the two are not comparable; a call names one, and every clip carries its name.

References: Gao and Grauman, "2.5D Visual Sound", CVPR 2019 (the set, ten splits); Xu et al., "Visually informed
binaural audio generation without binaural audios", CVPR 2021, section 4.1 (five splits without overlap).
"""

from pathlib import Path
from typing import Literal

from seehear.bench.datasets.clip import Clip, folder_of
from seehear.errors import InputError

SPLITS = {"random": ("splits", 10), "clean": ("new_splits", 5)}
PARTS = ("train", "val", "test")


def fair_play(
    folder: Path | str, *, protocol: Literal["random", "clean"], split: int, part: str = "test"
) -> list[Clip]:
    """Give the clips of one part of one split, in the split's own order.

    Args:
        folder: holds ``binaural_audios`` and the splits' folder.
        protocol: ``random`` (the published ten) or ``clean`` (the five without shared scenes).
        split: from 1.
        part: train, val or test.

    Raises:
        InputError: no such protocol, split or part; the split's file or a clip's sound is missing.
    """
    root = folder_of(folder, "FAIR-Play")
    if protocol not in SPLITS or part not in PARTS:
        raise InputError(f"expected protocol random or clean and part train, val or test, got {protocol!r}, {part!r}")
    place, count = SPLITS[protocol]
    if not 1 <= split <= count:
        raise InputError(f"split of protocol {protocol} must be from 1 to {count}, got {split}")
    file = root / place / f"split{split}" / f"{part}{'.h5' if protocol == 'random' else '.txt'}"
    if not file.is_file():
        raise InputError(f"expected the split's list '{file}', found none")
    return [_clip(root, name, part, f"fair-play {protocol} split {split}") for name in _names(file)]


def _names(file: Path) -> list[str]:
    """Give the clips' names of a list: paths or file names, with any suffix."""
    if file.suffix == ".txt":
        lines = file.read_text(encoding="utf-8").splitlines()
    else:
        import h5py

        with h5py.File(file) as held:
            if "audio" not in held:
                raise InputError(f"expected the paths of sounds under 'audio' in '{file}', found none")
            lines = [bytes(one).decode("utf-8") for one in held["audio"][:]]
    return [Path(line.strip()).stem for line in lines if line.strip()]


def _clip(root: Path, name: str, part: str, protocol: str) -> Clip:
    audio = root / "binaural_audios" / f"{name}.wav"
    if not audio.is_file():
        raise InputError(f"the split names clip {name}, found no '{audio}': download the whole set")
    video, frames = root / "videos" / f"{name}.mp4", root / "frames" / name
    return Clip(
        name, video=video if video.is_file() else None, frames=frames if frames.is_dir() else None, audio=audio,
        sound="binaural", labels=("music",), split=part, protocol=protocol,
    )  # fmt: skip
