"""The `seehear` command: its verbs, and errors as one line."""

import signal
import sys
import warnings
from types import FrameType
from typing import TextIO

import click
import typer

from seehear.cli.demo import demo
from seehear.cli.hear import hear
from seehear.cli.render import render
from seehear.cli.show import show
from seehear.cli.watch import watch
from seehear.errors import SeehearError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pictures into the sound they would make, in the right place. Start with: seehear demo",
    epilog="Every command takes --help and --debug.",
)
for command in (hear, watch, render, show, demo):
    app.command()(command)


def main() -> None:
    """Run the command line on ``sys.argv`` and exit."""
    debug = "--debug" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    signal.signal(signal.SIGTERM, _stop)
    warnings.showwarning = _show_warning
    try:
        app(args=arguments, standalone_mode=False)
    except click.exceptions.UsageError as error:
        error.show()
        sys.exit(2)
    except (SeehearError, KeyboardInterrupt, click.Abort, OSError, MemoryError) as error:
        if debug:
            raise
        sys.stderr.write(f"error: {_told(error)}\n")
        sys.exit(1)


def _told(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | click.Abort):
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
