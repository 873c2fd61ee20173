"""Drawn vehicles as they come towards the viewer or drive away. Ground at 0."""

from collections.abc import Callable

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, polygon, smooth, stick, tinted
from seehear.figures.people import SKINS, flat, pick, shadow
from seehear.figures.vehicles import PAINTS, Maker

_GLASS = (64, 84, 104)


def end_of(kind: str, *, front: bool) -> Maker:
    """Give the maker of a vehicle's front or rear: of a car, bus, truck, ambulance or motorcycle."""

    def make(act: Act, rng: np.random.Generator) -> Figure:
        return _ENDS[kind](act, rng, front=front)

    return make


def _lamps(x: float, y: float, size: float, *, front: bool) -> list[Shape]:
    colour: Colour = (255, 248, 216) if front else (220, 30, 28)
    return [flat(ellipse((side * x, y), (size, 0.75 * size)), colour, 0.85) for side in (-1, 1)]


def _tyres(x: float, half: float, high: float) -> list[Shape]:
    return [
        flat(
            polygon((s * x - half, 0.0), (s * x + half, 0.0), (s * x + half, high), (s * x - half, high)), (30, 30, 32)
        )
        for s in (-1, 1)
    ]


def _plate(y: float) -> Shape:
    return flat(polygon((-0.26, y), (0.26, y), (0.26, y + 0.12), (-0.26, y + 0.12)), (244, 240, 220))


def _car(act: Act, rng: np.random.Generator, *, front: bool) -> Figure:
    del act
    paint = pick(rng, PAINTS)
    body = [
        *_tyres(0.66, 0.11, 0.4),
        flat(
            smooth([(-0.86, 0.2), (0.86, 0.2), (0.88, 0.75), (0.8, 0.95), (-0.8, 0.95), (-0.88, 0.75)], rounds=2),
            paint,
            0.6,
        ),
        flat(
            smooth([(-0.8, 0.9), (0.8, 0.9), (0.6, 1.46), (0.4, 1.5), (-0.4, 1.5), (-0.6, 1.46)], rounds=1),
            tinted(paint, 1.1),
        ),
        flat(smooth([(-0.68, 0.95), (0.68, 0.95), (0.53, 1.4), (-0.53, 1.4)], rounds=1), _GLASS, 0.55),
        *_lamps(0.66, 0.68, 0.13, front=front),
        flat(
            polygon((-0.4, 0.55), (0.4, 0.55), (0.36, 0.72), (-0.36, 0.72)),
            (36, 36, 40) if front else tinted(paint, 0.8),
        ),
        flat(polygon((-0.84, 0.24), (0.84, 0.24), (0.86, 0.38), (-0.86, 0.38)), (48, 48, 52)),
        _plate(0.36),
        *(flat(ellipse((s * 0.94, 1.0), (0.09, 0.06)), paint) for s in (-1, 1)),
    ]
    if front:
        body.append(flat(ellipse((0.28, 1.1), (0.1, 0.12)), (196, 152, 122)))
    return Figure([shadow(2.0, tall=0.09), Part(body)])


def _bus(act: Act, rng: np.random.Generator, *, front: bool) -> Figure:
    del act
    paint = pick(rng, PAINTS[:5])
    body = [
        *_tyres(0.95, 0.16, 0.5),
        flat(
            smooth([(-1.25, 0.3), (1.25, 0.3), (1.25, 2.9), (1.1, 3.0), (-1.1, 3.0), (-1.25, 2.9)], rounds=1),
            paint,
            0.7,
        ),
        flat(polygon((-1.12, 1.25), (1.12, 1.25), (1.1, 2.5), (-1.1, 2.5)), _GLASS, 0.55),
        flat(polygon((-0.9, 2.6), (0.9, 2.6), (0.9, 2.88), (-0.9, 2.88)), (24, 24, 26)),
        stick((-0.7, 2.74), (0.7, 2.74), 0.06, (250, 180, 60)),
        *_lamps(0.95, 0.8, 0.15, front=front),
        _plate(0.5),
        *(stick((s * 1.25, 2.4), (s * 1.42, 2.0), 0.05, (30, 30, 32)) for s in (-1, 1)),
    ]
    if front:
        body.append(flat(ellipse((0.55, 1.75), (0.15, 0.19)), (196, 152, 122)))
    return Figure([shadow(2.7, tall=0.12), Part(body)])


def _truck(act: Act, rng: np.random.Generator, *, front: bool) -> Figure:
    del act
    paint, load = pick(rng, PAINTS), (214, 210, 198)
    body = [
        *_tyres(0.98, 0.18, 0.55),
        flat(polygon((-1.25, 0.75), (1.25, 0.75), (1.25, 3.3), (-1.25, 3.3)), load, 0.75),
    ]
    if front:
        body += [
            flat(
                smooth([(-1.2, 0.35), (1.2, 0.35), (1.18, 2.5), (1.0, 2.7), (-1.0, 2.7), (-1.18, 2.5)], rounds=1),
                paint,
                0.65,
            ),
            flat(polygon((-1.05, 1.5), (1.05, 1.5), (1.0, 2.4), (-1.0, 2.4)), _GLASS, 0.55),
            *(stick((-0.7, y), (0.7, y), 0.035, (40, 40, 44)) for y in (0.95, 1.08, 1.21)),
        ]
    else:
        body += [
            stick((0.0, 0.85), (0.0, 3.2), 0.025, tinted(load, 0.6)),
            stick((-1.2, 0.7), (1.2, 0.7), 0.06, (50, 50, 54)),
            *(stick((s * 0.2, 1.6), (s * 0.2, 2.3), 0.02, (90, 90, 94)) for s in (-1, 1)),
        ]
    return Figure([shadow(2.7, tall=0.12), Part([*body, *_lamps(0.92, 0.72, 0.14, front=front), _plate(0.45)])])


def _ambulance(act: Act, rng: np.random.Generator, *, front: bool) -> Figure:
    del rng

    def blink(side: int) -> Callable[[float], Pose]:
        return lambda time: Pose(opacity=float(act.level(time) > 0.05 and int(time * 5) % 2 == (side > 0)))

    body = [
        *_tyres(0.78, 0.13, 0.45),
        flat(
            smooth([(-1.0, 0.25), (1.0, 0.25), (1.0, 2.2), (0.85, 2.4), (-0.85, 2.4), (-1.0, 2.2)], rounds=1),
            (246, 246, 244),
            0.8,
        ),
        flat(polygon((-1.0, 0.95), (1.0, 0.95), (1.0, 1.2), (-1.0, 1.2)), (216, 34, 36)),
        flat(polygon((-0.85, 1.3), (0.85, 1.3), (0.75, 2.0), (-0.75, 2.0)), _GLASS, 0.55),
        *_lamps(0.8, 0.75, 0.13, front=front),
        _plate(0.4),
        flat(polygon((-0.6, 2.38), (0.6, 2.38), (0.56, 2.58), (-0.56, 2.58)), (30, 60, 150)),
    ]
    lights = [
        Part([flat(ellipse((s * 0.3, 2.48), (0.24, 0.085)), (160, 206, 255))], pose=blink(s), solid=False)
        for s in (-1, 1)
    ]
    return Figure([shadow(2.2, tall=0.1), Part(body), *lights])


def _motorcycle(act: Act, rng: np.random.Generator, *, front: bool) -> Figure:
    del act
    paint, coat, skin = pick(rng, PAINTS[:4]), pick(rng, ((40, 42, 48), (120, 40, 36))), pick(rng, SKINS)
    body = [
        flat(smooth([(-0.08, 0.0), (0.08, 0.0), (0.08, 0.66), (-0.08, 0.66)], rounds=1), (30, 30, 32)),
        *(stick((s * 0.3, 0.45), (s * 0.16, 0.98), 0.075, (52, 56, 72)) for s in (-1, 1)),
        flat(ellipse((0.0, 0.82), (0.2, 0.2)), paint, 0.6),
        flat(smooth([(-0.25, 0.85), (0.25, 0.85), (0.29, 1.4), (-0.29, 1.4)]), coat),
        *(stick((s * 0.26, 1.36), (s * 0.4, 1.05), 0.055, tinted(coat, 0.85)) for s in (-1, 1)),
        stick((-0.42, 1.04), (0.42, 1.04), 0.025, (60, 62, 66)),
        flat(ellipse((0.0, 1.52), (0.135, 0.15)), tinted(paint, 1.1)),
        flat(ellipse((0.0, 0.84), (0.1, 0.1)), (255, 248, 216) if front else (220, 30, 28)),
    ]
    if front:
        body.append(flat(smooth([(-0.1, 1.46), (0.1, 1.46), (0.1, 1.56), (-0.1, 1.56)], rounds=1), skin))
    return Figure([shadow(0.8, tall=0.06), Part(body)])


_ENDS = {"car": _car, "bus": _bus, "truck": _truck, "ambulance": _ambulance, "motorcycle": _motorcycle}
