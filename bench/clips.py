"""`hear` on every shared clip and picture in four layouts: objects, asked against heard, seconds, peak memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

LAYOUTS = ("binaural", "5.1", "7.1.4", "foa")
SHARED = Path(os.environ.get("SEEHEAR_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LABELS = {"intel_cars.mp4": ["car"], "cars.jpg": ["car"], "truck.jpg": ["truck"], "coffee.mp4": ["pouring"]}


def one(picture: Path, layout: str, folder: Path) -> str:
    out = folder / f"{picture.stem}.{layout}.wav"
    words = [
        sys.executable,
        "-m",
        "seehear",
        "hear",
        str(picture),
        "-o",
        str(out),
        "--layout",
        layout,
        "--json",
        "--force",
    ]
    for label in LABELS.get(picture.name, []):
        words += ["--label", label]
    with tempfile.TemporaryFile("w+") as answer:
        process = subprocess.Popen(words, stdout=answer, stderr=subprocess.PIPE, text=True)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        answer.seek(0)
        text = answer.read()
    if status:
        return f"| {picture.name} | {layout} | failed: {errors.strip()} |"
    report = json.loads(text)
    placed = [row["bearing"] for row in report["objects"] if row["bearing"]]
    errors_deg = sorted(row["error"] for row in placed)
    told = f"{errors_deg[len(errors_deg) // 2]:.1f} / {errors_deg[-1]:.1f}" if placed else "-"
    spent = sum(report["seconds"].values())
    return (
        f"| {picture.name} | {layout} | {report['sound']} | {len(report['objects'])} | {told} | "
        f"{report['loudness_lufs']} | {report['duration']:.1f} | {spent:.1f} | {usage.ru_maxrss / 1024:.0f} |"
    )


def main() -> None:
    if not SHARED.is_dir():
        print("skipped: needs the shared recordings (SEEHEAR_SHARED)")
        return
    pictures = sorted((SHARED / "data/video").glob("*.mp4")) + sorted((SHARED / "data/images").glob("*.jpg"))
    print("| clip | layout | sound | objects | error median / max deg | LUFS | s of clip | s spent | MB peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for picture in pictures:
            for layout in LAYOUTS:
                print(one(picture, layout, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
