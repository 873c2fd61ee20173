"""What moves a sound: speed, activity and impacts over time."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError

Array = NDArray[np.float64]

FASTEST = 350.0
"""m/s; faster than this is a fault of the track, not a motion."""


class Drive(NamedTuple):
    """What moves a sound. Between the given times speed and activity are linear, outside they are held.

    Attributes:
        duration: seconds.
        time: (k,) seconds, rising.
        speed: (k,) m/s, 0 = still. A drive that never moves says nothing of speed: wheels, hooves and steps, which
            sound only in motion, then take their nominal pace.
        activity: (k,) 0 to 1, how much moves; 1 where unknown.
        contacts: (c,) seconds, rising: impacts that were seen; empty = unknown, the voice then makes its own.
    """

    duration: float
    time: Array
    speed: Array
    activity: Array
    contacts: Array

    @classmethod
    def still(cls, duration: float, *, speed: float = 0.0, activity: float = 1.0) -> Self:
        """Give a drive in which nothing changes.

        Args:
            duration: seconds.
            speed: m/s throughout.
            activity: 0 to 1 throughout.

        Example:
            >>> Drive.still(2.0).speed.tolist()
            [0.0]
        """
        return cls(duration, np.zeros(1), np.array([float(speed)]), np.array([float(activity)]), np.zeros(0))


def checked(drive: Drive) -> Drive:
    """Give the drive with float64 arrays.

    Raises:
        InputError: a duration that is not positive, arrays of different length, times that do not rise, a number that
            is not finite, a speed outside [0, 350] m/s, an activity outside [0, 1].
    """
    time, speed, activity, contacts = (np.asarray(one, dtype=np.float64) for one in drive[1:])
    if not (np.isfinite(drive.duration) and drive.duration > 0):
        raise InputError(f"a drive's duration must be above 0 s, got {drive.duration}")
    if not (len(time) == len(speed) == len(activity) > 0):
        raise InputError(
            f"a drive's time, speed and activity must be of one length, got {len(time)}, {len(speed)}, {len(activity)}"
        )
    for name, values in (("time", time), ("contacts", contacts)):
        if not np.isfinite(values).all() or (np.diff(values) < 0).any():
            raise InputError(f"a drive's {name} must be finite and rise")
    for name, values, top in (("speed", speed, FASTEST), ("activity", activity, 1.0)):
        if not ((values >= 0) & (values <= top)).all():
            raise InputError(f"a drive's {name} must be in [0, {top:g}], got {values.min()} to {values.max()}")
    return Drive(float(drive.duration), time, speed, activity, contacts)
