"""Training loops (extra `neural`): a run's config here; `seehear.train.flow` trains, and imports torch."""

from seehear.train.config import Config, packaged, read_config

__all__ = ["Config", "packaged", "read_config"]
