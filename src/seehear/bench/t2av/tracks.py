"""What is seen and heard where, over time: the lines of a clip's azimuth plot."""

from typing import Any

import numpy as np

from seehear.bench.t2av import measuring
from seehear.scene import Camera, Path, Scene, vector_to_angles

STEP = 0.2
"""s between points."""

OBJECTS = 4
"""Seen objects that are drawn, those in view longest."""

QUIET = 1e-3
"""Share of the loudest window's energy below which nothing is drawn as heard."""


def track_of(heard: "measuring.Listened", scene: Scene) -> dict[str, Any]:
    """Give ``{"heard": [[s, deg], ...], "seen": {id: [[s, deg], ...]}}``; azimuth in the listener's axes."""
    return {"heard": _heard(heard), "seen": _seen(scene)}


def _heard(heard: "measuring.Listened") -> list[list[float]]:
    from seehear.score.windows import heard_in

    found = heard_in(heard.samples, heard.layout, sample_rate=heard.sample_rate)
    if not len(found.time):
        return []
    keep = (found.energy > QUIET * found.energy.max()) & (np.linalg.norm(found.vector, axis=1) > 0)
    azimuth = vector_to_angles(found.vector[keep])[0]
    points: dict[int, tuple[float, float]] = {}
    for time, angle, energy in zip(found.time[keep], azimuth, found.energy[keep], strict=True):
        cell = int(time // STEP)
        if energy > points.get(cell, (-1.0, 0.0))[0]:
            points[cell] = (float(energy), float(angle))
    return [[round((cell + 0.5) * STEP, 2), round(points[cell][1], 1)] for cell in sorted(points)]


def _seen(scene: Scene) -> dict[str, list[list[float]]]:
    camera, times = Camera(scene.camera), np.arange(STEP / 2, scene.duration, STEP)
    lines: dict[str, list[list[float]]] = {}
    for one in scene.objects:
        box = Path(one).box_at(times)
        known = np.isfinite(box[:, 0])
        if not known.any():
            continue
        middle = np.stack([(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2], axis=-1)[known]
        at = times[known]
        azimuth = vector_to_angles(camera.to_camera(camera.direction_of(middle, at), at))[0]
        lines[one.id] = [[round(float(t), 2), round(float(a), 1)] for t, a in zip(at, azimuth, strict=True)]
    longest = sorted(lines, key=lambda name: -len(lines[name]))[:OBJECTS]
    return {name: lines[name] for name in longest}
