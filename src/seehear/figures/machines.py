"""Drawn machines of the house: fan, clock, telephone, alarm clock. Metres, their foot at 0."""

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import flat, pick, shadow


def fan(act: Act, rng: np.random.Generator) -> Figure:
    """Give a standing fan; its blades turn while it hums."""
    colour = pick(rng, ((232, 234, 236), (70, 160, 170), (226, 120, 96)))
    rate = float(rng.uniform(700, 900)) / 3.6

    def spin(time: float) -> Pose:
        return Pose(turn=-rate * time * (1.0 if act.level(time) > 0.02 else 0.0))

    blade = smooth([(0.02, 0.0), (0.05, 0.08), (0.15, 0.16), (0.1, 0.2), (0.0, 0.19), (-0.02, 0.06)], rounds=2)
    blades = []
    for angle in np.deg2rad((0, 120, 240)):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        blades.append(flat(blade @ turn + [0.0, 1.05], tinted(colour, 0.9), 0.8))
    stand = [
        flat(ellipse((0.0, 0.03), (0.22, 0.03)), tinted(colour, 0.7)),
        flat(polygon((-0.02, 0.03), (0.02, 0.03), (0.02, 0.9), (-0.02, 0.9)), (150, 154, 160)),
        flat(ellipse((0.0, 1.05), (0.25, 0.25), count=96), (70, 76, 84)),
        flat(ellipse((0.0, 1.05), (0.235, 0.235), count=96), (196, 204, 212), 0.9),
    ]
    guard = [
        stick((0.0, 1.05), (0.24 * float(np.cos(a)), 1.05 + 0.24 * float(np.sin(a))), 0.003, (90, 96, 104))
        for a in np.deg2rad(np.arange(0, 360, 30))
    ]
    hub = [flat(ellipse((0.0, 1.05), (0.045, 0.045)), tinted(colour, 0.6))]
    return Figure(
        [shadow(0.5), Part(stand), Part(blades, hinge=(0.0, 1.05), pose=spin, solid=False), Part(guard + hub)]
    )


def clock(act: Act, rng: np.random.Generator) -> Figure:
    """Give a wall clock with a pendulum, which is at its ends at the ticks; the second hand jumps."""
    wood = pick(rng, ((124, 76, 44), (70, 46, 36), (160, 112, 66)))

    def pendulum(time: float) -> Pose:
        return Pose(turn=16.0 * float(np.cos(np.pi * act.count(time))))

    def second(time: float) -> Pose:
        return Pose(turn=-6.0 * float(np.floor(act.count(time) + 1e-6)))

    case = [
        flat(smooth([(-0.19, 0.0), (0.19, 0.0), (0.19, 0.62), (0.0, 0.74), (-0.19, 0.62)], rounds=1), wood, 0.7),
        flat(polygon((-0.14, 0.04), (0.14, 0.04), (0.14, 0.29), (-0.14, 0.29)), (38, 28, 24)),
        flat(ellipse((0.0, 0.47), (0.165, 0.165), count=96), (206, 170, 84)),
        flat(ellipse((0.0, 0.47), (0.148, 0.148), count=96), (250, 247, 238), 0.94),
    ]
    for hour in range(12):
        x, y = float(np.sin(np.pi * hour / 6)), float(np.cos(np.pi * hour / 6))
        case.append(stick((0.115 * x, 0.47 + 0.115 * y), (0.138 * x, 0.47 + 0.138 * y), 0.006, (40, 38, 40)))
    case += [
        stick((0.0, 0.47), (-0.06, 0.525), 0.008, (24, 24, 28)),
        stick((0.0, 0.47), (0.045, 0.575), 0.006, (24, 24, 28)),
    ]
    bob = [
        stick((0.0, 0.29), (0.0, 0.1), 0.006, (206, 170, 84)),
        flat(ellipse((0.0, 0.1), (0.04, 0.04)), (230, 192, 96)),
    ]
    hand = [stick((0.0, 0.45), (0.0, 0.6), 0.004, (200, 40, 36))]
    return Figure(
        [
            Part(case),
            Part(bob, hinge=(0.0, 0.31), pose=pendulum, solid=False),
            Part(hand, hinge=(0.0, 0.47), pose=second, solid=False),
        ]
    )


def phone(act: Act, rng: np.random.Generator) -> Figure:
    """Give a telephone on a table whose receiver jumps while it rings."""
    colour = pick(rng, ((196, 36, 40), (34, 34, 38), (64, 128, 112), (232, 214, 170)))

    def jump(time: float) -> Pose:
        level = act.level(time)
        return Pose(turn=5.0 * level * float(np.sin(70 * time)), shift=(0.0, 0.025 * level))

    body = [
        *_table(),
        flat(smooth([(-0.14, 0.7), (0.14, 0.7), (0.09, 0.84), (-0.09, 0.84)], rounds=2), colour, 0.7),
        flat(ellipse((0.0, 0.765), (0.062, 0.052)), (238, 234, 224)),
        flat(ellipse((0.0, 0.765), (0.026, 0.022)), tinted(colour, 0.8)),
        *(
            flat(ellipse((0.045 * float(np.cos(a)), 0.765 + 0.037 * float(np.sin(a))), (0.008, 0.008)), (60, 60, 60))
            for a in np.linspace(0.3, 5.4, 9)
        ),
    ]
    receiver = [
        flat(
            smooth(
                [
                    (-0.17, 0.83),
                    (-0.1, 0.83),
                    (-0.08, 0.87),
                    (0.08, 0.87),
                    (0.1, 0.83),
                    (0.17, 0.83),
                    (0.15, 0.91),
                    (-0.15, 0.91),
                ],
                rounds=2,
            ),
            tinted(colour, 1.15),
            0.7,
        ),
    ]
    return Figure(
        [shadow(0.6), Part(body), _waves(act, (0.0, 0.87), 0.22), Part(receiver, hinge=(0.0, 0.85), pose=jump)],
        sweeping=True,
    )


def alarm_clock(act: Act, rng: np.random.Generator) -> Figure:
    """Give an alarm clock on a table, shaking while it rings."""
    colour = pick(rng, ((220, 60, 50), (70, 150, 190), (240, 190, 60)))

    def shake(time: float) -> Pose:
        return Pose(turn=6.0 * act.level(time) * float(np.sin(85 * time)))

    body = [
        *(stick((x, 0.7), (0.6 * x, 0.76), 0.014, (60, 62, 68)) for x in (-0.09, 0.09)),
        *(
            flat(ellipse((x, 0.97), (0.055, 0.04), turn=turn), (214, 190, 110))
            for x, turn in ((-0.07, 28), (0.07, -28))
        ),
        stick((0.0, 0.93), (0.0, 1.0), 0.008, (60, 62, 68)),
        flat(ellipse((0.0, 0.84), (0.13, 0.13), count=96), colour, 0.7),
        flat(ellipse((0.0, 0.84), (0.105, 0.105), count=96), (252, 250, 244), 0.94),
        *(
            stick((0.08 * x, 0.84 + 0.08 * y), (0.097 * x, 0.84 + 0.097 * y), 0.005, (40, 40, 44))
            for x, y in ((np.sin(h * np.pi / 6), np.cos(h * np.pi / 6)) for h in range(12))
        ),
        stick((0.0, 0.84), (0.045, 0.86), 0.007, (30, 30, 34)),
        stick((0.0, 0.84), (-0.01, 0.915), 0.005, (30, 30, 34)),
    ]
    table = Part(_table())
    return Figure(
        [shadow(0.6), table, _waves(act, (0.0, 0.86), 0.2), Part(body, hinge=(0.0, 0.7), pose=shake)], sweeping=True
    )


def _table() -> list[Shape]:
    """A small round table, 0.7 m high."""
    wood = (146, 100, 62)
    return [
        stick((-0.2, 0.0), (-0.14, 0.68), 0.018, tinted(wood, 0.6)),
        stick((0.2, 0.0), (0.14, 0.68), 0.018, tinted(wood, 0.6)),
        flat(polygon((-0.26, 0.655), (0.26, 0.655), (0.26, 0.7), (-0.26, 0.7)), wood, 0.7),
    ]


def _waves(act: Act, centre: tuple[float, float], radius: float) -> Part:
    """Bows in the air to both sides that show while it rings."""

    def show(time: float) -> Pose:
        return Pose(opacity=float(np.clip(2.5 * act.level(time) - 0.5, 0, 1)))

    bows = []
    for side in (-1, 1):
        for reach in (0.85, 1.0):
            angle = np.deg2rad(np.linspace(-28, 28, 9))
            x, y = side * reach * radius * np.cos(angle), reach * radius * np.sin(angle)
            line = np.stack([centre[0] + x, centre[1] + y], -1)
            inner = np.stack([centre[0] + 0.95 * x, centre[1] + 0.95 * y], -1)[::-1]
            bows.append(Shape(np.concatenate([line, inner]), (255, 236, 150), (255, 220, 110), 0.0, 0.9))
    return Part(bows, pose=show, solid=False)
