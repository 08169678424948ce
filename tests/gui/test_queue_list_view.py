"""The list of jobs by itself."""

from __future__ import annotations

import shiboken6
from pytestqt.exceptions import capture_exceptions

from studio.gui.images import ImageLoader
from studio.gui.pages.queue.job_list_view import JobListView


def test_a_picture_that_comes_after_the_view_is_gone_hurts_nobody(qapp):
    images = ImageLoader()
    try:
        view = JobListView(images, "Jobs")
        shiboken6.delete(view)
        with capture_exceptions() as caught:
            images.loaded.emit("late.png")
    finally:
        images.close()
    assert caught == []
