"""Edits of a job at the side of the Queue: no way to lose them without a word."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from generators.api import UserFacingError
from studio.core.job import JobStatus
from studio.store.job_moves import JobMoves
from studio.store.library import Library


@pytest.fixture
def edited(filled, open_window, settle):
    """The Queue page with details of a waiting job whose prompt was changed and not saved."""
    page = open_window(filled).page
    page.open_job(page.models["next"].ids_at(range(page.models["next"].rowCount()))[0])
    settle(lambda: page.panel.form is not None)
    page.panel.form.field("prompt").control().setPlainText("a quiet lake")
    settle(lambda: page.panel.edited)
    return page


def test_closing_details_asks_before_edits_are_lost(edited, filled, settle, said):
    page, heard = edited, said(edited.window())
    page.close_panel()
    assert page.panel.isVisible()
    heard[-1].choices[0].run()
    with Library.open(filled) as library:
        saved = library.jobs.get(page.panel.job_id)
        settle(lambda: library.jobs.get(saved.id).request.params["prompt"] == "a quiet lake")
    settle(lambda: not page.panel.edited)
    page.close_panel()
    assert not page.panel.isVisible()


def test_the_question_about_edits_goes_with_them(edited, filled, settle, said):
    page, heard = edited, said(edited.window())
    page.close_panel()
    with Library.open(filled) as library:
        library.jobs.cancel([page.panel.job_id])
    settle(lambda: page.panel.form is None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    heard[-1].choices[0].run()  # as if it had been pressed at that very moment
    assert not page.window().banners.banners()


def prompt_of(page):
    return page.panel.form.values()["prompt"] if page.panel.form is not None else None


def test_edits_stay_while_their_job_is_paused_and_can_then_be_saved(edited, filled, settle):
    page, job_id = edited, edited.panel.job_id
    page.act("pause", [job_id])
    settle(lambda: page.panel._details.job.status is JobStatus.PAUSED)
    assert (prompt_of(page), page.panel.edited) == ("a quiet lake", True)
    page.panel.save()
    with Library.open(filled) as library:
        settle(lambda: library.jobs.get(job_id).request.params["prompt"] == "a quiet lake")


def test_edits_of_a_job_that_begins_are_kept_for_another_job(edited, filled, settle, said):
    page, job_id, heard = edited, edited.panel.job_id, said(edited.window())
    page.close_panel()  # a question whose answer "Save changes" will not hold
    with Library.open(filled) as library:
        assert library.jobs.claim("worker", job_id=job_id) is not None
        settle(lambda: page.panel._details.job.status is JobStatus.RUNNING)
        assert prompt_of(page) == "a quiet lake"
        assert (heard[-1].tone, "began" in heard[-1].text) == ("warn", True)
        assert [banner.message for banner in page.window().banners.banners()] == [heard[-1]]
        assert page.panel.save_words() == "Add to the queue"
        assert not page.panel._lane.isEnabled()  # what runs stays in its lane
        page.panel.save()
        settle(lambda: page.panel.form is None)
        jobs = library.jobs.list(statuses=(JobStatus.QUEUED,))
        (new,) = [job for job in jobs if "a quiet lake" in str(job.request)]
        assert new.lane is library.jobs.get(job_id).lane
    assert not page.window().banners.banners()


def test_another_job_is_not_opened_over_edits_without_asking(edited, settle, said):
    page, heard = edited, said(edited.window())
    first = page.panel.job_id
    second = page.models["next"].ids_at(range(page.models["next"].rowCount()))[1]
    page.view().opened.emit(second)
    assert (page.panel.job_id, prompt_of(page)) == (first, "a quiet lake")
    assert heard[-1].tone == "ask"
    heard[-1].choices[1].run()  # drop them
    settle(lambda: page.panel._details is not None and page.panel.form is not None)
    assert page.panel.job_id == second
    assert prompt_of(page) != "a quiet lake"


def test_a_retry_that_is_refused_keeps_what_was_typed(
    filled, open_window, settle, said, monkeypatch
):
    page = open_window(filled).page
    heard = said(page.window())
    page.open_job(page.models["failed"].ids_at([0])[0])
    settle(lambda: page.panel._details is not None)
    page.panel._on_change()
    page.panel.form.field("prompt").control().setPlainText("a quiet lake")

    def refuse(*_args, **_more):
        raise UserFacingError("The disk is full.", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr(JobMoves, "retry", refuse)
        page.panel.save()
        settle(lambda: heard)
    assert heard[-1].text == "The disk is full."
    assert prompt_of(page) == "a quiet lake"
    page.panel.save()
    settle(lambda: page.panel.form is None)
    assert heard[-1].tone == "good"
