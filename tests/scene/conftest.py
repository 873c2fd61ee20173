"""Laws are tried on the same examples every time, without a clock: a slow machine is no fault."""

from hypothesis import settings

settings.register_profile("seehear", deadline=None, derandomize=True, database=None)
settings.load_profile("seehear")
