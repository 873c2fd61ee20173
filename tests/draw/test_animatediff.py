"""The backend on a random pipeline of a few layers, saved and loaded as a published one would be."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch

from seehear.draw import to_video
from seehear.draw.animatediff.checkpoint import load_pipeline
from seehear.draw.animatediff.drawer import AnimateDiff
from seehear.draw.animatediff.encoding import frame_words, phrase_words
from seehear.draw.animatediff.grounding import Ground, text_layers
from seehear.draw.animatediff.places import coverage, frame_times, places_of
from seehear.draw.animatediff.regional import ground_regionally
from seehear.draw.animatediff.sampling import denoised
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.telling import frame_prompts
from seehear.draw.animatediff.windows import first_noise, windows_of
from seehear.errors import InputError
from seehear.scene import Scene
from seehear.weights import MissingWeights

pytestmark = pytest.mark.neural

Folders = tuple[Path, Path]
QUICK = {"steps": 2, "rate": 0.0, "made_size": (64, 64), "device": "cpu"}


def street(left: float = 0.0, *, duration: float = 1.0, **more: object) -> Scene:
    box = [left, 0.0, left + 0.5, 1.0]
    car = {"id": "car_0", "label": "car", "keyframes": [{"time": 0.0, "box": box}]}
    return Scene(duration=duration, caption="a street", objects=[car], **more)


def drawn(folders: Folders, scene: Scene, **choices: object) -> np.ndarray:
    wish = QUICK | {"checkpoint": folders[0], "motion": folders[1]} | choices
    backend = AnimateDiff(**wish)
    return np.stack(list(backend.frames(scene, fps=Fraction(15), size_wh=(64, 64), loudness={})))


@pytest.fixture(scope="module")
def pipe(tiny_diffusion: Folders):
    return load_pipeline(*tiny_diffusion, Settings(device="cpu"))


def ground_of(pipe, scene: Scene, frames: int = 16) -> Ground:
    places = places_of(scene, np.linspace(0, scene.duration, frames))
    return Ground(places, *phrase_words(pipe, places.labels), (8, 8))


def plain_of(pipe, *, seed: int = 3, kind: str = "latent") -> torch.Tensor:
    made = pipe(
        "a street", height=64, width=64, num_frames=16, num_inference_steps=2, guidance_scale=7.5,
        negative_prompt="bad", generator=torch.Generator().manual_seed(seed), output_type=kind,
    )  # fmt: skip
    return made.frames


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # diffusers' Euler sampler with NumPy 2
@pytest.mark.parametrize("sampler", ["ddim", "euler"])
def test_without_grounding_the_latents_are_those_of_diffusers_bit_for_bit(tiny_diffusion: Folders, sampler: str):
    pipe = load_pipeline(*tiny_diffusion, Settings(device="cpu", sampler=sampler))
    words = frame_words(pipe, ["a street"] * 16, "bad", guided=True)
    ground = ground_of(pipe, street())
    noise = first_noise((4, 16, 8, 8), seed=3)
    ground_regionally(pipe.unet, ground)
    own = denoised(pipe, noise, words, ground, steps=2, guidance=7.5, grounded_steps=0)
    assert torch.equal(own, plain_of(pipe))
    other = denoised(pipe, noise, words, ground, steps=2, guidance=7.5, grounded_steps=1)
    assert not torch.equal(own, other)


def test_without_grounding_the_pictures_are_those_of_diffusers_bit_for_bit(tiny_diffusion: Folders, pipe):
    """Sixteen pictures asked where sixteen were made: none is interpolated."""
    scene = Scene(duration=1.0, caption="a street")
    backend = AnimateDiff(
        **QUICK, checkpoint=tiny_diffusion[0], motion=tiny_diffusion[1], grounding="none", negative="bad", seed=3
    )
    made = np.stack(list(backend.frames(scene, fps=Fraction(15), size_wh=(64, 64), loudness={})))
    wanted = np.rint(plain_of(pipe, kind="np")[0] * 255).astype(np.uint8)
    assert made.shape == (15, 64, 64, 3)
    assert np.array_equal(made, wanted[:15])


def test_moving_a_box_changes_the_picture_inside_more_than_outside(pipe):
    """One object low in the picture moves from left to right; what was above it changes less."""
    unet = pipe.unet
    before = dict(unet.attn_processors)
    words = frame_words(pipe, ["a street"] * 16, "", guided=True)
    made = []
    for box in ([0.0, 0.5, 0.5, 1.0], [0.5, 0.5, 1.0, 1.0]):
        car = {"id": "car", "label": "car", "keyframes": [{"time": 0.0, "box": box}]}
        unet.set_attn_processor(dict(before))
        ground = ground_of(pipe, Scene(duration=1.0, objects=[car]))
        ground_regionally(unet, ground, blocks=("up_blocks.3",))
        noise = first_noise((4, 16, 8, 8), seed=3)
        made.append(denoised(pipe, noise, words, ground, steps=1, guidance=7.5, grounded_steps=1))
    unet.set_attn_processor(before)
    changed = (made[0] - made[1]).abs().mean(dim=(0, 1, 2))
    assert changed[4:].mean() > 2 * changed[:4].mean()


def test_the_order_of_objects_changes_nothing(tiny_diffusion: Folders):
    objects = [
        {"id": name, "label": name, "keyframes": [{"time": 0.0, "box": box}]}
        for name, box in (("car", [0.0, 0.2, 0.5, 0.9]), ("dog", [0.4, 0.4, 0.8, 0.9]), ("man", [0.3, 0.0, 0.4, 0.5]))
    ]
    forth = drawn(tiny_diffusion, Scene(duration=1.0, objects=objects))
    back = drawn(tiny_diffusion, Scene(duration=1.0, objects=objects[::-1]))
    assert np.array_equal(forth, back)


def test_the_captions_of_frames_reach_their_frames(pipe, tiny_diffusion: Folders):
    """Without motion modules a frame's latents depend on nothing but its own caption."""
    words = ["a street", "a street, a car comes"]
    scene = street(frame_captions=[{"time": 0.5, "caption": "a car comes"}])
    prompts = frame_prompts(scene, places_of(scene, np.linspace(0, 1, 16)), "mix")
    assert prompts == [words[0]] * 8 + [words[1]] * 8
    still = load_pipeline(*tiny_diffusion, Settings(device="cpu"))
    for block in [*still.unet.down_blocks, *still.unet.up_blocks]:
        for module in block.motion_modules:
            module.proj_out.weight.data.zero_()
            module.proj_out.bias.data.zero_()
    made = {}
    for name, told in (("mix", prompts), ("first", [words[0]] * 16), ("second", [words[1]] * 16)):
        noise = first_noise((4, 16, 8, 8), seed=3)
        encoded = frame_words(still, told, "", guided=True)
        ground = ground_of(still, scene)
        made[name] = denoised(still, noise, encoded, ground, steps=2, guidance=7.5, grounded_steps=0)[0]
    assert torch.allclose(made["mix"][:, :8], made["first"][:, :8], atol=1e-5)
    assert torch.allclose(made["mix"][:, 8:], made["second"][:, 8:], atol=1e-5)
    assert (made["mix"][:, 8:] - made["first"][:, 8:]).abs().mean() > 1e-3


def test_conditioning_takes_the_caption_of_the_scene_or_of_the_frame():
    scene = street(frame_captions=[{"time": 0.5, "caption": "a car comes"}])
    places = places_of(scene, [0.0, 0.5, 1.0])
    assert frame_prompts(scene, places, "global") == ["a street"] * 3
    assert frame_prompts(scene, places, "local") == ["a street", "a car comes", "a car comes"]
    bare = scene.model_copy(update={"caption": None, "frame_captions": ()})
    assert frame_prompts(bare, places, "mix") == ["car, car on the left"] * 3


def test_long_clips_are_made_window_by_window_and_blend(pipe):
    words = frame_words(pipe, ["a street"] * 27, "", guided=True)
    ground = ground_of(pipe, street(), 27)
    noise = first_noise((4, 27, 8, 8), seed=3)
    made = denoised(pipe, noise, words, ground, steps=2, guidance=7.5, grounded_steps=0)
    assert made.shape == (1, 4, 27, 8, 8)
    assert torch.isfinite(made).all()
    for window in windows_of(27):
        ground.window = window
        assert ground.masks(64, made).shape == (1, 16, 64)


def test_ten_seconds_get_eight_pictures_a_second_and_short_clips_sixteen():
    assert len(frame_times(10.0, 8.0)) == 81
    assert len(frame_times(0.5, 8.0)) == 16
    assert {index for window in windows_of(81) for index in range(81)[window]} == set(range(81))


def test_noise_of_long_clips_is_that_of_the_first_window_shuffled():
    noise = first_noise((4, 40, 8, 8), seed=1)[0]
    first = {frame.sum().item() for frame in noise[:, :16].unbind(1)}
    assert all(frame.sum().item() in first for frame in noise[:, 16:].unbind(1))
    for window in windows_of(40):
        assert len({frame.sum().item() for frame in noise[:, window].unbind(1)}) == 16
    assert noise.std() == pytest.approx(1, abs=0.05)


def test_absent_objects_and_boxes_smaller_than_a_cell_stay_finite(tiny_diffusion: Folders):
    objects = [
        {"id": "fly", "label": "fly", "keyframes": [{"time": 0.0, "box": [0.5, 0.5, 0.501, 0.501]}]},
        {"id": "bird", "label": "bird", "keyframes": [
            {"time": 0.0, "box": [0.0, 0.0, 0.3, 0.3]}, {"time": 0.5, "box": [0.1, 0.0, 0.4, 0.3]},
            {"time": 0.6, "box": None, "azimuth": 60.0}]},
        {"id": "train", "label": "train", "keyframes": [{"time": 0.0, "azimuth": 90.0}]},
    ]  # fmt: skip
    made = drawn(tiny_diffusion, Scene(duration=1.0, objects=objects), grounding_steps=1.0)
    assert made.std() > 0
    assert drawn(tiny_diffusion, Scene(duration=1.0)).std() > 0


def test_a_small_box_speaks_up_in_its_cell_and_an_absent_one_nowhere():
    cells = coverage(np.array([[0.5, 0.5, 0.51, 0.51], [np.nan] * 4]), (5, 8))
    assert cells[0].max() == pytest.approx(0.25)
    assert (cells[0] > 0).sum() == 1
    assert (cells[1] == 0).all()


def test_more_objects_than_can_be_held_are_refused():
    def crowd(count: int) -> Scene:
        keys = [{"time": 0.0, "box": [0.1, 0.1, 0.2, 0.2]}]
        return Scene(duration=1.0, objects=[{"id": f"o{n}", "keyframes": keys} for n in range(count)])

    assert len(places_of(crowd(28), [0.0]).ids) == 28
    with pytest.raises(InputError, match="at most 28 objects with boxes, got 29"):
        places_of(crowd(29), [0.0])


def test_same_seed_same_pictures_other_seed_others(tiny_diffusion: Folders):
    first = drawn(tiny_diffusion, street(), seed=1)
    assert np.array_equal(first, drawn(tiny_diffusion, street(), seed=1))
    assert not np.array_equal(first, drawn(tiny_diffusion, street(), seed=2))


def test_every_layer_keeps_a_processor_and_unknown_blocks_are_named(pipe):
    assert all(".attn2." in name for name in text_layers(pipe.unet, ("mid_block", "up_blocks.1")))
    with pytest.raises(InputError, match="attention to text in side_block"):
        text_layers(pipe.unet, ("side_block",))


def test_a_video_comes_out_at_the_asked_rate_and_size(tmp_path: Path, tiny_diffusion: Folders):
    import av

    told: list[str] = []
    reports: list[dict] = []
    to_video(
        street(), tmp_path / "a.mp4", backend="animatediff", fps=25, size_wh=(128, 96), checkpoint=tiny_diffusion[0],
        motion=tiny_diffusion[1], tell=told.append, report=reports.append, **QUICK,
    )  # fmt: skip
    with av.open(str(tmp_path / "a.mp4")) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (128, 96, 25)
        assert sum(1 for _ in file.decode(video=0)) == 25
    assert any("UNet on cpu" in line for line in told)
    assert any("to go" in line for line in told)
    assert reports[0]["frames_made"] == 16
    assert reports[0]["kept"] == 0


def test_missing_weights_name_the_command_the_size_and_the_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("SEEHEAR_WEIGHTS", str(tmp_path))
    with pytest.raises(MissingWeights) as caught:
        AnimateDiff()
    line = str(caught.value)
    assert "seehear weights fetch stable_diffusion_v1_5 animatediff_v1_5_3" in line
    assert "OpenRAIL" in line
    assert "GB" in line
    assert "\n" not in line
