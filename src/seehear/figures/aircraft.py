"""Drawn aircraft: a helicopter and a drone; they fly, so nothing stands on the ground."""

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import flat, pick
from seehear.figures.vehicles import PAINTS


def helicopter(act: Act, rng: np.random.Generator) -> Figure:
    """Give a helicopter flying to the right, 9 m long; its rotor is a turning blade seen from the side."""
    del act
    paint = pick(rng, PAINTS[:4])

    def blade(time: float) -> Pose:
        return Pose(size=1.0, opacity=0.45 + 0.4 * float(np.cos(2 * np.pi * 5.3 * time)))

    def tail(time: float) -> Pose:
        return Pose(turn=1500.0 * time)

    body = [
        flat(smooth([(-0.6, 1.05), (-4.6, 1.55), (-4.7, 1.75), (-0.4, 1.95)], rounds=1), tinted(paint, 0.9)),
        flat(polygon((-4.75, 1.5), (-4.35, 1.5), (-4.7, 2.4), (-5.0, 2.4)), paint),
        flat(
            smooth([(-1.2, 0.6), (1.2, 0.5), (2.1, 0.9), (1.9, 1.4), (1.0, 2.0), (-0.8, 2.0), (-1.3, 1.4)]), paint, 0.62
        ),
        flat(smooth([(0.75, 1.0), (1.9, 0.95), (1.75, 1.4), (1.0, 1.85), (0.7, 1.85)], rounds=2), (70, 94, 114), 0.6),
        flat(smooth([(-0.2, 1.15), (0.5, 1.15), (0.5, 1.8), (-0.2, 1.8)], rounds=1), (70, 94, 114), 0.6),
        flat(polygon((-0.12, 1.95), (0.12, 1.95), (0.07, 2.45), (-0.07, 2.45)), (60, 60, 64)),
        *(stick((x, 0.15), (0.8 * x, 0.7), 0.04, (60, 60, 64)) for x in (-0.8, 0.9)),
        stick((-1.5, 0.12), (1.7, 0.12), 0.05, (60, 60, 64)),
    ]
    edge = [flat(polygon((-4.0, 2.4), (4.0, 2.4), (4.0, 2.47), (-4.0, 2.47)), (120, 122, 126))]
    rotor = [flat(ellipse((0.0, 2.44), (4.0, 0.05)), (44, 44, 48))]
    small = [stick((-4.85 - 0.5, 1.95), (-4.85 + 0.5, 1.95), 0.035, (50, 50, 54))]
    return Figure([
        Part(body), Part(edge), Part(rotor, pose=blade, solid=False),
        Part(small, hinge=(-4.85, 1.95), pose=tail, solid=False),
    ])  # fmt: skip


def drone(act: Act, rng: np.random.Generator) -> Figure:
    """Give a drone of 0.9 m with four propellers."""
    del act
    paint = pick(rng, ((40, 42, 48), (232, 234, 236), (210, 70, 50)))
    body = [
        stick((-0.36, 0.17), (0.36, 0.17), 0.022, tinted(paint, 0.8)),
        flat(ellipse((0.0, 0.17), (0.17, 0.075)), paint, 0.6), flat(ellipse((0.05, 0.09), (0.05, 0.05)), (20, 20, 24)),
        *(stick((s * 0.12, 0.12), (s * 0.2, 0.0), 0.012, tinted(paint, 0.7)) for s in (-1, 1)),
        *(flat(polygon((x - 0.03, 0.15), (x + 0.03, 0.15), (x + 0.03, 0.25), (x - 0.03, 0.25)), (70, 72, 78))
          for x in (-0.34, 0.34)),
        *(flat(polygon((x - 0.12, 0.25), (x + 0.12, 0.25), (x + 0.12, 0.262), (x - 0.12, 0.262)), (96, 98, 104))
          for x in (-0.34, 0.34)),
        Shape(ellipse((0.12, 0.18), (0.018, 0.018)), (90, 240, 110), (60, 220, 90)),
    ]  # fmt: skip

    def blur(x: float, pace: float) -> Part:
        def pose(time: float) -> Pose:
            return Pose(opacity=0.5 + 0.4 * float(np.cos(2 * np.pi * pace * time)))

        return Part([flat(ellipse((x, 0.256), (0.12, 0.014)), (60, 62, 66))], pose=pose, solid=False)

    return Figure([Part(body), blur(-0.34, 7.3), blur(0.34, 6.1)])
