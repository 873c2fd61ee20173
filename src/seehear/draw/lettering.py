"""Words as pixels: each line is set once and kept."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_PLATE = (20, 22, 28)
_MOST_LETTERS = 400


class Words(NamedTuple):
    """Set words on a dark plate.

    Attributes:
        colours: (h, w, 3) RGB, multiplied by the cover.
        cover: (h, w) 0 to 255.
    """

    colours: Pixels
    cover: Pixels


@lru_cache(maxsize=512)
def words(text: str, height: int, width: int, *, colour: Colour = WHITE, plate: float = 0.62, lines: int = 1) -> Words:
    """Set a text, broken into lines, on a rounded plate.

    Args:
        text: any characters; line breaks and control characters become spaces.
        height: pixels of one line.
        width: pixels that the plate may have at most.
        colour: RGB of the letters.
        plate: opacity of the plate, [0, 1].
        lines: lines at most; what does not fit ends in "…".
    """
    from PIL import Image, ImageDraw

    font = _font(max(round(0.72 * height), 5))
    pad = max(height // 4, 2)
    rows = _broken(_printable(text), font, max(width - 2 * pad, height), lines)
    across = max((font.getlength(row) for row in rows), default=0.0)
    size = min(int(np.ceil(across)) + 2 * pad, max(width, 1)), height * len(rows) + pad
    image = Image.new("RGBA", size, (*_PLATE, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=pad, fill=(*_PLATE, round(255 * plate)))
    for index, row in enumerate(rows):
        place = (size[0] / 2, pad / 2 + (index + 0.5) * height)
        draw.text(place, row, font=font, fill=(*colour, 255), anchor="mm")
    pixels = np.asarray(image, np.uint8)
    cover = np.ascontiguousarray(pixels[..., 3])
    colours = (pixels[..., :3].astype(np.uint16) * cover[..., None] + 127) // 255
    return Words(colours.astype(np.uint8), cover)


def _printable(text: str) -> str:
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:_MOST_LETTERS]).split())
    return plain + ("…" if len(text) > _MOST_LETTERS else "")


def _broken(text: str, font: "FreeTypeFont", width: float, lines: int) -> list[str]:
    rows: list[str] = [""]
    for word in text.split():
        joined = f"{rows[-1]} {word}".strip()
        if not rows[-1] or font.getlength(joined) <= width:
            rows[-1] = joined
        else:
            rows.append(word)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], " ".join(rows[lines - 1 :])]
    return [_cut(row, font, width) for row in rows]


def _cut(row: str, font: "FreeTypeFont", width: float) -> str:
    if font.getlength(row) <= width:
        return row
    while row and font.getlength(f"{row}…") > width:
        row = row[:-1]
    return f"{row}…"


@lru_cache(maxsize=32)
def _font(size: int) -> "FreeTypeFont":
    from matplotlib import get_data_path  # its DejaVu Sans has most alphabets, and is the same everywhere
    from PIL import ImageFont

    return ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"), size)
