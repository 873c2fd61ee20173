"""Drawn people: one who speaks, one who walks. Bounds in metres, feet at 0."""

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted

SKINS = ((236, 196, 164), (198, 142, 104), (128, 84, 60))
HAIRS = ((52, 38, 30), (120, 78, 40), (32, 30, 34), (170, 132, 82))
SHIRTS = ((196, 60, 52), (50, 104, 176), (72, 140, 84), (206, 156, 40), (128, 76, 150))

SWING = 24.0
"""Degrees that a leg swings to either side of upright."""

_HIP = 0.88


def flat(outline: np.ndarray, colour: Colour, shade: float = 0.72, softness: float = 0.0) -> Shape:
    """Give a shape lit from above."""
    return Shape(outline, colour, tinted(colour, shade), softness)


def shadow(width: float, *, at: float = 0.0, tall: float = 0.05) -> Part:
    """Give the soft shadow under a thing that is ``width`` metres wide."""
    shape = Shape(ellipse((at, 0.0), (width / 2, tall)), (14, 14, 18), (14, 14, 18), 0.03 + 0.015 * width, 0.55)
    return Part([shape], solid=False)


def speaker(act: Act, rng: np.random.Generator) -> Figure:
    """Give a person seen from the front; the mouth opens with the voice."""
    skin, hair, shirt = (pick(rng, some) for some in (SKINS, HAIRS, SHIRTS))

    def mouth(time: float) -> Pose:
        return Pose(size=0.25 + 0.75 * act.level(time))

    def hand(time: float) -> Pose:
        return Pose(turn=14.0 * act.level(time))

    body = [
        flat(polygon((-0.17, 0.04), (-0.02, 0.04), (0.0, 0.9), (-0.19, 0.9)), (58, 62, 82)),
        flat(polygon((0.02, 0.04), (0.17, 0.04), (0.19, 0.9), (0.0, 0.9)), (58, 62, 82)),
        *(flat(ellipse((x, 0.035), (0.10, 0.035)), (40, 30, 28)) for x in (-0.11, 0.11)),
        flat(smooth([(-0.2, 0.84), (0.2, 0.84), (0.24, 1.36), (0.12, 1.46), (-0.12, 1.46), (-0.24, 1.36)]), shirt),
        flat(smooth([(-0.24, 1.38), (-0.16, 1.4), (-0.2, 0.86), (-0.29, 0.86)], rounds=2), tinted(shirt, 0.85)),
        flat(ellipse((-0.25, 0.84), (0.05, 0.06)), skin),
    ]
    arm = Part(
        [
            flat(smooth([(0.16, 1.4), (0.24, 1.38), (0.31, 1.06), (0.23, 1.04)], rounds=2), tinted(shirt, 0.88)),
            flat(smooth([(0.23, 1.08), (0.31, 1.06), (0.15, 1.24), (0.1, 1.18)], rounds=2), tinted(shirt, 0.95)),
            flat(ellipse((0.11, 1.22), (0.055, 0.05)), skin),
        ],
        hinge=(0.2, 1.36),
        pose=hand,
    )
    open_ = Shape(ellipse((0.0, 1.53), (0.042, 0.034)), (120, 30, 34), (70, 12, 18))
    return Figure(
        [
            shadow(0.7),
            Part(body),
            arm,
            Part(_head(skin, hair)),
            Part([open_], hinge=(0.0, 1.53), pose=mouth, solid=False),
        ],
        sweeping=True,
    )


def _head(skin: Colour, hair: Colour) -> list[Shape]:
    eyes = [flat(ellipse((x, 1.625), (0.014, 0.016)), (30, 26, 26)) for x in (-0.045, 0.045)]
    brows = [stick((x - 0.024, 1.658), (x + 0.024, 1.66), 0.006, hair) for x in (-0.045, 0.045)]
    return [
        flat(ellipse((0.0, 1.63), (0.13, 0.13)), hair, 0.8),
        flat(polygon((-0.05, 1.42), (0.05, 1.42), (0.05, 1.52), (-0.05, 1.52)), tinted(skin, 0.8)),
        flat(ellipse((0.0, 1.59), (0.105, 0.13)), skin, 0.88),
        flat(
            smooth(
                [(-0.115, 1.6), (-0.11, 1.72), (0.0, 1.76), (0.11, 1.72), (0.115, 1.6), (0.06, 1.69), (-0.06, 1.69)]
            ),
            hair,
            0.8,
        ),
        *eyes,
        *brows,
        stick((0.0, 1.6), (0.004, 1.567), 0.006, tinted(skin, 0.75)),
        Shape(ellipse((0.0, 1.53), (0.045, 0.012)), tinted((190, 90, 84), 1.0), (170, 70, 70)),
    ]


def walker(act: Act, rng: np.random.Generator) -> Figure:
    """Give a person seen from the side, walking to the right: the stride is widest at each contact."""
    skin, hair, shirt = (pick(rng, some) for some in (SKINS, HAIRS, SHIRTS))

    def swing(time: float) -> float:
        return SWING * float(np.cos(np.pi * act.count(time)))

    def drop(time: float) -> float:
        return -_HIP * (1 - float(np.cos(np.deg2rad(swing(time)))))

    def trunk(time: float) -> Pose:
        return Pose(shift=(0.0, drop(time)))

    def limb(side: float) -> Part:
        def pose(time: float) -> Pose:
            return Pose(turn=side * swing(time), shift=(0.0, drop(time)))

        colour = tinted((64, 70, 96), 1.0 if side > 0 else 0.75)
        leg = flat(polygon((-0.075, 0.05), (0.065, 0.05), (0.095, _HIP + 0.04), (-0.095, _HIP + 0.04)), colour)
        shoe = flat(
            smooth([(-0.085, 0.0), (0.17, 0.0), (0.16, 0.05), (0.05, 0.1), (-0.08, 0.1)], rounds=2), (44, 32, 30)
        )
        return Part([leg, shoe], hinge=(0.0, _HIP), pose=pose)

    def arm(side: float) -> Part:
        def pose(time: float) -> Pose:
            return Pose(turn=-0.8 * side * swing(time), shift=(0.0, drop(time)))

        sleeve = flat(smooth([(-0.06, 0.86), (0.06, 0.86), (0.07, 1.38), (-0.07, 1.38)], rounds=2), tinted(shirt, 0.8))
        return Part([sleeve, flat(ellipse((0.0, 0.84), (0.05, 0.06)), skin)], hinge=(0.0, 1.34), pose=pose)

    body = [
        flat(smooth([(-0.14, 0.84), (0.14, 0.84), (0.17, 1.3), (0.06, 1.47), (-0.1, 1.46), (-0.17, 1.3)]), shirt),
        flat(polygon((-0.04, 1.42), (0.05, 1.42), (0.05, 1.54), (-0.04, 1.54)), tinted(skin, 0.8)),
        flat(ellipse((0.02, 1.61), (0.105, 0.13)), skin, 0.88),
        flat(polygon((0.11, 1.62), (0.155, 1.575), (0.11, 1.57)), skin),
        flat(
            smooth([(0.1, 1.68), (0.0, 1.76), (-0.1, 1.72), (-0.12, 1.54), (-0.05, 1.5), (-0.03, 1.64), (0.06, 1.68)]),
            hair,
            0.8,
        ),
        flat(ellipse((0.085, 1.63), (0.012, 0.016)), (30, 26, 26)),
    ]
    return Figure([shadow(0.8), arm(-1), limb(-1), limb(1), Part(body, pose=trunk), arm(1)], sweeping=True)


def pick(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """Draw one of several colours."""
    return colours[int(rng.integers(len(colours)))]
