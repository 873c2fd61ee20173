"""The options of drawing's backend `animatediff`, which `draw` and `see` share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seehear.cli import console
from seehear.errors import InputError

_PANEL = "Backend animatediff"


def _option(*names: str, help: str, metavar: str | None = None) -> Any:  # noqa: ANN401 - typer's own
    return typer.Option(*names, help=help, metavar=metavar, rich_help_panel=_PANEL)


Checkpoint = Annotated[
    Path | None, _option("--checkpoint", metavar="DIR", help="A Stable Diffusion 1.x folder; else the fetched one.")
]
Motion = Annotated[Path | None, _option("--motion", metavar="DIR", help="A motion adapter; else the fetched one.")]
Grounding = Annotated[str | None, _option("--grounding", help="regional (default), attention, migc or none.")]
GroundingSteps = Annotated[
    float | None, _option("--grounding-steps", help="Share of the steps held to the boxes, 0 to 1; 0.5.")
]
Migc = Annotated[Path | None, _option("--migc", metavar="FILE", help="Your MIGC_SD14.ckpt: research only.")]
Conditioning = Annotated[
    str | None, _option("--conditioning", help="What a frame is told: mix (default), global or local captions.")
]
Samples = Annotated[int | None, _option("--samples", help="Videos made, of which the best is kept; needs --detector.")]
Detector = Annotated[
    str | None, _option("--detector", help="owlv2_base, grounding_dino_tiny, or a model's folder; finds the best.")
]
Steps = Annotated[int | None, _option("--steps", help="Of the sampler; 25.")]
Guidance = Annotated[float | None, _option("--guidance", help="Classifier-free guidance; 7.5.")]
Sampler = Annotated[str | None, _option("--sampler", help="ddim (default) or euler.")]
Rate = Annotated[
    float | None, _option("--rate", help="Pictures made a second, at least; 8. Those between are interpolated.")
]
LowMemory = Annotated[bool, _option("--low-memory", help="Less memory, more time.")]
Work = Annotated[Path | None, _option("--work", metavar="DIR", help="Keep what is reached there, and go on from it.")]


class Drawing:
    """The choices for a drawing backend, and what it reports.

    Args:
        backend: its name.
        storyboard: the choices of `storyboard`.
        given: the choices of `animatediff`; None and False: not given.
        seed: of both.

    Raises:
        InputError: choices of `animatediff` for another backend.
    """

    def __init__(self, backend: str, storyboard: dict[str, Any], given: dict[str, Any], *, seed: int) -> None:
        self.report: dict[str, Any] | None = None
        chosen = {name: value for name, value in given.items() if value is not None and value is not False}
        self.choices: dict[str, Any] = {}
        if backend == "animatediff":
            self.choices = chosen | {"seed": seed, "tell": console.say, "report": self._keep}
            return
        if chosen:
            first = min(chosen).replace("grounding_weights", "migc").replace("_", "-")
            raise InputError(f"--{first} is for --backend animatediff, got --backend {backend}")
        if backend == "storyboard":
            self.choices = storyboard | {"seed": seed}

    def _keep(self, report: dict[str, Any]) -> None:
        self.report = report
        if len(report["scores"]) > 1:
            told = ", ".join(f"{score:.3f}" for score in report["scores"])
            console.say(f"layout scores of the samples: {told}; kept {report['kept']}")

    @property
    def told(self) -> dict[str, Any]:
        """What is added to the machine-readable report."""
        return {} if self.report is None else {"animatediff": self.report}
