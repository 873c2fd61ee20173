"""Stems to a finished sound: rendered, measured against what was asked, brought to its loudness."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from seehear.acoustics.hrtf import Hrtf, default_hrtf
from seehear.acoustics.render import Renderer
from seehear.media.layout import Layout
from seehear.media.stems import Samples, Stems
from seehear.pipelines.bearings import Bearings
from seehear.pipelines.bounce import Bounce, Level
from seehear.pipelines.report import WARN_DEGREES, ObjectReport, Report
from seehear.pipelines.stems import Teed, Writer
from seehear.scene import Scene, SceneObject

SAMPLE_RATE = 48000
BLOCK = 1 << 15

Progress = Callable[[str, float], None]


def quietly(stage: str, done: float) -> None:
    """Tell nobody."""


class Rendering:
    """One rendering of a scene's stems in one layout; a context manager that leaves nothing behind.

    Args:
        scene: what is where.
        stems: its sounds at 48 kHz.
        layout: to render in.
        hrtf: SOFA file for binaural; None: the built-in KEMAR.
        air: whether the air absorbs.
        writer: takes the stems as they pass.
        folder: where the temporary file lies; None: the system's place.
        keep: whether blocks are kept for `blocks`; else `live` is the only way through.
        progress: told how far the rendering is.
    """

    def __init__(
        self,
        scene: Scene,
        stems: Stems,
        layout: Layout,
        *,
        hrtf: Path | str | None = None,
        air: bool = True,
        writer: Writer | None = None,
        folder: Path | None = None,
        keep: bool = True,
        progress: Progress = quietly,
    ) -> None:
        self._layout = layout
        self._stems = Teed(stems, writer)
        self._hrtf = ears(hrtf) if layout.kind == "ears" else None
        self._renderer = Renderer(scene, layout, sample_rate=SAMPLE_RATE, hrtf=self._hrtf, air=air)
        self._bearings = Bearings(scene, layout, sample_rate=SAMPLE_RATE, hrtf=self._hrtf)
        self._bounce = Bounce(layout, sample_rate=SAMPLE_RATE, folder=folder)
        self._keep = keep
        self._progress = progress

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the temporary file go."""
        self._bounce.close()

    def run(self) -> None:
        """Render everything into the temporary file, measuring on the way."""
        for _ in self.live():
            pass

    def live(self) -> Iterator[Samples]:
        """Render block by block, (channels, n), measuring on the way."""
        length = max(1, self._stems.length)
        for block in self._renderer.blocks(self._stems, size=BLOCK):
            self._bearings.add(block.objects, block.mix)
            (self._bounce.add if self._keep else self._bounce.measure)(block.mix)
            self._progress("render", min(1.0, (block.start + block.mix.shape[1]) / length))
            yield block.mix

    def level(self, target_lufs: float | None, *, fixed_db: float = 0.0) -> Level:
        """Choose the output's gain; see `Bounce.level`."""
        return self._bounce.level(target_lufs, fixed_db=fixed_db)

    def blocks(self, gain_db: float) -> Iterator[Samples]:
        """Give the rendered sound back with the gain applied."""
        return self._bounce.blocks(gain_db)

    def report(
        self, scene: Scene, level: Level, *, backend: str, output: Path | None, seconds: Mapping[str, float]
    ) -> Report:
        """Set down what was done."""
        rows = tuple(self._row(one, backend) for one in scene.objects)
        warnings = [level.warning] if level.warning else []
        for row in rows:
            if row.bearing is not None and row.bearing.error > WARN_DEGREES:
                warnings.append(
                    f"object {row.id!r} is heard at {row.bearing.heard:+.0f} deg, asked at {row.bearing.asked:+.0f} deg"
                )
        return Report(
            output=str(output or ""), layout=self._layout.name, sound=backend,
            hrtf=self._hrtf.name if self._hrtf else "", duration=self._stems.length / SAMPLE_RATE,
            gain_db=level.gain_db, loudness_lufs=level.loudness_lufs, true_peak_dbtp=level.true_peak_dbtp,
            objects=rows, warnings=tuple(warnings), unknown=tuple(scene.extra.get("unknown", ())),
            seconds=dict(seconds),
        )  # fmt: skip

    def _row(self, thing: SceneObject, backend: str) -> ObjectReport:
        sound = str(thing.extra.get("voice") or thing.extra.get("file") or backend)
        return ObjectReport(thing.id, thing.label, thing.motion, sound, thing.confidence, self._bearings.bearing(thing))


def ears(sofa: Path | str | None) -> Hrtf:
    """Load the HRTF set: a SOFA file, or the built-in KEMAR."""
    if sofa is None:
        return default_hrtf(SAMPLE_RATE)
    from seehear.acoustics.sofa import read_sofa

    return read_sofa(sofa, sample_rate=SAMPLE_RATE)
