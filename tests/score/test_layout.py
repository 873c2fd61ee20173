"""LTSim, MaxIoU and DocSim against published code's numbers, an independent program, and laws."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.score import boxes_of, docsim, giou, ltsim, max_iou
from seehear.score.layout import _transport, _transport_by_program

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "layout_metrics.json").read_text())["pairs"]


def centred(rows, labels):
    cx, cy, w, h = np.array(rows).reshape(-1, 4).T
    return boxes_of(labels, np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], axis=-1))


A, B = [0.25, 0.5, 0.3, 0.4], [0.75, 0.5, 0.2, 0.6]
X = centred([A, B], "01")
NONE = centred([], "")
PUBLISHED = [
    (X, 1.0, 1.0, 0.34641),
    (centred([[0.35, 0.5, 0.3, 0.4], [0.85, 0.5, 0.2, 0.6]], "01"), 0.8643, 0.41667, 0.32321),
    (centred([[0.75, 0.5, 0.3, 0.4], [0.25, 0.5, 0.2, 0.6]], "01"), 0.7155, 0.0, 0.24495),
    (centred([A, B], "10"), 0.6930, 0.0, 0.16161),
    (centred([A], "0"), 0.6483, None, 0.34641),
    (centred([A, B], "56"), 0.6065, None, 0.0),
    (NONE, 0.3679, None, 0.0),
]


@pytest.mark.parametrize("row", PUBLISHED)
def test_the_official_codes_numbers(row):
    """Run with mayu-ot/ltsim at 544b8bc; four or five digits printed."""
    other, similarity, overlap, doc = row
    assert ltsim([X], [other]).value == pytest.approx(similarity, abs=5e-5)
    assert docsim([X], [other]).value == pytest.approx(doc, abs=5e-6)
    score = max_iou([X], [other], mismatch="undefined")
    assert np.isnan(score.value) if overlap is None else score.value == pytest.approx(overlap, abs=5e-6)
    assert max_iou([X], [other]).value == pytest.approx(overlap or 0.0, abs=5e-6)


def of(rows):
    return boxes_of([row["label"] for row in rows], [row["box"] for row in rows])


@pytest.mark.parametrize("pair", GOLDEN, ids=lambda pair: pair["kind"])
def test_an_independent_programs_numbers(pair):
    prediction, truth = of(pair["prediction"]), of(pair["truth"])
    close = {"abs": 1e-9}
    assert ltsim([prediction], [truth]).value == pytest.approx(pair["ltsim"], **close)
    assert ltsim([truth], [prediction]).value == pytest.approx(pair["ltsim_reversed"], **close)
    assert max_iou([prediction], [truth]).value == pytest.approx(pair["maxiou_strict"], **close)
    loose = max_iou([prediction], [truth], mismatch="undefined")
    assert loose.value == pytest.approx(pair["maxiou"], **close) if pair["maxiou"] is not None else loose.n == 0
    score = docsim([prediction], [truth])
    assert score.value == pytest.approx(pair["docsim"], **close)
    assert score.extra["truth"] == pytest.approx(pair["docsim_self_truth"], **close)
    np.testing.assert_allclose(giou(prediction.xyxy[:, None], truth.xyxy[None]), pair["giou_matrix"], atol=1e-9)


def test_empty_pictures_by_both_conventions():
    """One side empty: 0.368 as published, 0 as SpA2V's tables must have it; both empty: 1, or nothing to compare."""
    pictures = [X, NONE, NONE], [X, X, NONE]
    assert ltsim(*pictures).per_item == pytest.approx((1.0, np.exp(-1), 1.0))
    zero = ltsim(*pictures, empty="zero")
    assert zero.per_item[:2] == (1.0, 0.0)
    assert (zero.value, zero.n, zero.n_undefined) == (0.5, 2, 1)
    assert zero.reason.startswith("1 of 3 pictures")
    assert max_iou([NONE], [NONE]).n_undefined == 1
    assert docsim([NONE], [NONE]).n_undefined == 1


def test_counts_that_differ_by_three_give_docsim_0():
    assert docsim([centred([A] * 3, "000")], [centred([A], "0")]).value > 0
    assert docsim([centred([A] * 4, "0000")], [centred([A], "0")]).value == 0.0


def test_unequal_clips_are_refused():
    with pytest.raises(InputError, match="as many predicted pictures"):
        ltsim([X], [X, X])
    with pytest.raises(InputError, match="as many boxes as labels"):
        boxes_of(["a"], [])
    with pytest.raises(InputError, match="x0 <= x1"):
        boxes_of(["a"], [[0.5, 0, 0.1, 1]])


def test_transport_by_assignment_equals_transport_by_linear_program():
    rng = np.random.default_rng(0)
    for rows, columns in ((1, 5), (3, 4), (6, 4), (7, 11), (5, 5)):
        cost = rng.random((rows, columns))
        assert _transport(cost) == pytest.approx(_transport_by_program(cost), abs=1e-9)


def test_many_boxes_still_have_a_transport():
    rng = np.random.default_rng(1)
    one, other = (
        boxes_of(["x"] * count, np.sort(rng.random((count, 2, 2)), axis=1).reshape(-1, 4)) for count in (28, 27)
    )
    assert 0.368 < ltsim([one], [other]).value < 1.0


@st.composite
def pictures(draw, least=1):
    count = draw(st.integers(least, 5))
    corners = draw(st.lists(st.tuples(*[st.integers(0, 20)] * 4), min_size=count, max_size=count))
    boxes = [[min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1] for a, b, c, d in corners]
    labels = draw(st.lists(st.sampled_from("ab"), min_size=count, max_size=count))
    return boxes_of(labels, np.array(boxes) / 21.0)


@settings(max_examples=40, deadline=None)
@given(pictures(), pictures(), st.randoms())
def test_laws(one, other, random):
    """Perfect on identity, symmetric, blind to the order of objects, within their ranges."""
    order = list(range(len(one.labels)))
    random.shuffle(order)
    mixed = boxes_of([one.labels[i] for i in order], one.xyxy[order])
    for metric, perfect in ((ltsim, 1.0), (max_iou, 1.0), (docsim, None)):
        own = metric([one], [mixed]).value
        assert own == pytest.approx(perfect if perfect is not None else metric([one], [one]).value, abs=1e-12)
        there = metric([one], [other]).value
        assert there == pytest.approx(metric([other], [one]).value, abs=1e-12)
        assert there == pytest.approx(metric([mixed], [other]).value, abs=1e-12)
        assert 0.0 <= there <= 1.0 + 1e-12
    assert ltsim([one], [other]).value >= np.exp(-1) - 1e-12


def test_a_mirrored_picture_scores_less_but_ltsim_hardly_notices():
    """Two things, left and right, change sides: overlap is gone, LTSim stays above 0.65, DocSim falls."""
    one = boxes_of(["dog", "car"], np.array([[0.05, 0.4, 0.25, 0.6], [0.7, 0.3, 0.95, 0.7]]))
    mirror = boxes_of(["dog", "car"], one.xyxy[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [1, 0, 1, 0])
    assert max_iou([one], [mirror]).value == 0.0
    assert 0.65 < ltsim([one], [mirror]).value < 0.95
    assert docsim([one], [mirror]).value < 0.7 * docsim([one], [one]).value
