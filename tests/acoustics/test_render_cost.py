"""What rendering costs: memory that does not grow with the clip, next to nothing for silence."""

import time
import tracemalloc

import numpy as np
import pytest
from tests.acoustics.moving import RATE, key, noise, thing

from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene, angles_to_vector


class Endless:
    """Stems made as they are read."""

    sample_rate = RATE
    channels = {"car": 1, "ambience": 2}  # noqa: RUF012

    def __init__(self, seconds):
        self.length = seconds * RATE

    def blocks(self, size):
        for start in range(0, self.length, size):
            count = min(size, self.length - start)
            rng = np.random.default_rng(start)
            yield {name: rng.standard_normal((n, count)).astype(np.float32) for name, n in self.channels.items()}


def peak_bytes(seconds, layout):
    keys = [key(0.0, [5.0, 40.0, 0.0]), key(seconds, [5.0, -40.0, 0.0])]
    scene = Scene(duration=seconds, objects=[thing(keys, duration=seconds)], ambience={})
    renderer = Renderer(scene, layout_of(layout))
    tracemalloc.start()
    count = sum(block.mix.shape[1] for block in renderer.blocks(Endless(seconds)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == seconds * RATE
    return peak


@pytest.mark.parametrize("layout", ["binaural", "7.1.4"])
def test_memory_does_not_grow_with_the_clip(layout):
    peak_bytes(2, layout)
    short, long = peak_bytes(4, layout), peak_bytes(20, layout)
    assert long < 1.1 * short + 2e5


def test_silent_objects_cost_next_to_nothing():
    still = [
        thing([key(0.0, 5 * angles_to_vector(i))], duration=4.0, name=f"s{i}") for i in range(100)
    ]  # fmt: skip

    def spent(things):
        renderer = Renderer(Scene(duration=4.0, objects=things), layout_of("binaural"))
        given = ArrayStems({one.id: noise(4.0) if one.id == "s0" else np.zeros(1) for one in things}, RATE, 4 * RATE)
        times = []
        for _ in range(3):
            began = time.process_time()
            for _ in renderer.blocks(given):
                pass
            times.append(time.process_time() - began)
        return min(times)

    assert spent(still) < 12 * spent(still[:1])
