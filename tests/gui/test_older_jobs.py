"""The lists of jobs that ended: what a filter finds among older ones, pictures far down."""

from __future__ import annotations

from dataclasses import replace

from helpers.sample_library import image_request
from PySide6.QtWidgets import QAbstractButton

from studio.core.job import JobStatus, NewJob
from studio.gui.models.job_list_model import RESULT_ROLE
from studio.gui.models.job_rows import make_item
from studio.gui.pages.queue import older_jobs
from studio.gui.pages.queue.reading import ENDED_LIMIT
from studio.store.library import Library

OLDER = 2 * ENDED_LIMIT + 50


def cancelled(library: Library, *titles: str) -> list[str]:
    """Add jobs one by one, so that they are no batch, and cancel them."""
    with library.transaction():
        jobs = [library.jobs.enqueue([NewJob(image_request(0), title=one)])[0] for one in titles]
        return [job.id for job in library.jobs.cancel([job.id for job in jobs])]


def test_a_filter_finds_jobs_older_than_those_that_were_read(empty, open_window, settle):
    with Library.open(empty) as library:
        (needle,) = cancelled(library, "a needle")
        cancelled(library, *["hay"] * OLDER)
    page = open_window(empty).page
    page.show_section("ended")
    model = page.models["ended"]
    assert model.count() == ENDED_LIMIT
    page.search.setText("needle")
    page.search.searched.emit("needle")
    assert page.empty["looking"].isVisible()
    settle(lambda: model.rowCount() == 1)
    assert model.ids_at([0]) == [needle]
    assert page.view().isVisible()
    page.search.searched.emit("no such thing")
    settle(page.empty["filtered"].isVisible)
    assert model.count() == OLDER + 1
    titles = [tab.text() for tab in page.tabs.findChildren(QAbstractButton)]
    assert f"Finished  {OLDER + 1}" in titles  # no "+": these are all


def test_a_filter_that_finds_enough_reads_no_further(empty, open_window, settle):
    with Library.open(empty) as library:
        cancelled(library, *["hay"] * OLDER)
    page = open_window(empty).page
    page.show_section("ended")
    page.search.searched.emit("hay")
    settle(lambda: not page.context.store.busy)
    assert page.models["ended"].count() == ENDED_LIMIT


def test_rows_far_down_get_their_pictures_when_they_are_in_sight(
    empty, open_window, settle, monkeypatch
):
    asked: list[str] = []

    def paths(_library, items):
        asked.extend(item.id for item in items)
        return {item.id: f"/{item.id}.png" for item in items}

    monkeypatch.setattr(older_jobs, "result_paths", paths)
    with Library.open(empty) as library:
        (job,) = library.jobs.enqueue([NewJob(image_request(0))])
    page = open_window(empty).page
    made = replace(make_item(job, page.context.registry), status=JobStatus.SUCCEEDED)
    ids = [f"job{number:05}" for number in range(300)]
    page.show_section("ended")
    model = page.models["ended"]
    model.replace(
        replace(made, id=job_id, order=(0.0, float(number), job_id))
        for number, job_id in enumerate(ids)
    )
    settle(lambda: model.index(0).data(RESULT_ROLE))
    assert not model.index(299).data(RESULT_ROLE)
    page.view().scrollToBottom()
    settle(lambda: model.index(299).data(RESULT_ROLE) == "/job00299.png")
    page.view().scrollToTop()
    settle(lambda: not page.context.store.busy)
    assert len(asked) == len(set(asked)) < 300
