import csv

import numpy as np
import pytest
from tests.acoustics.moving import RATE, key, level_db, noise, rendered, thing

from seehear.acoustics.course import Image
from seehear.acoustics.retarded import SPEED_OF_SOUND, emission_of
from seehear.acoustics.room import (
    check_inside,
    diffuse_density,
    followed_density,
    reflection_factor,
    reflections_of,
)
from seehear.acoustics.tail import late_responses
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.scene import Path, Room

HALL = Room(size=(9.0, 7.0, 4.0), listener=(4.0, 3.0, 1.6), rt60=0.6)


def reverberation_time(response, centre):
    """T30 of an octave band by Schroeder's backward integration, ISO 3382-1: -5 to -35 dB."""
    spectrum = np.fft.rfft(response, 2 * len(response))
    frequency = np.fft.rfftfreq(2 * len(response), 1 / RATE)
    octave = np.abs(np.log2(np.maximum(frequency, 1.0) / centre))
    band = np.fft.irfft(spectrum * np.clip(1.5 - 2 * octave, 0, 1))[: len(response)]
    decay = 10 * np.log10(np.cumsum(band[::-1] ** 2)[::-1] / (band**2).sum() + 1e-30)
    part = np.flatnonzero((decay < -5) & (decay > -35))
    return -60 / (np.polyfit(part / RATE, decay[part], 1)[0])


def click(layout, duration=1.5, room=HALL, place=(2.0, 1.5, 0.3), **fields):
    stem = np.zeros(RATE)
    stem[0] = 1.0
    still = thing([key(0.0, place)], duration=duration)
    return rendered([still], {"car": stem}, layout, duration=duration, room=room, **fields)[0]


def test_images_against_the_table(shared):
    """Room 6 x 4 x 3 m; places, distances and delays of the first 20 images."""
    room = Room(size=(6, 4, 3), listener=(4.2, 2.9, 1.6), rt60=0.4)
    source = np.array([1.5, 1.2, 1.4]) - room.listener
    ours = {one.walls: one for one in reflections_of(room, 4)}
    with (shared / "spec" / "golden_acoustics" / "image_sources.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["order"])]
    assert len(rows) == 19
    for row in rows:
        one = ours[tuple(int(row[f"index_{axis}"]) for axis in "xyz")]
        place = one.sign * source + one.shift
        wanted = [float(row[f"image_{axis}"]) for axis in "xyz"]
        np.testing.assert_allclose(place + room.listener, wanted, rtol=0, atol=1e-9)
        assert np.linalg.norm(place) / SPEED_OF_SOUND == pytest.approx(float(row["delay"]), abs=1e-9)
        assert one.order == int(row["order"])


def test_walls_make_the_reverberation_time_by_eyring():
    alpha = 1 - reflection_factor(HALL) ** 2
    x, y, z = HALL.size
    surface = 2 * (x * y + y * z + z * x)
    assert -0.1611 * x * y * z / (surface * np.log(1 - alpha)) == pytest.approx(0.6, rel=1e-3)
    assert 0 < reflection_factor(Room(size=(9, 7, 4), listener=(1, 1, 1), rt60=0.01)) < 1


def test_images_of_all_orders_carry_the_diffuse_energy():
    """The statistical level and the followed share against counted images: 26 orders, in windows of 15 ms."""
    factor = reflection_factor(HALL)
    time, energy, few = [], [], []
    for one in reflections_of(HALL, 26):
        distance = np.linalg.norm(one.sign * np.array([2.0, 1.5, 0.3]) + one.shift)
        time.append(distance / SPEED_OF_SOUND)
        energy.append((factor**one.order / distance) ** 2)
        few.append(one.order <= 2)
    edges = np.arange(0.01, 0.16, 0.015)
    middle = (edges[1:] + edges[:-1]) / 2
    counted = np.histogram(time, edges, weights=energy)[0] / 0.015
    assert np.abs(10 * np.log10(counted / diffuse_density(HALL, middle))).max() < 2.0
    followed = np.histogram(time, edges, weights=np.array(energy) * few)[0] / 0.015
    assert np.abs(followed - followed_density(HALL, middle)).max() < 0.15 * counted.max()


@pytest.mark.parametrize("rt60", [0.3, 0.6, 1.2])
@pytest.mark.parametrize("layout", ["5.1", "foa", "binaural"])
def test_reverberation_time_of_the_rendered_tail(layout, rt60):
    heard = click(layout, duration=1.3 * rt60 + 0.2, room=HALL.model_copy(update={"rt60": rt60}))[:, RATE // 20 :]
    for channel in heard[: 2 if layout != "foa" else 1]:
        for centre in (500, 1000):
            assert reverberation_time(channel, centre) == pytest.approx(rt60, rel=0.1)


def test_the_tails_level_is_the_diffuse_fields():
    """From 150 ms on, summed over what carries the power: what the volume and the reverberation time ask for."""
    late = round(0.15 * RATE)
    wanted = diffuse_density(HALL, (np.arange(late, round(0.6 * RATE)) + 0.5) / RATE).sum() / RATE
    for layout, rows in (("5.1", slice(None)), ("7.1.4", slice(None)), ("hoa3", slice(1)), ("binaural", slice(1))):
        responses = late_responses(HALL, layout_of(layout), RATE, air=False)[rows].astype(np.float64)
        got = (responses[:, late : round(0.6 * RATE)] ** 2).sum()
        assert 10 * np.log10(got / wanted) == pytest.approx(0.0, abs=0.5)


def test_tail_channels_are_decorrelated_and_lfe_is_silent():
    responses = late_responses(HALL, layout_of("7.1.4"), RATE)
    spec = layout_of("7.1.4")
    assert not responses[spec.lfe].any()
    heard = np.delete(responses, spec.lfe, axis=0)
    alike = np.corrcoef(heard) - np.eye(len(heard))
    assert np.abs(alike).max() < 0.05


def test_ears_in_the_tail_are_as_coherent_as_in_a_diffuse_field():
    left, right = late_responses(HALL.model_copy(update={"rt60": 2.0}), layout_of("binaural"), RATE)
    for centre, wanted in ((125, 0.93), (3000, 0.0)):
        frequency = np.fft.rfftfreq(len(left), 1 / RATE)
        band = (frequency > centre / 1.2) & (frequency < centre * 1.2)
        a, b = np.fft.rfft(left)[band], np.fft.rfft(right)[band]
        coherence = (a * b.conj()).sum().real / np.sqrt((np.abs(a) ** 2).sum() * (np.abs(b) ** 2).sum())
        assert coherence == pytest.approx(wanted, abs=0.15)


@pytest.mark.parametrize("layout", ["binaural", "5.1", "foa"])
def test_mirrored_room_sounds_mirrored(layout):
    spec = layout_of(layout)
    walk = [key(0.0, [2.0, 1.0, 0.0]), key(0.5, [2.0, -1.5, 0.2])]
    other = [key(0.0, [2.0, -1.0, 0.0]), key(0.5, [2.0, 1.5, 0.2])]
    room = HALL.model_copy(update={"listener": (4.0, 4.0, 1.6)})
    stems = {"car": noise(0.5)}
    heard, _ = rendered([thing(walk, duration=0.5)], stems, layout, duration=0.5, room=HALL)
    swapped, _ = rendered([thing(other, duration=0.5)], stems, layout, duration=0.5, room=room)
    sign = np.array([[1], [-1], [1], [1]])
    swapped = swapped * sign if layout == "foa" else swapped[list(spec.mirror)]
    assert np.abs(heard).max() > 0.02
    np.testing.assert_allclose(heard, swapped, rtol=0, atol=1e-6)


def test_first_reflection_comes_from_its_wall_when_it_should():
    """A source 1 m in front, floor 1.6 m below: the floor's image, alone in time, points down."""
    room = Room(size=(40.0, 40.0, 20.0), listener=(20.0, 20.0, 1.6), rt60=2.0)
    heard = click("foa", duration=0.2, room=room, place=(1.0, 0.0, 0.0), air=False)
    bounce = np.hypot(1.0, 3.2)
    at = round(bounce / SPEED_OF_SOUND * RATE)
    w, _, z, x = heard[:, at - 20 : at + 20]
    factor = reflection_factor(room)
    assert (w**2).sum() == pytest.approx((factor / bounce) ** 2, rel=0.1)
    assert np.rad2deg(np.arctan2((w * z).sum(), (w * x).sum())) == pytest.approx(
        np.rad2deg(np.arctan2(-3.2, 1.0)), abs=2
    )


def test_rendered_room_is_its_images_and_its_tail():
    """W of a click: 1 direct sound and 24 images, each with its wall losses, delay and distance; and the tail."""
    place = np.array([2.0, 1.5, 0.3])
    heard = click("foa", duration=1.0, air=False)[0]
    frequency = np.fft.rfftfreq(RATE, 1 / RATE)
    images = [(place, 1.0)]
    images += [(one.sign * place + one.shift, reflection_factor(HALL) ** one.order) for one in reflections_of(HALL)]
    spectrum = np.zeros(len(frequency), dtype=complex)
    for metres, factor in images:
        distance = np.linalg.norm(metres)
        spectrum += factor / max(distance, 1.0) * np.exp(-2j * np.pi * frequency * distance / SPEED_OF_SOUND)
    tail = late_responses(HALL, layout_of("foa"), RATE, air=False)[0]
    got = np.fft.rfft(heard) - np.fft.rfft(tail, RATE)
    assert np.abs(got - spectrum)[20:19000].max() < 1e-3


def test_moving_image_has_its_own_retarded_time():
    path = Path(thing([key(0, [2, 2, 0]), key(1, [2, -2, 0])]))
    one = next(one for one in reflections_of(HALL) if one.walls == (0, -1, 0))
    image = Image(path, one.sign, one.shift)
    heard = emission_of(image, np.linspace(0.1, 1.0, 50))
    place = path.at(heard.time).position * one.sign + one.shift
    np.testing.assert_allclose(np.linalg.norm(place, axis=1) / SPEED_OF_SOUND, np.linspace(0.1, 1.0, 50) - heard.time)


def test_room_leaves_as_heard_and_unplaced_sound_alone():
    for fields, place in (({"stem": "as_heard"}, {"distance": 2.0}), ({}, {})):
        still = thing([{"time": 0, "azimuth": 30.0, **place}], duration=0.5, **fields)
        with_room, _ = rendered([still], {"car": noise(0.5)}, "5.1", duration=0.5, room=HALL)
        without, _ = rendered([still], {"car": noise(0.5)}, "5.1", duration=0.5)
        np.testing.assert_array_equal(with_room, without)


def test_block_size_changes_nothing_in_a_room():
    walk = thing([key(0.0, [2.0, 1.0, 0.0]), key(1.0, [2.0, -1.5, 0.2])], duration=0.3)
    one, other = (
        rendered([walk], {"car": noise(0.3)}, "5.1", duration=1.0, room=HALL, size=size)[0] for size in (1777, 1 << 17)
    )
    np.testing.assert_array_equal(one, other)
    assert level_db(one[0, RATE // 2 :]) > level_db(one[0]) - 40


def test_object_outside_the_room_is_refused():
    walk = thing([key(0.0, [2.0, 1.0, 0.0]), key(1.0, [2.0, -5.5, 0.0])], name="ghost")
    with pytest.raises(InputError, match=r"'ghost' inside the room .* at 0\.\d+ s"):
        check_inside(HALL, Path(walk), walk)
