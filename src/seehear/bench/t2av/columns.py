"""The columns of a run: which there are, what the worst value of each is, and which licence each rests on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from seehear.bench.t2av.measuring import WEIGHT_FREE
from seehear.score.compass import AUDIO_REALISM, GROUPS, VIDEO_REALISM
from seehear.score.score import Metric

CHECKLIST = tuple(Metric(slot, "%", higher_is_better=True) for slots in GROUPS.values() for slot in slots)
REALISM = tuple(Metric(key, "%", higher_is_better=True) for key in (*VIDEO_REALISM, *AUDIO_REALISM))
JUDGED = (*CHECKLIST, *REALISM)
"""What a judge fills in, percent."""

WORST: Mapping[str, float] = MappingProxyType(
    {
        "silence": 1.0, "clipping": 1.0, "flat_tops": 1.0, "black_share": 1.0, "frozen_share": 1.0, "dual_mono": 1.0,
        "channels": 0.0,
        "moving_side_agreement": -1.0, "seen_azimuth_error": 180.0, "seen_azimuth_correlation": -1.0,
        "within_box": 0.0, "on_screen_accuracy": 0.0, "av_align": 0.0, "av_align_fixed": 0.0,
        **{one.name: 0.0 for one in JUDGED},
    }
)  # fmt: skip
"""What a clip that is not there counts as under ``--missing zero``; a column without a worst value skips it."""

OURS = "Apache-2.0"


USED, LACKING, LEFT_OUT, YOURS = "used", "not here", "left out", "yours to clear"
"""What the ledger says of each thing: `YOURS` is used whatever `--commercial-only` says."""


class Licence(NamedTuple):
    """One line of the ledger.

    Attributes:
        name: of a column, or of what was read.
        source: what it rests on.
        licence: of that; "unknown" where none was found.
        commercial: whether it may be used commercially: yes, no or unknown.
        state: one of `USED`, `LACKING`, `LEFT_OUT`, `YOURS`.
        note: what a reader of its numbers must know.
    """

    name: str
    source: str
    licence: str
    commercial: str
    state: str
    note: str = ""


def ledger_of(
    neural: Mapping[str, Licence], judges: Mapping[str, str], external: tuple[str, ...], *, ears: bool = False,
    commercial_only: bool = False,
) -> tuple[Licence, ...]:  # fmt: skip
    """Give the ledger of a run: everything in it that has a licence, used or not.

    Args:
        neural: columns that rest on weights.
        judges: model by judge's name.
        external: names of imported columns, as marked.
        ears: whether sound was taken for binaural, which is read by the built-in measured ears.
        commercial_only: whether imported columns were left out; prompts and judges never are.
    """
    prompts = Licence("prompts", "the user's copy of the released prompts", "not stated", "unknown", YOURS)
    own = Licence("columns without weights", "seehear's own code, no weights", OURS, "yes", USED)
    heads = Licence("directions of binaural sound", "MIT KEMAR (Gardner and Martin 1994), built in",
                    "free to use, with citation", "yes", USED)  # fmt: skip
    asked = [Licence(f"judge {name}", model, "the provider's terms", "unknown", YOURS)
             for name, model in judges.items()]  # fmt: skip
    told = [Licence(name, "imported scores", "not stated", "unknown", LEFT_OUT if commercial_only else USED)
            for name in external]  # fmt: skip
    return (prompts, own, *([heads] if ears else []), *neural.values(), *told, *asked)


def told_of(ledger: Iterable[Licence]) -> str:
    """Say in one line what `--commercial-only` left out and what it cannot speak for."""
    rows = list(ledger)
    out = [one.source if one.state == LEFT_OUT and one.source != "imported scores" else one.name
           for one in rows if one.state == LEFT_OUT]  # fmt: skip
    yours = [one.name for one in rows if one.state == YOURS]
    return (f"commercial only: left out {', '.join(out) or 'nothing'}; "
            f"not covered, yours to clear: {', '.join(yours)}")  # fmt: skip


def weight_free() -> tuple[Metric, ...]:
    """Give the columns that need no weights."""
    return WEIGHT_FREE
