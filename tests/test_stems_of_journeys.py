"""The stems that a journey writes: every block as long as it is, also where nothing sounds in it."""

import numpy as np
import soundfile

from seehear.media.stems import ArrayStems
from seehear.pipelines.stems import Teed, stems_folder


class Quiet(ArrayStems):
    """Stems whose silent blocks come without any channel."""

    def blocks(self, size):
        for block in super().blocks(size):
            yield {name: one for name, one in block.items() if one.any()}


def test_a_block_in_which_all_are_silent_is_written_as_long(tmp_path):
    sound = np.zeros(10_000, dtype=np.float32)
    sound[8_200:] = 0.5
    stems = Quiet({"dog": sound}, 48000)
    with stems_folder(tmp_path / "stems", stems, force=False) as writer:
        for _ in Teed(stems, writer).blocks(4096):
            pass
    written, rate = soundfile.read(tmp_path / "stems" / "dog.wav", dtype="float32")
    assert rate == 48000
    assert (written == sound).all()
