"""The table: an embedder, the metrics it gives for a clip, the weights it rests on, where it lives."""

from dataclasses import dataclass

from seehear.score.lips import LSE_C, LSE_D
from seehear.score.offset_classes import DESYNC
from seehear.score.score import Metric

DESYNC_T2AV = Metric("desync_t2av", "s", higher_is_better=False)
A_V = Metric("a_v", "", higher_is_better=True)
T_A_BOUND = Metric("t_a_imagebind", "", higher_is_better=True)
T_V_BOUND = Metric("t_v_imagebind", "", higher_is_better=True)
VA = Metric("va", "", higher_is_better=True)
T_A = Metric("t_a", "", higher_is_better=True)
T_V = Metric("t_v", "", higher_is_better=True)
PE_T_A = Metric("pe_t_a", "", higher_is_better=True)
SQ = Metric("sq", "", higher_is_better=True)
SQ_SIDES = tuple(
    Metric(f"sq_{side}", "", higher_is_better=True) for side in ("noisiness", "discontinuity", "coloration", "loudness")
)
AUDIOBOX = tuple(Metric(name, "", higher_is_better=True) for name in ("pq", "cu", "ce", "pc"))
AA = Metric("aa", "", higher_is_better=True)
VT = tuple(Metric(f"vt_{side}", "", higher_is_better=True) for side in ("technical", "aesthetic", "overall"))


@dataclass(frozen=True)
class Embedder:
    """One row.

    Attributes:
        name: of the embedder.
        metrics: what it gives, in order.
        weights: rows of the weights table, all needed.
        needs: what a clip must have: ``sight``, ``sound``, kinds of text.
        target: ``"package.module:function"``; called with ``device=``, it gives a function of a `ClipParts` to a
            mapping of metric names to Scores.
        note: what a reader of the numbers must know.
    """

    name: str
    metrics: tuple[Metric, ...]
    weights: tuple[str, ...]
    needs: tuple[str, ...]
    target: str
    note: str = ""


_HERE = "seehear.bench.embedding"
_ROWS = (
    Embedder(
        "synchformer", (DESYNC, DESYNC_T2AV), ("synchformer_av",), ("sight", "sound"),
        f"{_HERE}.synchronised:load_offset",
        note="desync: first and last 4.8 s, as av-benchmark; desync_t2av: 4.8 s from 0.08 s on, as T2AV-Compass (DS). "
        "Sound folded to mono.",
    ),
    Embedder(
        "imagebind", (A_V, T_A_BOUND, T_V_BOUND), ("imagebind_huge", "clip_bpe"),
        ("sight", "sound", "audio_prompt", "video_prompt"), f"{_HERE}.bound:load",
        note="a_v is T2AV-Compass's A-V and av-benchmark's IB-score; the others are what its scripts compute as T-A "
        "and T-V, not what its table shows. Texts are cut at 77 tokens.",
    ),
    Embedder(
        "clap", (T_A,), ("clap_htsat_music_speech",), ("sound", "audio_description"), f"{_HERE}.sounds:load_clap",
        note="the published T-A uses LAION's own .pt file, whose layout is not on record, with a random 10 s of longer "
        "clips; here the hub's file, and all of the clip: not comparable.",
    ),
    Embedder(
        "pe_av", (PE_T_A,), ("pe_av_base",), ("sound", "audio_description"), f"{_HERE}.sounds:load_pe_av",
        note="sound against text only: PE-AV's picture side needs timm and torchvision, which are not used here.",
    ),
    Embedder(
        "x_clip", (T_V,), ("x_clip_base_patch16",), ("sight", "video_description"), f"{_HERE}.looks:load_xclip",
        note="the published T-V is VideoCLIP-XL's, whose layout is not on record: not comparable.",
    ),
    Embedder(
        "nisqa", (SQ, *SQ_SIDES), ("nisqa",), ("sound",), f"{_HERE}.sounds:load_nisqa",
        note="made for transmitted speech: read it only where speech is expected. The published SQ is of sound at "
        "16 kHz; here of the clip's own rate.",
    ),
    Embedder(
        "audiobox", (*AUDIOBOX, AA), ("audiobox_aesthetics",), ("sound",), f"{_HERE}.sounds:load_audiobox",
        note="aa is (pq + cu) / 2. Sound at 16 kHz mono.",
    ),
    Embedder(
        "dover", VT, ("dover",), ("sight",), f"{_HERE}.looks:load_dover",
        note="0 to 1; the published VT fits 100 vt_technical. Frames and fragments from the middle of what the "
        "original draws from at random.",
    ),
    Embedder(
        "aesthetic", (VA,), ("aesthetic_v2_5_head", "siglip_so400m_384"), ("sight",), f"{_HERE}.looks:load_aesthetic",
        note="mean over 10 frames, first to last.",
    ),
    Embedder(
        "syncnet", (LSE_C, LSE_D), ("syncnet_v2",), ("sight", "sound"), f"{_HERE}.synchronised:load_lips",
        note="lse_c is T2AV-Compass's LS. Faces by OpenCV's frontal cascade, not S3FD: other tracks than published; "
        "undefined where no face is followed for 2 s.",
    ),
)  # fmt: skip


def embedder_table() -> dict[str, Embedder]:
    """Give every embedder of single clips by name, whether its weights are here or not.

    Example:
        >>> [metric.name for metric in embedder_table()["imagebind"].metrics]
        ['a_v', 't_a_imagebind', 't_v_imagebind']
    """
    return {row.name: row for row in _ROWS}
