"""Eyes that learn: they see in training what they see in use, and read the closed world's words."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.simulate.closed import KINDS, caption_slots  # noqa: E402
from seehear.sound.flow.conditions import sampled  # noqa: E402
from seehear.sound.flow.eyes import CLASSES, SLOTS, Eyes, EyeSizes, known_words  # noqa: E402

pytestmark = pytest.mark.neural

SMALL = EyeSizes(clip_dim=6, sync_dim=5, spatial_dim=4, text_dim=7)


class Frame:
    def __init__(self, colours, time: float) -> None:
        self.colours, self.time = colours, time

    def rgb(self):
        return self.colours


def eyes() -> Eyes:
    torch.manual_seed(0)
    return Eyes(SMALL).eval()


def film(count: int, seed: int = 0):
    return np.random.default_rng(seed).integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize("count", [102, 50, 17])
def test_training_and_use_see_the_same(count: int):
    seeing, frames = eyes(), film(count)
    caption = "tone burst | hiss"
    with torch.no_grad():
        trained = seeing(torch.from_numpy(frames)[None], seeing.numbered([caption]))
    extractors = seeing.extractors()
    shown = [Frame(one, at / 25) for at, one in enumerate(frames)]
    seen = sampled(shown, extractors.rates(), start=0.0, duration=count / 25)
    used = extractors.features(seen, torch.from_numpy(extractors.clip.read([caption])))
    for name, one in trained._asdict().items():
        torch.testing.assert_close(getattr(used, name), one, rtol=1e-4, atol=1e-5, msg=name)


def test_the_lengths_are_those_of_the_network_s_sizes():
    seeing = eyes()
    found = seeing(torch.from_numpy(film(102))[None], torch.zeros(1, 8, dtype=torch.long))
    flow = SMALL.flow(32, 2, joint=1, fused=1, channels=4, length=16)
    ears = SMALL.ears(flow)
    assert found.clip.shape == (1, flow.clip_length, flow.clip_dim)
    assert found.sync.shape == (1, flow.sync_length, flow.sync_dim)
    assert found.text.shape == (1, flow.text_length, flow.text_dim)
    assert found.spatial.shape == (1, ears.spatial_length, ears.spatial_cells, ears.spatial_dim)


def test_every_feature_depends_on_the_picture_and_can_be_learned():
    seeing = eyes()
    found = seeing(torch.from_numpy(film(17))[None], seeing.numbered(["chime | tone"]))
    sum(one.square().sum() for one in found).backward()
    without = [name for name, value in seeing.named_parameters() if value.grad is None or not value.grad.any()]
    assert not without
    other = seeing(torch.from_numpy(film(17, 1))[None], seeing.numbered(["chime | tone"]))
    assert all((one != two).any() for one, two in ((found[i], other[i]) for i in (0, 1, 3)))


def test_a_large_picture_is_squeezed_whole():
    rates = eyes().extractors().rates()
    wide = np.zeros((90, 160, 3), np.uint8)
    wide[:, 150:] = 255
    assert {one.small(wide).shape for one in rates.values()} == {(64, 64, 3)}
    assert rates["sync"].small(wide)[:, -2:].min() > 200  # nothing at the sides is cut off


def test_words_are_those_of_the_closed_world():
    assert tuple(sorted(KINDS)) == CLASSES
    seeing = eyes()
    numbers = seeing.numbered(["tone burst | hiss"])[0]
    assert tuple(seeing.vocabulary[i] for i in numbers) == caption_slots("tone burst | hiss", slots=SLOTS)
    same = seeing.read(seeing.numbered(["tone", "| tone"]))
    assert (same[0, 0] - seeing.slot[0] != same[1, 1] - seeing.slot[1]).any() or not seeing.unseen.any()


def test_what_stands_behind_the_separator_is_told_apart():
    seeing = eyes()
    with torch.no_grad():
        seeing.unseen.fill_(1.0)
        seen, unseen = seeing.read(seeing.numbered(["| tone", "tone tone"]))
    torch.testing.assert_close(seen[1] - unseen[1], torch.ones(7))


@pytest.mark.parametrize(("caption", "said"), [("dog", "'dog' among them"), ("tone " * 9, "at most 8 words")])
def test_unknown_words_and_too_many_are_refused(caption: str, said: str):
    with pytest.raises(InputError, match=said):
        eyes().numbered([caption])


def test_words_that_are_not_known_are_listed():
    assert known_words("a tone, and hiss") == ("tone hiss", ["a", "and"])
    assert known_words(" ".join(["tone"] * 10)) == (" ".join(["tone"] * 8), ["tone", "tone"])


def test_frames_of_another_size_are_refused():
    with pytest.raises(InputError, match="expected uint8 frames"):
        eyes()(torch.zeros(1, 20, 32, 32, 3, dtype=torch.uint8), torch.zeros(1, 8, dtype=torch.long))
