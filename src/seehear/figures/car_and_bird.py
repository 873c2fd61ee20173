"""The figures that worlds are peopled with: a car, a bird."""

from collections.abc import Callable

import numpy as np

from seehear.figures.cutout import (
    Colour,
    Figure,
    Part,
    Pose,
    Shape,
    ellipse,
    polygon,
    smooth,
    stick,
    tinted,
    to_the_right,
)

AXLES = (-1.17, 1.19)
"""Metres from the car's middle, positive to its front."""

WHEEL_RADIUS = 0.31
"""Metres, of the car's wheels."""


def car(colour: Colour, travelled: Callable[[float], float]) -> Figure:
    """Give a hatchback of 3.8 by 1.5 m, driving to the right, its wheels rolling.

    Args:
        colour: RGB of its paint.
        travelled: time in seconds -> metres driven; turns the wheels.
    """

    def roll(time: float) -> Pose:
        return Pose(turn=-float(np.rad2deg(travelled(time) / WHEEL_RADIUS)))

    wheels = [Part(_wheel(place), hinge=(place, WHEEL_RADIUS), pose=roll) for place in AXLES]
    shadow = Part([Shape(ellipse((0.05, 0.0), (1.9, 0.10)), (18, 18, 22), (18, 18, 22), 0.05, 0.62)], solid=False)
    return Figure([shadow, Part(_car_body(colour)), *wheels])


def bird(opening: Callable[[float], float], *, facing: Callable[[float], int] = to_the_right) -> Figure:
    """Give a red-breasted bird of about 0.34 by 0.28 m; beak, throat and wing move inside its bounds.

    Args:
        opening: time in seconds -> how far the beak is open, [0, 1].
        facing: time in seconds -> 1 looks to the right, -1 to the left.
    """

    def beak(time: float) -> Pose:
        return Pose(turn=-42.0 * opening(time))

    def wing(time: float) -> Pose:
        return Pose(turn=-16.0 * opening(time))

    back, dark, breast, horn = (118, 98, 78), (78, 64, 52), (226, 104, 44), (62, 54, 44)
    legs = [stick((0.0 + x, -0.075), (0.012 + x, -0.135), 0.004, horn) for x in (-0.02, 0.028)]
    legs += [
        Shape(polygon((x - 0.015, -0.138), (x + 0.03, -0.138), (x + 0.006, -0.128)), horn, horn) for x in (0, 0.04)
    ]
    tail = Shape(polygon((-0.07, 0.0), (-0.165, -0.062), (-0.172, -0.085), (-0.05, -0.055)), dark, (58, 48, 40))
    trunk = [
        tail,
        Shape(ellipse((0.0, -0.008), (0.104, 0.073), turn=22), back, (196, 178, 156)),
        Shape(ellipse((0.055, 0.0), (0.058, 0.062), turn=30), breast, (206, 92, 44)),
        Shape(ellipse((0.012, -0.055), (0.05, 0.026), turn=14), (238, 228, 214), (214, 200, 182), 0.006),
        Shape(ellipse((0.092, 0.078), (0.055, 0.052)), back, (120, 98, 76)),
        Shape(ellipse((0.106, 0.058), (0.038, 0.034), turn=10), breast, breast, 0.003),
        Shape(ellipse((0.112, 0.09), (0.0098, 0.0098)), (20, 16, 14), (20, 16, 14)),
        Shape(ellipse((0.115, 0.094), (0.003, 0.003)), (250, 250, 250), (250, 250, 250)),
    ]
    lower = Part([Shape(polygon((0.126, 0.079), (0.176, 0.067), (0.128, 0.055)), (150, 96, 60), (52, 44, 36))],
                 hinge=(0.128, 0.070), pose=beak, solid=False)  # fmt: skip
    upper = Part([Shape(polygon((0.130, 0.098), (0.186, 0.073), (0.130, 0.070)), (84, 74, 60), horn)])
    feather = Part([Shape(ellipse((-0.03, 0.0), (0.083, 0.038), turn=24), (96, 80, 64), dark),
                    Shape(ellipse((-0.045, -0.012), (0.06, 0.016), turn=26), (70, 58, 48), (60, 50, 42))],
                   hinge=(0.035, 0.03), pose=wing, solid=False)  # fmt: skip
    return Figure([Part(legs), lower, Part(trunk), upper, feather], facing=facing)


def _car_body(colour: Colour) -> list[Shape]:
    light, dark = tinted(colour, 1.18), tinted(colour, 0.62)
    outline = [(-1.86, 0.30), (-1.90, 0.45), (-1.90, 0.70), (-1.80, 0.96), (-1.60, 1.24), (-1.32, 1.47), (-0.9, 1.50),
               (0.0, 1.50), (0.40, 1.42), (0.98, 0.98), (1.55, 0.88), (1.84, 0.70), (1.90, 0.52), (1.90, 0.34),
               (1.80, 0.24), (-1.78, 0.24)]  # fmt: skip
    glass, shine = ((70, 92, 112), (36, 46, 58)), ((196, 214, 226), (120, 140, 156))
    rear = smooth([(-1.50, 1.02), (-1.26, 1.36), (-0.98, 1.40), (-0.55, 1.40), (-0.55, 1.00)], rounds=2)
    front = smooth([(-0.45, 1.00), (-0.45, 1.40), (0.0, 1.40), (0.30, 1.33), (0.78, 1.00)], rounds=2)
    shapes = [Shape(smooth(outline, rounds=2), light, dark)]
    shapes += [Shape(smooth([(-1.86, 0.50), (1.86, 0.50), (1.84, 0.24), (-1.82, 0.24)]), dark, tinted(colour, 0.4))]
    shapes += [Shape(pane, *glass) for pane in (rear, front)]
    shapes += [
        Shape(ellipse((0.02, 1.15), (0.085, 0.11)), (38, 34, 34), (30, 28, 28)),
        Shape(smooth([(-0.14, 1.0), (-0.10, 1.08), (0.14, 1.08), (0.2, 1.0)]), (48, 40, 44), (40, 36, 40)),
    ]
    shapes += [
        Shape(polygon((0.30, 1.03), (0.44, 1.03), (0.12, 1.36), (0.0, 1.38)), *shine, 0.012, 0.4),
        Shape(polygon((-1.05, 1.03), (-0.92, 1.03), (-1.1, 1.36), (-1.2, 1.32)), *shine, 0.012, 0.4),
    ]
    shapes += [
        stick((-0.5, 0.30), (-0.5, 0.98), 0.006, tinted(colour, 0.45)),
        stick((0.72, 0.30), (0.66, 0.94), 0.006, tinted(colour, 0.45)),
        stick((-1.75, 0.80), (1.55, 0.78), 0.012, tinted(colour, 1.45), 0.008, 0.7),
        stick((-0.36, 0.78), (-0.2, 0.78), 0.016, tinted(colour, 0.5)),
    ]
    shapes += [
        Shape(
            smooth([(1.60, 0.70), (1.86, 0.64), (1.84, 0.52), (1.66, 0.56)], rounds=2), (255, 250, 226), (226, 214, 170)
        ),
        Shape(
            smooth([(-1.88, 0.82), (-1.74, 0.86), (-1.76, 0.66), (-1.89, 0.62)], rounds=2), (220, 40, 34), (150, 18, 18)
        ),
    ]
    arches = [np.maximum(ellipse((place, 0.33), (0.37, 0.37), count=96), (-9.0, 0.24)) for place in AXLES]
    return shapes + [Shape(arch, (22, 22, 24), (12, 12, 14)) for arch in arches]


def _wheel(place: float) -> list[Shape]:
    centre = (place, WHEEL_RADIUS)
    shapes = [Shape(ellipse(centre, (WHEEL_RADIUS, WHEEL_RADIUS), count=96), (42, 42, 44), (30, 30, 32)),
              Shape(ellipse(centre, (0.205, 0.205)), (176, 180, 186), (176, 180, 186)),
              Shape(ellipse(centre, (0.175, 0.175)), (66, 68, 72), (66, 68, 72))]  # fmt: skip
    for angle in np.deg2rad(np.arange(5) * 72):
        rim = (place + 0.19 * float(np.cos(angle)), WHEEL_RADIUS + 0.19 * float(np.sin(angle)))
        shapes.append(stick(centre, rim, 0.026, (196, 200, 206)))
    return [*shapes, Shape(ellipse(centre, (0.05, 0.05)), (210, 212, 216), (210, 212, 216))]
