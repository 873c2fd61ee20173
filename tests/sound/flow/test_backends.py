"""The backends `mmaudio` and `visaudio`, with small networks in place of the published ones."""

from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import BackendFailed, InputError  # noqa: E402
from seehear.media.film import write_video  # noqa: E402
from seehear.media.stems import AMBIENCE  # noqa: E402
from seehear.scene import Ambience, Keyframe, Scene, SceneObject  # noqa: E402
from seehear.sound import to_stems  # noqa: E402
from seehear.sound.flow import needs  # noqa: E402
from seehear.sound.flow.conditions import Extractors  # noqa: E402
from seehear.sound.flow.generate import STILL, Maker, Sampling  # noqa: E402
from seehear.sound.flow.loading import save_network  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.mmaudio import MMAudio  # noqa: E402
from seehear.sound.flow.placed import PlacedSound, cropper  # noqa: E402
from seehear.sound.flow.sizes import FlowSizes  # noqa: E402
from seehear.sound.flow.two_ears import TwoEarSound, caption_of, eared  # noqa: E402
from seehear.sound.flow.visaudio import EarSizes, ViSAudio  # noqa: E402
from seehear.weights import MissingWeights, refuse_noncommercial  # noqa: E402

pytestmark = pytest.mark.neural

FLOW = FlowSizes(32, 2, 1, 1, 20, 100, 3, 8, 6, 24, 8, 7, 5)
CODEC = MdctCodec(2000, hop=20)
SAMPLING = Sampling(steps=2)


class Clip:
    side = 8

    def __init__(self) -> None:
        self.heard: list[str] = []

    def see(self, frames):
        return frames.mean(axis=(1, 2), dtype=np.float32) / 100

    def read(self, texts):
        self.heard += texts
        return np.full((len(texts), 5, 7), len(texts[0]), np.float32)

    def words(self, text):
        from seehear.sound.flow.clip import Words

        return Words(np.zeros(5, np.int64), text[60:])


class Sync:
    def see(self, frames):
        segments = (len(frames) - 16) // 8 + 1
        return np.repeat(frames[: segments * 8].mean(axis=(1, 2), dtype=np.float32)[:, :1], 6, axis=1) / 100


class Maps:
    def see(self, frames):
        return np.repeat(frames[:, ::128, ::128, :1], 5, axis=3).astype(np.float32) / 100


def _filled(network):
    made = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=made) * 0.1)
    return network.eval()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Two seconds in which the left half brightens and the right half stays."""
    pictures = []
    for at in range(50):
        picture = np.full((48, 64, 3), 90, np.uint8)
        picture[:, :32] = 2 * at
        pictures.append(picture)
    place = tmp_path_factory.mktemp("film") / "film.mp4"
    write_video(place, pictures, Fraction(25))
    return place


def _thing(name: str, box, **more) -> SceneObject:
    return SceneObject(id=name, keyframes=(Keyframe(time=0, azimuth=10, elevation=0, box=box),), **more)


SCENE = Scene(
    duration=2.0,
    objects=(
        _thing("left", (0.05, 0.2, 0.4, 0.8), label="dog"),
        _thing("right", (0.6, 0.2, 0.95, 0.8), caption="a bell rings", sounding=((0.5, 1.0),)),
    ),
)


def _mono(clip=None) -> Maker:
    return Maker(_filled(MMAudio(FLOW)), CODEC, Extractors(clip or Clip(), Sync()))


def _all(stems) -> dict[str, np.ndarray]:
    blocks = list(stems.blocks(1000))
    return {name: np.concatenate([block[name] for block in blocks], axis=1) for name in stems.channels}


def test_every_object_has_its_own_sound(film):
    clip = Clip()
    sounded = PlacedSound(maker=_mono(clip), sampling=SAMPLING).to_stems(SCENE, film, seed=1, sample_rate=8000)
    found = _all(sounded.stems)
    assert {name: one.shape for name, one in found.items()} == {"left": (1, 16000), "right": (1, 16000)}
    assert clip.heard == ["dog", "a bell rings"]
    assert [one.sounding for one in sounded.scene.objects] == [((0.0, 2.0),), ((0.5, 1.0),)]
    assert {one.stem for one in sounded.scene.objects} == {"dry"}
    assert all(np.isfinite(one).all() and one.std() > 0 for one in found.values())
    assert abs(np.corrcoef(found["left"][0], found["right"][0])[0, 1]) < 0.95
    again = _all(PlacedSound(maker=_mono(), sampling=SAMPLING).to_stems(SCENE, film, seed=1, sample_rate=8000).stems)
    for name, one in found.items():
        np.testing.assert_array_equal(one, again[name])


def test_the_plan_is_told_first(film, caplog):
    maker = _mono()
    maker.aside = 5e12
    PlacedSound(maker=maker, sampling=SAMPLING).to_stems(SCENE, film, sample_rate=8000)
    weights = sum(value.numel() for value in maker.network.parameters())
    work = 2 * (2 * weights * 100 * (200 / 75) * 2 * 2 + 5e12 * 2 * 4 / 3)
    assert f"plan: 2 sounds of 2.0 s, {work / 1e12:.1f} TFLOP, about" in caplog.text


def test_stems_are_of_one_loudness(film):
    from seehear.acoustics.loudness import LoudnessMeter
    from seehear.media.layout import layout_of

    stems = _all(PlacedSound(maker=_mono(), sampling=SAMPLING).to_stems(SCENE, film, sample_rate=48000).stems)
    for one in stems.values():
        meter = LoudnessMeter(layout_of("stereo"), 48000)
        meter.add(np.concatenate([one, np.zeros_like(one)]))
        assert meter.integrated() == pytest.approx(-23, abs=0.05)


def test_a_scene_without_objects_is_one_bed(film):
    scene = Scene(duration=1.0, ambience=Ambience(label="wind"))
    sounded = PlacedSound(maker=_mono(), sampling=SAMPLING).to_stems(scene, film, sample_rate=8000)
    assert sounded.stems.channels == {AMBIENCE: 1}
    assert PlacedSound(maker=_mono(), sampling=SAMPLING).to_stems(Scene(duration=1.0), film).scene.ambience is not None


def test_the_crop_follows_the_object():
    keys = tuple(
        Keyframe(time=time, azimuth=0, elevation=0, box=(x, 0.4, x + 0.1, 0.6)) for time, x in ((0.0, 0.0), (2.0, 0.9))
    )
    cut = cropper(SceneObject(id="a", keyframes=keys))
    picture = np.broadcast_to(np.arange(100, dtype=np.uint8)[None, :, None], (80, 100, 3))
    assert cut(picture, 0.0)[0, 0, 0] == 0
    middle = cut(picture, 1.0)
    assert middle.shape == (24, 24, 3)
    assert middle[0, 12, 0] == pytest.approx(50, abs=1)
    assert cut(picture, 2.0)[0, -1, 0] == 99
    assert cropper(SceneObject(id="a", keyframes=(Keyframe(time=0, azimuth=0, elevation=0),))) is None


def test_the_crop_decides_what_is_heard(film):
    """Only the left object's part of the picture changes; the right one's is still."""
    one = PlacedSound(maker=_mono(), sampling=SAMPLING)
    right = SCENE.model_copy(update={"objects": SCENE.objects[1:]})
    left = SCENE.model_copy(update={"objects": SCENE.objects[:1]})
    assert STILL in one.to_stems(right, film).scene.extra["unknown"]
    assert "unknown" not in one.to_stems(left, film).scene.extra


def test_two_ears_come_out_as_a_bed_of_two_channels(film, tmp_path):
    network = _filled(ViSAudio(EarSizes(FLOW, spatial_dim=5, spatial_cells=4, spatial_length=4)))
    file = tmp_path / "ears.safetensors"
    save_network(file, network, CODEC)
    clip = Clip()
    maker = eared(file, extractors=lambda: Extractors(clip, Sync(), Maps(), cells=2))
    sounded = TwoEarSound(maker=maker, sampling=SAMPLING).to_stems(SCENE, film, seed=2, sample_rate=8000)
    ears = _all(sounded.stems)[AMBIENCE]
    assert ears.shape == (2, 16000)
    assert np.abs(ears[0] - ears[1]).max() > 0
    assert clip.heard == ["Visible sound: dog, a bell rings, Invisible sound: none"]
    assert sounded.scene.objects == ()
    assert sounded.scene.extra["in_bed"] == ["left", "right"]


def test_a_bed_of_two_channels_reaches_two_ears_as_it_is():
    from seehear.acoustics.bed import Bed
    from seehear.media.layout import layout_of

    ears = np.random.default_rng(0).standard_normal((2, 500)).astype(np.float32)
    np.testing.assert_array_equal(Bed(layout_of("binaural"), "stereo", sample_rate=8000).process(ears), ears)


def test_captions_tell_the_seen_from_the_unseen():
    hidden = _thing("b", None, label="bell")
    scene = SCENE.model_copy(update={"objects": (SCENE.objects[0], hidden)})
    assert caption_of(scene) == "Visible sound: dog, Invisible sound: bell"


def test_without_weights_the_commands_sizes_and_terms_are_told(film, tmp_path, monkeypatch):
    for name in ("SEEHEAR_WEIGHTS", "HF_HUB_CACHE", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    wanted = r"seehear weights fetch mmaudio_small_44k mmaudio_vae_44k .*601 MB, CC-BY-NC-4.0: not for commercial use"
    with pytest.raises(MissingWeights, match=wanted):
        to_stems(SCENE, film, backend="mmaudio")
    with pytest.raises(InputError, match="expected mmaudio:VARIANT out of small_16k"):
        to_stems(SCENE, film, backend="mmaudio:huge")
    with pytest.raises(InputError, match="expected visaudio:FILE"):
        to_stems(SCENE, film, backend="visaudio")
    with pytest.raises(InputError, match=r"expected a file of weights, got '.*none.safetensors'"):
        to_stems(SCENE, film, backend=f"visaudio:{tmp_path / 'none.safetensors'}")


def test_commercial_use_is_refused_and_terms_are_said():
    with pytest.raises(InputError, match=r"mmaudio_small_44k \(CC-BY-NC-4.0\)"):
        refuse_noncommercial(needs.weights_of("mmaudio"))
    assert "CC-BY-NC-4.0: not for commercial use" in needs.terms_of(needs.weights_of("mmaudio:large_44k_v2"))
    assert needs.weights_of("voices") == ()


def test_bad_input_is_told(film, tmp_path):
    with pytest.raises(InputError, match="got a scene alone"):
        PlacedSound(maker=_mono()).to_stems(SCENE, None)
    short = Scene(duration=0.4, objects=SCENE.objects[:1])
    with pytest.raises(InputError, match=r"at least 0.64 s of picture, got 0.40 s"):
        PlacedSound(maker=_mono()).to_stems(short, film)
    broken = _filled(MMAudio(FLOW))
    broken.final_layer.conv.bias.data[:] = float("nan")
    maker = Maker(broken, CODEC, Extractors(Clip(), Sync()))
    with pytest.raises(BackendFailed, match="no finite sound"):
        PlacedSound(maker=maker, sampling=SAMPLING).to_stems(SCENE, film)


def test_out_of_memory_is_told(film, monkeypatch):
    def full(*_given, **_more):
        raise torch.OutOfMemoryError("tried to allocate 20 GiB")
        yield

    monkeypatch.setattr(Maker, "sounds", full)
    with pytest.raises(BackendFailed, match="does not fit into memory: take a smaller variant") as told:
        PlacedSound(maker=_mono(), sampling=SAMPLING).to_stems(SCENE, film)
    assert told.value.raw == "tried to allocate 20 GiB"


def test_of_ears_a_network_of_one_channel_is_none(tmp_path):
    save_network(tmp_path / "mono.safetensors", MMAudio(FLOW), CODEC)
    with pytest.raises(InputError, match="expected a network with two ears"):
        eared(tmp_path / "mono.safetensors")


def test_the_command_line_refuses_in_one_line(film, tmp_path, monkeypatch, capsys):
    from seehear.cli import main

    for name in ("SEEHEAR_WEIGHTS", "HF_HUB_CACHE", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    given = ["hear", str(film), "-o", str(tmp_path / "out.wav"), "--label", "dog", "--sound", "mmaudio"]
    for more, wanted in ((["--commercial-only"], "allow commercial use, got dfn5b"), ([], "seehear weights fetch")):
        monkeypatch.setattr("sys.argv", ["seehear", *given, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert ended.value.code == 1
        assert wanted in " ".join(said.split())
    assert not (tmp_path / "out.wav").exists()


def _levels(file):
    import soundfile

    return np.sqrt((soundfile.read(file)[0] ** 2).mean(axis=0))


def test_the_journey_places_the_sound_where_the_object_is(film, tmp_path, monkeypatch):
    from seehear.pipelines import hear

    monkeypatch.setattr("seehear.sound.flow.placed._published", lambda variant: _mono())
    key = Keyframe(time=0, azimuth=80, elevation=0, distance=2.0)
    thing = SceneObject(id="a", label="dog", keyframes=(key,), sounding=((0.0, 2.0),))
    scene = Scene(duration=2.0, objects=(thing,))
    heard = hear(film, tmp_path / "out.wav", scene=scene, sound="mmaudio", loudness=None)
    left, right = _levels(tmp_path / "out.wav")
    assert left > 1.5 * right > 0
    assert heard.scene.objects[0].extra["sounding"] == "made"


def test_the_journey_gives_two_ears_what_the_network_made(film, tmp_path, monkeypatch):
    import soundfile

    from seehear.pipelines import hear

    network = _filled(ViSAudio(EarSizes(FLOW, spatial_dim=5, spatial_cells=4, spatial_length=4)))
    save_network(tmp_path / "ears.safetensors", network, CODEC)
    extractors = Extractors(Clip(), Sync(), Maps(), cells=2)
    monkeypatch.setattr("seehear.sound.flow.two_ears._published", lambda: extractors)
    scene = SCENE.model_copy(update={"objects": SCENE.objects[1:]})
    hear(film, tmp_path / "out.wav", scene=scene, sound=f"visaudio:{tmp_path / 'ears.safetensors'}", loudness=None)
    maker = Maker(network, CODEC, extractors)
    bed = _all(TwoEarSound(maker=maker).to_stems(scene, film).stems)[AMBIENCE]
    written = soundfile.read(tmp_path / "out.wav")[0].T
    gain = np.vdot(written, bed) / np.vdot(bed, bed)
    assert np.abs(written - gain * bed).max() < 1e-3 * np.abs(written).max()
