"""The look for people at what moves."""

from types import SimpleNamespace

import numpy as np
from tests.watch.conftest import wall

from seehear.watch.people import People


def test_a_track_that_has_left_the_frame_is_nobody():
    """A turning camera leaves boxes beyond its edge, or slivers of them."""
    picture = wall((480, 270))
    view = SimpleNamespace(rgb=picture, large=picture)
    for box in ([490.0, 60.0, 560.0, 220.0], [478.7, 60.0, 548.0, 220.0], [-90.0, 280.0, -20.0, 440.0]):
        track = SimpleNamespace(box=np.array(box), strength=1.0, looks=0, votes=0)
        assert People().look(view, [track]) is not None
        assert (track.looks, track.votes) == (1, 0)
