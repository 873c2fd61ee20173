"""Whatever file is given to a network's door, it loads or says in one line why not."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import (  # noqa: E402
    aesthetic,
    binding,
    dover,
    nisqa,
    panns,
    passt,
    perception_encoder,
    sync_offset,
    syncnet,
    vggish,
)
from seehear.weights import MissingWeights  # noqa: E402

DOORS = {
    "synchformer_av": sync_offset.load,
    "synchformer_av's visual encoder": sync_offset.load_visual,
    "pe_spatial_s16_512": lambda weights: perception_encoder.load("pe_spatial_s16_512", weights),
    "panns_cnn14_16k": panns.load,
    "vggish": vggish.load,
    "passt_s_swa": passt.load,
    "imagebind_huge": binding.load,
    "syncnet_v2": syncnet.load,
    "aesthetic_v2_5_head": aesthetic.load_head,
    "nisqa": nisqa.load,
    "dover": dover.load,
}


@pytest.mark.parametrize("name", DOORS)
def test_another_networks_file_is_refused_by_name(name, tmp_path):
    file = tmp_path / "other.pth"
    torch.save({"state_dict": {f"stem{i}.weight": torch.zeros(2, 3) for i in range(5)}}, file)
    with pytest.raises(InputError, match=f"these are not the weights of {name}: .* lacking .*; 5 too many") as told:
        DOORS[name](file)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize("name", ["panns_cnn14_16k", "dover"])
def test_a_truncated_file_and_none_are_told(name, tmp_path, monkeypatch):
    file = tmp_path / "cut.pth"
    torch.save({"a": torch.zeros(100)}, file)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(InputError, match=r"cannot read 'cut\.pth' as weights .*fetch it again"):
        DOORS[name](file)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("SEEHEAR_WEIGHTS", raising=False)
    with pytest.raises(MissingWeights, match=f"seehear weights fetch {name}"):
        DOORS[name](None)


def test_half_precision_is_widened():
    state = aesthetic.AestheticHead().state_dict()
    head = aesthetic.load_head({key: value.half() for key, value in state.items()})
    assert {value.dtype for value in head.state_dict().values()} == {torch.float32}
    assert np.isfinite(head(torch.ones(1, 1152)).numpy()).all()
