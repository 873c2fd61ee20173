"""Whatever a server does, an endpoint gives an answer or says in one line why not; the key is nowhere."""

import time
import traceback
from email.utils import formatdate

import numpy as np
import pytest
from tests.chat import fake_server as fake
from tests.chat.fake_server import KEY, FakeServer, good, status

from seehear.chat import Audio, Endpoint, Image, NoAnswer, RateLimiter, Request, Usage, Video, bounded_map, said
from seehear.errors import BackendFailed, InputError

HELLO = Request((said("user", "What do you hear?"),))
SCHEMA = {"type": "object", "properties": {"score": {"type": "integer"}}}


def failure_of(endpoint):
    with pytest.raises(NoAnswer) as caught:
        endpoint.answer(HELLO)
    return caught.value


def test_an_answer_comes_with_its_usage_and_model():
    with FakeServer([good("a dog")]) as server:
        answer = server.endpoint().answer(HELLO)
    assert (answer.text, answer.outcome, answer.usage, answer.model) == ("a dog", "answered", Usage(10, 5), "fake-1")
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert server.requests == [{"model": "fake", "messages": [{"role": "user", "content": "What do you hear?"}]}]


def test_without_a_key_none_is_sent_and_the_environment_gives_one(monkeypatch):
    monkeypatch.delenv("SEEHEAR_CHAT_KEY", raising=False)
    with FakeServer([good("a"), good("b")]) as server:
        server.endpoint(key=None).answer(HELLO)
        monkeypatch.setenv("SEEHEAR_CHAT_KEY", " from-outside \n")
        server.endpoint(key=None).answer(HELLO)
    assert "Authorization" not in server.headers[0]
    assert server.headers[1]["Authorization"] == "Bearer from-outside"


def test_sound_picture_and_video_go_as_the_api_says():
    parts = (Audio(b"RIFF"), Image(b"png"), Video(b"mp4"))
    with FakeServer([good("x")]) as server:
        server.endpoint().answer(Request((said("system", "Be short."), said("user", "Look.", *parts)), temperature=0.5))
    system, user = server.requests[0]["messages"]
    assert system == {"role": "system", "content": "Be short."}
    assert user["content"] == [
        {"type": "text", "text": "Look."},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}},
        {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,bXA0"}},
    ]
    assert server.requests[0]["temperature"] == 0.5
    assert "RIFF" not in repr(parts)


@pytest.mark.parametrize(
    ("reply", "outcome", "text"),
    [
        (fake.refusing("No."), "refused", "No."),
        (fake.filtered(), "refused", ""),
        (fake.cut("half a"), "cut", "half a"),
        (good(""), "empty", ""),
        (good("\ud83d\x1b[31mred\x00"), "answered", "?[31mred"),
    ],
    ids=["refusal", "filter", "length", "empty", "terminal codes"],
)
def test_refusals_and_cuts_are_outcomes_of_their_own(reply, outcome, text):
    with FakeServer([reply]) as server:
        answer = server.endpoint().answer(HELLO)
    assert (answer.outcome, answer.text) == (outcome, text)


@pytest.mark.parametrize("usage", ['"many"', "[1]", '{"prompt_tokens": -4}', '{"prompt_tokens": 1e3}', "true"])
def test_a_usage_that_is_none_is_unknown(usage):
    text = f'{{"choices": [{{"message": {{"content": "x"}}}}], "usage": {usage}}}'
    with FakeServer([fake.body(text)]) as server:
        assert server.endpoint().answer(HELLO).usage is None


@pytest.mark.parametrize("name", fake.HOSTILE)
def test_a_hostile_reply_is_one_line_and_then_a_good_one_counts(name):
    hostile = fake.HOSTILE[name]
    with FakeServer([hostile, hostile, good("fine")]) as server:
        told = failure_of(server.endpoint(tries=1))
        assert len(str(told)) < 300
        assert "\n" not in str(told)
        assert isinstance(told, BackendFailed)
        if name != "redirect":
            assert server.endpoint(tries=2).answer(HELLO).text == "fine"


def test_a_reply_over_the_limit_is_not_read_to_its_end_and_not_asked_for_again():
    with (
        FakeServer([fake.huge(300_000), good("fine")]) as server,
        pytest.raises(NoAnswer, match="more than 100000 bytes") as caught,
    ):
        server.endpoint(limit=100_000).answer(HELLO)
    assert caught.value.failure == "huge"
    assert len(caught.value.raw) <= 100_001
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [fake.slow(good("x"), 5), fake.dripping(5)], ids=["slow", "dripping"])
def test_time_is_up_for_the_whole_reply(reply):
    begun = time.monotonic()
    with FakeServer([reply]) as server, pytest.raises(NoAnswer, match=r"within 0\.3 s") as caught:
        server.endpoint(timeout=0.3, tries=1).answer(HELLO)
    assert caught.value.failure == "timeout"
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("broken", [fake.breaking_off(good("a dog")), fake.hanging_up()], ids=["half", "nothing"])
def test_what_breaks_off_is_asked_again(broken):
    with FakeServer([broken, good("a dog")]) as server:
        assert server.endpoint().answer(HELLO).text == "a dog"
    assert len(server.requests) == 2


def test_nobody_there():
    with FakeServer() as server:
        address = server.address
    waits = []
    with pytest.raises(NoAnswer, match="cannot reach") as caught:
        Endpoint(address, "fake", KEY, tries=3, pause=waits.append).answer(HELLO)
    assert caught.value.failure == "unreachable"
    assert waits == [1.0, 2.0]


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503])
def test_a_busy_server_is_asked_again_with_growing_waits(code):
    with FakeServer([status(code), status(code), status(code), good("at last")]) as server:
        assert server.endpoint().answer(HELLO).text == "at last"
    assert server.waits == [1.0, 2.0, 4.0]


def test_jitter_is_drawn_from_the_generator_given():
    waits = []
    for _ in range(2):
        with FakeServer([status(500)] * 3) as server, pytest.raises(NoAnswer):
            server.endpoint(tries=3).answer(HELLO, rng=np.random.default_rng(5))
        waits.append(server.waits)
    assert waits[0] == waits[1]
    assert 0.5 <= waits[0][0] < 1.0 <= waits[0][1] < 2.0


def test_retry_after_is_honoured_in_seconds_and_as_a_date():
    date = formatdate(time.time() + 30, usegmt=True)
    replies = [status(429, retry_after=text) for text in ("7", date, "-3", "nan", "soon")]
    with FakeServer([*replies, good("x")]) as server:
        server.endpoint(tries=6).answer(HELLO)
    assert server.waits[0] == 7.0
    assert 27 <= server.waits[1] <= 30
    assert server.waits[2:] == [4.0, 8.0, 16.0]  # what cannot be read leaves our own waits


def test_a_server_that_asks_for_an_hour_is_given_up():
    with (
        FakeServer([status(429, "quota", retry_after="3600")]) as server,
        pytest.raises(NoAnswer, match="asks to wait 3600 s") as caught,
    ):
        server.endpoint().answer(HELLO)
    assert caught.value.failure == "busy"
    assert server.waits == []


def test_one_429_holds_all_who_share_the_limiter():
    now, slept = [0.0], []
    limiter = RateLimiter(clock=lambda: now[0], pause=slept.append)
    with FakeServer([status(429, retry_after="9"), good("x"), good("y")]) as server:
        server.endpoint(limiter=limiter).answer(HELLO)
        assert slept == [9.0]
        server.endpoint(limiter=limiter).answer(HELLO)
    assert slept == [9.0, 9.0]


@pytest.mark.parametrize(("code", "hint"), [(400, "too long"), (401, "--key"), (403, "--key"), (404, "model's name")])
def test_our_own_mistakes_are_said_at_once(code, hint):
    with FakeServer([status(code, "the prompt is too long")]) as server, pytest.raises(NoAnswer, match=hint) as caught:
        server.endpoint().answer(HELLO)
    assert caught.value.failure == "rejected"
    assert len(server.requests) == 1


def test_a_schema_is_enforced_where_the_server_knows_it():
    with FakeServer([good({"score": 4})]) as server:
        answer = server.endpoint().answer(Request(HELLO.messages, schema=SCHEMA))
    assert answer.form == "enforced"
    assert server.requests[0]["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_schema_is_put_in_words_where_it_does_not_and_that_is_remembered():
    def old_server(body):
        return status(400, "unknown field response_format") if "response_format" in body else good({"score": 4})

    with FakeServer(old_server) as server:
        endpoint = server.endpoint()
        asked = Request(HELLO.messages, schema=SCHEMA)
        assert [endpoint.answer(asked).form for _ in range(2)] == ["prompt", "prompt"]
    assert ["response_format" in body for body in server.requests] == [True, False, False]
    assert '"score"' in server.requests[1]["messages"][-1]["content"]


def test_the_key_is_nowhere(caplog):
    caplog.set_level(0)
    for reply in (fake.echoing_key(), fake.body(f"<html>{KEY}"), fake.body(f'{{"x": "{KEY}"}}'), status(500, KEY)):
        with FakeServer([reply]) as server:
            endpoint = server.endpoint(tries=1)
            with pytest.raises(NoAnswer) as caught:
                endpoint.answer(HELLO)
        told = "".join(traceback.format_exception(caught.value))
        for text in (told, str(caught.value), caught.value.raw, repr(endpoint), str(vars(endpoint)), caplog.text):
            assert KEY not in text
    with FakeServer([good(f"your key is {KEY}")]) as server:
        assert server.endpoint().answer(HELLO).text == "your key is [key]"


@pytest.mark.parametrize(
    "address",
    ["", "localhost:8000", "ftp://host/v1", "http://", "http://h:99999/v1", "http://a b/v1", "http://me:pw@host/v1",
     "http://host/v1?key=abc", "http://[::1/v1", "http://höst/v1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_being_quoted(address):
    with pytest.raises(InputError) as caught:
        Endpoint(address, "m", "k")
    assert "pw" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_key_that_is_none_is_refused_without_being_quoted():
    with pytest.raises(InputError) as caught:
        Endpoint("http://host/v1", "m", "abc\r\nX: y")
    assert "abc" not in str(caught.value)


def test_the_full_address_is_taken_too():
    assert Endpoint("https://host/v1/chat/completions/", "m", "").base_address == "https://host/v1"


def test_many_at_once_keep_their_order_and_a_failure_its_place():
    def by_number(body):
        number = int(body["messages"][0]["content"])
        return status(400, "bad") if number == 3 else good(str(number**2))

    with FakeServer(by_number) as server:
        endpoint = server.endpoint()

        def ask(number):
            return endpoint.answer(Request((said("user", str(number)),))).text

        found = list(bounded_map(ask, range(8), workers=4))
    assert [text for text in found if not isinstance(text, NoAnswer)] == ["0", "1", "4", "16", "25", "36", "49"]
    assert isinstance(found[3], NoAnswer)


def test_items_are_not_taken_far_ahead():
    taken = []

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    results = bounded_map(lambda number: number, items(), workers=2)
    next(results)
    assert len(taken) <= 4
    results.close()
