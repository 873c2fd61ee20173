"""Where the extra `neural` is not installed, doctests of the rooms built on torch are not collected."""

from importlib.util import find_spec

collect_ignore_glob = (
    []
    if find_spec("torch")
    else [
        "src/seehear/networks/*", "src/seehear/sound/flow/*", "src/seehear/train/*", "src/seehear/draw/animatediff*",
        *(f"src/seehear/bench/embedding/{name}.py" for name in ("bound", "looks", "sounds", "synchronised")),
    ]
)  # fmt: skip
