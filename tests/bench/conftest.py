"""What the benchmark's tests share."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def counting(monkeypatch):
    """The tiny task's module, importable here and in worker processes."""
    here = str(Path(__file__).resolve().parent)
    monkeypatch.syspath_prepend(here)
    monkeypatch.setenv("PYTHONPATH", f"{here}:{Path(here).parents[1] / 'src'}")
    import counting

    yield counting
    sys.modules.pop("counting", None)
