"""A Stable Diffusion 1.x folder and a motion adapter, checked to be of that family, into diffusers' pipeline.

Both in the hub's folder layout, read offline. The pipeline's own steps are kept, so that without grounding the
pictures are diffusers' own, bit for bit.

Reference: diffusers, `AnimateDiffPipeline`, `MotionAdapter`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from seehear.draw.animatediff.settings import CHECKPOINT, MIGC, MOTION, Settings
from seehear.errors import InputError
from seehear.networks.hub_model import model_from
from seehear.weights import MissingWeights, locate, row_of

_PARTS = ("unet", "vae", "text_encoder", "tokenizer")
_BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "linear", "num_train_timesteps": 1000}
_WIDTHS = {1024: "Stable Diffusion 2", 2048: "Stable Diffusion XL", 4096: "a transformer model"}


def find_weights(wish: Settings) -> dict[str, Path]:
    """Say where the weights lie that a wish needs.

    Returns:
        Row of the weights table -> folder or file, also for what was given by path.

    Raises:
        MissingWeights: one line with the command that fetches all that lack, sizes and terms.
        InputError: a folder that was given is none.
    """
    wanted: dict[str, Any] = {CHECKPOINT: wish.checkpoint, MOTION: wish.motion}
    if wish.grounding == "migc" and not isinstance(wish.grounding_weights, Mapping):
        wanted[MIGC] = wish.grounding_weights
    found: dict[str, Path] = {}
    lacking = []
    for name, given in wanted.items():
        try:
            found[name] = _folder(given) if given is not None and name != MIGC else locate(name, given)
        except MissingWeights:
            lacking.append(row_of(name))
    if lacking:
        fetched = [row.name for row in lacking if row.repository]
        command = f"seehear weights fetch {' '.join(fetched)}" if fetched else ""
        by_hand = [f"{row.name}: {row.note}" for row in lacking if not row.repository]
        told = "; ".join(f"{row.name}: {row.told}" for row in lacking)
        raise MissingWeights(
            f"draw backend 'animatediff' needs weights that are not on this machine: "
            f"{'; '.join(filter(None, [command, *by_hand]))} ({told})"
        )
    return found


def _folder(given: Path | str) -> Path:
    place = Path(given)
    if place.is_file():
        raise InputError(
            f"expected a folder in the hub's layout (unet/, vae/, ...), got the file '{place}': "
            "convert it with diffusers' from_single_file(...).save_pretrained(FOLDER)"
        )
    if not place.is_dir():
        raise InputError(f"expected a folder of weights, got '{place}', which is none")
    return place


def check_family(folder: Path) -> None:
    """Refuse a checkpoint that the motion modules do not fit.

    Raises:
        InputError: which family it is of, and why that cannot be.
    """
    if (folder / "transformer").is_dir():
        raise InputError(_wrong(folder, "a diffusion transformer", "it has no UNet for the motion modules"))
    lacking = [part for part in _PARTS if not (folder / part).is_dir()]
    if lacking:
        raise InputError(f"expected a Stable Diffusion 1.x folder, got '{folder}', which lacks {', '.join(lacking)}")
    if (folder / "text_encoder_2").is_dir():
        raise InputError(_wrong(folder, "Stable Diffusion XL", "it has two text encoders"))
    unet, text = _config(folder / "unet"), _config(folder / "text_encoder")
    width, channels = unet.get("cross_attention_dim"), unet.get("in_channels", 4)
    if width in _WIDTHS:
        raise InputError(_wrong(folder, _WIDTHS[width], f"its text is {width} wide, that of 1.x 768"))
    if channels != 4:
        kind = {9: "an inpainting model", 8: "an image-editing model"}.get(channels, "another model")
        raise InputError(_wrong(folder, kind, f"its UNet takes {channels} channels instead of 4"))
    if unet.get("_class_name") != "UNet2DConditionModel":
        raise InputError(_wrong(folder, f"a {unet.get('_class_name')}", "a UNet2DConditionModel is needed"))
    if width != text.get("hidden_size"):
        raise InputError(
            _wrong(
                folder, "a mixture", f"its UNet reads text {width} wide, its encoder gives {text.get('hidden_size')}"
            )
        )


def check_motion(folder: Path, checkpoint: Path) -> None:
    """Refuse a motion adapter that does not fit the checkpoint.

    Raises:
        InputError: what it is, and what does not fit.
    """
    motion, unet = _config(folder), _config(checkpoint / "unet")
    if motion.get("_class_name") != "MotionAdapter":
        raise InputError(f"expected a motion adapter in '{folder}', got a {motion.get('_class_name') or 'folder'}")
    own, its = motion.get("block_out_channels"), unet.get("block_out_channels")
    if own != its:
        kind = "Stable Diffusion XL" if own == [320, 640, 1280] else "another model"
        raise InputError(
            f"the motion adapter in '{folder}' is for {kind}: its blocks are {own} wide, the checkpoint's {its}"
        )


def load_pipeline(checkpoint: Path, motion: Path, wish: Settings) -> Any:  # noqa: ANN401 - diffusers' class
    """Load both into a pipeline, ready on its device.

    Raises:
        InputError: another family, or files that cannot be read.
    """
    from diffusers import AnimateDiffPipeline, AutoencoderKL, MotionAdapter, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    check_family(checkpoint)
    check_motion(motion, checkpoint)
    device = wish.device or best_device()
    kind = torch.float16 if device.startswith("cuda") else torch.float32
    parts = {
        "vae": model_from(AutoencoderKL, checkpoint / "vae"),
        "text_encoder": model_from(CLIPTextModel, checkpoint / "text_encoder"),
        "unet": model_from(UNet2DConditionModel, checkpoint / "unet"),
        "motion_adapter": model_from(MotionAdapter, motion),
    }
    if kind is torch.float16:
        parts = {name: part.half() for name, part in parts.items()}
    tokenizer = model_from(CLIPTokenizer, checkpoint / "tokenizer")
    pipe = AnimateDiffPipeline(**parts, tokenizer=tokenizer, scheduler=_scheduler(wish.sampler))
    pipe.set_progress_bar_config(disable=True)
    pipe.unet.requires_grad_(requires_grad=False).eval()
    if wish.low_memory:
        pipe.vae.enable_slicing()
        pipe.vae.enable_tiling()
        if device != "cpu":
            pipe.enable_model_cpu_offload(device=device)
            return pipe
    return pipe.to(device)


def best_device() -> str:
    """Name the fastest device there is."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _scheduler(name: str) -> Any:  # noqa: ANN401 - diffusers' class
    """Make the sampler on the noise levels that AnimateDiff was trained on: linear betas, one step offset."""
    from diffusers import DDIMScheduler, EulerDiscreteScheduler

    if name == "ddim":
        return DDIMScheduler(**_BETAS, steps_offset=1, clip_sample=False, timestep_spacing="linspace")
    return EulerDiscreteScheduler(**_BETAS, steps_offset=1, timestep_spacing="linspace")


def _config(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read '{folder / 'config.json'}' ({type(error).__name__}): fetch it again") from error


def _wrong(folder: Path, kind: str, why: str) -> str:
    return f"expected a Stable Diffusion 1.x checkpoint, got {kind} in '{folder}': {why}"
