"""Every error that seehear raises on purpose.

```
SeehearError
├── InputError(ValueError)          what you gave cannot be used
├── UnknownBackend(ValueError)      no backend of that name; the message lists the known ones
├── MissingBackend(ImportError)     a known backend whose packages are not installed; the message has the command
└── BackendFailed(RuntimeError)     a backend ran and gave nothing usable; ``raw`` keeps its answer
```

A message says what was expected, what came, where, and what to do, in one line.
"""


class SeehearError(Exception):
    """The root: catch this to catch everything seehear raises on purpose."""


class InputError(SeehearError, ValueError):
    """What came in (a file, a scene, a number) cannot be used as it is."""


class UnknownBackend(SeehearError, ValueError):
    """No backend of that name exists in the room."""


class MissingBackend(SeehearError, ImportError):
    """A known backend needs packages that are not installed."""


class BackendFailed(SeehearError, RuntimeError):
    """A backend ran and gave no usable answer.

    Attributes:
        raw: the backend's own words, as they came; None when there were none.
    """

    def __init__(self, message: str, *, raw: str | None = None) -> None:
        super().__init__(message)
        self.raw = raw
