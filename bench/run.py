"""Every number we give, measured here: `make bench`.

Each part prints rows ``what | asked | measured``; a part that needs the shared recordings says so when it is skipped.
"""

import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = (
    "laws",
    "render_speed",
    "voices_table",
    "watch_found",
    "hear_speed",
    "memory",
    "clips",
    "draw_speed",
    "listen_worlds",
)


def machine() -> str:
    name = platform.processor() or "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def main() -> None:
    wanted = sys.argv[1:] or [part for part in PARTS if part != "memory"]
    print(machine())
    for part in wanted:
        file = HERE / f"{part}.py"
        if importlib.util.find_spec("seehear") is None or not file.exists():
            sys.exit(f"no such part: {part} (known: {', '.join(PARTS)})")
        print(f"\n== {part}", flush=True)
        subprocess.run([sys.executable, str(file)], check=True, cwd=HERE.parent)


if __name__ == "__main__":
    main()
