"""The `seehear` command: its verbs, and errors as one line."""

import functools
import signal
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any, TextIO

import typer

from seehear.cli import bench, dataset, train, weights
from seehear.cli.demo import demo
from seehear.cli.draw import draw
from seehear.cli.hear import hear
from seehear.cli.listen import listen
from seehear.cli.render import render
from seehear.cli.score import score
from seehear.cli.see import see
from seehear.cli.show import show
from seehear.cli.simulate import simulate
from seehear.cli.watch import watch
from seehear.errors import SeehearError


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Give the command with its errors told in one line and exit code 1; with ``--debug`` they pass through."""

    @functools.wraps(command)
    def run(*words: Any, **options: Any) -> None:  # noqa: ANN401 - the command's own
        try:
            command(*words, **options)
        except (SeehearError, KeyboardInterrupt, OSError, MemoryError) as error:
            if "--debug" in sys.argv:
                raise
            sys.stderr.write(f"error: {_in_one_line(error)}\n")
            raise typer.Exit(1) from None

    return run


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pictures into the sound they would make, in the right place. Start with: seehear demo",
    epilog="Every command takes --help and --debug.",
)
for one in (hear, see, listen, watch, render, draw, simulate, score, show, demo):
    app.command()(told(one))

benches = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Benchmarks: list, run, compare.")
for name, verb in (("list", bench.tasks), ("run", bench.run), ("compare", bench.compare)):
    benches.command(name)(told(verb))
app.add_typer(benches, name="bench")

weighted = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Weights of neural backends: list, fetch.")
for name, weigh in (("list", weights.rows), ("fetch", weights.fetch)):
    weighted.command(name)(told(weigh))
app.add_typer(weighted, name="weights")

datasets = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Data sets out of recordings: binaural.")
datasets.command("binaural")(told(dataset.binaural))


@datasets.callback()
def _of_recordings() -> None:
    """Data sets out of recordings."""


app.add_typer(datasets, name="dataset")

training = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train networks: flow; measure.")
for name, drill in (("flow", train.flow), ("measure", train.measure)):
    training.command(name)(told(drill))
app.add_typer(training, name="train")


def main() -> None:
    """Run the command line on ``sys.argv`` and exit."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    warnings.showwarning = _show_warning
    app(args=[word for word in sys.argv[1:] if word != "--debug"])


def _in_one_line(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped before it was done; nothing was written"
    if isinstance(error, MemoryError):
        return "out of memory: shorten the clip with --start and --end"
    return " ".join(str(error).split())


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None,
    line: str | None = None,
) -> None:  # fmt: skip
    sys.stderr.write(f"warning: {' '.join(str(message).split())}\n")
