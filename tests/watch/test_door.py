"""The door of the room, on files."""

import json
from pathlib import Path as FilePath

import av
import cv2
import numpy as np
import pytest

from seehear.errors import InputError, UnknownBackend
from seehear.scene import Path, read_scene, scene_to_json
from seehear.watch import BACKENDS, to_scene


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, wall, disc) -> FilePath:
    """A still picture, its mirror image, and a film of a disc that crosses, lossless."""
    folder = tmp_path_factory.mktemp("pictures")
    still = disc(wall(), (0.7, 0.45), 0.09, (40, 220, 60))
    cv2.imwrite(str(folder / "still.png"), still[..., ::-1])
    cv2.imwrite(str(folder / "mirrored.png"), still[:, ::-1, ::-1])
    back = wall()
    for name, turn in (("film.mkv", 1), ("mirrored film.mkv", -1)):
        with av.open(str(folder / name), "w") as container:
            stream = container.add_stream("ffv1", rate=25, options={"level": "3"})
            stream.width, stream.height, stream.pix_fmt = 480, 270, "bgr0"
            for k in range(75):
                shown = disc(back, (0.15 + 0.2 * k / 25, 0.4), 0.06, (230, 230, 60))[:, ::turn]
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")))
            container.mux(stream.encode(None))
    return folder


def test_a_still_picture_gets_ten_seconds_and_what_stands_out(pictures) -> None:
    scene = to_scene(pictures / "still.png")
    assert scene.duration == 10.0
    box = scene.objects[0].keyframes[0].box
    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx((0.7, 0.45), abs=0.02)
    assert scene.objects[0].sounding == ((0.0, 10.0),)
    assert scene.objects[0].confidence <= 0.4
    assert to_scene(pictures / "still.png", duration=4.0).duration == 4.0


@pytest.mark.parametrize(("name", "twin"), [("still.png", "mirrored.png"), ("film.mkv", "mirrored film.mkv")])
def test_the_mirrored_file_gives_the_mirrored_scene(name: str, twin: str, pictures) -> None:
    one, other = to_scene(pictures / name), to_scene(pictures / twin)
    assert [thing.id for thing in one.objects] == [thing.id for thing in other.objects]
    for thing, mirrored in zip(one.objects, other.objects, strict=True):
        times = np.linspace(*thing.sounding[0], 12)
        first, second = Path(thing).at(times), Path(mirrored).at(times)
        assert np.abs(first.azimuth + second.azimuth).max() < 0.01
        assert np.abs(first.elevation - second.elevation).max() < 0.01
        assert thing.confidence == mirrored.confidence


def test_a_part_of_a_film_begins_at_zero(pictures) -> None:
    part = to_scene(pictures / "film.mkv", start=1.0, end=2.0)
    assert part.duration == pytest.approx(1.0)
    (one,) = [thing for thing in part.objects if thing.extra["found_as"] == "moving"]
    box = Path(one).box_at([0.5])[0]
    assert (box[0] + box[2]) / 2 == pytest.approx(0.15 + 0.2 * 1.5, abs=0.015)


def test_the_scene_can_be_written_and_read(pictures, tmp_path) -> None:
    scene = to_scene(pictures / "film.mkv")
    file = tmp_path / "scene.json"
    file.write_text(scene_to_json(scene))
    assert read_scene(file) == scene


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"horizontal_fov": 0.0}, "horizontal_fov"),
        ({"horizontal_fov": 200.0}, "horizontal_fov"),
        ({"projection": "fisheye"}, "projection"),
        ({"spread": 0.0}, "spread"),
        ({"labels": ("object_0=",)}, "labels"),
        ({"labels": ("",)}, "labels"),
        ({"start": 9.0}, "start"),
        ({"start": -1.0}, "start"),
    ],
)
def test_what_cannot_be_used_is_said(options: dict, words: str, pictures) -> None:
    with pytest.raises(InputError, match=words):
        to_scene(pictures / "film.mkv", **options)


def test_an_unknown_backend_names_the_known_ones(pictures) -> None:
    assert BACKENDS.names() == ["motion"]
    with pytest.raises(UnknownBackend, match="motion"):
        to_scene(pictures / "still.png", backend="magic")


def test_a_damaged_film_is_an_error_not_half_a_scene(pictures, tmp_path) -> None:
    broken = tmp_path / "broken.mkv"
    broken.write_bytes((pictures / "film.mkv").read_bytes()[:2000])
    with pytest.raises(InputError):
        to_scene(broken)


def test_a_toy_filmed_by_hand_is_found(shared) -> None:
    files = {entry["file"]: entry for entry in json.loads((shared / "data" / "MANIFEST.json").read_text())["files"]}
    scene = to_scene(shared / "data" / "video" / "mdn_frog.mp4", end=5.5)
    (source,) = files["video/mdn_frog.mp4"]["ground_truth"]["sources"]
    for entry in source["boxes"]:
        if entry["t"] < 5.5:
            boxes = [Path(one).box_at([entry["t"]])[0] for one in scene.objects]
            assert max(_overlap(box, np.array(entry["box"])) for box in boxes if np.isfinite(box).all()) > 0.5
    assert len(scene.objects) <= 3


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    shared = np.prod(np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0))
    return float(shared / (np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared))
