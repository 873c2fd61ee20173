"""When a column raises an alarm about one clip, without a reference: the thresholds of the damage table.

They were set on some twenty worlds of each kind of seed 7, and once more after a look at a dozen of seed 0.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from seehear.bench.t2av.items import CLIPPED, FLAT


class Alarm(NamedTuple):
    """What a column says is wrong: in words, and as a test of its value."""

    told: str
    rings: Callable[[float], bool]


ALARMS: Mapping[str, Alarm] = MappingProxyType(
    {
        "moving_side_agreement": Alarm("below -0.25", lambda value: value < -0.25),
        "swap_margin": Alarm("below -5 deg", lambda value: value < -5.0),
        "onset_to_motion_offset": Alarm("above 0.1 s", lambda value: value > 0.1),
        "av_align_fixed": Alarm("0", lambda value: value == 0.0),
        "frozen_share": Alarm("above 0.8", lambda value: value > 0.8),
        "flat_tops": Alarm(f"above {FLAT}", lambda value: value > FLAT),
        "clipping": Alarm(f"above {CLIPPED}", lambda value: value > CLIPPED),
        "dual_mono": Alarm("1", lambda value: value == 1.0),
        "silence": Alarm("above 0.95", lambda value: value > 0.95),
        "black_share": Alarm("above 0.95", lambda value: value > 0.95),
    }
)


def alarms_of(scores: Mapping[str, float]) -> dict[str, bool]:
    """Say which columns raise an alarm; an undefined value raises none.

    Example:
        >>> alarms_of({"frozen_share": 1.0, "flat_tops": float("nan")})
        {'frozen_share': True, 'flat_tops': False}
    """
    return {
        name: not math.isnan(value) and ALARMS[name].rings(value) for name, value in scores.items() if name in ALARMS
    }
