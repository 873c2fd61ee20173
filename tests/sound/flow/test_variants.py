"""The variants of the closed-world experiment: equal parameters, one protocol, the mirror law."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.eyes import EyeSizes  # noqa: E402
from seehear.sound.flow.learners import Batch, latents_of  # noqa: E402
from seehear.sound.flow.loading import parameters  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.pca_mel import PcaMelCodec  # noqa: E402
from seehear.sound.flow.variants import VARIANTS, codec_for, variant  # noqa: E402

pytestmark = pytest.mark.neural

SMALL = EyeSizes(clip_dim=8, sync_dim=8, spatial_dim=8, text_dim=8)


@pytest.fixture(scope="module")
def sound():
    return torch.randn(2, 2, 8192, generator=torch.Generator().manual_seed(0)) * 0.1


def batch(codec, sound) -> Batch:
    made = torch.Generator().manual_seed(1)
    frames = torch.randint(0, 256, (2, 17, 64, 64, 3), dtype=torch.uint8, generator=made)
    return Batch(frames, torch.randint(0, 10, (2, 8), generator=made), latents_of(codec, sound))


def built(name: str, codec, **more):
    return replace(variant(name), width=16, eyes=SMALL, **more).build(codec, torch.Generator().manual_seed(2))


def gen(seed: int = 3):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("codec", [PcaMelCodec(), MdctCodec(16000)], ids=["pca-mel", "mdct"])
def test_all_variants_have_as_many_parameters_to_3_percent(codec):
    with torch.device("meta"):
        rows = {name: parameters(one._built(codec)) for name, one in VARIANTS.items()}
    assert all(abs(count / rows["V5"] - 1) < 0.03 for count in rows.values()), rows


@pytest.mark.parametrize("name", [*VARIANTS, "flow-tiny"])
@pytest.mark.parametrize("codec_name", ["pca-mel", "mdct"])
def test_every_variant_learns_and_samples(name: str, codec_name: str, sound):
    codec = codec_for(codec_name, sound)
    learner, given = built(name, codec), batch(codec_for(codec_name, sound), sound)
    loss = learner.loss(given, gen())
    loss.backward()
    assert torch.isfinite(loss)
    seeing = [value for key, value in learner.eyes.named_parameters() if key.startswith(("clip", "sync"))]
    assert all(value.grad is not None and value.grad.abs().sum() > 0 for value in seeing)
    made = learner.eval().sample(given, gen(), steps=2, strength=1.5)
    assert made.shape == given.latents.shape
    assert torch.isfinite(made).all()
    assert torch.equal(made, learner.sample(given, gen(), steps=2, strength=1.5))
    if name not in ("V1", "V1o"):  # whose spatialiser begins as a mono copy
        assert torch.equal(made[:, 0], made[:, 1]) == (name == "V0")


def test_the_start_is_settled_by_the_generator(sound):
    codec = codec_for("pca-mel", sound)
    one, two, other = (built("V5", codec).state_dict(), built("V5", codec).state_dict(), None)
    assert all(torch.equal(one[key], two[key]) for key in one)
    other = replace(variant("V5"), width=16, eyes=SMALL).build(codec, gen(9)).state_dict()
    assert any(not torch.equal(one[key], other[key]) for key in one)


def test_mirrored_clips_swap_ears_and_sides(sound):
    given = batch(PcaMelCodec(), sound)
    both = given.mirrored(torch.tensor([True, False]))
    assert torch.equal(both.latents[0], given.latents[0].flip(0))
    assert torch.equal(both.frames[0], given.frames[0].flip(2))
    assert torch.equal(both.latents[1], given.latents[1])
    assert torch.equal(both.mirrored(torch.tensor([True, False])).frames, given.frames)


def test_words_do_not_reach_the_control_without_them(sound):
    codec = codec_for("pca-mel", sound)
    given = batch(codec, sound)
    others = given._replace(words=given.words.flip(1))
    for name, same in (("V5", False), ("V6", True)):
        learner = built(name, codec).eval()
        torch.nn.init.normal_(learner.network.final_layer.conv.weight, std=0.1)
        torch.nn.init.normal_(learner.eyes.word.weight)
        made, again = (learner.sample(one, gen(), steps=1) for one in (given, others))
        assert torch.equal(made, again) == same


def test_the_spatialiser_given_the_truth_hears_none_of_the_noise(sound):
    codec = codec_for("pca-mel", sound)
    given = batch(codec, sound)
    learner = built("V1o", codec).eval()
    torch.testing.assert_close(learner.sample(given, gen(1), steps=1), learner.sample(given, gen(2), steps=1))
    assert not torch.equal(*(built("V1", codec).eval().sample(given, gen(seed), steps=1) for seed in (1, 2)))


def test_it_learns_the_side_of_a_light():
    """A light at one side, a sound that is louder on that side: a few dozen steps suffice."""
    made = torch.Generator().manual_seed(0)
    codec = codec_for("pca-mel", 0.1 * torch.randn(8, 2, 8192, generator=made))
    left = torch.arange(8) % 2 == 0
    frames = torch.zeros(8, 17, 64, 64, 3, dtype=torch.uint8)
    frames[left, :, 24:40, 4:20] = 250
    frames[~left, :, 24:40, 44:60] = 250
    gains = torch.where(left[:, None], torch.tensor([[0.2, 0.05]]), torch.tensor([[0.05, 0.2]]))
    given = Batch(
        frames,
        torch.zeros(8, 8, dtype=torch.long),
        latents_of(codec, gains[..., None] * torch.randn(8, 2, 8192, generator=made)),
    )
    learner = built("V5", codec, followed=0.25)
    optimiser = torch.optim.AdamW(learner.parameters(), lr=4e-3)
    for _ in range(36):
        optimiser.zero_grad()
        learner.loss(given, made).backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimiser.step()
    levels = codec.log_mel(learner.eval().sample(given, gen(), steps=6)).mean(dim=(2, 3))
    assert ((levels[:, 0] > levels[:, 1]) == left).float().mean() >= 0.9


def test_no_such_variant_and_no_such_codec():
    with pytest.raises(InputError, match="expected a variant out of V0"):
        variant("V9")
    with pytest.raises(InputError, match="expected a codec out of mdct"):
        codec_for("flac", torch.zeros(1, 2, 8192))
