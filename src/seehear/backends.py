"""The one registry: a backend's name -> where it lives -> which extra installs it.

Every verb room keeps one table of rows in its ``__init__``; nothing registers itself by being imported.
Other packages add rows through the entry-point group ``seehear.<room>``.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from seehear.errors import MissingBackend, UnknownBackend


class Backend(NamedTuple):
    """One row.

    Attributes:
        target: ``"package.module:attribute"``, imported only when the backend is asked for.
        extra: the pip extra that brings its packages; "" means the base install is enough.
    """

    target: str
    extra: str = ""


class Backends:
    """The backends of one room, built in and plugged in.

    Example:
        >>> voices = Backends("sound", {"voices": Backend("seehear.sound.voices:VoiceSound")})
        >>> voices.names()
        ['voices']
    """

    def __init__(self, room: str, builtin: Mapping[str, Backend]) -> None:
        self.room = room
        self.builtin = dict(builtin)

    def names(self) -> list[str]:
        """List the names, built in and plugged in, installed or not."""
        return sorted({*self.builtin, *(entry.name for entry in self._plugins())})

    def load(self, name: str) -> Any:  # noqa: ANN401 - each room types its own backends
        """Import and return what stands behind ``name``.

        Raises:
            UnknownBackend: no such row; the message lists the known names.
            MissingBackend: the row's packages are not installed; the message has the command to paste.
        """
        for entry in self._plugins():
            if entry.name == name and name not in self.builtin:
                return entry.load()
        if name not in self.builtin:
            raise UnknownBackend(f"{self.room} backend must be one of {', '.join(self.names())}, got {name!r}")
        row = self.builtin[name]
        module, _, attribute = row.target.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as missing:
            if not row.extra or f"{missing.name}.".startswith("seehear."):
                raise  # a fault of ours, not a missing extra
            raise MissingBackend(
                f"{self.room} backend {name!r} needs {missing.name!r}: pip install 'seehear[{row.extra}]'"
            ) from missing

    def _plugins(self) -> tuple[EntryPoint, ...]:
        return tuple(entry_points(group=f"seehear.{self.room}"))
