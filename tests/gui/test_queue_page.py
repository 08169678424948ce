"""The Queue page over a real library: what it shows, and what its buttons and keys do to it."""

from __future__ import annotations

import threading

import pytest
from helpers.sample_library import image_request, text_request
from helpers.sample_pictures import png
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.core.job import JobStatus, Lane, NewJob
from studio.gui import images
from studio.gui.images import read_scaled
from studio.gui.pages.queue.page import QueuePage
from studio.store.library import Library


@pytest.fixture
def queue(filled, open_window):
    window = open_window(filled)
    assert isinstance(window.page, QueuePage)
    return window.page


@pytest.fixture
def library(filled):
    with Library.open(filled) as opened:
        yield opened


def next_ids(page: QueuePage) -> list[str]:
    model = page.models["next"]
    return model.ids_at(range(model.rowCount()))


def test_it_shows_what_the_library_holds(queue, library):
    counts = library.jobs.counts()
    assert len(queue.running.cards) == counts[JobStatus.RUNNING] == 2
    waiting = library.jobs.list(statuses=(JobStatus.QUEUED, JobStatus.WAITING, JobStatus.PAUSED))
    assert next_ids(queue) == [job.id for job in waiting]
    assert queue.models["failed"].count() == counts[JobStatus.FAILED]
    ended = counts[JobStatus.SUCCEEDED] + counts[JobStatus.CANCELLED]
    assert queue.models["ended"].count() == ended
    assert "2 running" in queue.remark.text()


def test_a_new_job_appears_by_itself_wherever_it_was_added(queue, library, settle):
    job = library.jobs.enqueue([NewJob(image_request(1), title="from the command line")])[0]
    settle(lambda: queue.models["next"].item(job.id) is not None)
    settle(
        lambda: (
            queue.context.engine.facts.counts[JobStatus.QUEUED]
            == library.jobs.counts()[JobStatus.QUEUED]
        )
    )


def test_progress_text_and_preview_stream_into_the_card(queue, library, settle):
    (text,) = (card for card in queue.running.cards.values() if card.item.modality == "text")
    job = library.jobs.get(text.item.id)
    library.jobs.report(
        job.token,
        done=200,
        total=240,
        phase="running",
        message="nearly",
        text="1. Carry less.\n2. Dri",
    )
    settle(lambda: text.line.fraction() == pytest.approx(200 / 240))
    assert text.text.toPlainText() == "1. Carry less.\n2. Dri"
    library.jobs.report(
        job.token, done=210, total=240, phase="running", text="1. Carry less.\n2. Drink better."
    )
    settle(lambda: text.text.toPlainText().endswith("Drink better."))


def test_each_preview_at_the_same_path_is_shown_and_the_last_one_until_then(
    queue, library, settle, tmp_path, monkeypatch
):
    (card,) = (card for card in queue.running.cards.values() if card.item.modality == "image")
    token = library.jobs.get(card.item.id).token
    path = tmp_path / "preview.png"
    may_read = threading.Event()
    may_read.set()

    def read(file, size):
        assert may_read.wait(10)
        return read_scaled(file, size)

    monkeypatch.setattr(images, "read_scaled", read)

    def report(colour, done):
        path.write_bytes(png(Image.new("RGB", (64, 64), colour)))
        library.jobs.report(token, done=done, total=20, phase="running", preview=str(path))

    def shown():
        picture = card.preview.grab().toImage()
        return picture.pixelColor(picture.width() // 2, picture.height() // 2).name()

    try:
        report("#c02020", 5)
        settle(lambda: shown() == "#c02020")
        may_read.clear()
        report("#2020c0", 10)
        settle(lambda: card.progress.done == 10)
        assert shown() == "#c02020"
        report("#20c020", 15)  # while the one before is still being read
        settle(lambda: card.progress.done == 15)
        assert shown() == "#c02020"
    finally:
        may_read.set()
    settle(lambda: shown() == "#20c020")


def test_a_job_that_ends_leaves_its_card_for_the_list(queue, library, settle):
    (text,) = (card for card in queue.running.cards.values() if card.item.modality == "text")
    job_id = text.item.id
    library.jobs.fail(
        library.jobs.get(job_id).token, code="user", message="No words.", hint="Ask again."
    )
    settle(lambda: job_id not in queue.running.cards)
    settle(lambda: queue.models["failed"].item(job_id) is not None)


def test_cancel_and_undo(queue, library, settle, said):
    heard = said(queue.window())
    (first, *_rest) = next_ids(queue)
    queue.view().select_job(first)
    QTest.keyClick(queue.view(), Qt.Key.Key_Delete)
    settle(lambda: library.jobs.get(first).status is JobStatus.CANCELLED)
    settle(lambda: heard)
    assert heard[-1].tone == "good"
    heard[-1].choices[0].run()
    settle(lambda: library.jobs.retries(first))
    settle(lambda: queue.models["next"].item(library.jobs.retries(first)[0]) is not None)


def test_cancelling_a_running_job_asks_the_engine_and_says_so(queue, library, settle):
    card = next(iter(queue.running.cards.values()))
    QTest.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    settle(lambda: library.jobs.get(card.item.id).cancel_requested)
    settle(lambda: not card.cancel.isEnabled())
    assert "Cancelling" in card.cancel.text()


def test_many_are_not_cancelled_without_asking(queue, library, settle, said):
    heard = said(queue.window())
    queue.view().selectAll()
    QTest.keyClick(queue.view(), Qt.Key.Key_Delete)
    assert heard[-1].tone == "ask"
    assert library.jobs.counts()[JobStatus.QUEUED] > 5
    heard[-1].choices[0].run()
    settle(lambda: library.jobs.counts()[JobStatus.QUEUED] == 0)


def test_pause_resume_and_top_by_keys(queue, library, settle):
    ids = next_ids(queue)
    queue.view().select_job(ids[1])
    QTest.keyClick(queue.view(), Qt.Key.Key_P)
    settle(lambda: library.jobs.get(ids[1]).status is JobStatus.PAUSED)
    settle(lambda: queue.models["next"].item(ids[1]).status is JobStatus.PAUSED)
    QTest.keyClick(queue.view(), Qt.Key.Key_R)
    settle(lambda: library.jobs.get(ids[1]).status is JobStatus.QUEUED)
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    queue.view().select_job(ids[2])
    QTest.keyClick(queue.view(), Qt.Key.Key_Up, control)
    settle(lambda: next_ids(queue)[0] == ids[2])
    QTest.keyClick(queue.view(), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    settle(lambda: next_ids(queue)[1] == ids[2])


def test_dragging_moves_a_whole_batch_to_another_lane(queue, library, settle):
    ids = next_ids(queue)
    batch = [job_id for job_id in ids if library.jobs.get(job_id).batch_id]
    queue.models["next"].moved.emit(batch, ids[0], "")
    settle(lambda: next_ids(queue)[: len(batch)] == batch)
    assert {library.jobs.get(job_id).lane for job_id in batch} == {Lane.INTERACTIVE}


def test_a_waiting_job_is_edited_at_the_side(queue, library, settle):
    job_id = next_ids(queue)[0]
    queue.open_job(job_id)
    settle(lambda: queue.panel.form is not None)
    form = queue.panel.form
    assert form.values()["prompt"] == library.jobs.get(job_id).request.params["prompt"]
    form.field("prompt").control().setPlainText("a quiet lake")
    settle(queue.panel.is_dirty)
    queue.panel._save.click()
    settle(lambda: library.jobs.get(job_id).request.params["prompt"] == "a quiet lake")


def test_a_wrong_value_is_said_beside_its_field_and_not_saved(queue, library, settle):
    job_id = next_ids(queue)[0]
    before = library.jobs.get(job_id).request
    queue.open_job(job_id)
    settle(lambda: queue.panel.form is not None)
    field = queue.panel.form.field("prompt")
    field.control().setPlainText("x" * (field.spec.max_length + 1))
    queue.panel._save.click()
    assert "characters" in field._problem.text()
    assert library.jobs.get(job_id).request == before


def test_failed_jobs_show_reason_hint_and_retry(queue, library, settle):
    queue.show_section("failed")
    failed = queue.models["failed"].ids_at([0])[0]
    queue.open_job(failed)
    settle(lambda: queue.panel._details is not None)
    from studio.gui.pages.queue.job_facts import Technical, WhatHappened

    (what,) = queue.panel.findChildren(WhatHappened)
    assert "ends early" in what.accessibleName()
    assert "Download" in what.accessibleName()
    (technical,) = queue.panel.findChildren(Technical)
    assert "Traceback" in technical.view.toPlainText()
    queue.act("retry", [failed])
    settle(lambda: library.jobs.retries(failed))


def test_change_and_retry_makes_a_new_job_with_the_new_values(queue, library, settle):
    failed = queue.models["failed"].ids_at([0])[0]
    queue.open_job(failed)
    settle(lambda: queue.panel._details is not None)
    queue.panel._on_change()
    queue.panel.form.field("prompt").set_value("something else")
    queue.panel._on_retry_with()
    settle(lambda: library.jobs.retries(failed))
    new = library.jobs.get(library.jobs.retries(failed)[0])
    assert new.request.params["prompt"] == "something else"


def test_the_whole_queue_pauses_and_says_so(queue, library, settle):
    QTest.mouseClick(queue.top.pause, Qt.MouseButton.LeftButton)
    settle(lambda: library.jobs.queue_paused() is not None)
    settle(lambda: queue.top.pause.text() == "Resume queue")
    assert "Paused by you" in queue.remark.text()
    QTest.mouseClick(queue.top.pause, Qt.MouseButton.LeftButton)
    settle(lambda: library.jobs.queue_paused() is None)


def test_the_filter_that_finds_nothing_offers_to_be_cleared(queue, settle):
    queue.search.setText("no such thing")
    QTest.keyClick(queue.search, Qt.Key.Key_Return)
    assert queue.empty["filtered"].isVisible()
    queue.empty["filtered"].button.click()
    settle(lambda: queue.view().isVisible())


def test_an_empty_queue_is_one_sentence(empty, open_window):
    window = open_window(empty)
    assert window.page.empty["next"].isVisible()
    assert not window.page.running.isVisible()


def test_a_form_that_is_being_filled_in_survives_changes(queue, library, settle):
    job_id = next_ids(queue)[0]
    queue.open_job(job_id)
    settle(lambda: queue.panel.form is not None)
    queue.panel.form.field("prompt").control().setPlainText("half a sen")
    library.jobs.move(job_id, to_top=True)
    other = library.jobs.enqueue([NewJob(text_request(1))])[0]
    settle(lambda: queue.models["next"].item(other.id) is not None)
    settle(lambda: not queue.context.store.busy)
    assert queue.panel.form.values()["prompt"] == "half a sen"


def test_menus_offer_what_can_be_done(queue):
    queue.view().select_job(next_ids(queue)[0])
    menu = queue.menus.make_row_menu(queue.view())
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles[:4] == ["Details", "Pause", "Move to the top", "Cancel"]
    menu.deleteLater()


def test_the_selection_follows_a_job_that_moves(queue, library, settle):
    ids = next_ids(queue)
    queue.view().select_job(ids[2])
    library.jobs.move(ids[2], to_top=True)
    settle(lambda: next_ids(queue)[0] == ids[2])
    assert queue.view().selected_ids() == [ids[2]]


def test_return_presses_buttons_and_opens_details(queue, settle):
    ids = next_ids(queue)
    queue.view().select_job(ids[0])
    QTest.keyClick(queue.view(), Qt.Key.Key_Return)
    assert queue.panel.job_id == ids[0]
    QTest.keyClick(queue.top.pause, Qt.Key.Key_Return)
    settle(lambda: queue.context.engine.facts.paused is not None)
