"""What every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real recordings and reference tables; the test is skipped without it."""
    folder = Path(os.environ.get("SEEHEAR_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("needs the shared recordings: set SEEHEAR_SHARED")
    return folder
