"""Data from a model: what is repaired, what is told to it, what is kept."""

import json
import time
from dataclasses import replace

import pytest
from pydantic import BaseModel, Field
from tests.chat import fake_server as fake
from tests.chat.fake_server import KEY, FakeServer, good

from seehear.chat import (
    AnswerCache,
    NoAnswer,
    RecordedEndpoint,
    Recorder,
    Request,
    Usage,
    ask,
    ask_json,
    open_endpoint,
    parsed_json,
    said,
)
from seehear.errors import InputError


class Rating(BaseModel):
    score: int = Field(ge=1, le=5)


HELLO = (said("user", "How good is it?"),)


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ('{"a": [1, "}{"]}', 0),
        ('  {"a": [1, "}{"]}\n', 0),
        ('```json\n{"a": [1, "}{"]}\n```', 1),
        ('He said "well", it\'s this: {"a": [1, "}{"]} Good luck!', 1),
        ('{"a": [1, "}{",],}', 1),
        ('<think>{"a": 9} or so</think>{"a": [1, "}{"]}', 1),
        ('{"a": [1, "}{",\n ]  } -- ok', 2),
    ],
)
def test_what_is_repaired(text, repairs):
    parsed = parsed_json(text)
    assert parsed.data == {"a": [1, "}{"]}
    assert len(parsed.repairs) == repairs


def test_a_comma_in_a_string_is_no_trailing_comma():
    assert parsed_json(r'{"a": "x\",]", "b": [2,]}').data == {"a": 'x",]', "b": [2]}


def test_strings_lose_what_cannot_be_written_or_would_be_obeyed():
    data = parsed_json(r'{"a\u0000": ["\ud800x", {"b": "\u001b[2Jy\u009b"}, 1, null, true, 0.5]}').data
    assert data == {"a": ["?x", {"b": "[2Jy"}, 1, None, True, 0.5]}
    assert json.dumps(data, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "text",
    ["", "I think it is a 4.", "[1, 2]", '{"a": 1', '{"a": "1', '{"a": 1} or {"a": 2}', '{"a": 1, "a": 2}', "{'a': 1}",
     '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": ' + "9" * 9000 + "}", '{"a":' * 50_000,
     '{"a":' + "[" * 100_000 + "]" * 100_000 + "}", '{"a": 1 // one\n}', "{" * 300_000, '{"' + '\\"' * 300_000,
     '{"a": ' + ", " * 300_000, "x" * 2_000_000],
    ids=range(19),
)  # fmt: skip
def test_what_is_not_repaired_is_an_error_at_once(text):
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        parsed_json(text)
    assert len(str(caught.value)) < 300
    assert time.process_time() - begun < 1.0


def test_a_good_answer_is_checked():
    with FakeServer([good({"score": 4})]) as server:
        checked = ask_json(server.endpoint(), HELLO, check=Rating)
    assert checked.value == Rating(score=4)
    assert checked.usage == Usage(10, 5)
    assert server.requests[0]["response_format"]["json_schema"]["schema"] == Rating.model_json_schema()


def test_a_bad_answer_is_told_what_is_wrong():
    replies = [good("four"), good({"score": 9}), fake.cut('{"score": 4'), good('```{"score": 4,}```')]
    with FakeServer(replies) as server:
        checked = ask_json(server.endpoint(), HELLO, check=Rating, seed=3)
    assert checked.value.score == 4
    assert len(checked.errors) == 3
    assert len(checked.repairs) == 2
    assert checked.usage == Usage(40, 20)
    assert [body["seed"] for body in server.requests] == [3, 4, 5, 6]
    third = [message["content"] for message in server.requests[2]["messages"]]
    assert third[:2] == ["How good is it?", '{"score": 9}']
    assert "score: Input should be less than or equal to 5" in third[2]
    assert "cut off" in server.requests[3]["messages"][-1]["content"]


def test_three_retries_and_the_last_words_are_kept():
    with (
        FakeServer([good(f"no {turn}") for turn in range(4)]) as server,
        pytest.raises(NoAnswer, match="no usable answer in 4 tries") as caught,
    ):
        ask_json(server.endpoint(), HELLO, check=Rating)
    assert (caught.value.failure, caught.value.raw, caught.value.usage) == ("bad", "no 3", Usage(40, 20))
    assert server.unexpected == []


def test_a_refusal_is_not_asked_again():
    with (
        FakeServer([fake.refusing("I will not.")]) as server,
        pytest.raises(NoAnswer, match="refused: I will not") as caught,
    ):
        ask_json(server.endpoint(), HELLO, check=Rating)
    assert caught.value.failure == "refused"


def test_a_check_may_be_any_function():
    def check(data):
        if "dog" not in data:
            raise InputError("expected a dog")
        return data["dog"]

    with FakeServer([good({"cat": 1}), good({"dog": 0})]) as server:
        assert ask_json(server.endpoint(), HELLO, check=check).value == 0
    assert "expected a dog" in server.requests[1]["messages"][-1]["content"]


def test_the_second_time_nothing_is_asked(tmp_path):
    cache = AnswerCache(tmp_path / "cache")
    with FakeServer([good("bad"), good({"score": 4}), good("words"), good({"score": 1})]) as server:
        endpoint = server.endpoint()
        ask_json(endpoint, HELLO, check=Rating, cache=cache)
        again = ask_json(server.endpoint(key="other", timeout=9.0), HELLO, check=Rating, cache=cache)
        assert (again.value.score, again.answer.cached, again.usage) == (4, True, Usage(0, 0))
        assert len(server.requests) == 2
        assert [ask(endpoint, Request(HELLO), cache=cache).text for _ in range(2)] == ["words", "words"]
        assert len(server.requests) == 3
        ask_json(endpoint, HELLO, check=Rating, cache=cache, temperature=0.5)
        assert len(server.requests) == 4
    files = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert len(files) == 3
    assert all(KEY.encode() not in file.read_bytes() for file in files)
    assert all(b"How good" not in file.read_bytes() for file in files)


def test_another_model_or_server_is_asked_anew(tmp_path):
    cache = AnswerCache(tmp_path)
    with FakeServer([good("a"), good("b")]) as one, FakeServer([good("c")]) as other:
        endpoints = [one.endpoint(), replace(one.endpoint(), model="larger"), other.endpoint()]
        for _ in range(2):
            assert [ask(endpoint, Request(HELLO), cache=cache).text for endpoint in endpoints] == ["a", "b", "c"]


def test_refusals_and_failures_are_not_kept(tmp_path):
    cache = AnswerCache(tmp_path)
    with FakeServer([fake.refusing(), good("fine")]) as server:
        assert ask(server.endpoint(), Request(HELLO), cache=cache).outcome == "refused"
        assert ask(server.endpoint(), Request(HELLO), cache=cache).text == "fine"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"text": 3}', '{"text": "a", "outcome": "yes"}', "\x00" * 50])
def test_a_damaged_cache_is_as_none(tmp_path, damage):
    with FakeServer([good({"score": 4}), good({"score": 5})]) as server:
        cache = AnswerCache(tmp_path)
        ask_json(server.endpoint(), HELLO, check=Rating, cache=cache)
        (file,) = tmp_path.rglob("*.json")
        file.write_text(damage)
        assert ask_json(server.endpoint(), HELLO, check=Rating, cache=cache).value.score == 5
        assert json.loads(file.read_text())["outcome"] == "answered"


def test_what_is_recorded_plays_back_without_a_server(tmp_path):
    with FakeServer([good("bad"), good({"score": 4})]) as server:
        recorder = Recorder(server.endpoint(), tmp_path / "tape")
        ask_json(recorder, HELLO, check=Rating, tag="clip 1")
    endpoint = open_endpoint(f"recorded:{tmp_path / 'tape'}")
    assert endpoint.model == "fake"
    checked = ask_json(endpoint, HELLO, check=Rating)
    assert (checked.value.score, len(checked.errors)) == (4, 1)
    with pytest.raises(NoAnswer, match="no recorded answer") as caught:
        endpoint.answer(Request((said("user", "else"),)))
    assert caught.value.failure == "unrecorded"
    assert all(KEY.encode() not in file.read_bytes() for file in (tmp_path / "tape").iterdir())


def test_a_recording_may_be_written_by_hand(tmp_path):
    answer = {"text": '{"score": 2}', "outcome": "answered", "usage": None, "model": None, "form": "free"}
    (tmp_path / "a.json").write_text(json.dumps({"request": {"tag": "clip 1"}, "answer": answer}))
    assert ask_json(RecordedEndpoint(tmp_path), HELLO, check=Rating, tag="clip 1").value.score == 2


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(InputError, match="folder of recorded answers"):
        RecordedEndpoint(tmp_path / "none")
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InputError, match=r"a\.json"):
        RecordedEndpoint(tmp_path)
