"""Write the generated pages of docs/reference: `make docs`. A test checks that they are current."""

import json
from pathlib import Path

import typer.main
from typer import Context

from seehear.cli.app import app
from seehear.media.layout import LAYOUTS
from seehear.scene import json_schema
from seehear.voices import labels

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def command_line() -> str:
    """Give each command's help as one page."""
    group = typer.main.get_command(app)
    lines = ["# Command line", "", "Generated from the program. Every command also takes `--debug`.", ""]
    commands = dict(group.commands)
    for name, command in group.commands.items():
        commands.update({f"{name} {verb}": one for verb, one in getattr(command, "commands", {}).items()})
    for name, command in commands.items():
        help_text = command.get_help(
            Context(command, info_name=f"seehear {name}", terminal_width=110, max_content_width=110)
        )
        lines += [f"## seehear {name}", "", "```text", *(line.rstrip() for line in help_text.splitlines()), "```", ""]
    return "\n".join(lines)


def layouts() -> str:
    """Give the layouts as a table, inside order and file order."""
    lines = [
        "# Layouts",
        "",
        "Generated from `seehear.media.layout`. Angles: ITU-R BS.2051; files hold WAVE order.",
        "",
    ]
    lines += ["| layout | channels, inside order | in files | mask |", "|---|---|---|---|"]
    for one in LAYOUTS.values():
        files = " ".join(one.channels[index] for index in one.file_order)
        lines.append(f"| {one.name} | {' '.join(one.channels)} | {files} | {one.mask:#x} |")
    return "\n".join(lines) + "\n"


def voices() -> str:
    """Give the labels that have a voice."""
    return "# Voices\n\nGenerated. Labels with a voice: " + ", ".join(f"`{label}`" for label in labels()) + ".\n"


def pages() -> dict[str, str]:
    """Give every generated page by its file name."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {
        "command-line.md": command_line(), "layouts.md": layouts(), "voices.md": voices(), "scene.schema.json": schema,
    }  # fmt: skip


if __name__ == "__main__":
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
