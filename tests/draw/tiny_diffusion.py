"""A random Stable Diffusion of a few layers and a motion adapter, saved in the hub's folder layout."""

import json
from pathlib import Path

WIDTHS = (8, 8, 16, 16)


def save_tiny(folder: Path) -> tuple[Path, Path]:
    """Write both; give the checkpoint's and the adapter's folder."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, MotionAdapter, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        text = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=514, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
                max_position_embeddings=77, bos_token_id=512, eos_token_id=513, pad_token_id=513,
            )
        )  # fmt: skip
        vae = AutoencoderKL(
            block_out_channels=WIDTHS, down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, norm_num_groups=4, layers_per_block=1,
            sample_size=64,
        )  # fmt: skip
        unet = UNet2DConditionModel(
            block_out_channels=WIDTHS, layers_per_block=1, cross_attention_dim=16, attention_head_dim=2,
            norm_num_groups=4, sample_size=8,
        )  # fmt: skip
        motion = MotionAdapter(
            block_out_channels=WIDTHS, motion_layers_per_block=1, motion_mid_block_layers_per_block=1,
            motion_num_attention_heads=2, motion_norm_num_groups=4, use_motion_mid_block=False,
        )  # fmt: skip
        with torch.no_grad():
            for name, value in motion.named_parameters():
                if "proj_out.weight" in name:  # fresh ones are zero: frames would not see each other
                    value.normal_(0, 0.1)
    home = folder / "tiny"
    text.save_pretrained(home / "text_encoder")
    vae.save_pretrained(home / "vae")
    unet.save_pretrained(home / "unet")
    DDIMScheduler().save_pretrained(home / "scheduler")
    save_tokenizer(home / "tokenizer")
    (home / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    motion.save_pretrained(folder / "motion")
    return home, folder / "motion"


def save_tokenizer(folder: Path) -> None:
    """CLIP's own kind of tokenizer, of single bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, spare = {}, 0
    for byte in range(256):
        letters[byte] = chr(byte) if byte in printable else chr(256 + spare)
        spare += byte not in printable
    words = [*letters.values(), *(f"{one}</w>" for one in letters.values()), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    told = {
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
