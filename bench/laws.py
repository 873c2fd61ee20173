"""The renderer's laws, measured: what is asked beside what comes out."""

import numpy as np

from seehear.acoustics.measure import DirectionMeter
from seehear.acoustics.panning import panner_of
from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene, SceneObject, angle_between, angles_to_vector

RATE = 48000
C = 343.0


def rendered(thing: dict, samples: np.ndarray, layout: str, *, air: bool = True) -> np.ndarray:
    duration = len(samples) / RATE
    whole = SceneObject(id="s", sounding=((0.0, duration),), **thing)
    renderer = Renderer(Scene(duration=duration, objects=(whole,)), layout_of(layout), sample_rate=RATE, air=air)
    stems = ArrayStems({"s": samples.astype(np.float32)}, RATE)
    return np.concatenate([block.mix for block in renderer.blocks(stems, size=1 << 15)], axis=1)


def passby_snr(frequency: float) -> float:
    """20 m/s at 5 m, from left to right in 4 s; W of FOA against the closed form."""
    time = np.arange(4 * RATE) / RATE
    ends = [(0.0, 40.0), (4.0, -40.0)]
    keys = tuple(
        {
            "time": t,
            "azimuth": float(np.rad2deg(np.arctan2(y, 5.0))),
            "elevation": 0.0,
            "distance": float(np.hypot(5, y)),
        }
        for t, y in ends
    )
    got = rendered({"keyframes": keys}, np.sin(2 * np.pi * frequency * time), "foa", air=False)[0].astype(np.float64)
    # |s(te)|^2 = c^2 (t - te)^2 with s = (5, 40 - 20 te): a quadratic in te
    a, b, c = C**2 - 400, -2 * C**2 * time + 1600, C**2 * time**2 - 25 - 1600
    emitted = (-b - np.sqrt(b**2 - 4 * a * c)) / (2 * a)
    distance = C * (time - emitted)
    wanted = np.sin(2 * np.pi * frequency * emitted) / np.maximum(distance, 1.0)
    middle = (time > 0.5) & (time < 3.5)
    return 10 * np.log10((wanted[middle] ** 2).sum() / ((got - wanted)[middle] ** 2).sum())


def static_error(layout: str) -> float:
    noise = np.random.default_rng(0).normal(size=4800) * 0.1
    worst = 0.0
    for azimuth in range(-180, 180, 15):
        for elevation in (-30.0, 0.0, 45.0):
            key = {"time": 0.0, "azimuth": float(azimuth), "elevation": elevation}
            meter = DirectionMeter(layout_of(layout), sample_rate=RATE)
            meter.add(rendered({"keyframes": (key,)}, noise, layout))
            worst = max(worst, float(angle_between(meter.heard().vector, angles_to_vector(azimuth, elevation)).max()))
    return worst


def horizon(layout: str) -> tuple[float, float, float, float]:
    azimuth = np.arange(-180.0, 180.0, 5.0)
    wanted = angles_to_vector(azimuth, 0.0)
    one = layout_of(layout)
    gains = panner_of(one).gains(wanted)
    places = angles_to_vector(np.array(one.azimuths), np.array(one.elevations))
    velocity = angle_between(gains @ places, wanted)
    energy = angle_between(gains**2 @ places, wanted)
    return velocity.max(), energy.mean(), energy.max(), np.abs(10 * np.log10((gains**2).sum(axis=1))).max()


def circling(layout: str) -> tuple[float, float]:
    """Peak level of each ear-level channel of a source that circles once; worst difference to its mirror twin."""
    keys = tuple({"time": t, "azimuth": float((90 * t + 180) % 360 - 180)} for t in np.arange(0, 4.01, 0.25))
    noise = np.random.default_rng(1).normal(size=4 * RATE) * 0.1
    out = rendered({"keyframes": keys}, noise, layout)
    one = layout_of(layout)
    ear = [i for i in range(one.size) if i != one.lfe and one.elevations[i] == 0]
    power = 10 * np.log10((out**2).mean(axis=1) + 1e-20)
    return float(power[ear].min()), float(max(abs(power[i] - power[one.mirror[i]]) for i in ear))


def mirrored(layout: str) -> float:
    noise = np.random.default_rng(2).normal(size=RATE) * 0.1
    keys = [(0.0, 70.0, 10.0, 4.0), (1.0, -20.0, 10.0, 3.0)]
    sides = []
    for sign in (1, -1):
        path = tuple({"time": t, "azimuth": sign * a, "elevation": e, "distance": d} for t, a, e, d in keys)
        sides.append(rendered({"keyframes": path}, noise, layout))
    return float(np.abs(sides[0] - sides[1][list(layout_of(layout).mirror)]).max())


def main() -> None:
    for frequency in (1000.0, 3000.0, 5000.0, 10000.0):
        print(f"pass-by tone 20 m/s at 5 m, {frequency:.0f} Hz: SNR {passby_snr(frequency):.1f} dB (asked >= 100)")
    for layout in ("foa", "hoa3"):
        print(f"{layout}: worst direction error of 72 static sources {static_error(layout):.2g} deg (asked < 0.1)")
    asked = {"5.1": (8.2, 17.9), "7.1": (5.3, 12.7), "5.1.4": (8.2, 17.9), "7.1.4": (5.3, 12.7)}
    for layout, (mean, worst) in asked.items():
        velocity, energy_mean, energy_max, power = horizon(layout)
        print(
            f"{layout} on the horizon: rV {velocity:.1e} deg (asked < 0.5), rE mean {energy_mean:.2f} max "
            f"{energy_max:.2f} (asked <= {mean + 0.5:.1f}, {worst + 0.5:.1f}), power {power:.1e} dB (asked 0.1)"
        )
    for layout in ("5.1", "7.1", "7.1.4"):
        quiet, twin = circling(layout)
        print(
            f"{layout}, a source circling once: quietest ear-level channel {quiet:.1f} dB, "
            f"twins {twin:.3f} dB apart (asked 0.5)"
        )
    for layout in ("binaural", "stereo", "5.1", "7.1.4"):
        print(f"{layout}: mirrored scene against swapped channels {mirrored(layout):.1e} (asked 1e-6)")


if __name__ == "__main__":
    main()
