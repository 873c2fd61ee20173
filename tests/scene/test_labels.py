"""Typical sizes: enough of them, plausible, found under the names people use."""

import pytest

from seehear.scene.labels import SIZES, typical_size


def test_there_are_sizes_for_at_least_forty_labels_each_with_a_source() -> None:
    assert len(SIZES) >= 40
    for size in SIZES.values():
        assert 0.005 < size.height < 40
        assert 0.01 < size.width < 200
        assert size.source


@pytest.mark.parametrize(
    ("label", "known"),
    [("Cars", "car"), ("washing machine", "washing machine"), ("pedestrian", "person"), ("old dog", "dog")],
)
def test_names_are_found(label: str, known: str) -> None:
    assert typical_size(label) == SIZES[known]


def test_what_is_not_known_has_no_size() -> None:
    assert typical_size("gizmo") is None
    assert typical_size("") is None


def test_a_car_is_larger_than_a_dog_and_smaller_than_a_bus() -> None:
    dog, car, bus = (typical_size(name) for name in ("dog", "car", "bus"))
    assert dog.width < car.width < bus.width
