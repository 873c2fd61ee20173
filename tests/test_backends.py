"""The registry: known, unknown, missing packages, and faults of our own that must not be blamed on the user."""

import sys
from types import ModuleType

import pytest

from seehear.backends import Backend, Backends
from seehear.errors import MissingBackend, UnknownBackend


@pytest.fixture
def room(monkeypatch):
    present = ModuleType("present_backend")
    present.Here = type("Here", (), {})
    monkeypatch.setitem(sys.modules, "present_backend", present)
    return Backends(
        "sound",
        {
            "here": Backend("present_backend:Here"),
            "elsewhere": Backend("package_that_is_nowhere.room:Thing", extra="neural"),
            "broken": Backend("seehear.no_such_module:Thing", extra="neural"),
            "bare": Backend("package_that_is_nowhere.room:Thing"),
        },
    )


def test_a_known_one_is_loaded(room):
    assert room.load("here").__name__ == "Here"


def test_an_unknown_one_names_the_known(room):
    with pytest.raises(UnknownBackend, match="bare, broken, elsewhere, here, got 'magic'"):
        room.load("magic")


def test_a_missing_package_gives_the_command(room):
    with pytest.raises(MissingBackend, match=r"pip install 'seehear\[neural\]'"):
        room.load("elsewhere")


@pytest.mark.parametrize("name", ["broken", "bare"])
def test_our_own_fault_stays_our_own(room, name):
    with pytest.raises(ModuleNotFoundError) as fault:
        room.load(name)
    assert not isinstance(fault.value, MissingBackend)
