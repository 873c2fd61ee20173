"""Stems as files: a WAV or FLAC for each object and one for the ambience, read and written in blocks."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.media.layout import LAYOUTS, Layout
from seehear.media.reading import AudioInfo, audio_blocks, audio_info
from seehear.media.stems import AMBIENCE, Samples
from seehear.media.wave import WaveWriter

SUFFIXES = (".wav", ".flac")

_LAYOUT_OF_SIZE = {2: "stereo", 4: "foa", 6: "5.1", 8: "7.1", 10: "5.1.4", 12: "7.1.4", 16: "hoa3"}


class _FileStems:
    """Stems of which each is a file.

    Args:
        files: sound file of each id.
        sample_rate: Hz wanted; files of another rate are resampled on the way.
        length: samples; None: the longest file's. Shorter ones are silent to the end, longer ones are cut.
    """

    def __init__(self, files: Mapping[str, Path], sample_rate: int, length: int | None) -> None:
        self._files = dict(files)
        self.sample_rate = sample_rate
        infos = {name: _info(file) for name, file in self._files.items()}
        self.channels: Mapping[str, int] = {name: info.channels for name, info in infos.items()}
        self.masks: Mapping[str, int] = {name: info.mask for name, info in infos.items()}
        lengths = [] if length is not None else [_count(file, sample_rate) for file in self._files.values()]
        self.length = max(lengths, default=0) if length is None else length

    @property
    def bed_mask(self) -> int:
        """WAVE channel mask of the ambience; 0 without one, or without positions."""
        return self.masks.get(AMBIENCE, 0)

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give all stems ``size`` samples at a time, from the beginning; the last block may be shorter."""
        readers: dict[str, Generator[Samples, None, None]] = {
            name: audio_blocks(file, sample_rate=self.sample_rate, size=size) for name, file in self._files.items()
        }
        try:
            for start in range(0, self.length, size):
                count = min(size, self.length - start)
                yield {
                    name: _filled(next(reader, None), self.channels[name], count) for name, reader in readers.items()
                }
        finally:
            for reader in readers.values():
                reader.close()


class FolderStems(_FileStems):
    """Stems in a folder: ``<id>.wav`` or ``<id>.flac`` for each object, and ``ambience.wav`` where there is one.

    Args:
        folder: where they lie.
        ids: objects that must have a file; ``"ambience"`` among them makes the bed's file a must, too.
        sample_rate: Hz wanted; files of another rate are resampled on the way.
        length: samples; None: the longest file's. Shorter ones are silent to the end, longer ones are cut.

    Attributes:
        sample_rate: as given.
        length: samples of the whole clip.
        channels: channels of each stem.
        masks: WAVE channel mask of each stem; 0 without positions.

    Raises:
        InputError: no such folder, a missing file, or one that cannot be read.
    """

    def __init__(
        self, folder: Path | str, ids: Iterable[str], *, sample_rate: int = 48000, length: int | None = None
    ) -> None:
        place = Path(folder)
        if not place.is_dir():
            raise InputError(f"expected a folder of stems, found none at '{place}'")
        files: dict[str, Path] = {}
        wanted = tuple(ids)
        for name in dict.fromkeys((*wanted, AMBIENCE)):
            found = next((place / f"{name}{end}" for end in SUFFIXES if (place / f"{name}{end}").is_file()), None)
            if found is not None:
                files[name] = found
            elif name != AMBIENCE or AMBIENCE in wanted:
                raise InputError(f"expected the stem '{place / name}.wav' (or .flac), found none: add it")
        super().__init__(files, sample_rate, length)


class FileStem(_FileStems):
    """One sound file as the stem of one object.

    Args:
        file: any file with sound.
        name: the object's id.
        sample_rate: Hz wanted; resampled on the way if the file has another.
        length: samples; None: the file's own.

    Raises:
        InputError: the file cannot be read, or holds no samples.
    """

    def __init__(self, file: Path | str, name: str, *, sample_rate: int = 48000, length: int | None = None) -> None:
        super().__init__({name: Path(file)}, sample_rate, length)
        if not self.length:
            raise InputError(f"expected sound in '{file}', got 0 samples")


class StemWriter:
    """Write stems as 32-bit float WAV, one file each, whole or not at all.

    Args:
        folder: made if it is missing.
        channels: channels of each stem, by id; several channels stand in the inside (BS.2051) order of the layout
            with so many.
        sample_rate: Hz.
        force: replace files that exist.

    Raises:
        InputError: a file exists (without ``force``), or the folder cannot be made or written to.
    """

    def __init__(
        self, folder: Path | str, channels: Mapping[str, int], *, sample_rate: int = 48000, force: bool = False
    ) -> None:
        self._folder = Path(folder)
        self._channels = dict(channels)
        self._sample_rate = sample_rate
        self._force = force
        self._stack = ExitStack()
        self._writers: dict[str, WaveWriter] = {}

    def __enter__(self) -> Self:
        """Make the folder and, beside their places, the files' beginnings."""
        with ExitStack() as stack:
            self._make_folder(stack)
            for name, channels in self._channels.items():
                beside = stack.enter_context(written_whole(self._folder / f"{name}.wav", force=self._force))
                file = stack.enter_context(beside.open("wb"))
                layout = _layout(channels)
                mask = 4 if channels == 1 else 0 if layout is None else layout.mask
                writer = WaveWriter(file, channels=channels, sample_rate=self._sample_rate, mask=mask, bits=32)
                stack.callback(writer.close)
                self._writers[name] = writer
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Complete the files and put them in their places; on an error, remove them."""
        return self._stack.__exit__(kind, error, trace)

    def write(self, block: Mapping[str, Samples], count: int | None = None) -> None:
        """Append one block.

        Args:
            block: float32 (channels, n) by id, n the same for all; an id left out is silent.
            count: n; needed only where every id may be left out.

        Raises:
            InputError: samples that are not finite.
        """
        sizes = {one.shape[1] for one in block.values()} | ({count} if count is not None else set())
        if len(sizes) != 1 or not block.keys() <= self._channels.keys():
            raise ValueError(f"expected one length for known stems, got lengths {sorted(sizes)} of {sorted(block)}")
        size = sizes.pop()
        for name, writer in self._writers.items():
            one = block.get(name)
            if one is None:
                one = np.zeros((self._channels[name], size), np.float32)
            elif not np.isfinite(one).all():
                raise InputError(f"expected finite samples in stem {name!r}, got NaN or infinity")
            layout = _layout(self._channels[name])
            writer.write(one if layout is None else one[list(layout.file_order)])

    def _make_folder(self, stack: ExitStack) -> None:
        if self._folder.is_dir():
            return
        try:
            self._folder.mkdir()
        except OSError as error:
            raise InputError(f"cannot make the folder '{self._folder}': {error.strerror or error}") from None
        stack.callback(self._remove_if_empty)

    def _remove_if_empty(self) -> None:
        with suppress(OSError):
            self._folder.rmdir()


def _layout(channels: int) -> Layout | None:
    return LAYOUTS.get(_LAYOUT_OF_SIZE.get(channels, ""))


def _info(file: Path) -> AudioInfo:
    info = audio_info(file)
    if info is None:
        raise InputError(f"expected a sound file, got '{file}' that has none")
    return info


def _count(file: Path, sample_rate: int) -> int:
    info = _info(file)
    if info.duration is not None and file.suffix.lower() in SUFFIXES:
        return round(info.duration * sample_rate)
    return sum(block.shape[1] for block in audio_blocks(file, sample_rate=sample_rate))


def _filled(block: Samples | None, channels: int, count: int) -> Samples:
    if block is None:
        return np.zeros((channels, count), np.float32)
    return block[:, :count] if block.shape[1] >= count else np.pad(block, ((0, 0), (0, count - block.shape[1])))
