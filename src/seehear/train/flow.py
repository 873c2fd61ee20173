"""Train a network that makes the sound of closed worlds, from a config to weights that `hear` takes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from seehear.errors import InputError
from seehear.sound.flow.learners import Learner
from seehear.sound.flow.loading import parameters
from seehear.train.batches import Batches
from seehear.train.card import opened_run, write_card
from seehear.train.checkpoint import read_checkpoint, write_checkpoint
from seehear.train.config import HELD_BACK, Config
from seehear.train.crowd import Crowd, gathered
from seehear.train.journal import Journal, draw_curves, rows_of
from seehear.train.learning import blank_codec, encoder, export, fitted_codec, learner_for, variant_of
from seehear.train.seeing import Memory, RememberingEyes, taught_eyes
from seehear.train.stopping import asked_to_stop
from seehear.train.trainer import Trainer, precision_of
from seehear.train.worlds import BYTES, Progress, Worlds, rendered

CHECKPOINT, LOG, CURVES, WEIGHTS = "checkpoint.pt", "log.jsonl", "curves.png", "network.safetensors"
_TIMED = 10
"""Steps after which the time that is left is told."""


class Trained(NamedTuple):
    """What a run did.

    Attributes:
        folder: of the run.
        step: steps done in all.
        steps: steps asked for.
        validation: loss of the averaged weights on held-back worlds, at the last look; None where there was none.
        weights: the averaged weights in half precision; None where there is nothing to hear: no step yet, a codec that
            makes no sound, a control without two ears.
    """

    folder: Path
    step: int
    steps: int
    validation: float | None
    weights: Path | None


def train_flow(
    config: Config,
    run_folder: Path | str,
    *,
    worlds: Path | str | None = None,
    device: str = "auto",
    jobs: int = 1,
    tell: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda stage, done: None,
) -> Trained:
    """Train, or go on with a run that was stopped.

    A run that was stopped, or killed, ends at the same weights bit for bit as one that was not, on the same machine and
    with the same number of threads.

    Args:
        config: of the run.
        run_folder: its folder; one that holds a run of this config is gone on with.
        worlds: folder of the rendered worlds, may be shared by runs; None: in the run's folder.
        device: ``auto``, ``cpu`` or ``cuda``.
        jobs: processes that render.
        tell: is told the plan, and how it goes, in lines.
        progress: is told how far it is.

    Returns:
        How far it came; fewer steps than asked for where SIGINT or SIGTERM stopped it.

    Raises:
        InputError: a folder of another run or of something else, broken files, no such device, a full disk.
        BackendFailed: the loss is no number any more; the last checkpoint stays.
    """
    variant_of(config)
    chosen = device_for(device)
    folder = opened_run(Path(run_folder), config)
    with gathered(chosen) as (crowd, on):
        tell(planned(config, on))
        place = Path(worlds or folder / "worlds")
        with crowd.first():
            data, held_back = worlds_of(config, place, jobs, progress)
            seen = sight_of(config, place, data, held_back, progress)
        run = Run(config, folder, data, held_back, on, crowd, seen)
        return run.finished(tell, progress)


class Run:
    """A run in its folder.

    Args:
        config: of the run.
        folder: of the run.
        data: worlds to train on.
        held_back: worlds to look at.
        device: torch's name of it.
        crowd: the processes that train together; the first one writes.
        sight: of taught eyes; None: eyes learn along.
    """

    def __init__(
        self,
        config: Config,
        folder: Path,
        data: Worlds,
        held_back: Worlds,
        device: str,
        crowd: Crowd,
        sight: "Sight | None" = None,
    ) -> None:
        self._sight = sight
        self.config, self.folder, self.data, self.held_back, self.crowd = config, folder, data, held_back, crowd
        self.device, self._first = torch.device(device), crowd.rank == 0
        learner = learner_for(config, fitted_codec(config, data))
        if sight is not None and isinstance(learner.eyes, RememberingEyes):
            learner.eyes.frozen(sight.weights)
        seen = sight and sight.data
        self.trainer = Trainer(learner, self._batches(data, learner, seen), config, device=device, crowd=crowd)
        self.spent: dict[str, float] = {"wall": 0.0, "processor": 0.0}
        file = folder / CHECKPOINT
        if file.is_file():
            state = read_checkpoint(file)
            self.trainer.load_state(state["trainer"])
            self.spent = state["spent"]
        self.journal = Journal(folder / LOG, step=self.trainer.step) if self._first else None
        self._digest = data.digest()
        self._since = (time.perf_counter(), time.process_time())

    def finished(self, tell: Callable[[str], None], progress: Progress) -> Trained:
        """Take the steps that are left, and write weights, curves and card."""
        config, trainer = self.config, self.trainer
        began = (time.perf_counter(), trainer.step)
        self._card()
        with asked_to_stop() as stopped:
            while trainer.step < config.steps and not stopped():
                self._one()
                if trainer.step - began[1] == _TIMED:
                    each = (time.perf_counter() - began[0]) / _TIMED
                    tell(f"{each:.2f} s a step: {each * (config.steps - trainer.step) / 60:.1f} min left")
                progress("steps", trainer.step / config.steps)
            return self._closed()

    def _one(self) -> None:
        done = self.trainer.advance()
        step = self.trainer.step
        row = {"step": step, "loss": done.loss, "norm": done.norm, "rate": done.rate}
        if self.journal is not None:
            self.journal.write(row)
            if step % self.config.validate_every == 0 or step == self.config.steps:
                self._look()
            if step % self.config.keep_every == 0:
                self._keep()

    def _look(self) -> None:
        """Measure the averaged weights on held-back worlds."""
        count = min(self.config.validated, len(self.held_back))
        seen = self._sight and self._sight.held_back
        loss = self.trainer.validated(self._batches(self.held_back, self.trainer.average, seen), count)
        if self.journal is not None:
            self.journal.write({"step": self.trainer.step, "validation": loss, **self._spent()})

    def _keep(self) -> None:
        write_checkpoint(
            self.folder / CHECKPOINT,
            {"trainer": self.trainer.state(), "config": self.config.model_dump(), "spent": self._spent()},
        )

    def _closed(self) -> Trained:
        step, config = self.trainer.step, self.config
        weights = None
        if self._first and step:
            self._keep()
            self._card()
            facts = {"config": config.model_dump(), "step": step, "worlds_sha256": self._digest}
            weights = export(self.folder / WEIGHTS, self.trainer.average, facts)
            title = f"{config.variant} on {config.codec}, seed {config.seed}"
            draw_curves(rows_of(self.folder / LOG), self.folder / CURVES, title=title)
        self.crowd.wait()
        return Trained(self.folder, step, config.steps, self._validation(), weights)

    def _card(self) -> None:
        if self._first:
            network = self.trainer.network
            write_card(
                self.folder, self.config, parameters=parameters(network),
                worlds_sha256=self._digest, held_back_sha256=self.held_back.digest(), device=str(self.device),
                processes=self.crowd.size, step=self.trainer.step, seconds=self._spent(),
                validation=self._validation(),
            )  # fmt: skip

    def _validation(self) -> float | None:
        looks = [row["validation"] for row in rows_of(self.folder / LOG) if "validation" in row]
        return looks[-1] if looks else None

    def _spent(self) -> dict[str, float]:
        wall, processor = self._since
        return {
            "wall": round(self.spent["wall"] + time.perf_counter() - wall, 1),
            "processor": round(self.spent["processor"] + time.process_time() - processor, 1),
        }

    def _batches(self, worlds: Worlds, learner: Learner, seen: Memory | None) -> Batches:
        size, seed = self.config.batch, self.config.seed
        return Batches(worlds, encoder(learner), size=size, seed=seed, memory=seen, device=self.device)


def planned(config: Config, device: str = "cpu") -> str:
    """Give what a run is to do, in one line.

    Raises:
        InputError: no such variant.
    """
    numbers = parameters(learner_for(config, blank_codec(config)))
    disk = (config.worlds + config.held_back) * BYTES
    memory = 16 * numbers + 4 * config.batch // config.accumulate * BYTES
    return (
        f"{config.variant} on {config.codec}, {numbers / 1e6:.2f} M parameters; {config.steps} steps of {config.batch} "
        f"out of {config.worlds} worlds, {config.held_back} held back ({disk / 2**30:.1f} GiB on disk); on {device} in "
        f"{str(precision_of(config.precision, torch.device(device))).removeprefix('torch.')}, "
        f"memory {memory / 2**30:.1f} GiB or more"
    )


def device_for(name: str) -> str:
    """Give torch's device of ``auto``, ``cpu`` or ``cuda``.

    Raises:
        InputError: no such device here.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device must be auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no such GPU here; leave it out")
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


class Sight(NamedTuple):
    """Taught eyes, and what they see.

    Attributes:
        weights: of the eyes.
        data: what they see in the worlds to train on.
        held_back: what they see in the others.
    """

    weights: dict[str, Tensor]
    data: Memory
    held_back: Memory


def sight_of(config: Config, place: Path, data: Worlds, held_back: Worlds, progress: Progress) -> Sight | None:
    """Give a config's taught eyes and what they see, made now where it is not on disk; None: none are taught."""
    if not config.eyes_steps:
        return None
    sizes, seed = variant_of(config).eyes, config.worlds_seed
    weights, name = taught_eyes(place, data, sizes, steps=config.eyes_steps, seed=seed, progress=progress)
    eyes = RememberingEyes(sizes).frozen(weights)
    return Sight(
        weights,
        Memory(place, name, eyes, data, seed=seed, progress=progress),
        Memory(place, name, eyes, held_back, seed=HELD_BACK + seed, progress=progress),
    )


def worlds_of(config: Config, place: Path, jobs: int, progress: Progress) -> tuple[Worlds, Worlds]:
    """Give a config's worlds to train on, and the held-back ones, rendered now where they are not on disk."""
    seed = config.worlds_seed
    return (
        rendered(place, config.worlds, seed=seed, jobs=jobs, progress=progress),
        rendered(place, config.held_back, seed=HELD_BACK + seed, jobs=jobs, progress=progress),
    )
