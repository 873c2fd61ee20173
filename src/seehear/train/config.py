"""What a training run depends on: one frozen model, read from TOML, or from the card of an earlier run.

Where the worlds lie, the device and the number of processes are not in it: they are no part of what is trained.
"""

import json
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seehear.errors import InputError

HELD_BACK = 1_000_000
"""Seeds of worlds from here on are of held-back ones."""

PACKAGED = "configs"
_MOST = 1 << 20  # bytes of a file that is still read as a config


class Config(BaseModel):
    """Every choice of a run.

    Attributes:
        variant: of the network, a name of `seehear.sound.flow.variants`.
        codec: of the sound, ``mdct`` or ``pca-mel``.
        width: of the token streams; None: the variant's own, as are the next three.
        heads: of attention.
        joint: blocks on sound, picture and words together.
        fused: blocks on the sound alone.
        reading: of the two ears, ``A``, ``B`` or ``C``; None: the variant's own.
        common_noise: share of the noise that both ears begin from together; None: the variant's own.
        seed: of weights, order, noise.
        steps: of the optimiser.
        batch: worlds in a step, over all devices.
        accumulate: parts that a batch is cut into on each device, one after the other.
        rate: learning rate at the top.
        rate_end: share of ``rate`` that is left at the end of the cosine.
        warmup: steps of the rate's way up.
        decay: of the averaged weights, approached as (1 + step) / (10 + step).
        weight_decay: of AdamW.
        clip: largest norm of the gradient.
        precision: ``auto`` is bfloat16 where a GPU has it, else float32.
        worlds: to train on.
        worlds_seed: of their set.
        held_back: worlds that are never trained on.
        eyes_steps: of teaching the eyes what scenes say, before and apart; 0: eyes learn along with the network.
        validated: of them, looked at during training.
        validate_every: steps between two looks.
        keep_every: steps between two checkpoints.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: str = "V5"
    codec: Literal["mdct", "pca-mel"] = "mdct"
    width: int | None = Field(None, ge=2, le=4096)
    heads: int | None = Field(None, ge=1, le=64)
    joint: int | None = Field(None, ge=1, le=64)
    fused: int | None = Field(None, ge=0, le=64)
    reading: Literal["A", "B", "C"] | None = None
    common_noise: float | None = Field(None, ge=0, le=1)
    seed: int = Field(0, ge=0, lt=2**32)
    steps: int = Field(3000, ge=1)
    batch: int = Field(16, ge=1)
    accumulate: int = Field(1, ge=1)
    rate: float = Field(5e-4, gt=0, le=1)
    rate_end: float = Field(0.02, ge=0, le=1)
    warmup: int = Field(100, ge=1)
    decay: float = Field(0.999, ge=0, lt=1)
    weight_decay: float = Field(1e-6, ge=0)
    clip: float = Field(1.0, gt=0)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    worlds: int = Field(3000, ge=1)
    worlds_seed: int = Field(1, ge=0, lt=HELD_BACK)
    held_back: int = Field(200, ge=1)
    eyes_steps: int = Field(0, ge=0)
    validated: int = Field(64, ge=1)
    validate_every: int = Field(250, ge=1)
    keep_every: int = Field(250, ge=1)


def packaged() -> list[str]:
    """List the configs that come with the package."""
    folder = files("seehear.train") / PACKAGED
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def read_config(source: Path | str, changes: Mapping[str, Any] | None = None) -> Config:
    """Read a config.

    Args:
        source: a TOML file, a run's ``card.json``, or the name of a packaged config.
        changes: values that replace the file's; None values change nothing.

    Raises:
        InputError: no such file, not TOML or JSON, an unknown key (the message has the nearest known one), or a value
            that cannot be.

    Example:
        >>> read_config("flow-tiny").codec
        'mdct'
    """
    found = _parsed(source) | {name: value for name, value in (changes or {}).items() if value is not None}
    return checked(found, where=str(source))


def checked(found: Mapping[str, Any], *, where: str) -> Config:
    """Give a config of plain values.

    Raises:
        InputError: an unknown key, a value that cannot be, or values that do not go together.
    """
    try:
        config = Config.model_validate(dict(found))
    except ValidationError as wrong:
        raise InputError(f"config '{where}': {_first(wrong)}") from None
    if config.batch > config.worlds:
        raise InputError(f"config '{where}': batch must be at most the worlds, {config.worlds}, got {config.batch}")
    if config.batch % config.accumulate:
        raise InputError(f"config '{where}': batch {config.batch} must split into accumulate {config.accumulate} parts")
    return config


def _parsed(source: Path | str) -> dict[str, Any]:
    if isinstance(source, str) and source in packaged():
        return tomllib.loads((files("seehear.train") / PACKAGED / f"{source}.toml").read_text("utf-8"))
    file = Path(source)
    if not file.is_file():
        raise InputError(f"expected a config file, or one of {', '.join(packaged())}, got '{source}'")
    if file.stat().st_size > _MOST:
        raise InputError(f"expected a config, got '{file}' of {file.stat().st_size} bytes")
    try:
        text = file.read_text("utf-8")
        found = json.loads(text).get("config") if file.suffix == ".json" else tomllib.loads(text)
    except (UnicodeDecodeError, ValueError, AttributeError, RecursionError) as error:
        kind = "JSON" if file.suffix == ".json" else "TOML"
        raise InputError(f"expected a config in {kind}, got '{file}': {error or 'nested too deep'}") from None
    if not isinstance(found, dict):
        raise InputError(f"expected a run's card with its config, got '{file}' without one")
    return found


def _first(wrong: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    error = wrong.errors(include_url=False)[0]
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        near = get_close_matches(name, Config.model_fields, n=1, cutoff=0)
        return f"unknown key {name!r}; the nearest known one is {near[0]!r}"
    return f"{name} {error['msg'].removeprefix('Input ')}, got {error['input']!r}"


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> str | None:
    """Give the first key that two configs differ in; None where they agree.

    Example:
        >>> differing({"steps": 3, "seed": 1}, {"steps": 3, "seed": 2})
        'seed'
    """
    names = sorted({*first, *second})
    return next((name for name in names if first.get(name) != second.get(name)), None)
