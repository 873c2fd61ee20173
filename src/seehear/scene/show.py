"""A scene as a picture: seen from above, azimuth over time, when each object sounds.

Left in the picture is left of the listener in every panel. A thick line means the object sounds, a thin one that it is
silent. Objects of unknown distance lie on the dashed circle.
"""

from io import BytesIO
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene.camera import Camera
from seehear.scene.direction import Array, angles_to_vector, vector_to_angles, wrap_azimuth
from seehear.scene.path import Path
from seehear.scene.scene import Scene, SceneObject
from seehear.scene.show_words import doing_of, mirrored, name_of, notes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9",
           "#7A3E9D", "#8B4513", "#2F4F4F", "#E31A1C", "#4D8B31", "#C71585")  # fmt: skip
"""Told apart with colour-blind eyes in the first six: Okabe & Ito, "Color Universal Design", 2008."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a scene looks the same everywhere."""

MOST_BARS = 24
MOST_NAMED = 12
_INK, _PALE, _GRID = "#222222", "#8a8a8a", "#dcdcdc"


class _Track(NamedTuple):
    """An object sampled for drawing; the arrays are (n,) or (n, 3)."""

    thing: SceneObject
    colour: str
    times: Array
    azimuth: Array
    heard: Array
    ground: Array  # (n, 2) right and front, in the drawing's units; nan where the direction is unknown
    sounding: NDArray[np.bool_]
    still: bool


def draw_scene(scene: Scene, *, dpi: int = 120) -> bytes:
    """Draw a scene.

    Args:
        scene: any, with none to hundreds of objects.
        dpi: dots per inch; the picture is 12 by 6.75 inches.

    Returns:
        A PNG file's bytes; the same scene gives the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    figure = Figure(figsize=(12.0, 6.75), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)  # never pyplot, which keeps figures in a global
    rim, known = _rim(scene)
    tracks = [_track(scene, index, rim if known else 1.0) for index in range(len(scene.objects))]
    rows = min(len(tracks), MOST_BARS) + (scene.ambience is not None) + (len(tracks) > MOST_BARS)
    share = float(np.clip(0.045 * (rows + 1), 0.10, 0.46))
    above = figure.add_axes((0.035, 0.045, 0.465, 0.80))
    over_time = figure.add_axes((0.605, 0.115 + share + 0.035, 0.375, 0.855 - (0.115 + share + 0.035)))
    bars = figure.add_axes((0.605, 0.115, 0.375, share), sharex=over_time)
    _draw_above(above, scene, tracks, rim=rim, known=known)
    _draw_azimuth(over_time, scene, tracks)
    _draw_bars(bars, scene, tracks)
    title = "\n".join(wrap(_plain(scene.caption or "a scene"), 96)[:2])
    figure.text(0.035, 0.972, title, fontsize=14, color=_INK, weight="bold", va="top")
    below = 0.972 - 0.036 * (title.count("\n") + 1) - 0.006
    figure.text(0.035, below, _facts(scene), fontsize=9.5, color=_PALE, va="top")
    figure.text(0.035, below - 0.028, _plain(notes_of(scene)), fontsize=8.5, color=_PALE, va="top", style="italic")
    for text in figure.findobj(Text):
        text.set_fontfamily(FONT)
    file = BytesIO()
    figure.savefig(file, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return file.getvalue()


def _facts(scene: Scene) -> str:
    camera = scene.camera
    size = "" if camera.size_wh is None else f" · {camera.size_wh[0]} × {camera.size_wh[1]}"
    room = "" if scene.room is None else f" · room {' × '.join(f'{side:g}' for side in scene.room.size)} m"
    count = f"{len(scene.objects)} object{'s' * (len(scene.objects) != 1)}"
    return f"{scene.duration:.4g} s · {count} · {camera.projection}, {camera.horizontal_fov:g}° wide{size}{room}"


def _rim(scene: Scene) -> tuple[float, bool]:
    """The radius to draw, metres, and whether any distance is known at all (else the radius is 1 of nothing)."""
    metres = [key.distance for thing in scene.objects for key in thing.keyframes if key.distance is not None]
    return (max(metres) * 1.06, True) if metres else (1.0, False)


def _track(scene: Scene, index: int, unknown: float) -> _Track:
    thing = scene.objects[index]
    path, times = Path(thing), np.linspace(0.0, scene.duration, 481)
    place = path.at(times)
    camera = Camera(scene.camera)
    heard = vector_to_angles(camera.to_camera(place.direction, times))[0]
    level = place.direction[:, :2] / np.maximum(np.linalg.norm(place.direction[:, :2], axis=1, keepdims=True), 1e-12)
    ground = np.where(np.isfinite(place.distance)[:, None], place.position[:, :2], unknown * level)
    ground = np.stack([-ground[:, 1], ground[:, 0]], -1)
    moved = np.nanmax(np.ptp(ground, axis=0)) if path.has_direction else 0.0
    colour = COLOURS[index % len(COLOURS)]
    return _Track(
        thing, colour, times, place.azimuth, heard, ground, path.sounds_at(times), bool(moved < 0.04 * unknown)
    )


def _draw_above(axes: "Axes", scene: Scene, tracks: list[_Track], *, rim: float, known: bool) -> None:
    edge = rim * 1.17
    axes.set_xlim(-edge, edge)
    axes.set_ylim(-edge, edge)
    axes.set_aspect("equal")
    axes.axis("off")
    _draw_rings(axes, rim, known=known, dashed=any(_unknown_distance(track.thing) for track in tracks))
    _draw_view(axes, scene, rim)
    named = [track for track in tracks if np.isfinite(track.ground).any()]
    marks = _marks(scene.duration)
    few = len(named) <= MOST_NAMED
    for track in named:
        _draw_way(axes, track, weight=1.0 if few else 0.5)
        if few and not track.still:
            _draw_marks(axes, track, marks, edge)
            _draw_arrow(axes, track, edge)
    if few:
        _draw_names(axes, named, edge)
    _draw_listener(axes, rim)


def _draw_rings(axes: "Axes", rim: float, *, known: bool, dashed: bool) -> None:
    turn = np.linspace(0, 2 * np.pi, 361)
    step = _round_step(rim / 3.4)
    for radius in np.arange(step, rim, step) if known else []:
        axes.plot(radius * np.sin(turn), radius * np.cos(turn), color=_GRID, lw=0.8, zorder=1)
        lean = np.deg2rad(-135)
        axes.text(-radius * np.sin(lean), radius * np.cos(lean), f"{radius:g} m", fontsize=7.5, color=_PALE,
                  ha="center", va="center", zorder=2, bbox={"fc": "white", "ec": "none", "pad": 0.8})  # fmt: skip
    axes.plot(rim * np.sin(turn), rim * np.cos(turn), color=_PALE, lw=1.0, ls=(0, (5, 4)) if dashed else "-", zorder=1)
    if dashed:
        edge = 1.15 * rim
        axes.text(-edge, -edge, "dashed: distance unknown", fontsize=8, color=_PALE, va="center")
    for azimuth in range(-150, 181, 30):
        side = np.array([-np.sin(np.deg2rad(azimuth)), np.cos(np.deg2rad(azimuth))])
        axes.plot(*np.outer(side, [rim * 0.985, rim * 1.015]), color=_PALE, lw=1.0, zorder=1)
        word = {0: "front 0°", 90: "left\n+90°", -90: "right\n−90°", 180: "back 180°"}.get(azimuth, f"{azimuth:+d}°")
        axes.text(
            side[0] * rim * 1.09,
            side[1] * rim * 1.09,
            word.replace("-", "−"),
            fontsize=8,
            color=_PALE,
            ha="center",
            va="center",
        )


def _draw_view(axes: "Axes", scene: Scene, rim: float) -> None:
    """The camera's field of view at the start, and at the end if it turned."""
    camera, half = Camera(scene.camera), min(scene.camera.horizontal_fov / 2, 180.0)
    across = angles_to_vector(np.linspace(half, -half, 91))
    for time, (fill, line) in ((0.0, ("#fff3c4", 0.0)), (scene.duration, ("none", 0.9))):
        if time > 0 and not _turns(scene):
            continue
        seen = camera.to_world(across, time)
        corner = np.zeros((0 if half >= 180 else 1, 2))
        outline = np.concatenate([corner, np.stack([-seen[:, 1], seen[:, 0]], -1) * rim])
        axes.fill(*outline.T, fc=fill, ec="#c9a227", lw=line, ls="--", zorder=0.5 if line == 0 else 1.5)


def _draw_way(axes: "Axes", track: _Track, *, weight: float) -> None:
    right, front = track.ground.T
    if mirrored(track.thing):
        many = slice(0, 1) if track.still else slice(None)
        mark = "o" if track.still else ""
        axes.plot(right[many], -front[many], color=track.colour, lw=2.4, alpha=0.25, marker=mark, ms=8, zorder=2)
    axes.plot(right, front, color=track.colour, lw=1.1 * weight, alpha=0.75, zorder=3)
    loud = np.where(track.sounding, 1.0, np.nan)
    axes.plot(right * loud, front * loud, color=track.colour, lw=3.2 * weight, alpha=0.5 + 0.4 * weight,
              solid_capstyle="round", zorder=4)  # fmt: skip
    if track.still:
        axes.plot(right[:1], front[:1], "o", ms=9 * weight, color=track.colour, mec="white", mew=1.2, zorder=6)
    else:
        axes.plot(right[:1], front[:1], "o", ms=7 * weight, mfc="white", mec=track.colour, mew=1.8 * weight, zorder=6)


def _draw_marks(axes: "Axes", track: _Track, marks: list[float], edge: float) -> None:
    """Small rings with the time, on the side away from the listener, where they keep clear of each other."""
    last = track.ground[0]
    for mark in marks:
        at = int(np.argmin(np.abs(track.times - mark)))
        here, along = track.ground[at], track.ground[min(at + 4, 480)] - track.ground[max(at - 4, 0)]
        if not (np.linalg.norm(along) > 1e-6 * edge and np.linalg.norm(here - last) > 0.09 * edge):
            continue
        away = np.array([along[1], -along[0]]) / np.linalg.norm(along)
        away *= 1.0 if away @ here >= 0 else -1.0
        axes.plot(*here, "o", ms=3.4, color="white", mec=track.colour, mew=0.9, zorder=5.5)
        right, front = here + 0.045 * edge * away
        axes.text(right, front, f"{mark:g} s", fontsize=7, color=track.colour, ha="center", va="center", zorder=7)
        last = here


def _draw_arrow(axes: "Axes", track: _Track, edge: float) -> None:
    """An arrow head where the object ends up."""
    finite = track.ground[np.isfinite(track.ground).all(axis=1)]
    steps = np.linalg.norm(finite - finite[-1], axis=1)
    behind = np.flatnonzero(steps > 0.03 * edge)
    if len(behind):
        style = {"arrowstyle": "-|>", "color": track.colour, "lw": 2.0, "mutation_scale": 17}
        axes.annotate("", xy=tuple(finite[-1]), xytext=tuple(finite[behind[-1]]), arrowprops=style, zorder=6)


def _draw_names(axes: "Axes", tracks: list[_Track], edge: float) -> None:
    """Name the tracks beside their starts, each name moved until it keeps clear of those before."""
    taken: list[Array] = [np.array([0.0, 0.0])]
    for track in tracks:
        start = track.ground[np.isfinite(track.ground).all(axis=1)][0]
        name = shorten(_plain(track.thing.id), 22, placeholder="…")
        half = 0.013 * edge * len(name) + 0.02 * edge
        sides = [(0, 0.075), (0, -0.075), (1, 0.0), (-1, 0.0), (1, 0.08), (-1, 0.08), (1, -0.08), (-1, -0.08),
                 (0, 0.15), (0, -0.15), (1, 0.16), (-1, 0.16), (0, 0.22), (0, -0.22)]  # fmt: skip
        spots = [start + np.array([side * (half + 0.04 * edge), up * edge]) for side, up in sides]
        spots = [np.clip(spot, half - edge, edge - half) for spot in spots]
        free = [spot for spot in spots if all(_apart(spot, other, half, edge) for other in taken)]
        spot = (free or spots)[0]
        taken += [spot, start]
        paper = {"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.6}
        axes.text(spot[0], spot[1], name, fontsize=9, color=track.colour, weight="bold", ha="center", va="center",
                  zorder=8, bbox=paper)  # fmt: skip


def _apart(one: Array, other: Array, half: float, edge: float) -> bool:
    return bool(abs(one[0] - other[0]) > 1.6 * half or abs(one[1] - other[1]) > 0.06 * edge)


def _draw_listener(axes: "Axes", rim: float) -> None:
    from matplotlib.patches import Circle, Ellipse, Polygon

    size = 0.038 * rim
    nose = Polygon([(-0.35 * size, 0.9 * size), (0, 1.5 * size), (0.35 * size, 0.9 * size)], fc=_INK, ec="none")
    ears = [Ellipse((side * size, 0), 0.45 * size, 0.8 * size, fc=_INK, ec="none") for side in (-1, 1)]
    for patch in (*ears, nose, Circle((0, 0), size, fc="#f4f4f4", ec=_INK, lw=1.3)):
        patch.set_zorder(9)
        axes.add_patch(patch)


def _draw_azimuth(axes: "Axes", scene: Scene, tracks: list[_Track]) -> None:
    half, turns = scene.camera.horizontal_fov / 2, _turns(scene)
    known = [angles[np.isfinite(angles)] for track in tracks for angles in (track.azimuth, track.heard)]
    most = max([half, *(float(np.abs(angles).max()) for angles in known if len(angles))])
    top = float(np.clip(15.0 * np.ceil((most * 1.08 + 2) / 15.0), 45.0, 180.0))
    weight = 1.0 if len(tracks) <= MOST_NAMED else 0.4
    axes.axhspan(-min(half, 180), min(half, 180), color="#fff3c4", lw=0, zorder=0)
    for track in tracks:
        for angles, style, visible in ((track.azimuth, "-", True), (track.heard, ":", turns)):
            if visible:
                whole, loud = _unwound(angles), np.where(track.sounding, 1.0, np.nan)
                axes.plot(track.times, whole, color=track.colour, lw=weight, ls=style, alpha=0.8)
                axes.plot(track.times, whole * loud, color=track.colour, lw=2.6 * weight, ls=style)
    if tracks and not any(len(angles) for angles in known):
        axes.text(0.5 * scene.duration, 0.0, "no direction can be heard", fontsize=10, color=_PALE, ha="center")
    axes.set_ylim(-top, top)
    step = 15 if top <= 60 else 30 if top <= 120 else 60
    ticks = np.arange(-top // step * step, top + 1, step)
    axes.set_yticks([tick for tick in ticks if abs(tick) <= top])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:+.0f}°".replace("-", "−") if value else "0°")
    axes.set_ylabel("right  ←  azimuth  →  left", fontsize=9, color=_INK)
    _tidy(axes)
    axes.tick_params(labelbottom=False)
    how = "solid: in the world   dotted: as heard, the camera turning" if turns else "the band is the camera's view"
    axes.set_title(how, fontsize=8.5, color=_PALE, loc="right", pad=4)


def _draw_bars(axes: "Axes", scene: Scene, tracks: list[_Track]) -> None:
    shown = tracks[:MOST_BARS]
    names: list[tuple[str, str]] = []
    for row, track in enumerate(shown):
        spans = [(start, end - start) for start, end in track.thing.sounding]
        axes.broken_barh(spans, (row - 0.36, 0.72), facecolors=track.colour, lw=0)
        name = name_of(track.thing)
        names.append((shorten(_plain(name), 24, placeholder="…"), track.colour))
        if spans and doing_of(track.thing):
            _tell(axes, track, row, scene.duration)
        if not spans:
            axes.text(0.01 * scene.duration, row, "silent", fontsize=7.5, color=_PALE, va="center")
    if scene.ambience is not None:
        axes.broken_barh(
            [(0, scene.duration)], (len(names) - 0.36, 0.72), facecolors="#eeeeee", hatch="///", ec="#bbbbbb", lw=0
        )
        names.append(
            (shorten(_plain(" · ".join(filter(None, ("ambience", scene.ambience.label)))), 24, placeholder="…"), _PALE)
        )
    if len(tracks) > MOST_BARS:
        names.append((f"… {len(tracks) - MOST_BARS} more", _PALE))
    _tidy(axes)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(names)), [name for name, _ in names], fontsize=8.5 if len(names) <= 14 else 6.5)
    for tick, (_, colour) in zip(axes.get_yticklabels(), names, strict=True):
        tick.set_color(colour)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.set_xlim(0, scene.duration)
    axes.set_xlabel("time, s", fontsize=9, color=_INK)


def _tell(axes: "Axes", track: _Track, row: int, duration: float) -> None:
    """Write beside or upon an object's bar what it does."""
    first = track.thing.sounding[0][0] if track.thing.sounding else 0.0
    paper = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.0}
    words = shorten(_plain(doing_of(track.thing)), 48, placeholder="…")
    late = first > 0.6 * duration  # there the words stand before the bar
    place = first + (-0.012 if late else 0.012) * duration
    axes.text(place, row, words, fontsize=7.5, color=_INK, ha="right" if late else "left", va="center", bbox=paper,
              zorder=5)  # fmt: skip


def _tidy(axes: "Axes") -> None:
    axes.grid(color=_GRID, lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8.5, colors=_INK, length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_PALE)


def _unwound(azimuth: Array) -> Array:
    """Break the line where it passes behind the listener, from +180 to −180 deg."""
    jumps = np.flatnonzero(np.abs(np.diff(azimuth)) > 180)
    broken = wrap_azimuth(azimuth)
    broken[jumps] = np.nan
    return broken


def _unknown_distance(thing: SceneObject) -> bool:
    return any(key.distance is None and key.azimuth is not None for key in thing.keyframes)


def _turns(scene: Scene) -> bool:
    poses = scene.camera.pose
    return any((pose.yaw, pose.pitch, pose.roll) != (poses[0].yaw, poses[0].pitch, poses[0].roll) for pose in poses)


def _marks(duration: float) -> list[float]:
    step = _round_step(duration / 5)
    return [round(float(mark), 9) for mark in np.arange(step, duration * 0.999, step)]


def _round_step(about: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten that is not below ``about``."""
    power = 10.0 ** np.floor(np.log10(about))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= about * 0.999))


def _plain(text: str) -> str:
    """Text that matplotlib draws as it stands: no formula signs, nothing its font lacks."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(FONT))
    known = "".join(sign if sign.isspace() or font.get_char_index(ord(sign)) else "□" for sign in text)
    return " ".join(known.split()).replace("$", r"\$")
