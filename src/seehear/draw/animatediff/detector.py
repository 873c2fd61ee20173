"""Open-vocabulary detectors through transformers: OWLv2 and Grounding DINO, from a folder in the hub's layout."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.draw.animatediff.checkpoint import best_device
from seehear.draw.animatediff.choosing import Detector, Found
from seehear.errors import InputError
from seehear.networks.hub_model import model_from
from seehear.weights import WEIGHTS, locate

ROWS = ("grounding_dino_tiny", "owlv2_base")
_LEAST = 0.1
_KINDS = ("owlv2", "owlvit", "grounding-dino")


def named_detector(given: Path | str) -> Detector:
    """Load a detector.

    Args:
        given: a row of the weights table (`ROWS`), or a folder.

    Raises:
        InputError: neither, or a model of another kind.
        MissingWeights: a row that is not on this machine.
    """
    name = str(given)
    if name in WEIGHTS and name not in ROWS:
        raise InputError(f"expected a detector out of {', '.join(ROWS)}, or a folder, got the weights {name!r}")
    folder = locate(name) if name in ROWS else Path(given)
    if not (folder / "config.json").is_file():
        raise InputError(f"expected a detector out of {', '.join(ROWS)}, or a model's folder, got {name!r}")
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in _KINDS:
        raise InputError(f"expected a detector of {', '.join(_KINDS)} in '{folder}', got a {kind}")
    return _OpenVocabulary(folder, kind)


class _OpenVocabulary:
    def __init__(self, folder: Path, kind: str) -> None:
        import transformers

        name = {"owlv2": "Owlv2", "owlvit": "OwlViT", "grounding-dino": "GroundingDino"}[kind]
        model = {"grounding-dino": "GroundingDinoForObjectDetection"}.get(kind, f"{name}ForObjectDetection")
        self._kind = kind
        self._processor: Any = model_from(getattr(transformers, f"{name}Processor"), folder)
        self._device = best_device()
        self._model: Any = model_from(getattr(transformers, model), folder).to(self._device)

    def __call__(self, picture: NDArray[np.uint8], labels: Sequence[str]) -> list[Found]:
        """Find what has one of the labels."""
        import torch
        from PIL import Image

        image = Image.fromarray(picture)
        asked = [[f"a photo of a {one}" for one in labels]] if self._kind != "grounding-dino" else [list(labels)]
        given = self._processor(images=image, text=asked, return_tensors="pt").to(self._device)
        with torch.no_grad():
            answer = self._model(**given)
        return self._read(answer, given, image, list(labels))

    def _read(self, answer: Any, given: Any, image: Any, labels: list[str]) -> list[Found]:  # noqa: ANN401
        size = [(image.height, image.width)]
        if self._kind == "grounding-dino":
            read = self._processor.post_process_grounded_object_detection(
                answer, given.input_ids, threshold=_LEAST, text_threshold=_LEAST, target_sizes=size
            )[0]
            words = [_nearest(str(one), labels) for one in read["text_labels"]]
        else:
            read = self._processor.post_process_grounded_object_detection(answer, threshold=_LEAST, target_sizes=size)[
                0
            ]
            words = [labels[int(one)] for one in read["labels"]]
        scale = np.array([image.width, image.height] * 2)
        boxes = (read["boxes"].cpu().numpy() / scale).clip(0, 1)
        return [
            Found(word, float(score), tuple(map(float, box)))  # type: ignore[arg-type]
            for word, score, box in zip(words, read["scores"], boxes, strict=True)
            if word and box[2] > box[0] and box[3] > box[1]  # OWLv2 also looks at the rim that squares the picture
        ]


def _nearest(phrase: str, labels: Sequence[str]) -> str:
    """Give the label that a phrase of the caption means; Grounding DINO answers with pieces of it."""
    said = set(phrase.lower().split())
    best = max(labels, key=lambda one: len(said & set(one.lower().split())))
    return best if said & set(best.lower().split()) else ""
