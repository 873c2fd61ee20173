"""Drawn instruments: guitar, piano, drum, bell; what strikes them touches them at each contact. Metres, floor at 0."""

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import SKINS, flat, pick, shadow

WOODS = ((176, 112, 58), (134, 78, 44), (206, 150, 86), (104, 52, 40))


def guitar(act: Act, rng: np.random.Generator) -> Figure:
    """Give a guitar on its stand; a hand strums over the hole."""
    wood, skin = pick(rng, WOODS), pick(rng, SKINS)

    def strum(time: float) -> Pose:
        return Pose(shift=(0.0, -0.05 + 0.11 * act.lift(time)))

    body = [
        (-0.19, 0.1),
        (0.0, 0.06),
        (0.19, 0.1),
        (0.21, 0.24),
        (0.13, 0.38),
        (0.16, 0.5),
        (0.08, 0.6),
        (-0.08, 0.6),
        (-0.16, 0.5),
        (-0.13, 0.38),
        (-0.21, 0.24),
    ]
    shapes = [
        stick((-0.16, 0.0), (-0.04, 0.3), 0.012, (40, 40, 44)),
        stick((0.16, 0.0), (0.04, 0.3), 0.012, (40, 40, 44)),
        flat(smooth(body), tinted(wood, 0.55)),
        flat(smooth([(0.93 * x, 0.33 + 0.93 * (y - 0.33)) for x, y in body]), wood, 0.8),
        flat(ellipse((0.0, 0.38), (0.075, 0.075)), (40, 26, 20)),
        flat(polygon((-0.09, 0.2), (0.09, 0.2), (0.09, 0.225), (-0.09, 0.225)), (50, 34, 26)),
        flat(polygon((-0.028, 0.44), (0.028, 0.44), (0.022, 0.95), (-0.022, 0.95)), (62, 42, 32)),
        *(stick((-0.024, y), (0.024, y), 0.003, (200, 196, 180)) for y in (0.62, 0.7, 0.77, 0.83, 0.89)),
        flat(polygon((-0.03, 0.94), (0.03, 0.94), (0.042, 1.1), (-0.042, 1.1)), tinted(wood, 0.6)),
        *(stick((x, 0.21), (0.7 * x, 1.02), 0.0018, (226, 222, 206)) for x in (-0.017, -0.006, 0.006, 0.017)),
        *(flat(ellipse((x, y), (0.014, 0.01)), (210, 206, 190)) for x in (-0.05, 0.05) for y in (0.98, 1.02, 1.06)),
    ]
    hand = [
        flat(smooth([(0.02, 0.36), (0.34, 0.24), (0.36, 0.32), (0.06, 0.42)], rounds=2), tinted(skin, 0.9)),
        flat(ellipse((0.03, 0.385), (0.06, 0.045)), skin),
    ]
    return Figure([shadow(0.5), Part(shapes), Part(hand, pose=strum)], sweeping=True)


def piano(act: Act, rng: np.random.Generator) -> Figure:
    """Give an upright piano; two hands go down on its keys in turn."""
    wood, skin = pick(rng, ((58, 38, 32), (28, 26, 28), (120, 66, 38))), pick(rng, SKINS)

    def hand(side: int) -> Part:
        def press(time: float) -> Pose:
            lift = act.lift(time) if round(act.count(time)) % 2 == (side > 0) else 1.0
            return Pose(shift=(0.0, 0.07 * lift))

        x = 0.24 * side
        return Part(
            [
                flat(ellipse((x, 0.72), (0.075, 0.036)), skin),
                *(stick((x - 0.05 + 0.033 * i, 0.72), (x - 0.055 + 0.036 * i, 0.688), 0.011, skin) for i in range(4)),
            ],
            pose=press,
        )

    case = [
        flat(polygon((-0.74, 0.0), (0.74, 0.0), (0.74, 1.2), (-0.74, 1.2)), wood, 0.7),
        flat(polygon((-0.77, 1.17), (0.77, 1.17), (0.77, 1.22), (-0.77, 1.22)), tinted(wood, 1.4)),
        flat(polygon((-0.66, 0.82), (0.66, 0.82), (0.66, 1.12), (-0.66, 1.12)), tinted(wood, 1.25)),
        flat(polygon((-0.22, 0.84), (0.22, 0.84), (0.22, 1.06), (-0.22, 1.06)), (244, 240, 228)),
        *(stick((-0.19, 0.88 + 0.035 * i), (0.19, 0.88 + 0.035 * i), 0.003, (90, 90, 90)) for i in range(5)),
        flat(polygon((-0.66, 0.06), (0.66, 0.06), (0.66, 0.54), (-0.66, 0.54)), tinted(wood, 1.2)),
        flat(polygon((-0.74, 0.6), (0.74, 0.6), (0.74, 0.72), (-0.74, 0.72)), tinted(wood, 0.8)),
        flat(polygon((-0.66, 0.63), (0.66, 0.63), (0.66, 0.71), (-0.66, 0.71)), (250, 248, 240), 0.9),
        *(stick((x, 0.632), (x, 0.71), 0.0025, (120, 118, 112)) for x in np.arange(-0.6, 0.62, 0.055)),
        *(
            flat(polygon((x - 0.012, 0.665), (x + 0.012, 0.665), (x + 0.012, 0.71), (x - 0.012, 0.71)), (20, 20, 22))
            for index, x in enumerate(np.arange(-0.6, 0.6, 0.055))
            if index % 7 not in (2, 6)
        ),
        *(
            flat(polygon((x - 0.03, 0.0), (x + 0.03, 0.0), (x + 0.03, 0.6), (x - 0.03, 0.6)), tinted(wood, 0.9))
            for x in (-0.7, 0.7)
        ),
        *(flat(ellipse((x, 0.035), (0.04, 0.016)), (214, 176, 70)) for x in (-0.06, 0.06)),
    ]
    return Figure([shadow(1.7), Part(case), hand(-1), hand(1)], sweeping=True)


def drum(act: Act, rng: np.random.Generator) -> Figure:
    """Give a floor drum; two sticks fall on its skin in turn."""
    shell, skin = pick(rng, ((186, 36, 44), (34, 84, 164), (40, 128, 92), (222, 160, 40))), pick(rng, SKINS)

    def beater(side: int) -> Part:
        def fall(time: float) -> Pose:
            lift = act.lift(time) if round(act.count(time)) % 2 == (side > 0) else 1.0
            return Pose(turn=side * 38.0 * (0.05 + 0.95 * lift) - side * 1.9)

        hand, tip = (0.42 * side, 0.86), (0.1 * side, 0.745)
        parts = [
            stick(hand, tip, 0.012, (222, 184, 130)),
            flat(ellipse(tip, (0.022, 0.018)), (236, 206, 160)),
            flat(ellipse(hand, (0.05, 0.045)), skin),
        ]
        return Part(parts, hinge=hand, pose=lambda time: fall(time)._replace(turn=-fall(time).turn))

    body = [
        *(stick((x, 0.0), (0.8 * x, 0.3), 0.014, (90, 92, 98)) for x in (-0.26, 0.26, 0.05)),
        flat(smooth([(-0.3, 0.25), (0.3, 0.25), (0.31, 0.71), (-0.31, 0.71)], rounds=1), shell, 0.6),
        *(stick((x, 0.27), (x, 0.7), 0.012, (206, 208, 212)) for x in (-0.22, -0.08, 0.08, 0.22)),
        flat(ellipse((0.0, 0.26), (0.3, 0.045)), (190, 192, 198)),
        flat(ellipse((0.0, 0.715), (0.32, 0.058)), (196, 198, 204)),
        flat(ellipse((0.0, 0.722), (0.295, 0.047)), (246, 240, 224), 0.94),
    ]
    return Figure([shadow(0.75, tall=0.07), Part(body), beater(-1), beater(1)], sweeping=True)


def bell(act: Act, rng: np.random.Generator) -> Figure:
    """Give a bell in a frame; a mallet swings against its rim."""
    metal, wood = pick(rng, ((216, 170, 62), (190, 120, 60), (188, 190, 186))), pick(rng, WOODS)

    def mallet(time: float) -> Pose:
        return Pose(turn=46.0 * act.lift(time))

    def rings(time: float) -> Pose:
        return Pose(shift=(0.006 * act.level(time) * float(np.sin(60 * time)), 0.0))

    frame = [
        flat(polygon((-0.34, 0.0), (-0.26, 0.0), (-0.26, 0.92), (-0.34, 0.92)), wood),
        flat(polygon((0.26, 0.0), (0.34, 0.0), (0.34, 0.92), (0.26, 0.92)), wood),
        flat(polygon((-0.38, 0.88), (0.38, 0.88), (0.38, 0.97), (-0.38, 0.97)), tinted(wood, 1.15)),
        flat(polygon((-0.4, 0.0), (-0.2, 0.0), (-0.2, 0.05), (-0.4, 0.05)), tinted(wood, 0.8)),
        flat(polygon((0.2, 0.0), (0.4, 0.0), (0.4, 0.05), (0.2, 0.05)), tinted(wood, 0.8)),
    ]
    cup = [
        stick((0.0, 0.9), (0.0, 0.8), 0.012, (60, 58, 56)),
        flat(
            smooth(
                [
                    (-0.19, 0.38),
                    (0.19, 0.38),
                    (0.13, 0.48),
                    (0.11, 0.72),
                    (0.04, 0.81),
                    (-0.04, 0.81),
                    (-0.11, 0.72),
                    (-0.13, 0.48),
                ],
                rounds=2,
            ),
            tinted(metal, 1.08),
            0.62,
        ),
        Shape(smooth([(-0.09, 0.46), (-0.05, 0.46), (-0.03, 0.74), (-0.06, 0.72)]), (255, 250, 226), metal, 0.01, 0.6),
        flat(ellipse((0.0, 0.4), (0.185, 0.03)), tinted(metal, 0.7)),
    ]
    arm = [
        stick((0.29, 0.66), (0.2, 0.42), 0.013, (150, 110, 70)),
        flat(ellipse((0.2, 0.42), (0.045, 0.055), turn=20), (96, 60, 44)),
    ]
    return Figure(
        [shadow(0.8), Part(frame), Part(cup, pose=rings), Part(arm, hinge=(0.29, 0.66), pose=mallet)], sweeping=True
    )


def ball(act: Act, rng: np.random.Generator) -> Figure:
    """Give a basketball of 0.24 m with its seams, rolling in the air."""
    colour: Colour = pick(rng, ((226, 116, 44), (40, 108, 190), (206, 52, 56)))
    line = (44, 30, 26)

    def spin(time: float) -> Pose:
        return Pose(turn=-300.0 * time + 0.0 * act.level(time))

    seams = [
        stick((-0.115, 0.12), (0.115, 0.12), 0.004, line),
        stick((0.0, 0.005), (0.0, 0.235), 0.004, line),
        Shape(ellipse((-0.055, 0.185), (0.028, 0.02)), (255, 240, 220), (255, 230, 200), 0.012, 0.45),
        Shape(ellipse((0.06, 0.07), (0.03, 0.03)), tinted(colour, 0.65), tinted(colour, 0.6), 0.01, 0.7),
    ]
    return Figure(
        [
            Part([flat(ellipse((0.0, 0.12), (0.12, 0.12), count=96), tinted(colour, 1.15), 0.6)]),
            Part(seams, hinge=(0.0, 0.12), pose=spin, solid=False),
        ]
    )


def hammer(act: Act, rng: np.random.Generator) -> Figure:
    """Give an anvil on its block and an arm with a hammer; the head meets the face at each contact."""
    skin = pick(rng, SKINS)

    def swing(time: float) -> Pose:
        return Pose(turn=-62.0 * act.lift(time))

    def sparks(time: float) -> Pose:
        after = time - act.contacts[act.contacts <= time][-1] if (act.contacts <= time).any() else 9.0
        return Pose(opacity=float(np.clip(1 - after / 0.09, 0, 1)))

    steel = (84, 88, 96)
    anvil = [
        flat(polygon((-0.24, 0.0), (0.24, 0.0), (0.2, 0.4), (-0.2, 0.4)), (122, 84, 52)),
        *(stick((x, 0.02), (0.85 * x, 0.4), 0.006, (84, 56, 36)) for x in (-0.12, 0.02, 0.14)),
        flat(
            polygon((-0.2, 0.4), (0.2, 0.4), (0.1, 0.5), (0.09, 0.56), (-0.09, 0.56), (-0.1, 0.5)), tinted(steel, 0.8)
        ),
        flat(smooth([(-0.44, 0.655), (-0.2, 0.56), (0.22, 0.56), (0.22, 0.66), (-0.2, 0.66)], rounds=1), steel, 0.6),
        stick((-0.2, 0.655), (0.22, 0.655), 0.006, (150, 156, 166)),
    ]
    head = [
        stick((0.0, 0.80), (0.62, 0.80), 0.018, (186, 140, 88)),
        flat(polygon((-0.05, 0.665), (0.05, 0.665), (0.05, 0.88), (-0.05, 0.88)), (60, 62, 70), 0.8),
        flat(smooth([(0.5, 0.74), (0.74, 0.72), (0.76, 0.86), (0.52, 0.86)], rounds=2), skin),
    ]
    glow = [
        stick((0.0, 0.67), (0.16 * x, 0.67 + 0.12 * y), 0.008, (255, 206, 90))
        for x, y in ((-1, 0.5), (-0.7, 1.0), (0.8, 0.9), (1.0, 0.35))
    ]
    return Figure(
        [shadow(0.7), Part(anvil), Part(glow, pose=sparks, solid=False), Part(head, hinge=(0.66, 0.80), pose=swing)],
        sweeping=True,
    )
