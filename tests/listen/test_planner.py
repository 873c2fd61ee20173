"""The planner against a scripted server: what it is told, what it makes of answers, what is never given away."""

import json
from base64 import b64decode
from io import BytesIO
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

from seehear.chat import AnswerCache, NoAnswer
from seehear.errors import InputError
from seehear.listen.ablation import ABLATIONS, Planning, ablated
from seehear.listen.mllm import Planner
from seehear.listen.store import ExampleStore
from seehear.scene import Path, Scene, scene_to_json
from tests.chat import fake_server as fake
from tests.chat.fake_server import KEY, FakeServer, good

RATE = 16000


class Source(NamedTuple):
    times: np.ndarray
    azimuth: np.ndarray
    level_db: np.ndarray
    front_back: str = "unknown"


class Stub(NamedTuple):
    """Facts as `listen.facts` gives them, as far as the planner uses them."""

    duration: float
    lines: tuple[str, ...]
    sources: tuple[Source, ...]
    remarks: tuple[str, ...] = ()


def facts(sound) -> Stub:
    """Azimuth from the level difference of the file's channels, in three places."""
    samples, rate = soundfile.read(sound, always_2d=True)
    parts = np.array_split(samples, 3)
    level = np.array([10 * np.log10(part[:, :2].var() + 1e-9) for part in parts])
    azimuth = np.array(
        [90 * np.tanh(np.log(part[:, 0].std() + 1e-9) - np.log(part[:, -1].std() + 1e-9)) for part in parts]
    )
    seconds = len(samples) / rate
    times = (np.arange(3) + 0.5) * seconds / 3
    return Stub(seconds, (f"Source 1 is at {azimuth[0]:.0f} deg.",), (Source(times, azimuth, level),))


def noise(seed, seconds=2.0, *, tone=0.0, left=1.0, right=0.5):
    """Coloured noise that swells as no other does, in two channels."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    base = np.convolve(rng.standard_normal(count), np.ones(3) / 3, mode="same")
    base += tone * np.sin(2 * np.pi * (300 + 50 * seed) * np.arange(count) / RATE)
    return 0.1 * np.stack([left * base, right * base])


def write_example(folder, samples, *, label="car", x=0.3, group=None):
    folder.mkdir(parents=True)
    seconds = samples.shape[1] / RATE
    scene = Scene(
        duration=seconds,
        caption=f"a {label}",
        objects=[
            {
                "id": f"{label}_0",
                "label": label,
                "sounding": [[0, seconds]],
                "keyframes": [
                    {"time": 0.0, "azimuth": 0.0, "box": [x, 0.5, x + 0.1, 0.6]},
                    {"time": seconds, "azimuth": 0.0, "box": [x + 0.3, 0.5, x + 0.4, 0.6]},
                ],
            }
        ],
        extra={} if group is None else {"group": group},
    )
    (folder / "scene.json").write_text(scene_to_json(scene))
    soundfile.write(folder / "sound.wav", samples.T, RATE, subtype="PCM_24")


@pytest.fixture
def folder(tmp_path):
    """Five unlike examples."""
    for seed in range(5):
        write_example(tmp_path / "examples" / f"e{seed}", noise(seed), label=f"thing{seed}", x=0.1 * seed)
    return tmp_path / "examples"


@pytest.fixture
def clip(tmp_path):
    soundfile.write(tmp_path / "query.wav", noise(77).T, RATE)
    return tmp_path / "query.wav"


def layout(keyframes=4, **changes):
    frames = [
        {
            "caption": f"phase {at}",
            "objects": [{"id": 0, "name": "car", "box": [0.1 + 0.1 * at, 0.5, 0.3 + 0.1 * at, 0.7]}],
        }
        for at in range(keyframes)
    ]
    return {"reasoning": "It is loud on the left.", "video_caption": "a car passes", "frames": frames, **changes}


SHORT = Planning(keyframes=4)


def test_an_answer_becomes_a_scene(folder, clip):
    with FakeServer([good(layout())]) as server:
        planner = Planner(server.endpoint(), ExampleStore(folder, measure=facts), SHORT)
        scene = planner.plan(clip, facts(clip))
    (car,) = scene.objects
    assert scene.caption == "a car passes"
    assert [round(key.time, 3) for key in car.keyframes] == [0.0, 0.667, 1.333, 2.0]
    assert Path(car).box_at([0.0, 2.0])[:, 0] == pytest.approx([0.1, 0.4])
    assert car.keyframes[0].azimuth > 0, "left of the centre is positive"
    assert (car.motion, car.front_back) == ("crossing", "unknown")
    note = scene.extra["planner"]
    assert note["model"] == "fake"
    assert len(note["examples"]) == 3
    assert note["tokens"] == [10, 5]


def test_what_is_sent(folder, clip):
    with FakeServer([good(layout())]) as server:
        Planner(server.endpoint(), ExampleStore(folder, measure=facts), SHORT).plan(clip, facts(clip))
    (body,) = server.requests
    assert body["temperature"] == 0.5
    assert [turn["role"] for turn in body["messages"]] == ["system", *["user", "assistant"] * 3, "user"]
    assert next(iter(body["response_format"]["json_schema"]["schema"]["properties"])) == "reasoning"
    shown = json.loads(body["messages"][2]["content"])
    assert shown["frames"][0]["caption"].split()[0] == shown["frames"][0]["objects"][0]["name"]
    assert next(iter(shown)) == "reasoning"
    assert len(shown["frames"]) == 4
    question = body["messages"][-1]["content"]
    assert question[0]["text"] == "The recording lasts 2.00 s; the camera sees 60 degrees."
    assert facts(clip).lines[0] in question[1]["text"]
    samples, rate = soundfile.read(BytesIO(b64decode(question[3]["input_audio"]["data"])), always_2d=True)
    assert (samples.shape, rate) == ((32000, 2), 16000)


def bodies_of(folder, clip, planning):
    with FakeServer([good(layout())]) as server:
        Planner(server.endpoint(), ExampleStore(folder, measure=facts), planning).plan(clip, facts(clip))
    return server.requests[0]


def words_of(body):
    return json.dumps(body["messages"])


def test_every_ablation_takes_away_what_it_says_and_no_more(folder, clip):
    whole = bodies_of(folder, clip, SHORT)
    assert "louder or earlier" in words_of(whole)
    assert "Measured:" in words_of(whole)
    assert words_of(whole).count("input_audio") == 2 * 4

    bare = bodies_of(folder, clip, ablated(SHORT, ["no-reasoning"]))
    assert "louder or earlier" not in words_of(bare)
    assert "reasoning" not in words_of(bare)
    assert "reasoning" not in bare["response_format"]["json_schema"]["schema"]["properties"]
    assert "Measured:" in words_of(bare)
    assert len(bare["messages"]) == 8

    alone = bodies_of(folder, clip, ablated(SHORT, ["no-examples"]))
    assert [turn["role"] for turn in alone["messages"]] == ["system", "user"]
    assert alone["messages"][0] == whole["messages"][0]
    assert alone["messages"][-1] == whole["messages"][-1]

    told = bodies_of(folder, clip, ablated(SHORT, ["facts-only"]))
    assert "input_audio" not in words_of(told)
    assert words_of(told).count("Measured:") == 4

    heard = bodies_of(folder, clip, ablated(SHORT, ["sound-only"]))
    assert "Measured:" not in words_of(heard)
    assert "Source 1" not in words_of(heard)
    assert "Facts measured" not in words_of(heard)
    assert words_of(heard).count("input_audio") == 2 * 4


def test_random_examples_are_drawn_from_all(folder, clip):
    drawn = set()
    store = ExampleStore(folder, measure=facts)
    with FakeServer(lambda body: good(layout())) as server:
        for seed in range(6):
            planner = Planner(server.endpoint(), store, ablated(SHORT, ["random-examples"]))
            scene = planner.plan(clip, facts(clip), rng=np.random.default_rng(seed))
            drawn.add(tuple(scene.extra["planner"]["examples"]))
        again = planner.plan(clip, facts(clip), rng=np.random.default_rng(5))
    assert len(drawn) > 2
    assert tuple(again.extra["planner"]["examples"]) in drawn


def test_the_control_copies_the_nearest_layout_and_asks_nobody(folder, tmp_path):
    soundfile.write(tmp_path / "near.wav", noise(42, left=1.0, right=0.5).T, RATE)
    write_example(folder / "far", noise(50, tone=4.0, left=0.1, right=1.0), label="bell", x=0.0)
    planner = Planner(None, ExampleStore(folder, measure=facts), ablated(SHORT, ["copy-nearest"]))
    scene = planner.plan(tmp_path / "near.wav", facts(tmp_path / "near.wav"))
    copied = scene.extra["planner"]["copied"]
    assert copied in {f"e{seed}" for seed in range(5)}
    assert scene.objects[0].label == f"thing{copied[1]}"
    assert Path(scene.objects[0]).box_at([0.0])[0, 0] == pytest.approx(0.1 * int(copied[1]), abs=1e-3)


def test_per_ear_attaches_left_and_right_as_two(folder, clip):
    body = bodies_of(folder, clip, Planning(keyframes=4, per_ear=True, examples="none"))
    parts = body["messages"][-1]["content"]
    sounds = [
        soundfile.read(BytesIO(b64decode(part["input_audio"]["data"])))[0] for part in parts if "input_audio" in part
    ]
    assert [part.shape for part in sounds] == [(32000,)] * 2
    assert sounds[0].std() == pytest.approx(2 * sounds[1].std(), rel=0.01), "left first, twice as loud"
    assert "Left channel alone:" in [part.get("text") for part in parts]


BAD = {
    "prose": "I cannot see anything.",
    "too few frames": layout(3),
    "outside": layout(frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": [0.5, 0.5, 1.5, 0.9]}]}] * 4),
    "pixels": layout(frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": [10, 50, 150, 90]}]}] * 4),
    "turned round": layout(
        frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": [0.5, 0.5, 0.2, 0.9]}]}] * 4
    ),
    "three sides": layout(frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": [0.5, 0.5, 0.9]}]}] * 4),
    "words": layout(frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": ["left", 0, 1, 1]}]}] * 4),
    "twice": layout(frames=[{"caption": "", "objects": [{"id": 0, "name": "a", "box": [0, 0, 1, 1]}] * 2}] * 4),
    "nobody": layout(frames=[{"caption": "", "objects": []}] * 4),
    "a crowd": layout(
        frames=[{"caption": "", "objects": [{"id": i, "name": "a", "box": [0, 0, 1, 1]} for i in range(40)]}] * 4
    ),
    "two names": layout(
        frames=[{"caption": "", "objects": [{"id": 0, "name": f"a{i}", "box": [0, 0, 1, 1]}]} for i in range(4)]
    ),
    "nan": json.dumps(layout()).replace("0.5", "NaN"),
    "frames a word": layout(frames="four"),
    "no caption": {key: value for key, value in layout().items() if key != "video_caption"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_told_and_asked_again(name, folder, clip):
    with FakeServer([good(BAD[name]), good(layout())]) as server:
        scene = Planner(server.endpoint(), None, Planning(keyframes=4, examples="none")).plan(clip, facts(clip))
    assert len(scene.extra["planner"]["errors"]) == 1
    told = server.requests[1]["messages"][-1]["content"]
    assert told.startswith("Your answer cannot be used: ")
    assert len(told) < 1000


def test_nobody_is_an_answer_only_to_silence(clip):
    with FakeServer([good(BAD["nobody"])]) as server:
        planner = Planner(server.endpoint(), None, Planning(keyframes=4, examples="none"))
        assert planner.plan(clip, facts(clip)._replace(sources=())).objects == ()


def test_after_three_retries_the_raw_reply_is_kept(clip):
    with FakeServer([good("no")] * 4) as server:
        planner = Planner(server.endpoint(), None, Planning(keyframes=4, examples="none"))
        with pytest.raises(NoAnswer, match="4 tries") as caught:
            planner.plan(clip, facts(clip))
    assert caught.value.raw == "no"


def test_a_refusal_and_a_model_without_ears_are_said(clip):
    planning = Planning(keyframes=4, examples="none")
    with FakeServer([fake.refusing("Not me.")]) as server, pytest.raises(NoAnswer, match="Not me"):
        Planner(server.endpoint(), None, planning).plan(clip, facts(clip))
    deaf = [fake.status(400, "audio is not supported")] * 2
    with FakeServer(deaf) as server, pytest.raises(NoAnswer, match="--no-attach-sound"):
        Planner(server.endpoint(), None, planning).plan(clip, facts(clip))


def test_the_second_time_no_request_is_made_and_the_key_is_nowhere(folder, clip, tmp_path, caplog):
    caplog.set_level(0)
    with FakeServer([good(layout())]) as server:
        planner = Planner(
            server.endpoint(), ExampleStore(folder, measure=facts), SHORT, AnswerCache(tmp_path / "cache")
        )
        first, second = (planner.plan(clip, facts(clip)) for _ in range(2))
    assert len(server.requests) == 1
    assert second.extra["planner"]["cached"]
    assert first.objects == second.objects
    (tmp_path / "out.json").write_text(scene_to_json(second))
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes(), file
    assert KEY not in caplog.text + repr(planner)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"store": None}, "--examples DIR"),
        ({"endpoint": None}, "--endpoint"),
    ],
)
def test_what_is_missing_is_said(options, words, folder, clip):
    planner = Planner(**{"endpoint": None, "store": ExampleStore(folder, measure=facts), "planning": SHORT, **options})
    with pytest.raises(InputError, match=words):
        planner.plan(clip, facts(clip))


def test_ablations_that_contradict_each_other_are_refused():
    assert sorted(ABLATIONS) == [
        "copy-nearest", "facts-only", "no-examples", "no-reasoning", "random-examples", "sound-only"]  # fmt: skip
    for names in (["facts-only", "sound-only"], ["no-examples", "random-examples"], ["loud"]):
        with pytest.raises(InputError):
            ablated(Planning(), names)
    assert ablated(Planning(), ["no-reasoning", "no-examples"]) == Planning(reasoning=False, examples="none")
