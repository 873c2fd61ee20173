"""Training loops (extra `neural`)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.train.config import Config, packaged, read_config
    from seehear.train.flow import Trained, planned, train_flow

__all__ = ["Config", "Trained", "packaged", "planned", "read_config", "train_flow"]

_WHERE = {"Trained": "flow", "planned": "flow", "train_flow": "flow"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it names
    """Load a name when it is asked for: torch and pydantic stay out until then."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE.get(name, 'config')}"), name)
