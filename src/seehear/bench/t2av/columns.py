"""The columns of a run: which there are, what the worst value of each is, and which licence each rests on."""

from collections.abc import Mapping
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


class Licence(NamedTuple):
    """One line of the ledger.

    Attributes:
        name: of a column, or of what was read.
        source: what it rests on.
        licence: of that; "unknown" where none was found.
        commercial: whether it may be used commercially: yes, no or unknown.
    """

    name: str
    source: str
    licence: str
    commercial: str


def ledger_of(
    neural: Mapping[str, Licence], judges: Mapping[str, str], external: tuple[str, ...]
) -> tuple[Licence, ...]:
    """Give the ledger of a run.

    Args:
        neural: columns that rest on weights.
        judges: model by judge's name.
        external: names of imported columns.
    """
    prompts = Licence("prompts", "the user's copy of the released prompts", "unknown", "unknown")
    own = Licence("weight-free columns", "seehear's own code, no weights", OURS, "yes")
    asked = [Licence(f"judge {name}", model, "the provider's terms", "unknown") for name, model in judges.items()]
    told = [Licence(f"{name} (external)", "imported scores", "unknown", "unknown") for name in external]
    return (prompts, own, *neural.values(), *asked, *told)


def weight_free() -> tuple[Metric, ...]:
    """Give the columns that need no weights."""
    return WEIGHT_FREE
