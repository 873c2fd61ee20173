"""What `listen` says of made-up worlds, against what was asked: motion, crossing direction, nearer or farther, layouts.

python bench/listen_worlds.py [N]     # worlds of each kind, 40 by default; 200 for the numbers of docs/listen.md
"""

import sys
from tempfile import TemporaryDirectory

from seehear.bench import run

KINDS = {
    "one vehicle": {"preset": "translational", "alone": True, "store": 1},
    "one vehicle, dual mono": {"preset": "translational", "alone": True, "store": 1, "layout": "dual-mono"},
    "one to three vehicles": {"preset": "translational", "store": 40},
    "one to four things in a room": {"preset": "stationary", "store": 40},
}
ASKED = {
    "motion_accuracy": ">= 0.95", "crossing_direction_accuracy": ">= 0.99", "distance_sign_accuracy": ">= 0.95",
    "heard_share": "-", "label_accuracy": "-", "max_iou": "best", "ltsim": "best", "docsim": "best",
    "centre_x_error": "best",
}  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print("what | asked | measured")
    for kind, options in KINDS.items():
        with TemporaryDirectory(prefix="seehear-bench-") as folder:
            table = run("worlds-listen", folder + "/run", n=count, **options).table.to_dict()
        for metric, asked in ASKED.items():
            cells = {name: columns.get(metric, {}).get("mean") for name, columns in table["systems"].items()}
            if asked != "best":
                cells = {"cues": cells["cues"]}
            if options["store"] == 1 and asked == "best":
                continue
            told = ", ".join(f"{name} {value:.3f}" for name, value in cells.items() if value is not None)
            print(f"{kind}: {metric} | {asked} | {told or 'not defined'}", flush=True)


if __name__ == "__main__":
    main()
