"""Each block against the formula written out in NumPy, float64."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.sound.flow.bigvgan import PeriodicBlock, SmoothSnake, low_pass  # noqa: E402
from seehear.sound.flow.blocks import FinalLayer, JointBlock, Stream, StreamBlock, joined  # noqa: E402
from seehear.sound.flow.layers import (  # noqa: E402
    GatedFeedForward,
    TimeConvolution,
    TimeEmbedding,
    rotary_table,
    rotate,
    stretched,
)
from seehear.sound.flow.vae import Doubling, EvenAttention, EvenBlock, Halving  # noqa: E402

pytestmark = pytest.mark.neural

TIGHT = {"rtol": 1e-5, "atol": 2e-6}


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


def _made(module, seed: int = 0):
    """Random weights; gives the module in float64 and its weights by name."""
    made = torch.Generator().manual_seed(seed)
    for value in module.parameters():
        value.copy_(torch.randn(value.shape, generator=made) * 0.3)
    module = module.double().eval()
    return module, {name: value.numpy() for name, value in module.named_parameters()}


def _random(*shape: int, seed: int = 9) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def _silu(x):
    return x / (1 + np.exp(-x))


def _convolved(x, weight, bias=0.0, dilation=1):
    """(batch, tokens, channels), zeros beyond the ends, by the sum itself."""
    reach = dilation * (weight.shape[2] // 2)
    padded = np.pad(x, ((0, 0), (reach, reach), (0, 0)))
    out = np.zeros((*x.shape[:2], weight.shape[0]))
    for tap in range(weight.shape[2]):
        out += padded[:, tap * dilation : tap * dilation + x.shape[1]] @ weight[:, :, tap].T
    return out + bias


def _linear(x, w, name):
    weight = w[f"{name}.weight"]
    bias = w.get(f"{name}.bias", 0.0)
    return _convolved(x, weight, bias) if weight.ndim == 3 else x @ weight.T + bias


def _gated(x, w, name):
    return _linear(_silu(_linear(x, w, f"{name}.w1")) * _linear(x, w, f"{name}.w3"), w, f"{name}.w2")


def _layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def _rms(x, weight):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + np.finfo(np.float64).eps) * weight


def _rotated(x, scale):
    """Each pair of channels as a complex number times exp(i position rate)."""
    width = x.shape[-1]
    rates = scale * 10000.0 ** (-np.arange(0, width, 2) / width)
    turned = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * np.arange(x.shape[-2])[:, None] * rates)
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape)


def _heads(x, w, name, heads, scale):
    """(batch, heads, tokens, width) of queries, keys, values: row (h, d, j) of the weight, j fastest."""
    rows = _linear(x, w, f"{name}.attn.qkv")
    batch, tokens, _ = x.shape
    split = rows.reshape(batch, tokens, heads, -1, 3).transpose(4, 0, 2, 1, 3)
    query, key = (_rms(split[i], w[f"{name}.attn.{n}_norm.weight"]) for i, n in ((0, "q"), (1, "k")))
    if scale:
        query, key = _rotated(query, scale), _rotated(key, scale)
    return query, key, split[2]


def _attended(query, key, value):
    logits = query @ key.swapaxes(-1, -2) / math.sqrt(query.shape[-1])
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    out = weights / weights.sum(-1, keepdims=True) @ value
    return out.transpose(0, 2, 1, 3).reshape(out.shape[0], out.shape[2], -1)


def _chunks(w, name, condition, count):
    return np.split(_linear(_silu(condition), w, f"{name}.adaLN_modulation.1"), count, axis=-1)


def _after(x, attention, w, name, parts):
    _, _, gate, shift, scale, gate_ffn = parts
    x = x + _linear(attention, w, f"{name}.linear1") * gate
    return x + _gated(_layer_norm(x) * (1 + scale) + shift, w, f"{name}.ffn") * gate_ffn


def _named(weights, prefix):
    return {f"{prefix}.{key}": value for key, value in weights.items()}


@pytest.mark.parametrize("kernel", [1, 3, 7])
def test_gated_feed_forward(kernel: int):
    module, w = _made(GatedFeedForward(12, kernel))
    x = _random(2, 9, 12)
    np.testing.assert_allclose(module(torch.from_numpy(x)), _gated(x, _named(w, "m"), "m"), **TIGHT)


def test_convolution_over_time():
    module, w = _made(TimeConvolution(5, 4, 7))
    x = _random(2, 6, 5)
    np.testing.assert_allclose(module(torch.from_numpy(x)), _convolved(x, w["weight"], w["bias"]), **TIGHT)


@pytest.mark.parametrize("longest", [10000.0, 1.0])
def test_time_embedding_has_cosines_before_sines(longest: float):
    module, w = _made(TimeEmbedding(6, 8, longest))
    time = np.array([0.0, 0.3])
    phases = time[:, None] * 10000.0 ** (-np.arange(0, 8, 2) / 8) * 10000 / longest
    x = np.concatenate([np.cos(phases), np.sin(phases)], -1)
    wanted = _linear(_silu(_linear(x, w, "mlp.0")), w, "mlp.2")
    np.testing.assert_allclose(module(torch.from_numpy(time)), wanted, rtol=1e-3, atol=1e-3)  # its phases are float32


def test_rotation_of_pairs():
    x = _random(1, 2, 7, 6)
    ours = rotate(torch.from_numpy(x), rotary_table(7, 6, scale=3.9))
    np.testing.assert_allclose(ours, _rotated(x, 3.9), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("tokens", "length"), [(192, 345), (192, 250), (96, 172), (8, 24), (24, 8), (5, 5)])
def test_stretching_is_torch_s_nearest_exact(tokens: int, length: int):
    x = torch.arange(float(tokens))[None, :, None]
    wanted = torch.nn.functional.interpolate(x.transpose(1, 2), length, mode="nearest-exact")
    assert torch.equal(stretched(x, length), wanted.transpose(1, 2))
    if length == 345:
        assert stretched(x, length)[0, [57, 172, 287], 0].tolist() == [31, 95, 160]


@pytest.mark.parametrize("kernel", [1, 3])
def test_one_stream(kernel: int):
    module, w = _made(StreamBlock(12, 2, kernel))
    w = _named(w, "m")
    x, condition = _random(2, 7, 12), _random(2, 7, 12, seed=3)
    parts = _chunks(w, "m", condition, 6)
    heads = _heads(_layer_norm(x) * (1 + parts[1]) + parts[0], w, "m", 2, 1.0)
    wanted = _after(x, _attended(*heads), w, "m", parts)
    ours = module(torch.from_numpy(x), torch.from_numpy(condition), rotary_table(7, 6))
    np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("last", [False, True])
def test_three_streams_attend_to_one_another(last: bool):
    module, w = _made(JointBlock(12, 2, last=last))
    tokens = {"latent": _random(1, 9, 12), "clip": _random(1, 4, 12, seed=1), "text": _random(1, 3, 12, seed=2)}
    condition = {"latent": _random(1, 9, 12, seed=4), "clip": _random(1, 1, 12, seed=5)}
    condition["text"] = condition["clip"]
    scale = {"latent": 1.0, "clip": 9 / 4, "text": 0.0}
    parts, heads = {}, []
    for name, x in tokens.items():
        parts[name] = _chunks(w, f"{name}_block", condition[name], 2 if last and name != "latent" else 6)
        modulated = _layer_norm(x) * (1 + parts[name][1]) + parts[name][0]
        heads.append(_heads(modulated, w, f"{name}_block", 2, scale[name]))
    together = _attended(*(np.concatenate(each, axis=2) for each in zip(*heads, strict=True)))
    pieces = dict(zip(tokens, np.split(together, [9, 13], axis=1), strict=True))
    ours = joined(
        [
            Stream(
                getattr(module, f"{name}_block"),
                torch.from_numpy(x),
                torch.from_numpy(condition[name]),
                rotary_table(x.shape[1], 6, scale=scale[name]) if scale[name] else None,
            )
            for name, x in tokens.items()
        ]
    )
    for got, (name, x) in zip(ours, tokens.items(), strict=True):
        ended = last and name != "latent"
        wanted = x if ended else _after(x, pieces[name], w, f"{name}_block", parts[name])
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


def test_final_layer():
    module, w = _made(FinalLayer(12, 5))
    x, condition = _random(2, 7, 12), _random(2, 1, 12, seed=3)
    shift, scale = np.split(_linear(_silu(condition), w, "adaLN_modulation.1"), 2, axis=-1)
    wanted = _linear(_layer_norm(x) * (1 + scale) + shift, w, "conv")
    np.testing.assert_allclose(module(torch.from_numpy(x), torch.from_numpy(condition)), wanted, **TIGHT)


def _pixel(x):
    return x / (1e-4 + np.sqrt((x**2).sum(1, keepdims=True)) / math.sqrt(x.shape[1]))


def _even(x, weight):
    """A magnitude-preserving convolution of (batch, channels, frames), normalised from its stored weight."""
    fan = weight[0].size
    norm = np.sqrt((weight**2).sum((1, 2), keepdims=True))
    weight = weight / (1e-4 + norm / math.sqrt(fan)) / math.sqrt(fan)
    return _convolved(x.transpose(0, 2, 1), weight).transpose(0, 2, 1)


def _sum(x, h):
    return (0.7 * x + 0.3 * h) / math.sqrt(0.58)


def _normalised(module) -> None:
    for part in module.modules():
        if hasattr(part, "normalise_"):
            part.normalise_()


@pytest.mark.parametrize("channels", [6, 8])
def test_even_block(channels: int):
    module, w = _made(EvenBlock(6, channels))
    w = {key: value.copy() for key, value in w.items()}
    _normalised(module)
    x = _random(2, 6, 5)
    start = _pixel(x)
    h = _even(_silu(start) / 0.596, w["conv1.weight"])
    h = _even(_silu(h) / 0.596, w["conv2.weight"])
    straight = _even(start, w["nin_shortcut.weight"]) if channels != 6 else start
    np.testing.assert_allclose(module(torch.from_numpy(x)), _sum(straight, h), **TIGHT)


def test_even_attention():
    module, w = _made(EvenAttention(6))
    w = {key: value.copy() for key, value in w.items()}
    _normalised(module)
    x = _random(2, 6, 5)
    rows = _even(x, w["qkv.weight"]).reshape(2, 6, 3, 5)
    query, key, value = (_pixel(rows[:, :, j]) for j in range(3))
    logits = query.swapaxes(1, 2) @ key / math.sqrt(6)
    weights = np.exp(logits)
    h = value @ (weights / weights.sum(-1, keepdims=True)).swapaxes(1, 2)
    np.testing.assert_allclose(module(torch.from_numpy(x)), _sum(x, _even(h, w["proj_out.weight"])), **TIGHT)


def test_changes_of_rate():
    x = _random(1, 4, 7)
    module, w = _made(Halving(4))
    w = {key: value.copy() for key, value in w.items()}
    _normalised(module)
    first = _even(x, w["conv1.weight"])
    wanted = _even((first[..., :6:2] + first[..., 1:6:2]) / 2, w["conv2.weight"])
    np.testing.assert_allclose(module(torch.from_numpy(x)), wanted, **TIGHT)
    module, w = _made(Doubling(4))
    w = {key: value.copy() for key, value in w.items()}
    _normalised(module)
    np.testing.assert_allclose(module(torch.from_numpy(x)), _even(x.repeat(2, -1), w["conv.weight"]), **TIGHT)


def _smooth_snake(x, alpha, beta):
    """Zero-stuffed and filtered to twice the rate, the snake, filtered and every second sample taken; by the sums."""
    taps = low_pass()[0, 0].double().numpy()
    count = x.shape[-1]
    held = np.pad(x, ((0, 0), (0, 0), (5, 5)), mode="edge")
    up = np.zeros((*x.shape[:2], 2 * count))
    for at in range(2 * count):
        for tap in range(12):
            place = at + 15 - tap
            if place % 2 == 0 and 0 <= place // 2 < held.shape[-1]:
                up[..., at] += 2 * taps[tap] * held[..., place // 2]
    bent = up + np.sin(up * np.exp(alpha)[:, None]) ** 2 / (np.exp(beta)[:, None] + 1e-9)
    held = np.pad(bent, ((0, 0), (0, 0), (5, 6)), mode="edge")
    return np.stack([held[..., 2 * at : 2 * at + 12] @ taps for at in range(count)], axis=-1)


def test_smooth_snake():
    module, w = _made(SmoothSnake(3))
    x = _random(2, 3, 9)
    wanted = _smooth_snake(x, w["act.alpha"], w["act.beta"])
    np.testing.assert_allclose(module(torch.from_numpy(x)), wanted, **TIGHT)


def test_periodic_block():
    module, _ = _made(PeriodicBlock(3, 5, (1, 3)))
    x = _random(1, 3, 12)
    wanted = x
    for pair, dilation in enumerate((1, 3)):
        h = wanted
        for number, (convolution, spread) in enumerate(((module.convs1[pair], dilation), (module.convs2[pair], 1))):
            snake = module.activations[2 * pair + number].act
            h = _smooth_snake(h, snake.alpha.numpy(), snake.beta.numpy())
            length = convolution.parametrizations.weight.original0.numpy()
            direction = convolution.parametrizations.weight.original1.numpy()
            weight = length * direction / np.sqrt((direction**2).sum((1, 2), keepdims=True))
            h = _convolved(h.transpose(0, 2, 1), weight, convolution.bias.numpy(), spread).transpose(0, 2, 1)
        wanted = wanted + h
    np.testing.assert_allclose(module(torch.from_numpy(x)), wanted, rtol=1e-4, atol=1e-5)
