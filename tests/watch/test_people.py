"""The look for people at what moves."""

from types import SimpleNamespace

import numpy as np
from tests.watch.conftest import wall

from seehear.watch.people import People


def test_a_track_that_has_left_the_frame_is_nobody():
    """A turning camera leaves boxes beyond its edge, or slivers of them."""
    picture = wall((480, 270))
    view = SimpleNamespace(rgb=picture, large=picture)
    for box in ([600.0, 60.0, 670.0, 220.0], [535.5, 60.0, 605.0, 220.0], [200.0, 400.0, 270.0, 560.0]):
        track = SimpleNamespace(box=np.array(box), strength=1.0, looks=0, votes=0)
        assert People().look(view, [track]) is not None
        assert (track.looks, track.votes) == (1, 0)
