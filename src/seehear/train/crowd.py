"""Several processes that train one network: each its part of a batch, gradients averaged. Started by ``torchrun``."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, distributed
from torch.nn.utils import parameters_to_vector


class Crowd:
    """The processes.

    Args:
        rank: number of this one.
        size: how many.
    """

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    def average_(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean over the processes in each tensor's place, in one exchange."""
        if self.size == 1:
            return
        flat = parameters_to_vector([one.reshape(-1) for one in tensors])
        distributed.all_reduce(flat)
        flat /= self.size
        for one, mean in zip(tensors, flat.split([one.numel() for one in tensors]), strict=True):
            one.copy_(mean.view_as(one))

    def wait(self) -> None:
        """Wait for the others."""
        if self.size > 1:
            distributed.barrier()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Let the first process do something, then the others: they find it done."""
        if self.rank:
            self.wait()
        yield
        if not self.rank:
            self.wait()


ALONE = Crowd()


@contextmanager
def gathered(device: str) -> Iterator[tuple[Crowd, str]]:
    """Join the processes that ``torchrun`` started, and give each its device; without it one process is alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Crowd(distributed.get_rank(), size), device
    finally:
        distributed.destroy_process_group()
