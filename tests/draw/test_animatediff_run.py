"""A run around the networks: choosing, going on, planning, refusing, and the pictures in between."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch

from seehear.draw import to_video
from seehear.draw.animatediff.attention import LAYERS
from seehear.draw.animatediff.between import pictures_at
from seehear.draw.animatediff.checkpoint import check_family, check_motion
from seehear.draw.animatediff.choosing import Found, best_of, layout_score
from seehear.draw.animatediff.detector import named_detector
from seehear.draw.animatediff.drawer import AnimateDiff
from seehear.draw.animatediff.grounding import Ground, text_layers
from seehear.draw.animatediff.places import places_of
from seehear.draw.animatediff.plan import enough_memory
from seehear.draw.animatediff.regional import BLOCKS
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.work import Work
from seehear.errors import BackendFailed, InputError
from seehear.scene import Scene

pytestmark = pytest.mark.neural

CAR = {"id": "car", "label": "car", "keyframes": [{"time": 0.0, "box": [0.0, 0.2, 0.4, 0.8]}]}
STREET = Scene(duration=1.0, caption="a street", objects=[CAR])


def backend_of(folders: tuple[Path, Path], **choices: object) -> AnimateDiff:
    quick = {"steps": 2, "rate": 0.0, "made_size": (64, 64), "device": "cpu"}
    return AnimateDiff(checkpoint=folders[0], motion=folders[1], **(quick | choices))


def drawn(backend: AnimateDiff, scene: Scene = STREET) -> np.ndarray:
    return np.stack(list(backend.frames(scene, fps=Fraction(15), size_wh=(64, 64), loudness={})))


class Stopped(Exception):
    """Stands for whatever ends a run early."""


def test_a_run_that_was_stopped_goes_on_to_the_same_pictures(tiny_diffusion, tmp_path, monkeypatch):
    whole = drawn(backend_of(tiny_diffusion, steps=3, seed=5))
    kept = Work.keep

    def keep_and_stop(self, sample, steps, latents):
        kept(self, sample, steps, latents)
        raise Stopped

    monkeypatch.setattr(Work, "keep", keep_and_stop)
    with pytest.raises(Stopped):
        drawn(backend_of(tiny_diffusion, steps=3, seed=5, work=tmp_path))
    monkeypatch.setattr(Work, "keep", kept)
    told: list[str] = []
    assert np.array_equal(drawn(backend_of(tiny_diffusion, steps=3, seed=5, work=tmp_path, tell=told.append)), whole)
    assert "sample 0: 1 of 3 steps were kept" in told
    monkeypatch.setattr(Work, "keep", keep_and_stop)  # all is done: nothing is computed, nothing kept again
    assert np.array_equal(drawn(backend_of(tiny_diffusion, steps=3, seed=5, work=tmp_path)), whole)
    with pytest.raises(Stopped):  # another scene is other work
        drawn(backend_of(tiny_diffusion, steps=3, seed=5, work=tmp_path), Scene(duration=1.0))


def test_what_was_kept_and_cannot_be_read_is_made_again(tmp_path):
    work = Work(tmp_path, "a")
    work.keep(0, 2, torch.ones(3))
    assert work.reached(0).steps == 2
    (tmp_path / "a" / "0.safetensors").write_bytes(b"cut")
    assert work.reached(0) is None


def test_a_stopped_video_leaves_nothing(tiny_diffusion, tmp_path):
    def stop(line: str) -> None:
        raise KeyboardInterrupt

    backend = {"checkpoint": tiny_diffusion[0], "motion": tiny_diffusion[1], "steps": 2, "device": "cpu"}
    with pytest.raises(KeyboardInterrupt):
        to_video(STREET, tmp_path / "a.mp4", backend="animatediff", size_wh=(64, 64), tell=stop, **backend)
    assert list(tmp_path.iterdir()) == []


def test_low_memory_makes_the_same_picture_but_for_rounding(tiny_diffusion):
    plain = drawn(backend_of(tiny_diffusion)).astype(int)
    sparing = drawn(backend_of(tiny_diffusion, low_memory=True)).astype(int)
    assert np.abs(plain - sparing).mean() < 1


def test_the_best_sample_is_kept_and_all_scores_are_told(tiny_diffusion):
    """A detector that finds the car ever nearer to its place."""
    offsets = iter([0.4] * 8 + [0.1] * 8 + [0.3] * 8)

    def detector(picture, labels):
        assert picture.dtype == np.uint8
        assert labels == ["car"]
        middle = 0.2 + next(offsets)
        return [Found("car", 0.9, (middle - 0.1, 0.2, middle + 0.1, 0.8))]

    reports: list[dict] = []
    made = drawn(backend_of(tiny_diffusion, samples=3, detector=detector, report=reports.append, seed=7))
    assert reports[0]["kept"] == 1
    assert reports[0]["scores"] == pytest.approx([0.6, 0.9, 0.7])
    assert np.array_equal(made, drawn(backend_of(tiny_diffusion, seed=8)))


def test_scores_pair_things_of_one_label_and_count_what_is_lacking():
    twin = CAR | {"id": "cat", "keyframes": [{"time": 0.0, "box": [0.6, 0.2, 1.0, 0.8]}]}
    places = places_of(Scene(duration=1.0, objects=[CAR, twin]), [0.0])
    picture = [np.zeros((8, 8, 3), np.uint8)]

    def finding(*centres: float):
        return lambda picture, labels: [Found("car", 0.5, (one - 0.1, 0.0, one + 0.1, 1.0)) for one in centres]

    assert layout_score(picture, places, finding(0.8, 0.2)) == pytest.approx(1.0)
    assert layout_score(picture, places, finding(0.3)) == pytest.approx(0.45)
    assert layout_score(picture, places, finding()) == 0.0
    assert layout_score(picture, places_of(Scene(duration=1.0), [0.0]), finding()) == 1.0


def test_without_a_detector_there_is_one_sample():
    with pytest.raises(InputError, match="expected a detector to choose among 3 samples, got none"):
        Settings(samples=3)
    chosen = best_of([0], lambda index: torch.zeros(1), lambda latents: iter(()), places_of(STREET, [0.0]), None)
    assert (chosen.sample, chosen.scores) == (0, [])
    with pytest.raises(InputError, match="expected a detector out of grounding_dino_tiny, owlv2_base"):
        AnimateDiff(detector="nothing-of-the-kind", samples=2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cross_attention_dim": 1024}, "got Stable Diffusion 2 in .* its text is 1024 wide, that of 1.x 768"),
        ({"cross_attention_dim": 2048}, "got Stable Diffusion XL"),
        ({"in_channels": 9}, "got an inpainting model .* takes 9 channels instead of 4"),
        ({"_class_name": "UNet3DConditionModel"}, "a UNet2DConditionModel is needed"),
        ({"cross_attention_dim": 12}, "its UNet reads text 12 wide, its encoder gives 16"),
    ],
)
def test_a_checkpoint_of_another_family_is_named(tiny_diffusion, tmp_path, changes: dict, told: str):
    folder = tmp_path / "other"
    shutil.copytree(tiny_diffusion[0], folder)
    file = folder / "unet" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    with pytest.raises(InputError, match=told):
        check_family(folder)


def test_folders_that_are_no_checkpoint_are_refused(tiny_diffusion, tmp_path):
    (tmp_path / "transformer").mkdir()
    with pytest.raises(InputError, match="a diffusion transformer"):
        check_family(tmp_path)
    with pytest.raises(InputError, match="lacks unet, vae, text_encoder, tokenizer"):
        check_family(tiny_diffusion[1])
    with pytest.raises(InputError, match="expected a motion adapter"):
        check_motion(tiny_diffusion[0] / "unet", tiny_diffusion[0])
    file = tmp_path / "model.safetensors"
    file.touch()
    with pytest.raises(InputError, match="expected a folder in the hub's layout"):
        AnimateDiff(checkpoint=file, motion=tiny_diffusion[1])
    with pytest.raises(InputError, match="which is none"):
        AnimateDiff(checkpoint=tmp_path / "nowhere", motion=tiny_diffusion[1])


def test_a_motion_adapter_of_another_family_is_named(tiny_diffusion, tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps({"_class_name": "MotionAdapter", "block_out_channels": [320, 640, 1280]})
    )
    with pytest.raises(InputError, match=r"is for Stable Diffusion XL: its blocks are \[320, 640, 1280\] wide"):
        check_motion(tmp_path, tiny_diffusion[0])


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError(), RuntimeError("can't allocate memory")]
)
def test_the_end_of_memory_is_one_line_that_says_what_to_lower(error: Exception):
    with pytest.raises(BackendFailed, match=r"add --low-memory, or make smaller pictures than 512 x 320"):  # noqa: SIM117
        with enough_memory(Settings(), (512, 320)):
            raise error
    with pytest.raises(RuntimeError, match="shapes"), enough_memory(Settings(), (512, 320)):
        raise RuntimeError("shapes differ")


@pytest.mark.parametrize(
    "choice",
    [
        {"grounding": "boxes"}, {"conditioning": "all"}, {"sampler": "magic"}, {"samples": 0}, {"steps": 0},
        {"guidance": float("nan")}, {"grounding_steps": 1.5}, {"rate": -1}, {"made_size": (65, 64)},
    ],
    ids=lambda choice: next(iter(choice)),
)  # fmt: skip
def test_choices_that_cannot_be_are_refused(choice: dict):
    with pytest.raises(InputError, match="expected"):
        Settings(**choice)


def test_pictures_between_are_where_the_thing_has_got_to():
    """A disc moves 12 pixels between two made pictures; halfway it stands in the middle, once."""
    yy, xx = np.mgrid[:64, :96]
    made = [
        np.repeat((255 * np.exp(-((xx - x) ** 2 + (yy - 32) ** 2) / 80)).astype(np.uint8)[..., None], 3, axis=2)
        for x in (36, 48)
    ]
    between = list(pictures_at([0.0, 0.5, 1.0, 1.5], made, [0.0, 1.0]))
    assert np.array_equal(between[0], made[0])
    assert np.array_equal(between[2], made[1])
    assert np.array_equal(between[3], made[1])
    light = between[1][..., 0].astype(float)
    assert (light * xx).sum() / light.sum() == pytest.approx(42, abs=1)
    assert light.max() > 220  # a cross-fade of both would be dimmer and wider


def test_see_makes_a_video_with_the_sound_and_reports(tiny_diffusion, tmp_path):
    import soundfile
    from typer.testing import CliRunner

    from seehear.cli.app import app
    from seehear.scene import scene_to_json

    soundfile.write(tmp_path / "a.wav", 0.1 * np.random.default_rng(0).standard_normal((48_000, 2)), 48_000)
    (tmp_path / "a.scene.json").write_text(scene_to_json(STREET))
    told = CliRunner().invoke(app, [
        "see", str(tmp_path / "a.wav"), "-o", str(tmp_path / "a.mp4"), "--scene", str(tmp_path / "a.scene.json"),
        "--backend", "animatediff", "--checkpoint", str(tiny_diffusion[0]), "--motion", str(tiny_diffusion[1]),
        "--steps", "2", "--rate", "1", "--size", "64x64", "--fps", "8", "--grounding", "attention", "--json",
    ])  # fmt: skip
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert report["frames"] == 8
    assert report["animatediff"]["grounding"]["kind"] == "attention"
    assert len(report["animatediff"]["grounding"]["energy"]) == 1
    assert report["animatediff"]["prompts"] == ["a street, car on the left"]
    assert "UNet on" in told.stderr


def test_a_detector_is_read_from_its_folder_and_gives_boxes_in_the_frame(tmp_path):
    """A random OWLv2 of one layer: what it finds means nothing, but it goes through the published form."""
    from tests.draw.tiny_diffusion import save_tokenizer
    from transformers import Owlv2Config, Owlv2ForObjectDetection

    part = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    words = {"vocab_size": 514, "max_position_embeddings": 77, "bos_token_id": 512, "eos_token_id": 513}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        config = Owlv2Config(
            text_config=part | words, vision_config=part | {"image_size": 64, "patch_size": 16}, projection_dim=16
        )
        Owlv2ForObjectDetection(config).save_pretrained(tmp_path)
    save_tokenizer(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(
        json.dumps({"image_processor_type": "Owlv2ImageProcessor", "size": {"height": 64, "width": 64}})
    )
    detector = named_detector(tmp_path)
    found = detector(np.random.default_rng(0).integers(0, 255, (40, 64, 3)).astype(np.uint8), ["car", "dog"])
    assert found
    for one in found:
        assert one.label in ("car", "dog")
        assert 0 <= one.box[0] < one.box[2] <= 1
        assert 0 <= one.box[1] < one.box[3] <= 1
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip_text_model"}))
    with pytest.raises(InputError, match="expected a detector of owlv2, owlvit, grounding-dino in"):
        named_detector(tmp_path)


def test_the_published_size_has_the_layers_that_grounding_is_made_for():
    """Layers only, no numbers: 32 attentions in pictures and 40 over time; grids of 512 x 320."""
    from diffusers import UNetMotionModel

    with torch.device("meta"):
        unet = UNetMotionModel(cross_attention_dim=768, num_attention_heads=8, use_motion_mid_block=False)
    assert len(unet.attn_processors) == 72
    assert len(text_layers(unet, BLOCKS)) == 9
    assert len([name for name in text_layers(unet, ("",)) if name.startswith(LAYERS)]) == 6
    ground = Ground(places_of(STREET, [0.0]), torch.zeros(1, 77, 768), torch.zeros(1, 768), (40, 64))
    assert [ground.grid_of(cells) for cells in (2560, 640, 160, 40)] == [(40, 64), (20, 32), (10, 16), (5, 8)]
