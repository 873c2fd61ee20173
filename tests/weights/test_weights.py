"""Weights: the table, where they are found, what is said when they are not."""

import hashlib
import io
import json
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seehear.errors import BackendFailed, InputError
from seehear.weights import WEIGHTS, MissingWeights, fetch, ledger, locate, refuse_noncommercial, revision_of, row_of
from seehear.weights import table as rows
from seehear.weights.row import Weight, WeightFile


@pytest.fixture(autouse=True)
def _own_places(tmp_path, monkeypatch):
    for name in ("SEEHEAR_WEIGHTS", "HF_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))


def test_every_row_says_where_it_comes_from_and_on_which_terms():
    for row in WEIGHTS.values():
        assert row.licence
        assert row.used_by
        assert row.repository or all(file.url for file in row.files) or row.note
        assert row.repository.count("/") in (0, 1)
        assert "not stated" not in row.licence or row.commercial is None
        assert "NC" not in row.licence or row.commercial is False
        for file in row.files:
            assert file.md5 is None or len(file.md5) == 32
            assert file.sha256 is None or len(file.sha256) == 64


def test_missing_weights_say_the_command_the_size_and_the_terms():
    with pytest.raises(MissingWeights) as told:
        locate("mmaudio_small_16k")
    assert str(told.value) == (
        "weights 'mmaudio_small_16k' are not on this machine: seehear weights fetch mmaudio_small_16k "
        "(601 MB, CC-BY-NC-4.0: not for commercial use)"
    )


def test_weights_that_cannot_be_fetched_say_where_to_put_them():
    with pytest.raises(MissingWeights, match=r"put the file into the folder that SEEHEAR_WEIGHTS names"):
        locate("migc_sd14")
    with pytest.raises(InputError, match="cannot be fetched: on a drive"):
        fetch("migc_sd14")


def test_an_unknown_name_lists_near_ones():
    with pytest.raises(InputError, match=r"no weights are named 'synchformer'; near: synchformer_av"):
        locate("synchformer")


def test_the_hubs_cache_is_read_through_its_ref(tmp_path):
    home = tmp_path / "home" / "hub" / "models--hkchengrex--MMAudio"
    file = home / "snapshots" / "0123abc" / "weights" / "mmaudio_small_16k.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    with pytest.raises(MissingWeights):
        locate("mmaudio_small_16k")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("0123abc\n")
    assert locate("mmaudio_small_16k") == file
    assert revision_of(file) == "0123abc"


def test_a_folder_of_ones_own_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_WEIGHTS", str(tmp_path))
    (tmp_path / "vggish-10086976.pth").write_bytes(b"flat")
    assert locate("vggish").read_bytes() == b"flat"
    (tmp_path / "vggish").mkdir()
    (tmp_path / "vggish" / "vggish-10086976.pth").write_bytes(b"by name")
    assert locate("vggish").read_bytes() == b"by name"
    assert revision_of(locate("vggish")) is None


def test_a_given_file_or_folder_is_all_that_is_looked_at(tmp_path):
    file = tmp_path / "anything.pth"
    file.write_bytes(b"x")
    assert locate("vggish", file) == file
    with pytest.raises(MissingWeights, match=r"expected the weights 'vggish' \(vggish-10086976.pth\) in"):
        locate("vggish", tmp_path)


def test_a_whole_folder_needs_its_configuration(tmp_path):
    with pytest.raises(MissingWeights, match=r"config\.json or model_index\.json"):
        locate("x_clip_base_patch16", tmp_path)
    (tmp_path / "config.json").write_text("{}")
    assert locate("x_clip_base_patch16", tmp_path) == tmp_path


def test_commercial_only_refuses_what_forbids_and_what_does_not_say():
    refuse_noncommercial(["vggish", "pe_av_small"])
    with pytest.raises(InputError, match=r"got nisqa \(CC-BY-NC-SA-4.0\), passt_s_swa \(not stated\)"):
        refuse_noncommercial(["passt_s_swa", "vggish", "nisqa", "nisqa"])
    assert [one.commercial for one in ledger(["passt_s_swa", "vggish", "nisqa"])] == [False, None, True]


class _Answer(io.BytesIO):
    def __init__(self, data: bytes, length: int):
        super().__init__(data)
        self.headers = {"Content-Length": str(length)}


@pytest.mark.parametrize(
    ("length", "md5", "fault"),
    [(5, None, None), (9, None, "could not fetch"), (5, "0" * 32, "expected 000000000000")],
)
def test_a_fetched_file_is_whole_and_right_or_absent(tmp_path, monkeypatch, length, md5, fault):
    data = b"bytes"
    url = "https://example.org/a.pth"
    row = Weight("one", "", "MIT", True, ("a test",), (WeightFile("a.pth", md5=md5, url=url),))
    monkeypatch.setitem(rows.WEIGHTS, "one", row)
    monkeypatch.setenv("SEEHEAR_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: _Answer(data, length))
    if fault is None:
        done = fetch("one")
        assert done.sha256 == {"a.pth": hashlib.sha256(data).hexdigest()}
        assert fetch("one").found
        assert not done.found
    else:
        with pytest.raises(BackendFailed, match=fault):
            fetch("one")
    assert [file.name for file in (tmp_path / "one").iterdir()] == ([] if fault else ["a.pth"])


def test_offline_gives_one_clear_line(tmp_path, monkeypatch):
    def unplugged(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", unplugged)
    with pytest.raises(BackendFailed, match=r"go online, or put vggish-10086976.pth into '.*seehear/vggish'") as told:
        fetch("vggish")
    assert "\n" not in str(told.value)


def test_the_hub_offline_gives_one_clear_line(monkeypatch):
    hub = pytest.importorskip("huggingface_hub")

    def offline(*_, **__):
        raise hub.errors.OfflineModeIsEnabled("offline mode is enabled")

    monkeypatch.setattr(hub, "hf_hub_download", offline)
    with pytest.raises(BackendFailed, match=r"could not fetch 'synchformer_av' from hkchengrex/MMAudio"):
        fetch("synchformer_av")


def test_a_hub_file_with_another_hash_is_removed(tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    file = tmp_path / "hub_file"
    file.write_bytes(b"not it")
    monkeypatch.setattr(hub, "hf_hub_download", lambda *_, **__: str(file))
    with pytest.raises(BackendFailed, match="expected 5b2f5594b073"):
        fetch("synchformer_av")
    assert not file.exists()


def test_the_command_lists_and_filters():
    from seehear.cli.app import app

    everything = json.loads(CliRunner().invoke(app, ["weights", "list", "--json"]).stdout)
    assert [one["name"] for one in everything] == list(WEIGHTS)
    free = json.loads(CliRunner().invoke(app, ["weights", "list", "--json", "--commercial-only"]).stdout)
    assert {one["name"] for one in free} == {name for name, row in WEIGHTS.items() if row.commercial}


def test_the_command_tells_the_licence_before_it_fetches(tmp_path, monkeypatch):
    from seehear.cli.app import app

    monkeypatch.setenv("SEEHEAR_WEIGHTS", str(tmp_path))
    Path(tmp_path, "nisqa.tar").write_bytes(b"x")
    done = CliRunner().invoke(app, ["weights", "fetch", "nisqa"])
    assert done.exit_code == 0
    assert done.stderr.splitlines()[0] == "nisqa: 1 MB, CC-BY-NC-SA-4.0: not for commercial use"
    refused = CliRunner().invoke(app, ["weights", "fetch", "nisqa", "--commercial-only"])
    assert refused.exit_code == 1
    assert "allow commercial use" in refused.stderr


def test_sizes_sum_only_where_all_are_known():
    assert row_of("dover").bytes is None
    assert row_of("vggish").told == "289 MB, Apache-2.0: commercial use allowed"
