"""Drawn animals: a dog, a cat, a cow, a sheep; jaws open with the voice. Bounds in metres, feet at 0."""

from collections.abc import Sequence

import numpy as np

from seehear.figures import car_and_bird
from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import flat, pick, shadow

Points = Sequence[tuple[float, float]]


def dog(act: Act, rng: np.random.Generator) -> Figure:
    """Give a dog looking to the right; the jaw drops and the head lifts with each bark."""
    coat = pick(rng, ((150, 104, 60), (84, 66, 54), (214, 184, 140), (60, 58, 62)))
    dark = tinted(coat, 0.6)
    body = [
        *_legs((-0.30, -0.22, 0.12, 0.2), 0.0, 0.32, 0.035, coat),
        flat(
            smooth([(-0.38, 0.3), (-0.1, 0.27), (0.26, 0.24), (0.3, 0.46), (0.2, 0.53), (-0.2, 0.49), (-0.38, 0.46)]),
            coat,
        ),
        stick((-0.36, 0.44), (-0.5, 0.66), 0.022, dark),
    ]
    head = [
        flat(smooth([(0.12, 0.4), (0.28, 0.36), (0.38, 0.56), (0.24, 0.64)]), coat),
        flat(ellipse((0.33, 0.63), (0.115, 0.1)), coat),
        flat(smooth([(0.34, 0.6), (0.54, 0.59), (0.55, 0.66), (0.36, 0.7)], rounds=2), tinted(coat, 1.1)),
        flat(ellipse((0.535, 0.655), (0.026, 0.022)), (20, 18, 18)),
        flat(smooth([(0.26, 0.72), (0.34, 0.72), (0.31, 0.5), (0.24, 0.52)], rounds=2), dark),
        flat(ellipse((0.375, 0.665), (0.014, 0.014)), (16, 14, 14)),
        flat(polygon((0.18, 0.46), (0.33, 0.43), (0.34, 0.47), (0.2, 0.5)), (200, 40, 40)),
    ]
    jaw = [
        flat(smooth([(0.34, 0.6), (0.51, 0.585), (0.5, 0.555), (0.36, 0.55)], rounds=2), dark),
        flat(ellipse((0.45, 0.59), (0.05, 0.014)), (214, 96, 104)),
    ]
    return _calling(act, body, head, jaw, neck=(0.2, 0.46), chin=(0.35, 0.59), wide=0.85, turn=14.0)


def cat(act: Act, rng: np.random.Generator) -> Figure:
    """Give a sitting cat; it lifts its head and opens its mouth."""
    coat = pick(rng, ((216, 134, 56), (108, 104, 104), (62, 58, 60), (226, 216, 204)))
    dark = tinted(coat, 0.68)
    body = [
        flat(smooth([(-0.13, 0.0), (0.12, 0.0), (0.12, 0.2), (0.06, 0.3), (-0.05, 0.29), (-0.14, 0.14)]), coat),
        *(flat(ellipse((x, 0.015), (0.036, 0.017)), tinted(coat, 1.12)) for x in (0.04, 0.1)),
        *(stick((-0.1, 0.07 + 0.05 * i), (-0.04, 0.09 + 0.05 * i), 0.008, dark) for i in range(3)),
        flat(smooth([(-0.1, 0.0), (-0.24, 0.01), (-0.3, 0.09), (-0.27, 0.1), (-0.2, 0.05), (-0.1, 0.05)]), dark),
    ]
    head = [
        flat(polygon((0.0, 0.38), (0.015, 0.475), (0.07, 0.42)), dark),
        flat(polygon((0.09, 0.42), (0.15, 0.475), (0.16, 0.38)), dark),
        flat(ellipse((0.08, 0.345), (0.1, 0.085)), coat),
        *(flat(ellipse((x, 0.365), (0.017, 0.018)), (170, 200, 70), 1.0) for x in (0.055, 0.125)),
        *(flat(ellipse((x, 0.365), (0.006, 0.016)), (16, 16, 14)) for x in (0.055, 0.125)),
        flat(ellipse((0.095, 0.315), (0.05, 0.036)), tinted(coat, 1.2)),
        flat(polygon((0.08, 0.335), (0.11, 0.335), (0.095, 0.318)), (206, 110, 110)),
        *(stick((0.1, 0.315), (0.22, y), 0.0025, (240, 240, 236)) for y in (0.30, 0.325)),
    ]
    jaw = [flat(ellipse((0.096, 0.297), (0.026, 0.03)), (150, 46, 56), 0.6)]
    return _calling(act, body, head, jaw, neck=(0.05, 0.28), chin=(0.096, 0.305), wide=0.45, turn=8.0, grows=True)


def cow(act: Act, rng: np.random.Generator) -> Figure:
    """Give a cow with patches; it lifts its head to moo."""
    coat, patch = pick(rng, ((236, 230, 222), (168, 104, 62))), (54, 44, 42)
    body = [
        *_legs((-0.78, -0.6, 0.42, 0.6), 0.0, 0.75, 0.08, coat),
        flat(
            smooth([(-0.95, 0.66), (0.0, 0.56), (0.66, 0.64), (0.76, 1.2), (0.6, 1.4), (-0.8, 1.38), (-0.96, 1.24)]),
            coat,
        ),
        flat(ellipse((-0.42, 1.08), (0.3, 0.22), turn=20), patch),
        flat(ellipse((0.28, 1.14), (0.2, 0.17)), patch),
        flat(ellipse((-0.28, 0.6), (0.15, 0.11)), (232, 176, 166)),
        stick((-0.93, 1.3), (-1.06, 0.7), 0.022, tinted(coat, 0.8)),
        flat(ellipse((-1.06, 0.66), (0.045, 0.09)), patch),
    ]
    head = [
        flat(smooth([(0.5, 0.86), (0.78, 0.9), (1.04, 1.28), (0.84, 1.48), (0.56, 1.38)]), coat),
        flat(smooth([(0.86, 1.5), (1.06, 1.48), (1.36, 1.12), (1.24, 1.0), (1.0, 1.1)], rounds=2), coat),
        flat(smooth([(1.2, 1.14), (1.36, 1.16), (1.38, 1.04), (1.24, 0.99)], rounds=2), (226, 168, 158)),
        flat(ellipse((0.82, 1.4), (0.11, 0.045), turn=-18), patch),
        flat(smooth([(0.92, 1.48), (0.98, 1.49), (1.02, 1.64), (0.94, 1.6)], rounds=2), (224, 212, 180)),
        flat(ellipse((1.06, 1.36), (0.024, 0.028)), (18, 16, 16)),
    ]
    jaw = [
        flat(smooth([(1.02, 1.12), (1.24, 1.03), (1.3, 1.0), (1.24, 0.94), (1.06, 1.02)], rounds=2), tinted(coat, 0.75))
    ]
    return _calling(act, body, head, jaw, neck=(0.62, 1.12), chin=(1.04, 1.1), wide=1.9, turn=12.0)


def sheep(act: Act, rng: np.random.Generator) -> Figure:
    """Give a woolly sheep with a dark face."""
    wool = pick(rng, ((240, 236, 226), (216, 206, 188)))
    curls = [
        (-0.42, 0.55),
        (-0.34, 0.72),
        (-0.14, 0.79),
        (0.08, 0.8),
        (0.28, 0.74),
        (0.38, 0.56),
        (0.26, 0.42),
        (0.0, 0.38),
        (-0.28, 0.41),
    ]
    body = [
        *_legs((-0.3, -0.2, 0.16, 0.26), 0.0, 0.42, 0.03, (62, 52, 48)),
        *(flat(ellipse(place, (0.16, 0.15)), wool, 0.8) for place in curls),
        flat(ellipse((0.0, 0.58), (0.4, 0.22)), wool, 0.86),
        *(Shape(ellipse((x, y), (0.07, 0.05)), tinted(wool, 0.9), tinted(wool, 0.82), 0.012) for x, y in curls[1:6]),
    ]
    face = (66, 56, 54)
    head = [
        flat(smooth([(0.36, 0.84), (0.5, 0.86), (0.62, 0.66), (0.56, 0.58), (0.42, 0.64)], rounds=2), face),
        flat(ellipse((0.37, 0.78), (0.09, 0.033), turn=-24), tinted(face, 0.8)),
        flat(ellipse((0.42, 0.87), (0.1, 0.07)), wool),
        flat(ellipse((0.5, 0.77), (0.016, 0.018)), (236, 214, 120)),
    ]
    jaw = [
        flat(
            smooth([(0.44, 0.66), (0.55, 0.6), (0.58, 0.575), (0.53, 0.55), (0.46, 0.59)], rounds=2), tinted(face, 0.8)
        )
    ]
    return _calling(act, body, head, jaw, neck=(0.36, 0.7), chin=(0.46, 0.64), wide=0.9, turn=10.0)


def bird(act: Act, rng: np.random.Generator) -> Figure:
    """Give the red-breasted bird."""
    del rng
    return car_and_bird.bird(act.level)


def _calling(
    act: Act,
    body: list[Shape],
    head: list[Shape],
    jaw: list[Shape],
    *,
    neck: tuple[float, float],
    chin: tuple[float, float],
    wide: float,
    turn: float,
    grows: bool = False,
) -> Figure:
    """Put a beast together whose head lifts about its neck, and whose jaw drops about its chin, with the voice."""

    def lifted(time: float) -> Pose:
        return Pose(turn=turn * act.level(time))

    def dropped(time: float) -> Pose:
        level = act.level(time)
        angle = np.deg2rad(turn * level)
        arm = np.array(chin) - neck
        moved = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ arm - arm
        shift = (float(moved[0]), float(moved[1]))
        return Pose(size=max(level, 0.05), shift=shift) if grows else Pose(turn=(turn - 32.0) * level, shift=shift)

    parts = [Part(jaw, hinge=chin, pose=dropped, solid=not grows), Part(head, hinge=neck, pose=lifted)]
    order = parts[::-1] if grows else parts
    return Figure([shadow(wide, tall=0.06 * wide), Part(body), *order], sweeping=True)


def _legs(places: Points | Sequence[float], low: float, high: float, half: float, colour: Colour) -> list[Shape]:
    """Give legs, the far ones (every second) darker."""
    shapes = []
    for index, place in enumerate(places):
        tone = tinted(colour, 0.62 if index % 2 else 0.9)
        x = float(np.asarray(place))
        shapes.append(
            flat(polygon((x - half, low), (x + half, low), (x + 1.2 * half, high), (x - 1.2 * half, high)), tone)
        )
        shapes.append(
            flat(
                polygon(
                    (x - half, low), (x + 1.2 * half, low), (x + half, low + 0.6 * half), (x - half, low + 0.6 * half)
                ),
                (38, 32, 30),
            )
        )
    return shapes
