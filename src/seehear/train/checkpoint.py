"""Checkpoints: one file with everything a run goes on from, in place whole or not at all."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

from seehear.errors import InputError
from seehear.media.atomic import written_whole

SCHEMA = 1


def write_checkpoint(file: Path, state: dict[str, Any]) -> None:
    """Write a state; an older file is replaced at the end.

    Raises:
        InputError: the disk is full, or the folder cannot be written to; the older file stays.
    """
    whole = io.BytesIO()  # written at once: torch's own writer hides why it fails
    torch.save({"schema": SCHEMA, **state}, whole)
    with written_whole(file, force=True) as beside:
        beside.write_bytes(whole.getbuffer())


def read_checkpoint(file: Path) -> dict[str, Any]:
    """Read a state.

    Raises:
        InputError: truncated, or not a checkpoint of this kind.
    """
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError, zipfile.BadZipFile, ValueError) as error:
        told = str(error).split("\n", 1)[0]
        raise InputError(f"expected a checkpoint, got '{file}' ({told}): remove it to start over") from None
    if not isinstance(state, dict) or state.get("schema") != SCHEMA:
        raise InputError(f"expected a checkpoint of schema {SCHEMA}, got '{file}': remove it to start over")
    return state
