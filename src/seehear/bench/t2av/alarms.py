"""When a column raises an alarm about one clip, without a reference: the thresholds of the damage table.

They were set on worlds of seeds 7, 0 and 50; the table in the docs is of other worlds.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from seehear.bench.t2av.items import CLIPPED, FLAT
from seehear.score.score import Score


class Alarm(NamedTuple):
    """What a column says is wrong: in words, and as a test of its score, which is defined."""

    told: str
    rings: Callable[[Score], bool]


OPPOSITE, MOVING = -0.8, 0.05
"""Correlation of heard and moving side below which they are opposite, and the evidence that it takes to say so."""


def _opposite(score: Score) -> bool:
    return score.extra.get("correlation", 0.0) < OPPOSITE and score.extra.get("evidence", 0.0) > MOVING


ALARMS: Mapping[str, Alarm] = MappingProxyType(
    {
        "moving_side_agreement": Alarm(f"correlation below {OPPOSITE:g}, evidence above {MOVING:g}", _opposite),
        "swap_margin": Alarm("below -5 deg", lambda one: one.value < -5.0),
        "onset_to_motion_offset": Alarm("above 0.1 s", lambda one: one.value > 0.1),
        "av_align_fixed": Alarm("0", lambda one: one.value == 0.0),
        "frozen_share": Alarm("above 0.8", lambda one: one.value > 0.8),
        "flat_tops": Alarm(f"above {FLAT}", lambda one: one.value > FLAT),
        "clipping": Alarm(f"above {CLIPPED}", lambda one: one.value > CLIPPED),
        "dual_mono": Alarm("1", lambda one: one.value == 1.0),
        "silence": Alarm("above 0.95", lambda one: one.value > 0.95),
        "black_share": Alarm("above 0.95", lambda one: one.value > 0.95),
    }
)


def alarms_of(scores: Iterable[Score]) -> dict[str, bool]:
    """Say which columns raise an alarm; an undefined value raises none.

    Example:
        >>> from seehear.score.stillness import FROZEN_SHARE
        >>> alarms_of([FROZEN_SHARE.at(1.0)]), alarms_of([FROZEN_SHARE.undefined("no frames")])
        ({'frozen_share': True}, {'frozen_share': False})
    """
    return {one.name: not math.isnan(one.value) and ALARMS[one.name].rings(one) for one in scores if one.name in ALARMS}
