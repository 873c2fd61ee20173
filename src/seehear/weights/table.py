"""Every weight by name.

Sizes as their publishers round them. A licence not seen in the publisher's own words is "not stated", and counts as
not allowing commercial use.

References: the publishers' README files and model cards; docs/weights.md has the table with what each is used for.
"""

from seehear.errors import InputError
from seehear.weights.row import Weight, WeightFile

MB, GB = 10**6, 10**9
_MMAUDIO = "hkchengrex/MMAudio"
_NC = "CC-BY-NC-4.0"
_FLOW = ("sound mmaudio",)
_PE_T_A = ("metric pe_t_a",)
_SD15 = (  # the repository holds the same weights in several forms: only what diffusers reads here is fetched
    WeightFile("model_index.json", 541), WeightFile("scheduler/scheduler_config.json", 308),
    WeightFile("text_encoder/config.json", 617), WeightFile("text_encoder/model.safetensors", 492 * MB),
    WeightFile("tokenizer/merges.txt", 525_000), WeightFile("tokenizer/vocab.json", 1_060_000),
    WeightFile("tokenizer/special_tokens_map.json", 472), WeightFile("tokenizer/tokenizer_config.json", 806),
    WeightFile("unet/config.json", 743), WeightFile("unet/diffusion_pytorch_model.safetensors", 3440 * MB),
    WeightFile("vae/config.json", 547), WeightFile("vae/diffusion_pytorch_model.safetensors", 335 * MB),
)  # fmt: skip


def _file(path: str, size: float | None = None, *, md5: str | None = None, url: str = "") -> tuple[WeightFile, ...]:
    return (WeightFile(path, None if size is None else int(size), md5=md5, url=url),)


def _mmaudio(name: str, size: float, md5: str) -> Weight:
    return Weight(name, _MMAUDIO, _NC, False, _FLOW, _file(f"weights/{name}.pth", size, md5=md5))


def _mmaudio_part(name: str, file: str, size: float, md5: str, **more: str) -> Weight:
    licence = more.pop("licence", _NC)
    found = _file(f"ext_weights/{file}", size, md5=md5)
    return Weight(name, _MMAUDIO, licence, False if licence == _NC else None, _FLOW, found, **more)  # type: ignore[arg-type]


def _pe_spatial(variant: str, size: float) -> Weight:
    name = f"PE-Spatial-{variant}"
    ours = f"pe_spatial_{variant.lower().replace('-', '_')}"
    used = ("sound visaudio", "networks.perception_encoder")
    return Weight(ours, f"facebook/{name}", "Apache-2.0", True, used, _file(f"{name}.pt", size))


def _hub(name: str, repository: str, licence: str, commercial: bool | None, *used: str, **more: object) -> Weight:  # noqa: FBT001
    return Weight(name, repository, licence, commercial, used, **more)  # type: ignore[arg-type]


_ROWS = (
    _mmaudio("mmaudio_small_16k", 601 * MB, "af93cde404179f58e3919ac085b8033b"),
    _mmaudio("mmaudio_small_44k", 601 * MB, "babd74c884783d13701ea2820a5f5b6d"),
    _mmaudio("mmaudio_medium_44k", 2.4 * GB, "5a56b6665e45a1e65ada534defa903d0"),
    _mmaudio("mmaudio_large_44k", 3.9 * GB, "fed96c325a6785b85ce75ae1aafd2673"),
    _mmaudio("mmaudio_large_44k_v2", 3.9 * GB, "01ad4464f049b2d7efdaa4c1a59b8dfe"),
    _mmaudio_part("mmaudio_vae_16k", "v1-16.pth", 655 * MB, "69f56803f59a549a1a507c93859fd4d7"),
    _mmaudio_part("mmaudio_vae_44k", "v1-44.pth", 1.2 * GB, "fab020275fa44c6589820ce025191600"),
    _mmaudio_part(
        "bigvgan_v1_16k", "best_netG.pt", 429 * MB, "eeaf372a38a9c31c362120aba2dde292", licence="not stated",
        note="the vocoder of Make-An-Audio 2",
    ),
    _hub("bigvgan_v2_44k", "nvidia/bigvgan_v2_44khz_128band_512x", "MIT", True, *_FLOW,
         files=_file("bigvgan_generator.pt", 489 * MB)),
    Weight("synchformer_av", _MMAUDIO, "MIT repository, weights not licensed separately", None,
           ("networks.synchformer", "metric desync", "sound mmaudio"),
           _file("ext_weights/synchformer_state_dict.pth", 950 * MB, md5="5b2f5594b0730f70e41e549b7c94390c"),
           note="24-01-04T16-39-21, trained on AudioSet; the visual encoder is a part of it"),
    _hub("dfn5b_clip_h14_384", "apple/DFN5B-CLIP-ViT-H-14-384", "Apple sample code licence", None, *_FLOW,
         files=_file("open_clip_pytorch_model.bin", 3.9 * GB)),
    _pe_spatial("T16-512", 23 * MB),
    _pe_spatial("S16-512", 88 * MB),
    _pe_spatial("B16-512", 346 * MB),
    _pe_spatial("L14-448", 1.2 * GB),
    Weight("imagebind_huge", "", "CC-BY-NC-SA-4.0", False, ("networks.imagebind", "metrics a_v, ib"),
           _file("imagebind_huge.pth", 4.8 * GB, url="https://dl.fbaipublicfiles.com/imagebind/imagebind_huge.pth")),
    Weight("clip_bpe", "openai/clip-vit-large-patch14", "MIT", True, ("networks.imagebind", "sound mmaudio"),
           (WeightFile("vocab.json", 862_000), WeightFile("merges.txt", 525_000)),
           note="the vocabulary of CLIP's tokenizer, which ImageBind and DFN5B share"),
    _hub("clap_htsat_music_speech", "laion/larger_clap_music_and_speech", "Apache-2.0", True,
         "networks.clap", "metric t_a", size=776 * MB, note="not proven equal to LAION's own .pt file"),
    Weight("panns_cnn14_16k", "", "CC-BY-4.0", True, ("networks.panns", "metrics fd_panns, kl_panns, is_panns"),
           _file("Cnn14_16k_mAP=0.438.pth", 327 * MB,
                 url="https://zenodo.org/record/3987831/files/Cnn14_16k_mAP%3D0.438.pth?download=1"),
           note="read the licence on Zenodo before commercial use"),
    Weight("vggish", "", "Apache-2.0", True, ("networks.vggish", "metric fd_vgg"),
           _file("vggish-10086976.pth", 289 * MB,
                 url="https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth")),
    Weight("passt_s_swa", "", "not stated", None, ("networks.passt", "metrics fd_passt, kl_passt, is_passt"),
           _file("passt-s-f128-p16-s10-ap.476-swa.pt", 345 * MB,
                 url="https://github.com/kkoutini/PaSST/releases/download/v0.0.1-audioset/"
                     "passt-s-f128-p16-s10-ap.476-swa.pt")),
    Weight("syncnet_v2", "ByteDance/LatentSync-1.6", "not stated", None, ("networks.syncnet", "metric lse"),
           _file("auxiliary/syncnet_v2.model", 55 * MB)),
    Weight("aesthetic_v2_5_head", "", "AGPL-3.0 repository", None, ("networks.aesthetic", "metric va"),
           _file("aesthetic_predictor_v2_5.pth", 2.6 * MB,
                 url="https://github.com/discus0434/aesthetic-predictor-v2-5/raw/main/models/"
                     "aesthetic_predictor_v2_5.pth")),
    _hub("siglip_so400m_384", "google/siglip-so400m-patch14-384", "Apache-2.0", True, "networks.aesthetic",
         "metric va", size=int(3.5 * GB)),
    Weight("nisqa", "", "CC-BY-NC-SA-4.0", False, ("networks.nisqa", "metric sq"),
           _file("nisqa.tar", 1.0 * MB, url="https://github.com/gabrielmittag/NISQA/raw/master/weights/nisqa.tar")),
    Weight("audiobox_aesthetics", "", "CC-BY-4.0", True, ("networks.audiobox", "metrics pq, cu, ce, pc, aa"),
           _file("checkpoint.pt", None, url="https://dl.fbaipublicfiles.com/audiobox-aesthetics/checkpoint.pt")),
    Weight("dover", "", "S-Lab License 1.0", False, ("networks.dover", "metric vt"),
           _file("DOVER.pth", None, url="https://github.com/QualityAssessment/DOVER/releases/download/v0.1.0/DOVER.pth")),
    _hub("x_clip_base_patch16", "microsoft/xclip-base-patch16", "MIT", True, "networks.xclip", "metric t_v",
         size=780 * MB, note="stands in for VideoCLIP-XL: other numbers than the published T-V"),
    _hub("pe_av_small", "facebook/pe-av-small", "Apache-2.0", True, "networks.pe_av", *_PE_T_A),
    _hub("pe_av_base", "facebook/pe-av-base", "Apache-2.0", True, "networks.pe_av", *_PE_T_A),
    _hub("pe_av_large", "facebook/pe-av-large", "Apache-2.0", True, "networks.pe_av", *_PE_T_A),
    _hub("stable_diffusion_v1_5", "stable-diffusion-v1-5/stable-diffusion-v1-5", "CreativeML OpenRAIL-M", True,
         "draw animatediff", note="use restrictions of the licence's attachment A apply",
         files=_SD15),
    _hub("animatediff_v1_5_3", "guoyww/animatediff-motion-adapter-v1-5-3", "Apache-2.0 repository", None,
         "draw animatediff", size=int(1.67 * GB),
         files=(WeightFile("config.json"), WeightFile("diffusion_pytorch_model.safetensors"))),
    _hub("owlv2_base", "google/owlv2-base-patch16-ensemble", "Apache-2.0", True, "draw animatediff --detector"),
    _hub("grounding_dino_tiny", "IDEA-Research/grounding-dino-tiny", "Apache-2.0", True,
         "draw animatediff --detector", size=689 * MB),
    Weight("t2av_compass_prompts", "", "not stated", None, ("bench t2av-compass",),
           (WeightFile("prompts.json", 2_166_072,
                       sha256="30f92a94998f23bf9a12b874a719a53d2392a7eac6ec316bb668527c8fff8e7b",
                       url="https://github.com/NJU-LINK/T2AV-Compass/raw/b726966/t2av-compass/Data/prompts.json"),),
           note="the benchmark's 500 prompts and their questions, no weights"),
    Weight("migc_sd14", "", "non-commercial research only", False, ("draw animatediff",),
           _file("MIGC_SD14.ckpt", 219 * MB),
           note="on a drive of its authors: put the file into the folder that SEEHEAR_WEIGHTS names"),
)  # fmt: skip

WEIGHTS = {row.name: row for row in sorted(_ROWS, key=lambda row: row.name)}
"""Name -> row, in the order of the names."""


def row_of(name: str) -> Weight:
    """Give the row of that name.

    Raises:
        InputError: no such name; the message lists near ones.

    Example:
        >>> row_of("vggish").licence
        'Apache-2.0'
    """
    if name in WEIGHTS:
        return WEIGHTS[name]
    from difflib import get_close_matches

    near = get_close_matches(name, WEIGHTS, n=3, cutoff=0.4)
    told = f"near: {', '.join(near)}" if near else "see: seehear weights list"
    raise InputError(f"no weights are named {name!r}; {told}")
