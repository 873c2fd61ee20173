"""Rules about the code itself."""

import ast
import resource
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "seehear"
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted(
    file.parent.relative_to(SOURCE.parent).as_posix().replace("/", ".") for file in SOURCE.rglob("__init__.py")
)
HEAVY = (
    "torch",
    "transformers",
    "diffusers",
    "av",
    "cv2",
    "numba",
    "matplotlib",
    "soundfile",
    "soxr",
    "h5py",
    "scipy.signal",
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_a_file_holds_one_idea_of_at_most_400_lines(file: Path):
    assert len(file.read_text().splitlines()) <= 400


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_no_room_for_odds_and_ends(file: Path):
    assert file.stem not in ("utils", "helpers", "common", "misc")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_there(room: str):
    module = import_module(room)
    for name in getattr(module, "__all__", []):
        assert getattr(module, name) is not None


def test_every_builtin_backend_lives_in_its_own_room():
    from seehear.backends import Backends

    found = 0
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and getattr(node.value.func, "id", "") == "Backends"
            ):
                module = import_module(f"seehear.{file.parent.relative_to(SOURCE).as_posix().replace('/', '.')}")
                table = getattr(module, node.targets[0].id)
                assert isinstance(table, Backends)
                for row in table.builtin.values():
                    assert row.target.startswith(f"seehear.{table.room}.")
                    found += 1
    assert found >= 4


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_importing_seehear_brings_in_nothing_heavy():
    loaded = _run("import sys, seehear; print(sorted(sys.modules))")
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []


@pytest.mark.neural
def test_the_ground_floor_does_not_import_torch_where_it_is_installed():
    pytest.importorskip("torch")
    rooms = [room for room in ROOMS if room.split(".")[1:2] != ["cli"]]
    loaded = _run(f"import sys\nfor room in {rooms!r}: __import__(room)\nprint('torch' in sys.modules)")
    assert loaded.strip() == "False"


def test_help_comes_in_a_third_of_a_second():
    """Processor time, best of five: what the wall clock shows on an idle machine."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "seehear", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3
