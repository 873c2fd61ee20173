"""ViSAudio: it begins as MMAudio, and its parts do what they are for."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.matching import Guided, sample  # noqa: E402
from seehear.sound.flow.mmaudio import Features, MMAudio  # noqa: E402
from seehear.sound.flow.sizes import FlowSizes  # noqa: E402
from seehear.sound.flow.visaudio import EarFeatures, EarSizes, ViSAudio  # noqa: E402

pytestmark = pytest.mark.neural

FLOW = FlowSizes(64, 2, 3, 2, 6, 40, 12, 8, 10, 24, 8, 14, 9)
READINGS = [
    EarSizes(
        FLOW, reading=reading, branches=branches, pooling=pooling, spatial_dim=5, spatial_cells=4, spatial_length=8
    )
    for reading in "ABC"
    for branches, pooling in (("separate", "attention"), ("shared", "mean"))
]


def _randomised(network, *, but: tuple[str, ...] = ()):
    made = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if not name.startswith(but or ("?",)):
                value.copy_(torch.randn(value.shape, generator=made) * (0.1 if value.ndim > 1 else 0.3))
    return network


def _features(batch: int = 2) -> EarFeatures:
    made = torch.Generator().manual_seed(1)
    shapes = ((8, 12), (24, 10), (9, 14), (8, 4, 5))
    return EarFeatures(*(torch.randn(batch, *shape, generator=made) for shape in shapes))


def _noise(batch: int = 2):
    return torch.randn(batch, 40, 6, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("sizes", READINGS, ids=lambda one: f"{one.reading}-{one.branches}")
def test_it_begins_as_mmaudio_in_both_ears(sizes: EarSizes):
    mono, features, noise = _randomised(MMAudio(FLOW)), _features(), _noise()
    ears = ViSAudio(sizes).start_from(mono.state_dict())
    plain = Features(*features[:3])
    with torch.inference_mode():
        alone = Guided(mono, mono.conditions(plain), mono.empty_conditions(2))
        both = Guided(ears, ears.conditions(features), ears.empty_conditions(2))
        want = sample(alone, noise, steps=3)
        got = sample(both, torch.stack([noise, noise], dim=1), steps=3)
    scale = want.square().mean().sqrt()
    for side in (0, 1):
        assert (got[:, side] - want).abs().max() / scale <= 1e-5


@pytest.mark.parametrize("reading", "ABC")
def test_an_ear_hears_the_other(reading: str):
    ears = _randomised(ViSAudio(replace(READINGS[0], reading=reading)))
    noise = torch.stack([_noise(), _noise()], dim=1)
    other = noise.clone()
    other[:, 0] += 1
    with torch.inference_mode():
        conditions = ears.conditions(_features())
        change = ears(other, torch.tensor(0.5), conditions) - ears(noise, torch.tensor(0.5), conditions)
    assert change[:, 1].abs().max() > 1e-3


def test_a_carry_of_one_is_the_sequence_as_written():
    """Left block, then right block on the tokens that the left one leaves, block by block."""
    from seehear.sound.flow.blocks import Stream, joined

    ears = _randomised(ViSAudio(READINGS[0]), but=("carry",))
    with torch.inference_mode():
        ears.carry.fill_(1.0)
        conditions, time = ears.conditions(_features()), torch.tensor([0.4, 0.4])
        noise = torch.stack([_noise(), _noise().flip(1)], dim=1)
        got = ears(noise, time, conditions)
        shared, each = ears.modulation(time, conditions.base)
        own, pictures = ears.rotations(40, 8, noise.device)
        x = [ears.audio_input_proj(noise[:, side]) for side in (0, 1)]
        clip, text = conditions.base.clip, conditions.base.text
        for block in ears.joint_blocks:
            for side in (0, 1):
                x[side], clip, text = joined(
                    [
                        Stream(block.latent_block, x[side], each + conditions.ears[:, side], own),
                        Stream(block.clip_block, clip, shared, pictures),
                        Stream(block.text_block, text, shared),
                    ]
                )
        ways = ((ears.fused_blocks, ears.final_layer), (ears.fused_blocks_right, ears.final_layer_right))
        for side, (blocks, final) in enumerate(ways):
            for block in blocks:
                x[side] = block(x[side], each + conditions.ears[:, side], own)
            torch.testing.assert_close(got[:, side], final(x[side], shared), rtol=1e-4, atol=1e-5)


def test_without_ear_embeddings_a_shared_branch_cannot_tell_the_ears_apart():
    sizes = replace(READINGS[0], branches="shared", ear_embeddings=False, pooling="mean")
    ears = _randomised(ViSAudio(sizes), but=("ear_embedding",))
    told = _randomised(ViSAudio(replace(sizes, ear_embeddings=True)), but=("ear_embedding",))
    with torch.inference_mode():
        deaf, able = ears.conditions(_features()).ears, told.conditions(_features()).ears
    assert torch.equal(deaf[:, 0], deaf[:, 1])
    assert (able[:, 0] - able[:, 1]).abs().max() > 1e-3


def test_the_ear_s_embedding_meets_the_picture():
    """Its effect depends on the content: a constant bias would shift every picture alike."""
    told = _randomised(ViSAudio(replace(READINGS[0], pooling="mean")))
    one, other = _features()._replace(spatial=torch.zeros(2, 8, 4, 5)), _features()
    with torch.inference_mode():
        apart = [told.conditions(each).ears.diff(dim=1) for each in (one, other)]
    assert (apart[0] - apart[1]).abs().max() > 1e-3


def test_gradients_reach_every_weight_that_learns():
    ears = ViSAudio(READINGS[0]).train()
    ears.start(torch.Generator().manual_seed(0))
    _randomised(ears)
    noise = torch.stack([_noise(), _noise().flip(1)], dim=1)
    ears(noise, torch.tensor([0.2, 0.7]), ears.conditions(_features())).square().mean().backward()
    still = {name for name, value in ears.named_parameters() if value.requires_grad and value.grad is None}
    assert still == {"empty_clip_feat", "empty_sync_feat", "empty_spatial_feat"}


def test_samples_lose_what_they_see_or_read_each_on_its_own():
    ears = _randomised(ViSAudio(READINGS[0]))
    features = EarFeatures(*(torch.cat([one, one]) for one in _features(2)))
    lost = ears.left_out(features, torch.tensor([True, False, True, False]), torch.tensor([True, True, False, False]))
    nothing = ears.empty_features(4)._replace(spatial=ears.empty_spatial_feat.expand(4, 8, 4, 5))
    for at, (unseen, unread) in enumerate(((True, True), (False, True), (True, False), (False, False))):
        for name, value in lost._asdict().items():
            source = nothing if (unread if name == "text" else unseen) else features
            assert torch.equal(value[at], getattr(source, name)[at]), name
    ears(torch.randn(4, 2, 40, 6), torch.rand(4), ears.conditions(lost)).sum().backward()
    for name in ("empty_clip_feat", "empty_sync_feat", "empty_spatial_feat"):
        assert getattr(ears, name).grad.abs().max() > 0


def test_it_compiles_in_one_piece():
    ears = _randomised(ViSAudio(READINGS[0]))
    noise, time = torch.stack([_noise(), _noise().flip(1)], dim=1), torch.tensor([0.2, 0.9])
    with torch.no_grad():
        conditions = ears.conditions(_features())
        compiled = torch.compile(ears, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(noise, time, conditions), ears(noise, time, conditions))


def test_bad_input_is_told():
    with pytest.raises(InputError, match="reading must be one of A, B, C, got 'D'"):
        EarSizes(FLOW, reading="D")
    ears = ViSAudio(READINGS[0])
    with pytest.raises(InputError, match="spatial token maps"):
        ears.conditions(Features(*_features()[:3]))
    with pytest.raises(InputError, match=r"maps \(batch, times, 4, channels\)"):
        ears.conditions(_features()._replace(spatial=torch.zeros(2, 8, 9, 5)))
    with pytest.raises(InputError, match="do not fit: stray"):
        ears.start_from(MMAudio(FLOW).state_dict() | {"stray": torch.zeros(1)})
