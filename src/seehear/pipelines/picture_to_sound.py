"""Picture in, spatial sound out: watch, sound, render, write; then asked against heard."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, TypeVar, Unpack

from seehear.errors import InputError
from seehear.media.atomic import check_output, written_whole
from seehear.media.layout import Layout, layout_of
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.pipelines.rendering import SAMPLE_RATE, Progress, Rendering, quietly
from seehear.pipelines.report import Report
from seehear.pipelines.stems import Chosen, kept_ids, stems_folder
from seehear.pipelines.wish import HearOptions, checked
from seehear.scene import Ambience, Scene, read_scene, scene_to_json

T = TypeVar("T")

PICTURES = (".mp4", ".m4v", ".mov", ".mkv")
SOUNDS = (".wav", ".flac")


class Heard(NamedTuple):
    """What `hear` gives back.

    Attributes:
        scene: what was sounded where, with the gain applied in ``extra["gain_db"]``.
        report: asked against heard, levels, warnings.
        samples: float32 (channels, n) at 48 kHz in the layout's inside order; None when written to a file.
    """

    scene: Scene
    report: Report
    samples: Samples | None


def hear(
    picture: Path | str,
    output: Path | str | None = None,
    *,
    progress: Progress = quietly,
    **options: Unpack[HearOptions],
) -> Heard:
    """Give a picture its sound, in the right place.

    Args:
        picture: an image, a GIF or a video.
        output: ``.mp4``, ``.mkv``, ``.mov``: the picture untouched with the new sound; ``.wav``, ``.flac``: the sound
            alone. None: samples are returned and nothing is written. Beside a file, its scene is written as
            ``<name>.scene.json``.
        progress: told each stage's name and how much of it is done, 0 to 1.
        **options: the choices of `HearOptions`: ``layout="5.1"``, ``sound="voices"``, ``labels=["car"]`` ...

    Returns:
        Scene, report, and the samples if nothing was written.

    Raises:
        InputError: a picture, scene, sound, layout or output that cannot be used; nothing is written then.
        UnknownBackend: an unknown ``watch`` or ``sound``.

    Example:
        >>> hear("street.mp4", layout="5.1").report.objects  # doctest: +SKIP
    """
    return _Hearing(Path(picture), None if output is None else Path(output), checked(**options), progress).run()


def hear_outputs(pictures: Sequence[Path], output: str, *, layout: str) -> list[tuple[Path, Path]]:
    """Pair pictures with outputs: one file for one picture, or a folder for several.

    In a folder a video gives ``<name>.<layout>.mkv`` or ``.mp4`` where MP4 holds the layout, other pictures ``.mp4``.

    Raises:
        InputError: several pictures and no folder, or two pictures of one name.
    """
    folder = Path(output)
    if not (output.endswith("/") or folder.is_dir()):
        if len(pictures) > 1:
            raise InputError(f"expected a folder for {len(pictures)} pictures, got -o {output}: end it with '/'")
        return [(pictures[0], folder)]
    suffix = ".mp4" if layout in ("binaural", "stereo", "5.1") else ".mkv"
    named = [(one, folder / f"{one.stem}.{layout}{suffix}") for one in pictures]
    names = [out.name for _, out in named]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"two pictures would both be written to '{twice[0]}': run them apart")
    folder.mkdir(parents=True, exist_ok=True)
    return named


class _Hearing:
    """One run of `hear`: the same few facts, needed at every stage."""

    def __init__(self, picture: Path, output: Path | None, wish: HearOptions, progress: Progress) -> None:
        self.picture, self.output, self.wish, self.progress = picture, output, wish, progress
        self.layout: Layout = layout_of(wish["layout"])
        self.seconds: dict[str, float] = {}
        self.start = wish["start"]
        self.animated = False

    def run(self) -> Heard:
        sidecar = self._check_outputs()
        scene = self._timed("watch", self._watch)
        if self.start:
            scene = scene.model_copy(update={"extra": {**scene.extra, "start": self.start}})
        watched = scene
        scene, stems, backend = self._timed("sound", lambda: self._sound(watched))
        with ExitStack() as stack:
            writer = stack.enter_context(stems_folder(self.wish["stems"], stems, force=self.wish["force"]))
            rendering = stack.enter_context(
                Rendering(
                    scene, stems, self.layout, hrtf=self.wish["hrtf"], air=self.wish["air"], writer=writer,
                    folder=self.output.parent if self.output else None, keep=not self.wish["stream"],
                    progress=self.progress,
                )
            )  # fmt: skip
            if self.wish["stream"]:
                samples = self._timed("render", lambda: self._write(rendering.live(), scene))
                level = rendering.level(None)
            else:
                self._timed("render", rendering.run)
                level = rendering.level(self.wish["loudness"])
                samples = self._timed("write", lambda: self._write(self._looped(rendering, level.gain_db), scene))
            scene = scene.model_copy(update={"extra": {**scene.extra, "gain_db": level.gain_db}})
            if sidecar is not None:
                with written_whole(sidecar, force=self.wish["force"]) as beside:
                    beside.write_text(scene_to_json(scene), encoding="utf-8")
        report = rendering.report(scene, level, backend=backend, output=self.output, seconds=self.seconds)
        if abs(self.start - self.wish["start"]) > 0.1:
            early = f"begins at {self.start:.2f} s, the key frame before the {self.wish['start']:.2f} s asked for"
            report = report._replace(warnings=(*report.warnings, f"{early}: write .mp4 for an exact start"))
        return Heard(scene, report, samples)

    def _check_outputs(self) -> Path | None:
        """Refuse outputs that cannot be, before any work is done; give the scene file's name."""
        if self.output is None:
            return None
        if self.output.suffix.lower() not in PICTURES + SOUNDS:
            known = " ".join(PICTURES + SOUNDS)
            raise InputError(f"output must end in one of {known}, got '{self.output.name}'")
        sidecar = self.output.with_suffix(".scene.json")
        for file in (self.output, sidecar):
            check_output(file, force=self.wish["force"])
            if file.exists() and self.picture.exists() and file.samefile(self.picture):
                raise InputError(f"the output '{file}' is the picture itself: choose another name")
        self._check_fit(self.output)
        return sidecar

    def _check_fit(self, output: Path) -> None:
        """Refuse what the container cannot hold."""
        if self.wish["stream"] and output.suffix.lower() != ".wav":
            raise InputError(f"--stream writes .wav (32-bit float, which no peak can clip), got '{output.name}'")
        if output.suffix.lower() in SOUNDS:
            from seehear.media.write import check_sound_output

            if self.wish["keep_original"]:
                raise InputError(f"--keep-original needs a picture output (.mp4, .mkv), got '{output.name}'")
            check_sound_output(output, self.layout, bits=self._bits())
        else:
            from seehear.media.mux import check_mux

            check_mux(
                self.picture, output, self.layout, sample_rate=SAMPLE_RATE, loops=self.wish["loops"],
                force=self.wish["force"],
            )  # fmt: skip

    def _bits(self) -> int:
        return 32 if self.wish["stream"] else 24

    def _watch(self) -> Scene:
        from seehear.media.picture import picture_info
        from seehear.watch import to_scene

        info = picture_info(self.picture)
        self.animated = info.kind == "gif"
        if self.output is not None and self.output.suffix.lower() in PICTURES and self.start > 0:
            from seehear.media.mux import trimmed_start

            self.start = trimmed_start(self.picture, self.output, self.start)
        wish = self.wish
        if wish["scene"] is not None:
            return self._given(info.duration)
        scene: Scene = to_scene(
            self.picture, backend=wish["watch"], labels=wish["labels"], horizontal_fov=wish["horizontal_fov"],
            projection=wish["projection"], spread=wish["spread"], start=self.start, end=wish["end"],
            duration=wish["duration"],
        )  # fmt: skip
        return scene

    def _given(self, length: float | None) -> Scene:
        """Take the scene that was given, if it is as long as the clip."""
        given = self.wish["scene"]
        scene = given if isinstance(given, Scene) else read_scene(given)  # type: ignore[arg-type]
        refuse_silent(scene)
        if length is not None:
            clip = min(length, self.wish["end"] or length) - self.start
            if abs(scene.duration - clip) > 0.5:
                raise InputError(f"the scene lasts {scene.duration:.2f} s, the clip {clip:.2f} s: expected one length")
        return scene

    def _sound(self, scene: Scene) -> tuple[Scene, Stems, str]:
        from seehear.sound import has_sound, to_stems

        backend = self.wish["sound"]
        if backend is None:
            backend = "own" if has_sound(self.picture) else "voices"
        if self.wish["commercial_only"]:
            from seehear.sound.flow.needs import weights_of
            from seehear.weights import refuse_noncommercial

            refuse_noncommercial(weights_of(backend))
        self.progress("sound", 0.0)
        chosen_by = {"only": self.wish["only"], "mute": self.wish["mute"]}
        if backend != "own":  # what is muted needs no sound; out of a soundtrack it must still be taken
            keep = kept_ids(scene, **chosen_by)
            scene = scene.model_copy(update={"objects": tuple(one for one in scene.objects if one.id in keep)})
            chosen_by = {"only": (), "mute": (AMBIENCE,) if AMBIENCE not in keep else ()}
        sounded = to_stems(scene, self.picture, backend=backend, seed=self.wish["seed"], sample_rate=SAMPLE_RATE)
        scene = self._louder_bed(sounded.scene)
        chosen = Chosen(sounded.stems, scene, **chosen_by)
        return chosen.scene, chosen, backend

    def _louder_bed(self, scene: Scene) -> Scene:
        gain = self.wish["ambience_gain"]
        if not gain or scene.ambience is None:
            return scene
        bed: Ambience = scene.ambience.model_copy(update={"gain_db": scene.ambience.gain_db + gain})
        return scene.model_copy(update={AMBIENCE: bed})

    def _looped(self, rendering: Rendering, gain_db: float) -> Iterator[Samples]:
        """Give the finished sound as often as an animation runs."""
        for _ in range(self.wish["loops"] if self.animated else 1):
            yield from rendering.blocks(gain_db)

    def _write(self, blocks: Iterator[Samples], scene: Scene) -> Samples | None:
        import numpy as np

        if self.output is None:
            return np.concatenate(list(blocks), axis=1)
        if self.output.suffix.lower() in SOUNDS:
            from seehear.media.write import SoundWriter

            with SoundWriter(
                self.output, self.layout, sample_rate=SAMPLE_RATE, bits=self._bits(), force=self.wish["force"]
            ) as writer:
                for block in blocks:
                    writer.write(block)
            return None
        from seehear.media.mux import mux

        mux(
            self.picture, self.output, blocks, self.layout, sample_rate=SAMPLE_RATE,
            keep_original=self.wish["keep_original"], start=self.start or None, end=self.wish["end"],
            duration=scene.duration, loops=self.wish["loops"], force=self.wish["force"],
        )  # fmt: skip
        return None

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        self.progress(stage, 0.0)
        done = work()
        self.progress(stage, 1.0)
        self.seconds[stage] = time.perf_counter() - began
        return done


def refuse_silent(scene: Scene) -> None:
    """Refuse a scene in which an object never sounds.

    Raises:
        InputError: names the object.
    """
    for thing in scene.objects:
        if not thing.sounding:
            raise InputError(f"object {thing.id!r} never sounds: give it a span in 'sounding', or remove it")
