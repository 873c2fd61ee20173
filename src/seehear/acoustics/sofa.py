"""A user's own head-related transfer functions, from a SOFA file (AES69, convention SimpleFreeFieldHRIR).

What a file says of its axes is not believed blindly: some published files contradict themselves. A source on the left
must lead and be louder in the left ear; where it is the other way round, the ears are swapped, with a warning.
Several distances: the farthest is taken. One elevation only: it is held over the others. The set's ``name`` says so.

Reference: AES69-2022, "AES standard for file exchange - Spatial acoustic data file format".
"""

import warnings
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.hrtf_delay import arrival_times
from seehear.acoustics.hrtf_mesh import FLAT
from seehear.errors import InputError
from seehear.scene import angles_to_vector, vector_to_angles
from seehear.scene.direction import Array

CONVENTION = "SimpleFreeFieldHRIR"

LARGEST = 2**28
"""Numbers in the responses of a file that is still read: 1 GB of float32."""

Fields = Mapping[str, Array]


class SofaContradiction(UserWarning):
    """A SOFA file's sound contradicts what the file says of its axes; the sound was believed."""


class _Measured(NamedTuple):
    """One row per direction: positions (d, 3) m, responses (d, 2, n), delays (d, 2) s, both left, right."""

    position: Array
    responses: NDArray[np.float32]
    lag: Array


def read_sofa(path: str | PathLike[str], *, sample_rate: int = 48000) -> Hrtf:
    """Read a set of head-related transfer functions.

    Args:
        path: a SOFA file of the convention SimpleFreeFieldHRIR, data type FIR.
        sample_rate: Hz, of the filters wanted.

    Raises:
        InputError: no such file, not SOFA, damaged, another convention, a field missing, empty, of the wrong shape
            or not finite, or directions that leave a side of the listener empty.

    Warns:
        SofaContradiction: left and right were the wrong way round, and are corrected.
    """
    file = Path(path)
    texts, fields, units = _read(file)
    try:
        _check_convention(texts)
        rate = _sample_rate(fields)
        measured, notes = _farthest(_measured(fields, units, rate))
        measured, swapped = _sides_by_ear(measured, rate)
        if np.ptp(vector_to_angles(measured.position)[1]) <= FLAT:
            notes.append("one elevation, held over the others")
        if swapped:
            notes.append("left and right corrected")
            warnings.warn(
                f"{file.name}: sources that it says are on the left lead and are louder in the ear that it says is "
                "the right one; the ears were swapped",
                SofaContradiction,
                stacklevel=2,
            )
        return Hrtf(
            _name(file, texts, notes),
            measured.position,
            measured.responses,
            response_rate=rate,
            sample_rate=sample_rate,
            lag=measured.lag,
        )
    except InputError as error:
        raise InputError(f"{file.name}: {error}") from error


def _read(file: Path) -> tuple[dict[str, str], dict[str, Array], dict[str, str]]:
    """Give a file's texts, its numeric fields and the coordinate type of each."""
    import h5py

    if not file.is_file():
        raise InputError(f"expected a SOFA file, found none at {str(file)!r}: check the path")
    try:
        with h5py.File(file, "r") as data:
            large = data["Data.IR"].size > LARGEST if "Data.IR" in data else False
            if large:
                raise InputError(f"{file.name}: expected at most {LARGEST} numbers of responses: use a smaller set")
            texts = {name: _text(value) for name, value in data.attrs.items()}
            names = [name for name in data if isinstance(data[name], h5py.Dataset) and data[name].dtype.kind in "fiu"]
            fields = {name: np.asarray(data[name][()], dtype=np.float64) for name in names}
            units = {name: _text(data[name].attrs.get("Type", "")).lower() for name in names}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as damage:
        if isinstance(damage, InputError):
            raise
        raise InputError(
            f"{file.name}: expected a SOFA file (HDF5), got one that cannot be read; it is damaged or of another kind"
        ) from damage
    return texts, fields, units


def _text(value: Any) -> str:  # noqa: ANN401 - HDF5 attributes come as bytes, text, arrays or nothing
    one = value.item() if isinstance(value, np.ndarray) and value.size == 1 else value
    if isinstance(one, bytes):
        return one.decode("utf-8", "replace")
    return one if isinstance(one, str) else ""


def _check_convention(texts: Mapping[str, str]) -> None:
    got = texts.get("SOFAConventions", "")
    if texts.get("Conventions") != "SOFA" or got != CONVENTION:
        raise InputError(f"the SOFA convention must be {CONVENTION}, got {got or 'none'!r}: use a set of HRIRs")
    if texts.get("DataType", "FIR") != "FIR":
        raise InputError(f"the SOFA data type must be FIR, got {texts['DataType']!r}: use a set of HRIRs")


def _field(fields: Fields, name: str) -> Array:
    """Give a field that must be there, hold something, and be finite."""
    if name not in fields:
        raise InputError(f"a SOFA file must have the numeric field {name}, found none: use another file")
    value = fields[name]
    if value.size == 0:
        raise InputError(f"the SOFA field {name} must hold numbers, it is empty: use another file")
    if not np.isfinite(value).all():
        raise InputError(f"the SOFA field {name} must be finite, got NaN or infinity: use another file")
    return value


def _sample_rate(fields: Fields) -> int:
    rates = np.unique(_field(fields, "Data.SamplingRate"))
    if len(rates) != 1 or rates[0] != round(rates[0]):
        raise InputError(f"Data.SamplingRate must be one whole number of Hz, got {rates.tolist()}: use another file")
    return int(rates[0])


def _measured(fields: Fields, units: Mapping[str, str], rate: int) -> _Measured:
    """Bring positions into the listener's axes and channels into the order left, right."""
    responses = _field(fields, "Data.IR")
    if responses.ndim != 3 or responses.shape[1] != 2:
        raise InputError(f"Data.IR must have the shape (directions, 2 ears, samples), got {responses.shape}")
    count = len(responses)
    delay = _rows(fields.get("Data.Delay", np.zeros((1, 2))), "Data.Delay", (count, 2))
    position = _listeners_axes(fields, units, count)
    order = _ear_order(fields, units)
    return _Measured(position, responses[:, order].astype(np.float32), delay[:, order] / rate)


def _rows(value: Array, name: str, shape: tuple[int, int]) -> Array:
    """Bring a field of one row, or one row per measurement, to ``shape``."""
    table = value.reshape(value.shape[0], -1) if value.ndim > 1 else value[None]
    if table.shape not in (shape, (1, shape[1])) or not np.isfinite(table).all():
        raise InputError(f"{name} must be finite and of the shape {shape}, got {value.shape}: use another file")
    return np.broadcast_to(table, shape)


def _cartesian(value: Array, kind: str, name: str) -> Array:
    """Turn positions (n, 3), cartesian or spherical as ``kind`` says, into metres."""
    if kind == "cartesian":
        return value
    if kind != "spherical":
        raise InputError(f"{name} must be cartesian or spherical, got {kind or 'neither'!r}: use another file")
    if np.abs(value[:, 1]).max() > 90.0:
        raise InputError(f"{name} must have elevations in [-90, 90] deg, got {np.abs(value[:, 1]).max():g}")
    return angles_to_vector(value[:, 0], value[:, 1]) * value[:, 2:]


def _vectors(fields: Fields, units: Mapping[str, str], name: str, default: ArrayLike, count: int) -> Array:
    if name not in fields:
        return np.broadcast_to(np.asarray(default, dtype=np.float64), (count, 3))
    return _cartesian(_rows(_field(fields, name), name, (count, 3)), units[name] or "cartesian", name)


def _listeners_axes(fields: Fields, units: Mapping[str, str], count: int) -> Array:
    """Give the source positions, (count, 3) m, as the listener has them: x front, y left, z up."""
    _field(fields, "SourcePosition")
    source = _vectors(
        fields, {**units, "SourcePosition": units["SourcePosition"] or "spherical"}, "SourcePosition", 0, count
    )
    source = source - _vectors(fields, units, "ListenerPosition", 0.0, count)
    front = _vectors(fields, units, "ListenerView", (1.0, 0.0, 0.0), count)
    up = _vectors(fields, {**units, "ListenerUp": "cartesian"}, "ListenerUp", (0.0, 0.0, 1.0), count)
    axes = np.stack([front, np.cross(up, front), up], axis=1)
    size = np.linalg.norm(axes, axis=2, keepdims=True)
    if not (size > 1e-6).all() or not (np.linalg.norm(source, axis=1) > 1e-6).all():
        raise InputError("sources must be away from the listener, and ListenerView across ListenerUp; use another file")
    return np.asarray(np.einsum("mij,mj->mi", axes / size, source))


def _ear_order(fields: Fields, units: Mapping[str, str]) -> list[int]:
    """Give the channels of the left and the right ear, as the file says; left first when it says nothing."""
    if "ReceiverPosition" not in fields:
        return [0, 1]
    places = _field(fields, "ReceiverPosition")
    places = places.reshape(places.shape[0], 3, -1)[..., 0] if places.ndim > 1 and places.shape[1] == 3 else places
    if places.shape != (2, 3):
        raise InputError(f"ReceiverPosition must tell two ears' places, got the shape {places.shape}: use another file")
    left = _cartesian(places, units["ReceiverPosition"] or "cartesian", "ReceiverPosition")[:, 1]
    return [1, 0] if left[0] < left[1] else [0, 1]


def _farthest(measured: _Measured) -> tuple[_Measured, list[str]]:
    """Keep one measurement per direction: of several distances, the farthest."""
    distance = np.linalg.norm(measured.position, axis=1)
    notes = []
    if len(_first_of_each(measured.position)) < len(distance):
        distances = np.unique(distance.round(2))
        if len(distances) > 1:
            notes.append(f"{distance.max():.2f} m, the farthest of {len(distances)} distances")
        measured = _kept(measured, np.flatnonzero(distance > 0.98 * distance.max()))
    return _kept(measured, _first_of_each(measured.position)), notes


def _kept(measured: _Measured, rows: NDArray[np.int64]) -> _Measured:
    return _Measured(measured.position[rows], measured.responses[rows], measured.lag[rows])


def _first_of_each(position: Array) -> NDArray[np.int64]:
    """Give the first row of each direction, in the rows' order."""
    unit = position / np.linalg.norm(position, axis=1, keepdims=True)
    return np.sort(np.unique(unit.round(5) + 0.0, axis=0, return_index=True)[1])


def _sides_by_ear(measured: _Measured, rate: int) -> tuple[_Measured, bool]:
    """Swap the ears if sources on the left lead and are louder on the right; say whether they were."""
    side = measured.position[:, 1] / np.linalg.norm(measured.position, axis=1)
    arrival = arrival_times(measured.responses, rate) + measured.lag
    energy = (measured.responses.astype(np.float64) ** 2).sum(axis=2) + 1e-30
    lead = float(side @ (arrival[:, 1] - arrival[:, 0]))
    louder = float(side @ np.log10(energy[:, 0] / energy[:, 1]))
    if lead > 0.0 and louder > 0.0:
        return measured, False
    if lead < 0.0 and louder < 0.0:
        return _Measured(measured.position, measured.responses[:, ::-1], measured.lag[:, ::-1]), True
    raise InputError(
        "a source on the left must lead and be louder in the left ear, got delays and levels that disagree: "
        "use another file"
    )


def _name(file: Path, texts: Mapping[str, str], notes: list[str]) -> str:
    """Give a set's name for reports: database and listener, the file's name, and what was made of it."""
    said = [texts.get(key, "").strip() for key in ("DatabaseName", "ListenerShortName")]
    known = ", ".join(dict.fromkeys(part for part in said if part))
    return "; ".join([f"{known} ({file.name})" if known else file.name, *notes])
