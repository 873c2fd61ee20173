"""Models, processors and tokenizers that transformers reads from a folder; what it cannot read is one line."""

from pathlib import Path
from typing import Any

from seehear.errors import InputError


def model_from(kind: Any, folder: Path) -> Any:  # noqa: ANN401 - transformers' classes
    """Read one of transformers' classes from a folder, offline; a model comes ready to be used.

    Args:
        kind: a class with ``from_pretrained``.
        folder: as transformers writes it.

    Raises:
        InputError: it cannot be read.
    """
    try:
        made = kind.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        first = str(error).strip().split("\n")[0][:160]
        raise InputError(f"cannot read {kind.__name__} from '{folder}' ({first}): fetch it again") from error
    return made.eval() if hasattr(made, "eval") else made
