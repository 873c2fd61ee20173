"""The backend: a scene into pictures by Stable Diffusion 1.x with AnimateDiff's motion, held to the scene's boxes.

Pictures are made at 8 a second or more (16 at least), those between come from the optical flow. Sizes are pixels;
boxes are fractions of the frame; the picture of index i shows the time i / fps.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from seehear.draw.animatediff.between import pictures_at, resized
from seehear.draw.animatediff.checkpoint import find_weights, load_pipeline
from seehear.draw.animatediff.choosing import Chosen, best_of, check_detector
from seehear.draw.animatediff.encoding import phrase_words, too_long
from seehear.draw.animatediff.grounding import Ground
from seehear.draw.animatediff.kinds import grounded
from seehear.draw.animatediff.places import LEAST_FRAMES, Places, frame_times, places_of
from seehear.draw.animatediff.plan import Clock, enough_memory, planned
from seehear.draw.animatediff.sampling import denoised
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.telling import frame_prompts
from seehear.draw.animatediff.windows import first_noise
from seehear.draw.animatediff.work import Work, name_of
from seehear.draw.loudness import Loudness
from seehear.draw.wish import picture_times
from seehear.scene import Scene

Picture = NDArray[np.uint8]


class AnimateDiff:
    """Draws scenes as photographic video.

    Args:
        choices: see `seehear.draw.animatediff.settings.Settings`.

    Raises:
        InputError: a choice that cannot be.
        MissingWeights: weights that are not on this machine; the message has the command that fetches them.
    """

    def __init__(self, **choices: Any) -> None:  # noqa: ANN401 - as Settings types them
        self.wish = Settings(**choices)
        self.detector = check_detector(self.wish.detector)
        self.weights = find_weights(self.wish)

    def frames(
        self,
        scene: Scene,
        *,
        fps: Fraction,
        size_wh: tuple[int, int],
        loudness: Mapping[str, Loudness],
    ) -> Iterator[Picture]:
        """Give the pictures; see `seehear.draw.Drawer`.

        Raises:
            InputError: more than 28 objects with boxes, or weights of another family.
            BackendFailed: memory came to its end.
        """
        wish = self.wish
        made_wh = wish.size_for(size_wh)
        places = places_of(scene, frame_times(scene.duration, wish.rate))
        with enough_memory(wish, made_wh):
            film = _Film(scene, places, made_wh, self)
            chosen = best_of(range(wish.samples), film.sample, film.pictures, places, self.detector)
        wish.report(film.report(chosen))
        made = film.pictures(chosen.latents)
        with enough_memory(wish, made_wh):
            for picture in pictures_at(picture_times(scene.duration, fps), made, places.times.tolist()):
                yield resized(picture, size_wh)


class _Film:
    """One scene under way: networks, words, places, and what was reached before."""

    def __init__(self, scene: Scene, places: Places, made_wh: tuple[int, int], backend: AnimateDiff) -> None:
        self.wish, self.places = backend.wish, places
        wish = self.wish
        self.pipe = load_pipeline(backend.weights["stable_diffusion_v1_5"], backend.weights["animatediff_v1_5_3"], wish)
        self.scale = self.pipe.vae_scale_factor
        self.latent_hw = (made_wh[1] // self.scale, made_wh[0] // self.scale)
        self.prompts = frame_prompts(scene, places, wish.conditioning)
        self.plan = planned(wish, places, made_wh, backend.weights, self.pipe)
        for line in self.plan.lines:
            wish.tell(line)
        for prompt in too_long(self.pipe, self.prompts)[:1]:
            wish.tell(f"only the first 75 tokens of a caption are read: {prompt[:60]}...")
        hidden, pooled = phrase_words(self.pipe, places.labels)
        self.ground = Ground(places, hidden, pooled, self.latent_hw)
        self.kind = grounded(self.pipe, self.ground, self.prompts, wish, backend.weights)
        numbers = f"{self.pipe._execution_device} {self.kind.words.distinct.dtype}"
        self.work = Work(wish.work, name_of(scene, wish, made_wh, backend.weights, numbers))
        kept = [held.steps for held in map(self.work.reached, range(wish.samples)) if held]
        self.clock = Clock(wish, wish.samples * wish.steps - sum(kept))

    def sample(self, index: int) -> Tensor:
        """Make one sample's latents, or go on from what was kept of it."""
        wish = self.wish
        held = self.work.reached(index)
        channels = self.pipe.unet.config.in_channels
        shape = (channels, len(self.places.times), *self.latent_hw)
        latents = held.latents if held else first_noise(shape, seed=wish.seed + index)
        if held:
            wish.tell(f"sample {index}: {held.steps} of {wish.steps} steps were kept")

        def reached(steps: int, now: Tensor) -> None:
            self.clock.step()
            self.work.keep(index, steps, now)

        return denoised(
            self.pipe, latents, self.kind.words, self.ground, steps=wish.steps, guidance=wish.guidance,
            grounded_steps=wish.grounded_steps, nudge=self.kind.nudge, halves=wish.low_memory,
            begin=held.steps if held else 0, reached=reached,
        )  # fmt: skip

    def pictures(self, latents: Tensor) -> Iterator[Picture]:
        """Decode, a window's worth at a time."""
        import torch

        chunk = 1 if self.wish.low_memory else LEAST_FRAMES
        for start in range(0, latents.shape[2], chunk):
            with torch.no_grad():
                video = self.pipe.decode_latents(latents[:, :, start : start + chunk], chunk)
            made = self.pipe.video_processor.postprocess_video(video=video, output_type="np")[0]
            yield from np.rint(np.nan_to_num(made) * 255).astype(np.uint8)

    def report(self, chosen: Chosen) -> dict[str, Any]:
        """Say what was made."""
        return {
            "plan": list(self.plan.lines),
            "frames_made": len(self.places.times),
            "objects": list(self.places.ids),
            "seeds": [self.wish.seed + index for index in range(self.wish.samples)],
            "kept": chosen.sample,
            "scores": chosen.scores,
            "grounding": {"kind": self.wish.grounding, "steps": self.wish.grounded_steps, **self.kind.facts},
            "prompts": list(dict.fromkeys(self.kind.prompts)),
        }
