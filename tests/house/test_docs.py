"""The generated pages are current."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def made() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name", ["command-line.md", "layouts.md", "voices.md", "scene.schema.json"])
def test_generated_pages_are_current(name):
    assert (ROOT / "docs" / "reference" / name).read_text() == made()[name], "run: make docs"
