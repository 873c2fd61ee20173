"""What tests of the drawing backends share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_diffusion(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A random Stable Diffusion and a motion adapter, as folders in the hub's layout."""
    pytest.importorskip("diffusers")
    from tests.draw.tiny_diffusion import save_tiny

    return save_tiny(tmp_path_factory.mktemp("tiny"))
