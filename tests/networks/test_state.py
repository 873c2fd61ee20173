"""Loading weights: what does not fit is told in one line; nothing but tensors is read."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from torch import nn  # noqa: E402

from seehear.errors import InputError  # noqa: E402
from seehear.networks.state import found_state, load_state, read_state, stripped, unfilled  # noqa: E402
from seehear.weights import MissingWeights  # noqa: E402


def _state() -> dict:
    return {"weight": torch.ones(2, 3), "bias": torch.zeros(2)}


def test_weights_go_into_a_network_made_without_any():
    with unfilled():
        network = nn.Linear(3, 2)
    load_state(network, {key: value.numpy().astype(np.float16) for key, value in _state().items()}, name="linear")
    assert network.weight.dtype == torch.float32
    assert network(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]
    assert not network.weight.requires_grad


def test_what_does_not_fit_is_named_in_one_line():
    wrong = {"weight": torch.ones(3, 2), **{f"block.{i}": torch.ones(1) for i in range(5)}}
    with pytest.raises(InputError) as told:
        load_state(nn.Linear(3, 2), wrong, name="linear")
    assert str(told.value) == (
        "these are not the weights of linear: 1 lacking (bias); 5 too many (block.0, block.1, block.2 and 2 more); "
        "1 of another shape (weight (3, 2) for (2, 3))"
    )


def test_kept_keys_may_lack_and_dropped_ones_may_come():
    network = nn.BatchNorm1d(2)
    state = {key: torch.ones(2) for key in ("weight", "bias", "running_mean", "running_var")} | {"old": torch.ones(1)}
    load_state(
        network, state, name="norm", kept=lambda key: key.endswith("num_batches_tracked"),
        dropped=lambda key: key == "old",
    )  # fmt: skip
    assert network.running_mean.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("wrapped", [{}, {"state_dict": None, "epoch": np.float64(3.0)}, {"model_state_dict": None}])
def test_files_are_read_with_and_without_a_wrapper(tmp_path, wrapped):
    file = tmp_path / "a.pth"
    held = {key: _state() if value is None else value for key, value in wrapped.items()} or _state()
    torch.save(held, file)
    assert {key: value.tolist() for key, value in read_state(file).items()} == {
        key: value.tolist() for key, value in _state().items()
    }


def test_numpy_beside_the_weights_does_not_stop_the_reading(tmp_path):
    beside = {"sampler": {"indexes": np.arange(5), "queue": [np.int64(3)], "share": np.float32(0.5)}}
    torch.save({"model": _state(), **beside}, tmp_path / "a.pth")
    assert set(read_state(tmp_path / "a.pth")) == {"weight", "bias"}


def test_safetensors_are_read(tmp_path):
    from safetensors.torch import save_file

    save_file(_state(), tmp_path / "a.safetensors")
    assert set(read_state(tmp_path / "a.safetensors")) == {"weight", "bias"}


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_a_truncated_file_is_told_in_one_line(tmp_path, name):
    from safetensors.torch import save_file

    file = tmp_path / name
    (save_file if name.endswith("s") else torch.save)(_state(), file)
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(InputError, match=r"cannot read 'a\.(pth|safetensors)' as .*fetch it again") as told:
        read_state(file)
    assert "\n" not in str(told.value)
    file.write_bytes(b"")
    with pytest.raises(InputError, match="cannot read"):
        read_state(file)


class _Code:
    def __reduce__(self):
        return (print, ("code ran",))


def test_a_file_that_would_run_code_is_refused(tmp_path, capsys):
    torch.save({"state_dict": _state(), "x": _Code()}, tmp_path / "a.pth")
    with pytest.raises(InputError, match=r"'a\.pth' holds more than tensors and is not read"):
        read_state(tmp_path / "a.pth")
    assert capsys.readouterr().out == ""


def test_a_file_without_weights_and_no_file_are_told(tmp_path):
    torch.save([1, 2], tmp_path / "a.pth")
    with pytest.raises(InputError, match="got none"):
        read_state(tmp_path / "a.pth")
    with pytest.raises(InputError, match="is no file"):
        read_state(tmp_path / "b.pth")


def test_a_row_is_found_given_or_missed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("SEEHEAR_WEIGHTS", raising=False)
    with pytest.raises(MissingWeights, match="seehear weights fetch vggish"):
        found_state("vggish", None)
    torch.save(_state(), tmp_path / "a.pth")
    assert set(found_state("vggish", tmp_path / "a.pth")) == {"weight", "bias"}
    assert found_state("vggish", {"a": np.ones(1)})["a"].tolist() == [1.0]


def test_a_prefix_is_taken_off():
    assert stripped({"a.b": 1, "c": 2}, "a.") == {"b": 1}
    assert stripped({"b": 1}, "a.") == {"b": 1}
