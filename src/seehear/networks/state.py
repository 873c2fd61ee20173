"""Weights into a network, safely: only tensors are read, and every key and shape must fit.

Files of the kinds that published weights come in: safetensors, and torch's own with or without a wrapping element.
Torch files are read with ``weights_only=True``: a file that would run code is refused.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.weights import locate, row_of

State = dict[str, Tensor]
_WRAPPERS = ("state_dict", "model_state_dict", "model", "weights", "generator", "module")
_NAMED = 3
"""Keys named of each fault."""


def read_state(path: Path | str, *, wrapper: str | None = None) -> State:
    """Read a file of weights.

    Args:
        path: ``.safetensors``, or anything that torch wrote.
        wrapper: the element that holds the weights; None: the file itself or one of the usual ones.

    Returns:
        Key -> tensor, on the CPU, as stored.

    Raises:
        InputError: no such file, truncated, holding code, or holding no weights.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"expected a file of weights, got '{file}', which is no file")
    found = _safetensors(file) if file.suffix == ".safetensors" else _torch_file(file)
    state = _unwrapped(found, wrapper)
    if not state:
        raise InputError(f"expected weights in '{file.name}', got none: is it another kind of file?")
    return state


def read_element(path: Path | str, name: str) -> Any:  # noqa: ANN401 - numbers and their names
    """Read something beside the weights in a file that torch wrote: settings, means, numbers.

    Args:
        path: of the file.
        name: of the element.

    Raises:
        InputError: as `read_state`, or no such element.
    """
    found = _torch_file(Path(path))
    if not isinstance(found, Mapping) or name not in found:
        raise InputError(f"expected an element {name!r} in '{Path(path).name}', which has none")
    return found[name]


def load_state(
    network: nn.Module,
    state: Mapping[str, Tensor | np.ndarray],
    *,
    name: str,
    kept: Callable[[str], bool] = lambda key: False,
    dropped: Callable[[str], bool] = lambda key: False,
) -> None:
    """Put weights into a network; nothing may lack, be too many or of another shape.

    The tensors become the network's own, as float32 where they are floats: no second copy is made.

    Args:
        network: made on any device, also ``meta`` (see `unfilled`).
        state: key -> tensor or array.
        name: of the network, for the message.
        kept: keys that may lack, as the network makes them itself (windows, filters, counters).
        dropped: keys of the file that the network does not have and does not need.

    Raises:
        InputError: what does not fit, in one line with a few of the names.
    """
    given = {key: _tensor(value) for key, value in state.items() if not dropped(key)}
    own = network.state_dict()
    lacking = [key for key in own if key not in given and not kept(key)]
    extra = [key for key in given if key not in own]
    shapes = [
        f"{key} {tuple(given[key].shape)} for {tuple(own[key].shape)}"
        for key in own
        if key in given and given[key].shape != own[key].shape
    ]
    faults = [_few(lacking, "lacking"), _few(extra, "too many"), _few(shapes, "of another shape")]
    if any(faults):
        told = "; ".join(fault for fault in faults if fault)
        raise InputError(f"these are not the weights of {name}: {told}")
    network.load_state_dict(given, strict=False, assign=True)
    network.eval().requires_grad_(requires_grad=False)


def unfilled() -> AbstractContextManager[Any]:
    """Make a network inside this context without filling its weights: `load_state` gives them.

    Buffers that a network computes must come from ``torch.from_numpy``, which stays on the CPU.
    """
    return torch.device("meta")


def found_state(weights: str, given: Path | str | Mapping[str, Tensor | np.ndarray] | None) -> State:
    """Give the state dict of a row of the weights table.

    Args:
        weights: the row's name.
        given: a file, a folder or a state dict to take instead; None: where `seehear weights` keeps it.

    Raises:
        MissingWeights: not on this machine; the message has the command that fetches them.
        InputError: as `read_state`.
    """
    if isinstance(given, Mapping):
        return {key: _tensor(value) for key, value in given.items()}
    return read_state(locate(row_of(weights).name, given))


def stripped(state: Mapping[str, Tensor], prefix: str) -> State:
    """Give the entries whose key begins with the prefix, without it; all of them where none does."""
    cut = {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}
    return cut or dict(state)


def _safetensors(file: Path) -> Any:  # noqa: ANN401 - what a file holds
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except (SafetensorError, OSError) as error:
        raise InputError(f"cannot read '{file.name}' as safetensors ({error}): fetch it again") from error


def _torch_file(file: Path) -> Any:  # noqa: ANN401 - what a file holds
    from pickle import UnpicklingError

    try:
        with torch.serialization.safe_globals(_harmless()):
            return torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        first = str(error).split("WeightsUnpickler error:")[-1].strip().split("\n")[0].split(". ")[0]
        raise InputError(f"'{file.name}' holds more than tensors and is not read ({first[:120]})") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError) as error:
        told = str(error).split("\n")[0].split(". ")[0][:120]
        raise InputError(f"cannot read '{file.name}' as weights ({told}): truncated? fetch it again") from error


def _harmless() -> list[Any]:
    """NumPy's numbers and arrays, which some published files hold beside the weights (an epoch, a sampler's state)."""
    kinds = {type(np.dtype(kind)) for kind in "?bhilBHILfd"}
    within = np._core.multiarray  # type: ignore[attr-defined]
    named = [
        (getattr(within, name), f"{room}.multiarray.{name}")
        for name in ("scalar", "_reconstruct")
        for room in ("numpy.core", "numpy._core")
    ]
    return [np.dtype, np.ndarray, (codecs.encode, "_codecs.encode"), *named, *kinds]


def _unwrapped(found: Any, wrapper: str | None) -> State:  # noqa: ANN401 - what a file holds
    names: Iterable[str] = _WRAPPERS if wrapper is None else (wrapper,)
    while isinstance(found, Mapping):
        inner = next((found[name] for name in names if isinstance(found.get(name), Mapping)), None)
        if inner is None:
            break
        found = inner
    if not isinstance(found, Mapping):
        return {}
    return {str(key): value for key, value in found.items() if isinstance(value, Tensor)}


def _tensor(value: Tensor | np.ndarray) -> Tensor:
    tensor = value if isinstance(value, Tensor) else torch.from_numpy(np.asarray(value, order="C"))
    return tensor.float() if tensor.is_floating_point() else tensor


def _few(keys: list[str], fault: str) -> str:
    if not keys:
        return ""
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{len(keys)} {fault} ({', '.join(keys[:_NAMED])}{more})"
