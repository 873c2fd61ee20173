"""Drawn vehicles: from the side, driving to the right, wheels turning; and from the front or behind. Ground at 0."""

from collections.abc import Callable

import numpy as np

from seehear.figures import car_and_bird
from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import HAIRS, SHIRTS, SKINS, flat, pick, shadow

PAINTS = ((196, 44, 40), (38, 88, 170), (232, 176, 32), (28, 122, 110), (236, 236, 232), (60, 62, 70))
_GLASS = (64, 84, 104)

Maker = Callable[[Act, np.random.Generator], Figure]


def wheel(act: Act, place: float, radius: float, *, spokes: int = 5, hub: Colour = (176, 180, 186)) -> Part:
    """Give a wheel that rolls as far as its vehicle has travelled."""

    def roll(time: float) -> Pose:
        return Pose(turn=-float(np.rad2deg(act.travelled(time) / radius)))

    centre = (place, radius)
    shapes = [
        flat(ellipse(centre, (radius, radius), count=72), (40, 40, 42), 0.8),
        flat(ellipse(centre, (0.64 * radius, 0.64 * radius)), hub, 1.0),
        flat(ellipse(centre, (0.54 * radius, 0.54 * radius)), (70, 72, 76), 1.0),
    ]
    for angle in 2 * np.pi * np.arange(spokes) / spokes:
        rim = (place + 0.6 * radius * float(np.cos(angle)), radius + 0.6 * radius * float(np.sin(angle)))
        shapes.append(stick(centre, rim, 0.07 * radius, hub))
    return Part(shapes, hinge=centre, pose=roll)


def car(act: Act, rng: np.random.Generator) -> Figure:
    """Give the hatchback."""
    return car_and_bird.car(pick(rng, PAINTS), act.travelled)


def bus(act: Act, rng: np.random.Generator) -> Figure:
    """Give a city bus of 9 by 3 m."""
    paint = pick(rng, PAINTS[:5])
    body = [
        flat(
            smooth([(-4.5, 0.35), (4.5, 0.35), (4.5, 2.5), (4.3, 3.0), (-4.4, 3.0), (-4.5, 2.8)], rounds=1), paint, 0.7
        ),
        flat(polygon((-4.5, 0.35), (4.5, 0.35), (4.5, 0.75), (-4.5, 0.75)), tinted(paint, 0.6)),
        flat(polygon((-4.3, 1.45), (4.35, 1.45), (4.3, 2.5), (-4.3, 2.5)), _GLASS, 0.6),
        *(stick((x, 1.42), (x, 2.52), 0.06, tinted(paint, 0.9)) for x in (-2.9, -1.5, -0.1, 1.3)),
        *(flat(polygon((x, 0.5), (x + 0.95, 0.5), (x + 0.95, 2.4), (x, 2.4)), (54, 66, 80)) for x in (2.2, -3.9)),
        *(stick((x + 0.47, 0.5), (x + 0.47, 2.4), 0.03, (190, 196, 200)) for x in (2.2, -3.9)),
        flat(polygon((2.4, 2.58), (4.2, 2.58), (4.2, 2.88), (2.4, 2.88)), (24, 24, 26)),
        stick((2.6, 2.73), (4.0, 2.73), 0.06, (250, 180, 60)),
        *(flat(ellipse((x, 1.75), (0.17, 0.22)), (196, 152, 122)) for x in (-2.2, -0.8, 0.6)),
        flat(polygon((4.3, 0.8), (4.5, 0.8), (4.5, 1.05), (4.3, 1.05)), (255, 246, 210)),
        flat(polygon((-4.5, 0.8), (-4.38, 0.8), (-4.38, 1.2), (-4.5, 1.2)), (210, 30, 30)),
    ]
    return Figure([shadow(9.2, tall=0.14), Part(body), wheel(act, -2.6, 0.5), wheel(act, 2.9 - 1.3, 0.5)])


def truck(act: Act, rng: np.random.Generator) -> Figure:
    """Give a lorry of 7.6 by 3.3 m."""
    paint, load = pick(rng, PAINTS), pick(rng, ((226, 222, 210), (90, 130, 160), (170, 90, 60)))
    body = [
        flat(polygon((-3.8, 0.55), (3.6, 0.55), (3.6, 0.85), (-3.8, 0.85)), (46, 46, 50)),
        flat(polygon((-3.8, 0.85), (1.5, 0.85), (1.5, 3.3), (-3.8, 3.3)), load, 0.78),
        *(stick((x, 0.9), (x, 3.26), 0.03, tinted(load, 0.85)) for x in (-3.0, -2.2, -1.4, -0.6, 0.2, 1.0)),
        flat(smooth([(1.75, 0.5), (3.8, 0.5), (3.8, 1.5), (3.45, 2.7), (1.75, 2.7)], rounds=1), paint, 0.65),
        flat(polygon((2.55, 1.55), (3.58, 1.55), (3.33, 2.45), (2.55, 2.45)), _GLASS, 0.6),
        stick((2.4, 0.8), (2.4, 2.5), 0.025, tinted(paint, 0.5)),
        flat(polygon((3.55, 0.75), (3.8, 0.75), (3.8, 1.05), (3.55, 1.05)), (255, 246, 210)),
        flat(polygon((-3.8, 0.65), (-3.68, 0.65), (-3.68, 0.9), (-3.8, 0.9)), (210, 30, 30)),
        flat(polygon((1.55, 0.9), (1.7, 0.9), (1.7, 3.1), (1.55, 3.1)), (120, 124, 130)),
    ]
    return Figure([shadow(7.8, tall=0.14), Part(body), *(wheel(act, x, 0.5) for x in (-2.9, -1.8, 2.7))])


def ambulance(act: Act, rng: np.random.Generator) -> Figure:
    """Give a van with a red band and blue lights that flash while the siren sounds."""
    del rng
    body = [
        flat(
            smooth([(-2.7, 0.35), (2.8, 0.35), (2.75, 1.15), (1.9, 1.4), (1.35, 2.4), (-2.65, 2.4)], rounds=1),
            (246, 246, 244),
            0.8,
        ),
        flat(polygon((-2.68, 1.0), (2.7, 1.0), (2.7, 1.24), (-2.68, 1.24)), (216, 34, 36)),
        flat(polygon((0.75, 1.4), (1.75, 1.4), (1.3, 2.15), (0.75, 2.15)), _GLASS, 0.6),
        stick((0.6, 0.45), (0.6, 2.25), 0.02, (170, 170, 172)),
        flat(polygon((-1.2, 1.6), (-0.5, 1.6), (-0.5, 1.8), (-1.2, 1.8)), (216, 34, 36)),
        flat(polygon((-0.95, 1.35), (-0.75, 1.35), (-0.75, 2.05), (-0.95, 2.05)), (216, 34, 36)),
        flat(polygon((2.55, 0.75), (2.76, 0.75), (2.74, 1.0), (2.5, 1.0)), (255, 246, 210)),
        flat(polygon((0.4, 2.4), (1.1, 2.4), (1.05, 2.58), (0.45, 2.58)), (30, 60, 150)),
    ]
    return Figure(
        [shadow(5.6, tall=0.11), Part(body), _flash(act, (0.75, 2.49)), wheel(act, -1.75, 0.38), wheel(act, 1.85, 0.38)]
    )


def _flash(act: Act, place: tuple[float, float]) -> Part:
    def blink(time: float) -> Pose:
        return Pose(opacity=1.0 if act.level(time) > 0.05 and (time * 5) % 1 < 0.5 else 0.0)

    return Part([Shape(ellipse(place, (0.28, 0.075)), (150, 200, 255), (90, 150, 255), 0.0)], pose=blink, solid=False)


def tractor(act: Act, rng: np.random.Generator) -> Figure:
    """Give a farm tractor with one large wheel."""
    paint = pick(rng, ((38, 130, 60), (200, 40, 36), (36, 86, 160)))
    body = [
        flat(polygon((-0.9, 0.7), (1.75, 0.7), (1.75, 1.45), (0.3, 1.5), (-0.9, 1.3)), paint, 0.7),
        *(stick((x, 0.85), (x, 1.3), 0.025, tinted(paint, 0.5)) for x in (1.2, 1.35, 1.5)),
        flat(polygon((-1.0, 1.3), (0.35, 1.3), (0.2, 2.5), (-0.85, 2.5)), (150, 176, 190), 0.8),
        *(stick(a, b, 0.05, tinted(paint, 0.6)) for a, b in (((-0.98, 1.3), (-0.83, 2.5)), ((0.33, 1.3), (0.18, 2.5)))),
        flat(polygon((-1.0, 2.45), (0.35, 2.45), (0.3, 2.6), (-0.95, 2.6)), tinted(paint, 1.1)),
        flat(ellipse((-0.3, 1.95), (0.16, 0.19)), (206, 160, 128)),
        flat(smooth([(-0.55, 1.3), (-0.05, 1.3), (-0.12, 1.78), (-0.48, 1.78)], rounds=2), (70, 90, 140)),
        stick((0.95, 1.45), (0.95, 2.15), 0.05, (60, 60, 62)),
        flat(ellipse((1.73, 1.2), (0.05, 0.09)), (255, 246, 210)),
    ]
    return Figure(
        [
            shadow(3.4, tall=0.1),
            Part(body),
            wheel(act, -0.75, 0.85, spokes=8, hub=(230, 190, 50)),
            wheel(act, 1.35, 0.45, spokes=6, hub=(230, 190, 50)),
        ]
    )


def _rider(
    skin: Colour, coat: Colour, seat: tuple[float, float], grip: tuple[float, float], *, helmet: Colour
) -> list[Shape]:
    """A rider who leans to the handlebar."""
    x, y = seat
    head = (x + 0.3, y + 0.68)
    return [
        flat(smooth([(x - 0.16, y - 0.05), (x + 0.14, y - 0.05), (x + 0.36, y + 0.5), (x + 0.14, y + 0.56)]), coat),
        stick((x + 0.25, y + 0.45), grip, 0.05, tinted(coat, 0.8)),
        flat(ellipse((head[0], head[1] - 0.02), (0.11, 0.13)), skin),
        flat(
            smooth(
                [
                    (head[0] - 0.14, head[1]),
                    (head[0] + 0.13, head[1] + 0.02),
                    (head[0] + 0.1, head[1] + 0.15),
                    (head[0] - 0.1, head[1] + 0.16),
                ],
                rounds=2,
            ),
            helmet,
        ),
    ]


def motorcycle(act: Act, rng: np.random.Generator) -> Figure:
    """Give a motorcycle with its rider."""
    paint, coat = pick(rng, PAINTS[:4]), pick(rng, ((40, 42, 48), (120, 40, 36)))
    body = [
        stick((-0.7, 0.33), (-0.05, 0.5), 0.05, (70, 72, 78)),
        stick((0.72, 0.33), (0.45, 1.0), 0.04, (150, 154, 160)),
        flat(smooth([(-0.3, 0.3), (0.35, 0.3), (0.4, 0.62), (-0.3, 0.6)], rounds=2), (110, 114, 120), 0.6),
        stick((-0.85, 0.36), (0.1, 0.32), 0.05, (186, 190, 196)),
        flat(smooth([(-0.1, 0.62), (0.45, 0.72), (0.4, 0.98), (0.0, 0.9)]), paint, 0.65),
        flat(smooth([(-0.75, 0.78), (0.0, 0.72), (0.0, 0.84), (-0.7, 0.9)], rounds=2), (34, 32, 34)),
        flat(ellipse((0.56, 0.92), (0.1, 0.1)), (255, 246, 210)),
        stick((-0.12, 0.8), (0.22, 0.45), 0.085, (52, 56, 72)),
        stick((0.2, 0.5), (0.05, 0.3), 0.07, (52, 56, 72)),
    ]
    rider = _rider(pick(rng, SKINS), coat, (-0.2, 0.86), (0.42, 1.05), helmet=tinted(paint, 1.1))
    wheels = [wheel(act, x, 0.34, spokes=7) for x in (-0.72, 0.74)]
    return Figure([shadow(2.2, tall=0.07), *wheels, Part(body), Part(rider)])


def bicycle(act: Act, rng: np.random.Generator) -> Figure:
    """Give a bicycle with its rider, who pedals."""
    paint = pick(rng, PAINTS[:4])

    def ring(place: float) -> Part:
        def roll(time: float) -> Pose:
            return Pose(turn=-float(np.rad2deg(act.travelled(time) / 0.34)))

        angle = np.linspace(0, 2 * np.pi, 60)
        out = np.stack([place + 0.34 * np.cos(angle), 0.34 + 0.34 * np.sin(angle)], -1)
        inner = np.stack([place + 0.305 * np.cos(angle), 0.34 + 0.305 * np.sin(angle)], -1)[::-1]
        spokes = [
            stick(
                (place - 0.31 * float(np.cos(a)), 0.34 - 0.31 * float(np.sin(a))),
                (place + 0.31 * float(np.cos(a)), 0.34 + 0.31 * float(np.sin(a))),
                0.006,
                (190, 194, 198),
            )
            for a in np.deg2rad(np.arange(0, 180, 30))
        ]
        return Part([*spokes, flat(np.concatenate([out, inner]), (34, 34, 36))], hinge=(place, 0.34), pose=roll)

    def pedal(side: int) -> Part:
        def pose(time: float) -> Pose:
            angle = 0.42 * act.travelled(time) / 0.34 + np.pi * (side > 0)
            return Pose(turn=24.0 * float(np.sin(angle)))

        tone = tinted((60, 66, 92), 1.0 if side > 0 else 0.7)
        return Part(
            [
                stick((-0.12, 0.95), (-0.02, 0.34), 0.065, tone),
                flat(ellipse((0.03, 0.31), (0.11, 0.045)), (40, 32, 32)),
            ],
            hinge=(-0.12, 0.95),
            pose=pose,
        )

    frame = [
        stick(a, b, 0.024, paint)
        for a, b in (
            ((-0.52, 0.34), (0.0, 0.32)),
            ((0.0, 0.32), (-0.16, 0.86)),
            ((-0.14, 0.8), (0.38, 0.84)),
            ((0.0, 0.32), (0.38, 0.8)),
            ((0.52, 0.34), (0.36, 0.98)),
            ((-0.52, 0.34), (-0.14, 0.78)),
        )
    ]
    frame += [
        stick((0.3, 1.0), (0.46, 0.98), 0.02, (40, 40, 42)),
        flat(ellipse((-0.17, 0.89), (0.12, 0.03)), (34, 32, 32)),
    ]
    rider = _rider(
        pick(rng, SKINS), pick(rng, SHIRTS), (-0.14, 0.94), (0.4, 1.02), helmet=pick(rng, (*PAINTS[:4], *HAIRS))
    )
    return Figure(
        [shadow(1.7, tall=0.05), pedal(-1), ring(-0.52), ring(0.52), Part(frame), pedal(1), Part(rider)], sweeping=True
    )
