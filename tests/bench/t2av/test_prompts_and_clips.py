"""The released prompts file, and which clip is whose."""

import json
import shutil

import pytest

from seehear.bench.t2av.clips import index_of, match_clips, named_folders
from seehear.bench.t2av.prompts import TAXONOMY, read_prompts, slot_counts
from seehear.errors import InputError


@pytest.fixture(scope="module")
def released(shared):
    return shared / "data" / "t2av" / "prompts.json"


def made_up(count=3):
    """Records of the released schema, our own words."""
    from seehear.score.compass import GROUPS

    checklist = {group: dict.fromkeys(slots) for group, slots in GROUPS.items()}
    checklist["Sound"]["Music"] = "Is there music?"
    checklist["Attribute"]["Look"] = "Is the car red?"
    return [
        {
            "index": index, "prompt": "A red car passes.", "source": "LMArena", "subject_matter": "Animation",
            "core_subject": ["Objects"], "event_scenario": ["Urban Scenario"], "sound_type": ["Mechanical Sounds"],
            "camera_movement": ["Static"], "visual_spatial_composition": "Single Subject",
            "audio_spatial_composition": "On-screen Only", "visual_temporal_composition": "Single Event",
            "audio_temporal_composition": "Single Event", "video_prompt": "A red car passes.", "audio_prompt": "engine",
            "speech_prompt": [], "video": "", "checklist_info": checklist, "video_description": "A car.",
            "audio_description": "An engine.",
        }
        for index in range(1, count + 1)
    ]  # fmt: skip


def test_the_released_file_is_read_whole(released):
    prompts = read_prompts(released)
    counts = slot_counts(prompts)
    assert len(prompts) == 500
    assert sum(counts.values()) == 3164
    assert (counts["NonSpeech"], counts["Motion"], counts["FactualKnowledge"]) == (256, 270, 145)
    assert sum(len(one.speech) for one in prompts) == 181
    assert sum(one.categories["audio_spatial_composition"] == ("Mixed On/Off-screen",) for one in prompts) == 278
    assert sum("People" in one.categories["core_subject"] for one in prompts) == 314
    assert all(one.categories[field] for one in prompts for field in TAXONOMY)


def test_a_question_lost_from_the_released_file_is_noticed(released, tmp_path):
    records = json.loads(released.read_text())
    records[0]["checklist_info"]["Sound"]["Speech"] = None
    (tmp_path / "p.json").write_text(json.dumps(records))
    with pytest.raises(InputError, match="3163"):
        read_prompts(tmp_path / "p.json")
    (tmp_path / "p.json").write_text(json.dumps(records[1:]))
    with pytest.raises(InputError, match="500 records"):
        read_prompts(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda one: one.pop("prompt"), "'prompt' of prompt 1"),
        (lambda one: one.update(prompt=" "), "empty"),
        (lambda one: one.update(index="1"), "'index' of record 0"),
        (lambda one: one.update(core_subject="People"), "'core_subject' of prompt 1"),
        (lambda one: one.update(speech_prompt=[{"text": "hi"}]), "'speech_prompt' of prompt 1"),
        (lambda one: one["checklist_info"].pop("Sound"), "'checklist_info' of prompt 1"),
        (lambda one: one["checklist_info"]["Sound"].update(Music=3), "Sound.Music of prompt 1"),
        (lambda one: one["checklist_info"]["Sound"].pop("Music"), "Sound of prompt 1"),
        (lambda one: one.update(index=2), "2 twice"),
    ],
)
def test_what_is_wrong_is_said_by_record_and_field(tmp_path, break_it, told):
    records = json.loads(json.dumps(made_up()))
    break_it(records[0])
    (tmp_path / "p.json").write_text(json.dumps(records))
    with pytest.raises(InputError, match=told):
        read_prompts(tmp_path / "p.json", whole=False)


def test_files_that_are_no_prompts_are_refused(tmp_path):
    lone = json.dumps(made_up()).replace("A red car passes.", "\\ud800")
    for text in ("", "{}", "[]", "[3]", "not json", "[" * 100_000, lone, json.dumps(made_up())[:-9]):
        (tmp_path / "p.json").write_text(text)
        with pytest.raises(InputError):
            read_prompts(tmp_path / "p.json", whole=False)
    with pytest.raises(InputError, match="cannot read"):
        read_prompts(tmp_path / "none.json")


def test_every_allowed_name_is_matched():
    for stem in ("sample_0042", "sample_42", "0042", "42", "video_0042", "video_42", "SAMPLE_0042"):
        for suffix in (".mp4", ".MP4", ".mkv", ".webm", ".mov", ".avi", ".m4v"):
            assert index_of(stem + suffix) == 42
    for name in ("42.txt", "sample42.mp4", "42_1.mp4", "-42.mp4", "sample_.mp4", "000.mp4", "4 2.mp4", "42.mp4.part"):
        assert index_of(name) is None


def test_missing_and_duplicate_clips_are_told_and_strangers_named(tmp_path):
    for name in ("0001.mp4", "video_3.mkv", "sample_0003.mp4", "7.mp4", "best.mp4", "readme.txt"):
        (tmp_path / name).write_bytes(b"x")
    found = match_clips(tmp_path, [1, 2, 3], name="ours")
    assert [one.failure for one in found.clips] == ["", "missing", "duplicate: sample_0003.mp4, video_3.mkv"]
    assert found.clips[0].path == tmp_path / "0001.mp4"
    assert found.strangers == ("7.mp4", "best.mp4")


def test_folders_without_clips_or_with_one_name_twice_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(InputError, match="got none"):
        match_clips(tmp_path / "a", [1], name="a")
    with pytest.raises(InputError, match="expected a folder"):
        match_clips(tmp_path / "b", [1], name="b")
    with pytest.raises(InputError, match="name of its own"):
        named_folders([f"x={tmp_path}", f"x={tmp_path / 'a'}"])
    odd = tmp_path / "with=sign"
    shutil.copytree(tmp_path / "a", odd)
    assert named_folders([str(odd)]) == {"with=sign": odd}
