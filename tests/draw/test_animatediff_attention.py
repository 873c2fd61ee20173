"""Guidance by the attention to names: its energy, and that a move lowers it."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch

from seehear.draw.animatediff.attention import Guide, naming_prompts
from seehear.draw.animatediff.checkpoint import load_pipeline
from seehear.draw.animatediff.encoding import frame_words, phrase_words
from seehear.draw.animatediff.grounding import Ground
from seehear.draw.animatediff.places import places_of
from seehear.draw.animatediff.sampling import denoised
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.windows import first_noise
from seehear.scene import Scene

pytestmark = pytest.mark.neural

DOG = {"id": "dog", "label": "dog", "keyframes": [{"time": 0.0, "box": [0.0, 0.0, 0.5, 1.0]}]}
_THERE = [0.5, 0.0, 1.0, 1.0]
LATE = {"id": "car", "label": "car", "keyframes": [
    {"time": 0.0, "azimuth": 60.0}, {"time": 0.5, "box": _THERE}, {"time": 1.0, "box": _THERE}]}  # fmt: skip


@pytest.fixture(scope="module")
def pipe(tiny_diffusion):
    return load_pipeline(*tiny_diffusion, Settings(device="cpu"))


def guide_of(pipe, scene: Scene, frames: int = 16) -> tuple[Guide, Ground]:
    places = places_of(scene, np.linspace(0, 1, frames))
    ground = Ground(places, *phrase_words(pipe, places.labels), (8, 8))
    prompts = naming_prompts(pipe, ["a street"] * frames, places)
    return Guide(pipe, ground, prompts, frame_words(pipe, prompts, "", guided=True), scale=20.0), ground


def test_names_that_the_caption_lacks_are_added_where_they_are_seen(pipe):
    places = places_of(Scene(duration=1.0, objects=[DOG, LATE]), [0.0, 1.0])
    assert naming_prompts(pipe, ["a street with a dog"] * 2, places) == [
        "a street with a dog",
        "a street with a dog | car",
    ]
    long = "a street " * 20
    assert naming_prompts(pipe, [long], places_of(Scene(duration=1.0, objects=[DOG]), [0.0])) == [f"dog | {long}"]


def test_energy_is_nothing_where_a_name_looks_only_into_its_box(pipe):
    guide, ground = guide_of(pipe, Scene(duration=1.0, objects=[DOG]), 1)
    ground.window = slice(0, 1)
    attention = torch.zeros(1, 2, 8, 8, 77)
    attention[..., :4, :] = 1.0
    inside = guide.watch.energy_of(attention.flatten(2, 3))
    outside = guide.watch.energy_of(attention.flip(3).flatten(2, 3))
    assert inside == 0
    assert outside == pytest.approx(2 * (1.0 + 2.0))  # two heads, weights 1 and 2


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # diffusers' Euler sampler with NumPy 2
@pytest.mark.parametrize("sampler", ["ddim", "euler"])
def test_a_move_lowers_the_energy(tiny_diffusion, sampler: str):
    pipe = load_pipeline(*tiny_diffusion, Settings(device="cpu", sampler=sampler))
    guide, _ = guide_of(pipe, Scene(duration=1.0, objects=[DOG, LATE]))
    pipe.scheduler.set_timesteps(2)
    latents = first_noise((4, 16, 8, 8), seed=3) * pipe.scheduler.init_noise_sigma
    time = pipe.scheduler.timesteps[0]
    slope, before = guide.slope(latents, time)
    assert slope.abs().sum() > 0
    _, after = guide.slope(latents - 1e-2 * float(latents.std()) * slope / slope.abs().max(), time)
    assert after < before
    moved = guide(latents, time, 0)
    assert torch.isfinite(moved).all()
    assert guide.watch.told == [pytest.approx(before, abs=1e-4)]


def test_guidance_changes_the_video_and_its_energy_ends_lower(pipe):
    scene = Scene(duration=1.0, objects=[DOG])
    guide, ground = guide_of(pipe, scene)
    noise = first_noise((4, 16, 8, 8), seed=3)
    words = guide._words
    plain = denoised(pipe, noise, words, ground, steps=2, guidance=7.5, grounded_steps=0)
    led = denoised(pipe, noise, words, ground, steps=2, guidance=7.5, grounded_steps=2, nudge=guide)
    assert not torch.equal(plain, led)
    last = pipe.scheduler.timesteps[-1]
    assert guide.slope(led, last)[1] < guide.slope(plain, last)[1]


def test_nothing_seen_moves_nothing(pipe):
    guide, ground = guide_of(pipe, Scene(duration=1.0, objects=[DOG]))
    ground.places.boxes[:] = np.nan
    pipe.scheduler.set_timesteps(2)
    latents = first_noise((4, 16, 8, 8), seed=3)
    assert torch.equal(guide(latents, pipe.scheduler.timesteps[0], 0), latents)
