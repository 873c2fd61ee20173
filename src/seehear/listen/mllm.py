"""The planner: a language model told the measurements in words, and the sound where it takes it (SpA2V's first stage).

Reference: Pham et al., "SpA2V", ACM Multimedia 2025, arXiv 2508.00782: temperature 0.5, three nearest examples as
earlier turns, reasoning before the layout. Ours: measured facts in the prompt, answers by JSON schema, examples that
are never of the query's own recording, and the nearest example's own layout as the control.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seehear.chat import AnswerCache, Chat, Checked, NoAnswer, ask_json, open_endpoint
from seehear.errors import InputError
from seehear.listen.ablation import Planning, ablated
from seehear.listen.attachment import attached, clip_of
from seehear.listen.embedding import Measured
from seehear.listen.prompt import Shot, answer_schema, conversation
from seehear.listen.reply import scene_from_reply
from seehear.listen.store import Example, ExampleStore, query_of
from seehear.media import AudioClip
from seehear.scene import CameraSpec, Scene
from seehear.scene.formats import scene_from_spa2v, spa2v_from_scene

if TYPE_CHECKING:
    from seehear.listen.door import Wish
    from seehear.listen.spectrogram import Source

CHOICES: dict[str, Any] = {
    "endpoint": None,
    "model": "",
    "key": None,
    "timeout": 120.0,
    "examples": None,
    "ablation": (),
    "attach_sound": True,
    "per_ear": False,
    "shots": 3,
    "cache": None,
    "group": None,
    "seed": 0,
    "progress": lambda stage, done: None,
}
"""What `MllmListen` can be told, and what it takes otherwise."""


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
        sound: "Source",
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
            sound: the file, or samples (channels, n) and their rate in Hz; at most 120 s of it.
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
        clip = clip_of(sound, start=start, end=end)
        examples = self._examples(clip, measured, group, draw)
        if self.planning.copy:
            return self._copied(examples, measured, spec)
        if self.endpoint is None:
            raise InputError("the planner needs a model: give --endpoint and --model")
        shots = [(self._shot(one), one.scene) for one in examples]
        question = Shot(measured.lines, self._sound(clip), measured.duration, spec.horizontal_fov)
        messages = conversation(self.planning, shots, question)

        def check(data: dict[str, Any]) -> Scene:
            return scene_from_reply(
                data, keyframes=self.planning.keyframes, duration=measured.duration, camera=spec,
                silent=not measured.sources,
            )  # fmt: skip

        try:
            checked = ask_json(
                self.endpoint, messages, check=check, schema=answer_schema(self.planning), retries=3,
                temperature=self.planning.temperature, tag=f"listen {_name(sound)}", cache=self.cache, rng=draw,
            )  # fmt: skip
        except NoAnswer as failed:
            raise _with_hint(failed, sound=self.planning.sound) from None
        return _told(checked, self, examples, measured)

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
        sound = self._sound(clip_of(example.sound)) if self.planning.sound else ()
        return Shot(example.lines, sound, example.scene.duration, example.scene.camera.horizontal_fov)

    def _sound(self, clip: AudioClip) -> tuple[Any, ...]:
        return attached(clip, per_ear=self.planning.per_ear) if self.planning.sound else ()

    def _copied(self, examples: list[Example], measured: Measured, camera: CameraSpec) -> Scene:
        """The control: the nearest example's layout, stretched to the clip."""
        if not examples:
            raise InputError("no example is left that is not of the clip's own recording: give a larger --examples DIR")
        layout = spa2v_from_scene(examples[0].scene, frames=self.planning.keyframes, form="json")
        scene = scene_from_spa2v(layout, duration=measured.duration, camera=camera)
        note = {"model": None, "copied": examples[0].name}
        return scene.model_copy(update={"extra": {**scene.extra, "planner": note}})


def _told(checked: Checked[Scene], planner: Planner, examples: list[Example], measured: Measured) -> Scene:
    """The scene, with a note on how it came about."""
    unknown = all(source.front_back == "unknown" for source in measured.sources)
    things = checked.value.objects
    if unknown and measured.sources:
        things = tuple(thing.model_copy(update={"front_back": "unknown"}) for thing in things)
    planning = planner.planning
    skipped = [] if planner.store is None else planner.store.skipped[:10]
    note = {
        "model": None if planner.endpoint is None else planner.endpoint.model,
        "answered_by": checked.answer.model,
        "examples": [one.name for one in examples],
        "reasoning": planning.reasoning,
        "facts": planning.facts,
        "sound": planning.sound,
        "schema": checked.answer.form,
        "repairs": list(checked.repairs),
        "errors": list(checked.errors),
        "skipped": skipped,
        "tokens": None if checked.usage is None else list(checked.usage),
        "cached": checked.answer.cached,
    }
    extra = {**checked.value.extra, "planner": note, "unknown": list(measured.remarks)}
    return checked.value.model_copy(update={"objects": things, "extra": extra})


def _with_hint(failed: NoAnswer, *, sound: bool) -> NoAnswer:
    hint = ""
    if sound and failed.failure == "rejected":
        hint = "; if the model takes no sound, add --no-attach-sound"
    return NoAnswer(f"{failed}{hint}", failure=failed.failure, raw=failed.raw, usage=failed.usage)


def _name(sound: "Source") -> str:
    return "samples" if isinstance(sound, tuple) else Path(sound).name


class MllmListen:
    """The backend ``mllm``; see `seehear.listen.door.Listen`.

    Its choices: ``endpoint`` (base address, ``recorded:DIR``, or a `Chat`), ``model``, ``key``, ``timeout`` in seconds,
    ``examples`` (a store's folder), ``ablation`` (names out of `ABLATIONS`), ``attach_sound``, ``per_ear``, ``shots``,
    ``cache`` (a folder), ``group`` (the recording the clip is from), ``seed`` (of random examples and of waits),
    ``progress`` (told the stage and how far it is, 0 to 1).
    """

    def listen(self, wish: "Wish") -> Scene:
        """Plan the clip's scene.

        Raises:
            InputError: an unknown choice, or something the plan needs is not there.
            BackendFailed: no usable answer; ``raw`` keeps the model's words.
        """
        from seehear.listen.facts import facts_of

        chosen = _chosen(wish.choices)
        planning = ablated(Planning(keyframes=wish.keyframes, shots=chosen["shots"], per_ear=chosen["per_ear"]),
                           chosen["ablation"])  # fmt: skip
        if not chosen["attach_sound"]:
            planning = replace(planning, sound=False)
        needs_store = planning.copy or (planning.examples != "none" and planning.shots > 0)
        planner = Planner(
            None if planning.copy else _endpoint(chosen),
            ExampleStore(chosen["examples"], progress=chosen["progress"])
            if needs_store and chosen["examples"] is not None
            else None,
            planning,
            None if chosen["cache"] is None else AnswerCache(chosen["cache"]),
        )
        clip_of(wish.clip, start=wish.start, end=wish.end)  # too long is said before anything is measured
        measured = wish.facts or facts_of(wish.clip, format=wish.format, start=wish.start, end=wish.end)
        return planner.plan(
            wish.clip, measured, camera=wish.camera, group=chosen["group"], start=wish.start, end=wish.end,
            rng=np.random.default_rng(chosen["seed"]),
        )  # fmt: skip


def _chosen(choices: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(choices) - set(CHOICES))
    if unknown:
        raise InputError(f"backend mllm has the options {', '.join(sorted(CHOICES))}, got {unknown[0]!r}")
    return {**CHOICES, **choices}


def _endpoint(chosen: Mapping[str, Any]) -> Chat | None:
    given = chosen["endpoint"]
    if isinstance(given, str):
        return open_endpoint(given, model=chosen["model"], key=chosen["key"], timeout=chosen["timeout"])
    endpoint: Chat | None = given
    return endpoint
