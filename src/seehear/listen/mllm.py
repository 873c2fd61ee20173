"""The planner: a language model told the measurements in words, and the sound where it takes it (SpA2V's first stage).

Reference: Pham et al., "SpA2V", ACM Multimedia 2025, arXiv 2508.00782: temperature 0.5, three nearest examples as
earlier turns, reasoning before the layout. Ours: measured facts in the prompt, answers by JSON schema, examples that are
never of the query's own recording, and the nearest example's own layout as the control.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.chat import AnswerCache, Chat, Checked, NoAnswer, ask_json
from seehear.errors import InputError
from seehear.listen.ablation import Planning
from seehear.listen.attachment import attached
from seehear.listen.embedding import Measured
from seehear.listen.mel import RATE
from seehear.listen.prompt import Shot, answer_schema, conversation, layout_of_scene
from seehear.listen.reply import scene_from_reply
from seehear.listen.store import LONGEST, Example, ExampleStore, query_of
from seehear.media import AudioClip, read_audio
from seehear.scene import CameraSpec, Scene


class Planner(NamedTuple):
    """Who plans, from what.

    Attributes:
        endpoint: the model; None: only for the control `Planning.copy`.
        store: examples; None: none are there to be had.
        planning: what the model is given.
        cache: answers on the disk; None: every clip is asked for anew.
    """

    endpoint: Chat | None
    store: ExampleStore | None = None
    planning: Planning = Planning()
    cache: AnswerCache | None = None

    def plan(
        self,
        sound: Path | str,
        measured: Measured,
        *,
        camera: CameraSpec | None = None,
        group: str | None = None,
        start: float = 0.0,
        end: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> Scene:
        """Plan a clip's scene.

        Args:
            sound: the file; at most 120 s of it.
            measured: its facts, as `seehear.listen.facts.facts_of` gives them for the same stretch.
            camera: how the picture is taken; None: 60 deg wide.
            group: the recording it is from, if examples of it may be in the store under that name.
            start: seconds into the file.
            end: seconds into the file; None: its end.
            rng: draws random examples and the jitter of waits; None: seeded with 0.

        Returns:
            The scene; ``extra["planner"]`` says who planned it, from which examples, and what had to be put right.

        Raises:
            InputError: the clip is too long, or what the plan needs (endpoint, examples) is not there.
            NoAnswer: the model gave no usable answer; ``raw`` keeps its words.
        """
        spec, draw = camera or CameraSpec(), np.random.default_rng(0) if rng is None else rng
        clip = _clip(sound, start, end)
        examples = self._examples(clip, measured, group, draw)
        if self.planning.copy:
            return self._copied(examples, measured, spec)
        if self.endpoint is None:
            raise InputError("the planner needs a model: give --endpoint and --model")
        shots = [(self._shot(one), one.scene) for one in examples]
        question = Shot(measured.lines, self._sound(clip), measured.duration)
        messages = conversation(self.planning, shots, question, fov=spec.horizontal_fov)

        def check(data: dict[str, Any]) -> Scene:
            return scene_from_reply(data, keyframes=self.planning.keyframes, duration=measured.duration, camera=spec)

        try:
            checked = ask_json(
                self.endpoint, messages, check=check, schema=answer_schema(self.planning), retries=3,
                temperature=self.planning.temperature, tag=f"listen {Path(sound).name}", cache=self.cache, rng=draw,
            )  # fmt: skip
        except NoAnswer as failed:
            raise _with_hint(failed, sound=self.planning.sound) from None
        return _told(checked, self.endpoint, self.planning, examples, measured)

    def _examples(
        self, clip: AudioClip, measured: Measured, group: str | None, rng: np.random.Generator
    ) -> list[Example]:
        planning = self.planning
        count = 1 if planning.copy else planning.shots
        if (planning.examples == "none" and not planning.copy) or count == 0:
            return []
        if self.store is None:
            raise InputError("the planner needs examples: give --examples DIR, or --ablation no-examples")
        query = query_of(clip, measured, group=group)
        if planning.examples == "random" and not planning.copy:
            return self.store.random(query, count, rng=rng)
        return self.store.nearest(query, count)

    def _shot(self, example: Example) -> Shot:
        sound = self._sound(_clip(example.sound, 0.0, None)) if self.planning.sound else ()
        return Shot(example.lines, sound, example.scene.duration)

    def _sound(self, clip: AudioClip) -> tuple[Any, ...]:
        return attached(clip, per_ear=self.planning.per_ear) if self.planning.sound else ()

    def _copied(self, examples: list[Example], measured: Measured, camera: CameraSpec) -> Scene:
        """The control: the nearest example's layout, stretched to the clip."""
        if not examples:
            raise InputError("no example is left that is not of the clip's own recording: give a larger --examples DIR")
        import json

        layout = json.loads(layout_of_scene(examples[0].scene, self.planning))
        scene = scene_from_reply(layout, keyframes=self.planning.keyframes, duration=measured.duration, camera=camera)
        note = {"model": None, "copied": examples[0].name}
        return scene.model_copy(update={"extra": {**scene.extra, "planner": note}})


def _clip(sound: Path | str, start: float, end: float | None) -> AudioClip:
    clip = read_audio(sound, sample_rate=RATE, limit_seconds=600.0)
    cut = clip.samples[:, round(start * RATE) : None if end is None else round(end * RATE)]
    if not cut.shape[1]:
        raise InputError(f"expected start and end within '{sound}', got {start:g} to {end}")
    if cut.shape[1] > LONGEST * RATE + RATE:
        raise InputError(f"the planner takes clips of at most {LONGEST:g} s, got {cut.shape[1] / RATE:.0f} s")
    return clip._replace(samples=cut)


def _told(
    checked: Checked[Scene], endpoint: Chat, planning: Planning, examples: list[Example], measured: Measured
) -> Scene:
    """The scene, with a note on how it came about."""
    unknown = all(source.front_back == "unknown" for source in measured.sources)
    things = checked.value.objects
    if unknown and measured.sources:
        things = tuple(thing.model_copy(update={"front_back": "unknown"}) for thing in things)
    note = {
        "model": endpoint.model,
        "answered_by": checked.answer.model,
        "examples": [one.name for one in examples],
        "reasoning": planning.reasoning,
        "facts": planning.facts,
        "sound": planning.sound,
        "schema": checked.answer.form,
        "repairs": list(checked.repairs),
        "errors": list(checked.errors),
        "tokens": None if checked.usage is None else list(checked.usage),
        "cached": checked.answer.cached,
    }
    return checked.value.model_copy(update={"objects": things, "extra": {**checked.value.extra, "planner": note}})


def _with_hint(failed: NoAnswer, *, sound: bool) -> NoAnswer:
    hint = ""
    if sound and failed.failure == "rejected":
        hint = "; if the model takes no sound, add --no-attach-sound"
    return NoAnswer(f"{failed}{hint}", failure=failed.failure, raw=failed.raw, usage=failed.usage)
