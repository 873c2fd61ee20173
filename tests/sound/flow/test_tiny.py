"""The backend `flow-tiny`: one file holds network, eyes and codec; words it does not know are left out and told."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.media.film import write_video  # noqa: E402
from seehear.media.stems import AMBIENCE  # noqa: E402
from seehear.scene import Keyframe, Scene, SceneObject  # noqa: E402
from seehear.sound import BACKENDS, to_stems  # noqa: E402
from seehear.sound.flow import tiny  # noqa: E402
from seehear.sound.flow.eyes import Eyes, EyeSizes  # noqa: E402
from seehear.sound.flow.generate import Sampling  # noqa: E402
from seehear.sound.flow.loading import load_network, save_network  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.mmaudio import MMAudio  # noqa: E402
from seehear.sound.flow.tiny import LIMITS, TinySound, learned, told  # noqa: E402
from seehear.sound.flow.variants import started  # noqa: E402
from seehear.sound.flow.visaudio import ViSAudio  # noqa: E402
from seehear.weights import MissingWeights  # noqa: E402

pytestmark = pytest.mark.neural

SMALL = EyeSizes(clip_dim=6, sync_dim=5, spatial_dim=4, text_dim=7)
CODEC = MdctCodec(16000, hop=256)
SAMPLING = Sampling(steps=2, strength=1.0)


def network(*, head: str = "levels") -> ViSAudio:
    flow = SMALL.flow(16, 2, joint=1, fused=1, channels=256, length=256, head=head)
    torch.manual_seed(4)
    made = started(ViSAudio(SMALL.ears(flow, common_noise=1.0)))
    torch.nn.init.normal_(made.final_layer.conv.weight, std=0.02)
    return made.eval()


def looking() -> Eyes:
    torch.manual_seed(5)
    return Eyes(SMALL)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    place = tmp_path_factory.mktemp("net") / "tiny.safetensors"
    save_network(place, network(), CODEC, eyes=looking(), facts={"steps": 1}, half=True)
    return place


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    place = tmp_path_factory.mktemp("film") / "film.mp4"
    pictures = np.random.default_rng(0).integers(0, 256, (30, 90, 160, 3), dtype=np.uint8)
    write_video(place, pictures, Fraction(25))
    return place


def scene(**more) -> Scene:
    return Scene(duration=1.0, **more)


def thing(label: str, box=None) -> SceneObject:
    return SceneObject(id=label, label=label, keyframes=(Keyframe(time=0, azimuth=10, elevation=0, box=box),))


def test_network_eyes_and_codec_come_back_out_of_one_file(file):
    kept = load_network(file)
    assert kept.eyes.sizes == SMALL
    assert kept.facts == {"steps": 1}
    assert kept.network.ear_sizes.common_noise == 1.0
    frames, words = torch.randint(0, 256, (1, 30, 64, 64, 3), dtype=torch.uint8), torch.ones(1, 8, dtype=torch.long)
    for one, other in zip(kept.eyes(frames, words), looking()(frames, words), strict=True):
        torch.testing.assert_close(one, other, rtol=2e-2, atol=2e-2)


def test_a_file_without_eyes_is_as_before(tmp_path):
    save_network(tmp_path / "a.safetensors", network(head="velocity"), CODEC)
    assert load_network(tmp_path / "a.safetensors").eyes is None
    with pytest.raises(InputError, match="eyes of its own"):
        learned(tmp_path / "a.safetensors")
    save_network(tmp_path / "b.safetensors", MMAudio(network().sizes), CODEC, eyes=Eyes(SMALL))
    with pytest.raises(InputError, match="two ears"):
        learned(tmp_path / "b.safetensors")


def test_a_film_of_any_size_is_heard_at_two_ears(file, film, monkeypatch, caplog):
    monkeypatch.setattr(tiny, "FILE", file)
    monkeypatch.setattr(tiny, "STEPS", 2)
    sounded = to_stems(
        scene(objects=(thing("tone", (0.1, 0.1, 0.4, 0.4)), thing("dog"))),
        film,
        backend="flow-tiny",
        sample_rate=48000,
        seed=1,
    )
    block = np.concatenate([one[AMBIENCE] for one in sounded.stems.blocks(4800)], axis=1)
    assert block.shape == (2, 48000)
    assert np.isfinite(block).all()
    assert block.std() > 0
    assert sounded.scene.extra["bed"] == "binaural"
    assert LIMITS in sounded.scene.extra["unknown"]
    assert LIMITS in caplog.text
    assert "words that flow-tiny does not know were left out: dog" in sounded.scene.extra["unknown"]
    again = TinySound(str(file), sampling=SAMPLING).to_stems(sounded.scene, film, sample_rate=48000, seed=2)
    other = np.concatenate([one[AMBIENCE] for one in again.stems.blocks(4800)], axis=1)
    assert not np.allclose(block, other)


def test_one_noise_for_both_ears_and_one_picture_for_both_is_one_sound():
    """Ears that are told the same hear the same, sample for sample."""
    made = network()
    with torch.no_grad():
        made.spacetime.ears.zero_()
        made.spacetime.queries.zero_()
        made.final_layer_right.load_state_dict(made.final_layer.state_dict())
        made.fused_blocks_right.load_state_dict(made.fused_blocks.state_dict())
    from seehear.sound.flow.generate import Maker

    class Frame:
        time = 0.0

        def rgb(self):
            return np.full((64, 64, 3), 120, np.uint8)

    maker = Maker(made, CODEC, Eyes(SMALL).eval().extractors())
    (sound,) = [np.concatenate(list(maker.sounds(lambda a, b: [Frame()], 0.8, sampling=SAMPLING)), axis=1)]
    np.testing.assert_allclose(sound[0], sound[1], atol=1e-5)


def test_captions_are_read_in_the_closed_world_s_words():
    assert told(scene(caption="tone and dog | hiss")) == ("tone | hiss", ["and", "dog"])
    assert told(scene(objects=(thing("tone", (0.1, 0.1, 0.4, 0.4)), thing("hiss")))) == ("tone | hiss", [])
    assert told(scene()) == ("", [])


def test_what_lacks_is_said(tmp_path, monkeypatch, film):
    monkeypatch.setattr(tiny, "FILE", tmp_path / "none.safetensors")
    with pytest.raises(MissingWeights, match="came without"):
        to_stems(scene(), film, backend="flow-tiny")
    with pytest.raises(InputError, match="got a scene alone"):
        to_stems(scene(), None, backend="flow-tiny")
    with pytest.raises(InputError, match="takes nothing after its name"):
        to_stems(scene(), film, backend="flow-tiny:x")
    assert "flow-tiny" in BACKENDS.names()


def test_a_mirrored_film_gives_the_ears_swapped(file):
    """Sampled both ways from one noise it does so exactly, whatever the network has learned."""
    pictures = np.random.default_rng(3).integers(0, 256, (26, 64, 64, 3), dtype=np.uint8)

    def heard(shown: np.ndarray, *, mirrored: bool) -> np.ndarray:
        frames = [SimpleNamespace(time=k / 25, rgb=lambda one=one: one) for k, one in enumerate(shown)]
        sampling = Sampling(steps=2, strength=1.0, mirrored=mirrored)
        blocks = learned(file).sounds(lambda start, duration: frames, 1.0, "tone", sampling=sampling)
        return np.concatenate(list(blocks), axis=1)

    turned = np.ascontiguousarray(pictures[:, :, ::-1])
    straight, swapped = heard(pictures, mirrored=True), heard(turned, mirrored=True)[::-1]
    np.testing.assert_allclose(straight, swapped, atol=1e-5 * np.abs(straight).max())
    assert np.abs(straight[0] - straight[1]).max() > 5e-4 * np.abs(straight).max()
    plain, other = heard(pictures, mirrored=False), heard(turned, mirrored=False)[::-1]
    assert np.abs(plain - other).max() > 1e-4 * np.abs(plain).max()
