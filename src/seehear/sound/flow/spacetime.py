"""Where things are, for each ear: a picture's token maps to a condition per latent frame and ear.

An ear's own embedding is added to the map before anything nonlinear and before the map is pooled: added later it would
be a constant that knows nothing of the picture. Reference: "ViSAudio", arXiv 2512.03036 (conditional spacetime
module; its exact form is not published, this one is ours).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError


class Spacetime(nn.Module):
    """Token maps over time to one condition per ear and latent frame.

    Args:
        dim: channels of a map's token.
        cells: tokens of a map.
        width: of the condition.
        pooling: ``mean`` over the cells, or ``attention`` with a learned query per ear.
        ear_embeddings: False leaves the ears' embeddings out: a control.
    """

    def __init__(self, dim: int, cells: int, width: int, *, pooling: str, ear_embeddings: bool) -> None:
        super().__init__()
        self.cells, self.pooling = cells, pooling
        self.ears = nn.Parameter(torch.zeros(2, 1, cells, dim)) if ear_embeddings else None
        self.tokens = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, width), nn.SiLU(), nn.Linear(width, width))
        self.queries = nn.Parameter(torch.zeros(2, width)) if pooling == "attention" else None
        self.out = nn.Linear(width, width)
        self.start()

    def start(self) -> None:
        """Let the condition be 0 until it is trained."""
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def tell_apart(self) -> "Spacetime":
        """Let the ears' embeddings begin as one ramp across the map, up for the left ear and down for the right.

        What is learned of a place then holds for its neighbours at once; a chance start of each cell learns far slower.
        """
        if self.ears is not None:
            side, device = math.isqrt(self.cells), self.ears.device
            line = torch.linspace(1, -1, side, device=device)
            across, down = line.repeat(side), line.repeat_interleave(side)
            ramp, height, middle = torch.randn(3, self.ears.shape[-1], device=device)
            same = down[:, None] * height + across.abs()[:, None] * middle
            lean = across[:, None] * ramp
            with torch.no_grad():
                self.ears.copy_(torch.stack([same + lean, same - lean])[:, None])
        return self

    def forward(self, maps: Tensor, latent_length: int) -> Tensor:
        """Give the condition.

        Args:
            maps: (batch, times, cells, dim), evenly spread over the clip.
            latent_length: frames of the latent.

        Returns:
            (batch, 2, latent_length, width), left ear first.

        Raises:
            InputError: another number of cells.
        """
        if maps.ndim != 4 or maps.shape[2] != self.cells:
            raise InputError(f"expected maps (batch, times, {self.cells}, channels), got {tuple(maps.shape)}")
        each = maps[:, None].expand(-1, 2, -1, -1, -1)
        heard = self.tokens(each if self.ears is None else each + self.ears)
        pooled = self.out(self._pooled(heard))
        flat = pooled.flatten(0, 1).transpose(1, 2)
        spread = functional.interpolate(flat.float(), latent_length, mode="linear").to(flat.dtype)
        return spread.transpose(1, 2).unflatten(0, (-1, 2))

    def _pooled(self, heard: Tensor) -> Tensor:
        """(batch, 2, times, cells, width) to (batch, 2, times, width)."""
        if self.queries is None:
            return heard.mean(dim=3)
        logits = torch.einsum("betcw,ew->betc", heard, self.queries) / math.sqrt(heard.shape[-1])
        return torch.einsum("betc,betcw->betw", logits.softmax(dim=-1), heard)
