"""Bringing weights to this machine, whole and checked, only when asked to.

From the hub through its own client (extra ``neural``), into its cache; from elsewhere into our folder, beside the
place first, then renamed. A file whose hash is not the one of the row, or where the row has none the one the
repository records, is removed again.
"""

import hashlib
import os
from pathlib import Path
from tempfile import mkstemp
from typing import NamedTuple

from seehear.errors import BackendFailed, InputError, MissingBackend
from seehear.weights.place import locate, own_folder
from seehear.weights.row import MissingWeights, Weight, WeightFile
from seehear.weights.table import row_of

_CHUNK = 2**20
_WHOLE_FOLDER = ["*.json", "*.txt", "*.safetensors", "*.model"]
"""Of a whole folder: configuration, tokenizer and safetensors."""

_PICKLED = ["pytorch_model*.bin"]
"""Only where there are no safetensors; transformers reads nothing but tensors out of them."""


class Fetched(NamedTuple):
    """What `fetch` did.

    Attributes:
        name: of the row.
        path: where it lies.
        found: it was here already.
        sha256: of each file by its path; empty for a whole folder.
    """

    name: str
    path: Path
    found: bool
    sha256: dict[str, str]


def fetch(name: str) -> Fetched:
    """Bring weights here unless they are.

    Raises:
        InputError: no such row, or one that has no address to fetch from.
        MissingBackend: the hub's client is not installed.
        BackendFailed: offline, refused, or another hash than expected; one line.
    """
    row = row_of(name)
    try:
        place = locate(name)
    except MissingWeights:
        if not row.repository and not all(file.url for file in row.files):
            raise InputError(f"weights {name!r} cannot be fetched: {row.note}") from None
        place, found = _brought(row), False
    else:
        found = True
    files = {file.path: _sha256(_file_at(place, file, row)) for file in row.files}
    return Fetched(name, place, found, files)


def check_file(place: Path, file: WeightFile) -> None:
    """Check a file against the row's hash; nothing where the row has none.

    Raises:
        BackendFailed: another hash.
    """
    wanted, kind = (file.sha256, "sha256") if file.sha256 else (file.md5, "md5")
    if wanted is None:
        return
    got = _digest(place, kind)
    if got != wanted:
        raise BackendFailed(f"'{place.name}' has {kind} {got[:12]}..., expected {wanted[:12]}...: fetch it again")


def _brought(row: Weight) -> Path:
    if row.repository:
        return _from_hub(row)
    for file in row.files:
        _from_address(row, file)
    return locate(row.name)


def _from_hub(row: Weight) -> Path:
    try:
        from huggingface_hub import hf_hub_download, snapshot_download
        from huggingface_hub.errors import HTTPError  # of the client that this release of the hub's library talks with
    except ModuleNotFoundError as lacking:
        raise MissingBackend(f"fetching weights needs {lacking.name!r}: pip install 'seehear[neural]'") from lacking
    try:
        if not row.files:
            place = Path(snapshot_download(row.repository, revision=row.revision, allow_patterns=_WHOLE_FOLDER))
            if not any(place.rglob("*.safetensors")):
                snapshot_download(row.repository, revision=row.revision, allow_patterns=_PICKLED)
            return place
        for file in row.files:
            place = Path(hf_hub_download(row.repository, file.path, revision=row.revision))
            _check_hub_file(place, file)
    except (OSError, ValueError, HTTPError) as error:
        raise BackendFailed(_unreached(row, error), raw=str(error)) from error
    return locate(row.name)


def _check_hub_file(place: Path, file: WeightFile) -> None:
    """Check the row's hash, else the sha256 that the cache names the file by."""
    blob = place.resolve()
    recorded = blob.name if len(blob.name) == 64 else None
    told = file if file.sha256 or file.md5 else WeightFile(file.path, sha256=recorded)
    try:
        check_file(place, told)
    except BackendFailed:
        place.unlink()
        blob.unlink(missing_ok=True)
        raise


def _from_address(row: Weight, file: WeightFile) -> None:
    from urllib.error import URLError
    from urllib.request import urlopen

    folder = own_folder() / row.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, beside = mkstemp(prefix=".", suffix=".part", dir=folder)
    except OSError as error:
        raise InputError(f"cannot write weights in '{folder}': {error.strerror or error}") from None
    try:
        with os.fdopen(handle, "wb") as out, urlopen(file.url, timeout=60) as answer:
            while block := answer.read(_CHUNK):
                out.write(block)
            _check_length(out.tell(), answer.headers.get("Content-Length"))
        check_file(Path(beside), file)
        Path(beside).replace(folder / file.path)
    except (URLError, OSError) as error:
        raise BackendFailed(_unreached(row, error), raw=str(error)) from error
    finally:
        Path(beside).unlink(missing_ok=True)


def _check_length(got: int, told: str | None) -> None:
    if told is not None and got != int(told):
        raise OSError(f"{got} of {told} bytes came")


def _unreached(row: Weight, error: Exception) -> str:
    where = row.repository or row.files[0].url
    names = ", ".join(Path(file.path).name for file in row.files) or "its files"
    return (
        f"could not fetch {row.name!r} from {where} ({type(error).__name__}): go online, or put {names} into "
        f"'{own_folder() / row.name}'"
    )


def _file_at(place: Path, file: WeightFile, row: Weight) -> Path:
    return place if len(row.files) == 1 else place / file.path


def _sha256(place: Path) -> str:
    return _digest(place, "sha256")


def _digest(place: Path, kind: str) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, kind).hexdigest()
