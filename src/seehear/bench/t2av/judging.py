"""The judge: two requests a clip (its checklist, its realism), the clip sent whole in each; every failure a row.

Answers are checked (range, whole numbers, null only where not applicable); a bad one is told what is wrong and asked
again. Verdicts lie in ``judges/NAME/``, one file a clip, so that a rerun asks only what is not answered.

Reference: T2AV-Compass (arXiv 2512.21094 v3), appendix D and F, whose pipeline asks one question a request.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seehear.bench.t2av.budget import FREE, Budget, Prices, planned
from seehear.bench.t2av.evidence import PLAIN, Evidence, Send, evidence_of
from seehear.bench.t2av.items import Plan, read_item
from seehear.bench.t2av.judged import Judge
from seehear.bench.t2av.prompts import Prompt
from seehear.bench.t2av.rubrics import REALISM_KEYS, answer_schema, checklist_text, realism_text
from seehear.chat import AnswerCache, Chat, NoAnswer, ask_json, bounded_map, said
from seehear.errors import InputError, SeehearError
from seehear.score.compass import HIGHEST, LOWEST

RETRIES = 2
WORKERS = 4
Verdict = dict[str, Any]


@dataclass(frozen=True)
class AskedJudge:
    """A judge that is asked over the chat client.

    Attributes:
        name: in tables.
        chat: who is asked.
        send: how clips are sent.
        prices: of tokens.
        budget: money at most; None: any.
        workers: requests at a time.
        temperature: of every request.
        tell: is told the cost plan, one line.
    """

    name: str
    chat: Chat
    send: Send = PLAIN
    prices: Prices = FREE
    budget: float | None = None
    workers: int = WORKERS
    temperature: float | None = 0.0
    tell: Callable[[str], None] = field(default=lambda text: None, compare=False)

    def told(self) -> dict[str, Any]:
        """Give what the card says: the model is pinned here; no key."""
        return {
            "model": self.chat.model, "address": self.chat.address, "temperature": self.temperature,
            "frames_per_second": self.send.fps, "frame_width": self.send.width, "frames_at_most": self.send.most,
            "rubric": rubric_hash(), "prices_per_million": list(self.prices), "budget": self.budget,
        }  # fmt: skip

    def judge(self, plan: Plan, prompts: Sequence[Prompt], progress: Callable[[str, float], None]) -> Judge:
        """Ask about every clip that could be read; the others get verdicts that say why not.

        Raises:
            InputError: the plan costs more than the budget.
        """
        by_index = {one.index: one for one in prompts}
        return self.ask(plan.folder, [_job(plan, index, by_index) for index in range(plan.count)], progress)

    def ask(self, folder: Path, jobs: Sequence["Job"], progress: Callable[[str, float], None]) -> Judge:
        """Ask about some clips.

        Args:
            folder: of the run; verdicts and answers lie in its ``judges/``.
            jobs: a clip each.
            progress: told how far it is.

        Raises:
            InputError: the plan costs more than the budget.
        """
        store = _Store(folder / "judges" / _slug(self.name), self.told())
        wanted = [one for one in jobs if not one.why and not store.done(one)]
        estimate = planned([(one.path, one.row, one.prompt) for one in wanted], self.send, self.prices)
        self.tell(f"judge {self.name}: {estimate.told()}")
        purse = Budget(self.budget, self.prices)
        purse.check(estimate)
        asker = _Asker(self, AnswerCache(folder / "judges" / "answers"), purse, store)
        for number, _ in enumerate(bounded_map(asker.ask, wanted, workers=self.workers), 1):
            progress(f"judge {self.name}", number / max(len(wanted), 1))
        verdicts = {}
        for one in jobs:
            held = None if one.why else store.read(one)
            verdicts[one.system, one.prompt.index] = held or _unasked(one)
        return Judge(self.name, self.chat.model, verdicts, purse.told(estimate))


@dataclass(frozen=True)
class Job:
    """One clip to be judged.

    Attributes:
        system: whose clip it is.
        path: of the clip; None: there is none.
        row: what was measured of it.
        prompt: with its questions.
        key: hash of all that the row depends on.
        why: it cannot be judged; "" where it can.
    """

    system: str
    path: Path | None
    row: Mapping[str, Any]
    prompt: Prompt
    key: str
    why: str = ""

    @property
    def name(self) -> str:
        """For recordings."""
        return f"{self.system} {self.prompt.index:04d}"

    @property
    def asked(self) -> list[str]:
        """Every name that gets a score."""
        return [*(one.slot for one in self.prompt.questions), *REALISM_KEYS]


def _job(plan: Plan, index: int, prompts: Mapping[int, Prompt]) -> Job:
    system, clip = plan.place(index)
    row = read_item(plan, index) or {}
    why = clip.failure or str(row.get("failure") or row.get("failed") or "")
    if not why and (clip.path is None or row.get("status") != "ok"):
        why = "not judged"
    return Job(system.name, clip.path, row, prompts[clip.number], plan.store(index).key(index), why)


class _Store:
    """Verdicts on disk; one counts where clip, judge and rubric are the same."""

    def __init__(self, folder: Path, told: Mapping[str, Any]) -> None:
        basis = {name: told[name] for name in told if name not in ("prices_per_million", "budget")}
        self._folder, self._basis = folder, json.dumps(basis, sort_keys=True)

    def _file(self, job: Job) -> Path:
        return self._folder / f"{_slug(job.system)}-{job.prompt.index:04d}.json"

    def _key(self, job: Job) -> str:
        questions = json.dumps([[one.slot, one.text] for one in job.prompt.questions])
        return hashlib.sha256(f"{job.key}:{self._basis}:{questions}".encode()).hexdigest()

    def read(self, job: Job) -> Verdict | None:
        try:
            held = json.loads(self._file(job).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        mine = isinstance(held, dict) and held.get("key") == self._key(job) and isinstance(held.get("verdict"), dict)
        return dict(held["verdict"]) if mine else None

    def done(self, job: Job) -> bool:
        """Say whether nothing is left to be asked."""
        held = self.read(job)
        return held is not None and not held.get("failures", True)

    def write(self, job: Job, verdict: Verdict) -> None:
        from seehear.media.atomic import written_whole

        self._folder.mkdir(parents=True, exist_ok=True)
        with written_whole(self._file(job), force=True) as beside:
            beside.write_text(json.dumps({"key": self._key(job), "verdict": verdict}, ensure_ascii=False) + "\n",
                              encoding="utf-8")  # fmt: skip


class _Asker:
    """Asks about one clip after the other, from several threads."""

    def __init__(self, judge: AskedJudge, cache: AnswerCache, purse: Budget, store: _Store) -> None:
        self._judge, self._cache, self._purse, self._store = judge, cache, purse, store

    def ask(self, job: Job) -> Verdict:
        verdict: Verdict = {"asked": job.asked, "scores": {}, "reasons": {}, "failures": {}}
        try:
            if job.path is None:
                raise InputError("no clip")
            evidence = evidence_of(job.path, job.row, self._judge.send)
        except SeehearError as error:
            verdict["failures"] = dict.fromkeys(job.asked, _line(error))
        else:
            if job.prompt.questions:
                slots = [one.slot for one in job.prompt.questions]
                self._part(job, evidence, "checklist", slots, checklist_text(job.prompt.questions), verdict)
            self._part(job, evidence, "realism", list(REALISM_KEYS), realism_text(), verdict)
        verdict["scores"] |= dict.fromkeys(verdict["failures"])
        self._store.write(job, verdict)
        return verdict

    def _part(self, job: Job, evidence: Evidence, part: str, names: list[str], rubric: str, verdict: Verdict) -> None:
        messages = [said("system", rubric), said("user", *evidence.parts)]
        try:
            self._purse.spend_allowed()
            done = ask_json(
                self._judge.chat, messages, check=checker(names), schema=answer_schema(names), retries=RETRIES,
                temperature=self._judge.temperature, tag=f"{job.name} {part}", cache=self._cache,
            )  # fmt: skip
        except NoAnswer as failed:
            self._purse.spend(failed.usage)
            verdict["failures"] |= dict.fromkeys(names, f"{failed.failure}: {_line(failed)}")
        except SeehearError as failed:
            verdict["failures"] |= dict.fromkeys(names, _line(failed))
        else:
            self._purse.spend(done.usage)
            verdict["scores"] |= {name: one["score"] for name, one in done.value.items()}
            verdict["reasons"] |= {name: one["reason"] for name, one in done.value.items()}


def checker(names: Sequence[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the check of an answer about some names; its errors are words for the model."""

    def check(data: dict[str, Any]) -> dict[str, Any]:
        missing, strange = [one for one in names if one not in data], [one for one in data if one not in names]
        if missing or strange:
            raise InputError(f"expected exactly {', '.join(names)}; missing {missing}, not asked for {strange[:5]}")
        return {name: _one(name, data[name]) for name in names}

    return check


def _one(name: str, given: Any) -> dict[str, Any]:  # noqa: ANN401 - as the model gave it
    if not isinstance(given, dict) or not isinstance(given.get("reason"), str) or not given["reason"].strip():
        raise InputError(f"expected a reason, applicable and score for {name}, got {str(given)[:80]!r}")
    applicable, score = given.get("applicable"), given.get("score")
    if not isinstance(applicable, bool):
        raise InputError(f"expected true or false as applicable of {name}, got {applicable!r}")
    if not applicable:
        if score is not None:
            raise InputError(f"expected score null of {name}, which is not applicable, got {score!r}")
        return {"reason": given["reason"], "score": None}
    if isinstance(score, bool) or not isinstance(score, int | float) or score != int(score):
        raise InputError(f"expected a whole number from {LOWEST} to {HIGHEST} as score of {name}, got {score!r}")
    if not LOWEST <= score <= HIGHEST:
        raise InputError(f"expected a score from {LOWEST} to {HIGHEST} of {name}, got {score!r}")
    return {"reason": given["reason"], "score": int(score)}


def rubric_hash() -> str:
    """Give the hash of all rubrics."""
    from seehear.bench.t2av import rubrics

    whole = json.dumps([rubrics.CHECK, rubrics.REALISM, rubrics.SLOTS, rubrics.REALISM_RUBRICS])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _unasked(job: Job) -> Verdict:
    return {"asked": job.asked, "scores": dict.fromkeys(job.asked), "reasons": {},
            "failures": dict.fromkeys(job.asked, job.why or "not judged")}  # fmt: skip


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _slug(name: str) -> str:
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[:60]
    return f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:6]}"


@dataclass(frozen=True)
class HumanJudge:
    """People's ratings, read from a file, as one more judge.

    Attributes:
        name: in tables.
        path: CSV: ``system,index,question,score``.
    """

    name: str
    path: Path

    def told(self) -> dict[str, Any]:
        """Give what the card says."""
        return {"model": "people", "address": self.path.name}

    def judge(self, plan: Plan, prompts: Sequence[Prompt], progress: Callable[[str, float], None]) -> Judge:
        """Read them; see `ask`."""
        return self.ask(plan.folder, (), progress)

    def ask(self, folder: Path, jobs: Sequence[Job], progress: Callable[[str, float], None]) -> Judge:
        """Read them, whatever is asked.

        Raises:
            InputError: a file that cannot be read, or a question that no clip is asked.
        """
        from seehear.bench.t2av.columns import JUDGED
        from seehear.bench.t2av.external import read_ratings

        found, known = read_ratings(self.path), {one.name for one in JUDGED}
        strange = [one for one in found.names if one not in known]
        if strange:
            raise InputError(
                f"expected questions among {', '.join(sorted(known))} in '{self.path}', got {strange[0]!r}"
            )
        verdicts = {
            key: {"asked": list(values), "scores": {name: None if value != value else value
                                                    for name, value in values.items()},
                  "reasons": {}, "failures": {}} for key, values in found.values.items()
        }  # fmt: skip
        return Judge(self.name, "people", verdicts, {})
