"""The side panel: one job, to edit while it waits, to understand once it has ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from generators.api import Request
from studio.core.errors import NotFound
from studio.core.job import JobKind, JobStatus, Lane
from studio.gui.messages import Choice
from studio.gui.models.job_rows import SECTIONS, make_item
from studio.gui.models.job_words import lane_words, status_words
from studio.gui.pages.queue.job_facts import FactsGrid, Results, Technical, WhatHappened, facts_of
from studio.gui.pages.queue.reading import JobDetails, read_details
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, SegmentedControl, button, spacer
from studio.gui.widgets.labels import StatusPill, label
from studio.gui.widgets.param_form import ParamForm
from studio.gui.widgets.reading_text import selectable
from studio.gui.widgets.surfaces import Line, ScrollColumn, Skeleton

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.core.job import Job
    from studio.gui.context import AppContext
    from studio.gui.pages.queue.actions import QueueActions

WIDTH = 400
ASKED = "queue.details"  # key of the question what becomes of edits
BEGUN = "queue.begun"  # key of the message that they came too late
EDITABLE = SECTIONS["next"] - {JobStatus.INTERRUPTED}


class JobPanel(QFrame):
    """Details of one job, by its id.

    Attributes:
        edited: The form holds what a person changed and did not save.

    Signals:
        closed: A person closed it.
    """

    closed = Signal()

    def __init__(self, context: AppContext, actions: QueueActions) -> None:
        super().__init__()
        self._context, self._actions = context, actions
        self._details: JobDetails | None = None
        self._job_id = ""
        self.form: ParamForm | None = None
        self._lane: SegmentedControl | None = None
        self.edited = False
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Details of the job"))
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(SIZES.block, SIZES.gap, SIZES.gap, SIZES.step)
        self.pill = StatusPill()
        head.addWidget(self.pill)
        head.addWidget(spacer(), 1)
        close = IconButton("x", self.tr("Close details"))
        close.clicked.connect(self.closed)
        head.addWidget(close)
        column.addLayout(head)
        self._place = QVBoxLayout()
        column.addLayout(self._place, 1)
        self._content: QWidget | None = None
        self._foot = QWidget()
        self._foot_row = QHBoxLayout(self._foot)
        self._foot_row.setContentsMargins(SIZES.block, SIZES.gap, SIZES.block, SIZES.gap)
        self._foot_row.setSpacing(SIZES.step)
        self._line = Line()
        column.addWidget(self._line)
        column.addWidget(self._foot)

    @property
    def job_id(self) -> str:
        """The job that is shown, or empty."""
        return self._job_id

    def show_job(self, job_id: str) -> None:
        """Show a job; what was typed into another one's form is dropped."""
        if job_id == self._job_id:
            self.refresh()
            return
        self._job_id = job_id
        self._details = None
        self._forget_form()
        self._set_content(_loading())
        self._set_foot([])
        self.refresh()

    def refresh(self) -> None:
        """Read the job anew; a form that is being filled in stays."""
        job_id = self._job_id
        if job_id:
            self._context.store.read(
                self,
                lambda library: read_details(library, job_id),
                self._take,
                self._failed,
                key="queue.details",
            )

    def clear(self) -> None:
        """Show nothing."""
        self._job_id = ""
        self._details = None
        self._forget_form()
        self._set_content(None)

    def is_dirty(self) -> bool:
        """Tell whether a form holds something that was not saved."""
        if self.form is None:
            return False
        return self.edited or (self.form.isEnabled() and self._save.isEnabled())

    def ask_before(self, leave: Callable[[], None]) -> None:
        """Run ``leave`` at once, or ask first where it would lose edits."""
        if not self.edited:
            leave()
            return
        self._context.messages.ask(
            self.tr("Your changes to this job are not saved."),
            "",
            (
                Choice(self.save_words(), self.save, "primary"),
                Choice(self.tr("Drop them"), leave),
                Choice(self.tr("Go on editing"), lambda: None),
            ),
            ASKED,
        )

    def _forget_form(self) -> None:
        self.form, self._lane, self.edited = None, None, False
        for key in (ASKED, BEGUN):  # about edits that are gone
            self._context.messages.withdraw(key)

    # building -----------------------------------------------------------------------------------

    def _failed(self, error: Exception) -> None:
        if isinstance(error, NotFound):
            self.closed.emit()
        else:
            self._context.store.show(error)

    def _take(self, details: JobDetails) -> None:
        old, self._details = self._details, details
        item = make_item(details.job, self._context.registry)
        self.pill.set_state(*status_words(item))
        same = old is not None and old.job.id == details.job.id
        if same and old is not None and old.job.status is details.job.status and self.form:
            return  # keep what is being typed
        if same and old is not None and self.edited and self._keep_edits(old.job, details.job):
            return
        if same and old == details:
            return
        self._build(details)

    def _keep_edits(self, old: Job, job: Job) -> bool:
        """Let a form stay though its job went on; one that was cancelled takes its form along."""
        if job.status is JobStatus.CANCELLED:
            return False
        was, can_be = old.status in EDITABLE, job.status in EDITABLE
        if was and not can_be:
            self._offer_new_job()
        elif can_be and not was:
            self._context.messages.withdraw(BEGUN)
            self._set_foot(self._edit_buttons(job.id))
        if was is not can_be:
            self._context.messages.withdraw(ASKED)  # its answers are about the buttons of before
            self._save.setEnabled(True)
        if self._lane is not None:
            self._lane.setEnabled(can_be)
        return True

    def _offer_new_job(self) -> None:
        """Keep edits of a job that began before they were saved."""
        self._set_foot(self._add_buttons(self._on_add))
        self._context.messages.warn(
            self.tr("This job began before your changes were saved."),
            self.tr("They are still here: “Add to the queue” makes another job of them."),
            key=BEGUN,
        )

    def _build(self, details: JobDetails) -> None:
        self._forget_form()
        area = ScrollColumn(spacing=SIZES.gap)
        column = area.column
        column.setContentsMargins(SIZES.block, SIZES.half, SIZES.block, SIZES.block)
        job = details.job
        column.addWidget(_title(job.title or self.tr("Without a title")))
        open_ = job.status in EDITABLE
        if job.reason and job.status in (JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.WAITING):
            bad = job.status is JobStatus.FAILED
            column.addWidget(WhatHappened(job.reason, job.hint, bad=bad))
        if details.results:
            results = Results(details, self._context.images)
            results.chosen.connect(self._show_asset)
            column.addWidget(results)
        column.addWidget(FactsGrid(facts_of(details)))
        if open_:
            self._add_lane(column, details)
            self._add_form(column, details)
        column.addWidget(Technical(details))
        column.addStretch(1)
        self._set_content(area)
        self._set_foot(self._buttons(details, open_=open_))

    def _add_lane(self, column: QVBoxLayout, details: JobDetails) -> None:
        if details.job.kind is JobKind.FINETUNE:
            return
        lanes = [(lane.value, lane_words(lane.value)) for lane in (Lane.INTERACTIVE, Lane.BATCH)]
        choice = self._lane = SegmentedControl(lanes, self.tr("Lane"))
        choice.set_value(details.job.lane.value)
        job_id = details.job.id
        choice.changed.connect(lambda lane: self._actions.to_lane([job_id], Lane(lane)))
        column.addWidget(label(self.tr("Lane"), "label"))
        column.addWidget(choice)

    def _add_form(self, column: QVBoxLayout, details: JobDetails) -> None:
        request = details.job.request
        if not isinstance(request, Request):
            return
        manifest = self._context.registry.find(request.generator)
        if manifest is None or manifest.mode(request.mode) is None:
            words = self.tr("The generator of this job is not installed, so it cannot be edited.")
            column.addWidget(label(words, "soft", wrap=True))
            return
        column.addWidget(Line())
        self.form = ParamForm(manifest, request.mode)
        self.form.set_values(request.params)
        self.form.changed.connect(self._on_edited)
        column.addWidget(self.form)

    def _buttons(self, details: JobDetails, *, open_: bool) -> list[QWidget]:
        job = details.job
        if open_ and self.form is not None:
            return self._edit_buttons(job.id)
        if open_ or job.status is JobStatus.RUNNING:
            return [spacer(), self._cancel_button(job.id)]
        return self._ended_buttons(details)

    def _edit_buttons(self, job_id: str) -> list[QWidget]:
        self._save = button(self.tr("Save changes"), "primary")
        self._save.setEnabled(False)
        self._save.clicked.connect(self._on_save)
        return [self._save, spacer(), self._cancel_button(job_id)]

    def _cancel_button(self, job_id: str) -> QWidget:
        cancel = button(self.tr("Cancel job"))
        cancel.clicked.connect(lambda: self._actions.cancel([job_id]))
        return cancel

    def _add_buttons(self, add: Callable[[], None]) -> list[QWidget]:
        self._save = button(self.tr("Add to the queue"), "primary", "plus")
        self._save.clicked.connect(add)
        back = button(self.tr("Back"))
        back.clicked.connect(lambda: self.ask_before(self._back))
        return [self._save, spacer(), back]

    def _ended_buttons(self, details: JobDetails) -> list[QWidget]:
        job = details.job
        succeeded = job.status is JobStatus.SUCCEEDED
        again = button(self.tr("Run again") if succeeded else self.tr("Retry"), icon="rotate-ccw")
        if not succeeded:
            again = button(self.tr("Retry"), "primary", "rotate-ccw")
        again.clicked.connect(lambda: self._actions.retry([job.id]))
        made: list[QWidget] = [again]
        if isinstance(job.request, Request):
            change = button(self.tr("Change and retry"))
            change.clicked.connect(self._on_change)
            made.append(change)
        return [*made, spacer()]

    # doing --------------------------------------------------------------------------------------

    def _on_edited(self) -> None:
        self.edited = True
        self._save.setEnabled(True)

    def _edited_request(self) -> Request | None:
        if self._details is None or self.form is None or not self.form.show_problems():
            if self.form is not None:
                self.form.focus_first_problem()
            return None
        request = self._details.job.request
        assert isinstance(request, Request)
        return replace(request, params={**request.params, **self.form.values()})

    def save(self) -> None:
        """Do what the form's own button does: change the job, or add another to the queue."""
        if self.edited:  # else the job went on meanwhile, and took its form with it
            self._save.click()

    def save_words(self) -> str:
        """Return what that button says."""
        return self._save.text()

    def _on_save(self) -> None:
        job_id, request = self._job_id, self._edited_request()
        if request is not None:
            self._save.setEnabled(False)
            self._actions.edit(
                job_id, request, lambda: self._saved(job_id), lambda: self._refused(job_id)
            )

    def _saved(self, job_id: str) -> None:
        if job_id != self._job_id:
            return  # another job's form is none of this one's business
        self.edited = False
        if self._details is not None and self._details.job.status not in EDITABLE:
            self._build(self._details)  # it began right after
        self.refresh()

    def _refused(self, job_id: str) -> None:
        if job_id == self._job_id and self.form is not None:
            self._save.setEnabled(True)

    def _on_change(self) -> None:
        """Show the form of a job that ended, to make a new one of it."""
        if self._details is None:
            return
        area = ScrollColumn(spacing=SIZES.gap)
        area.column.setContentsMargins(SIZES.block, SIZES.half, SIZES.block, SIZES.block)
        area.column.addWidget(_title(self._details.job.title))
        self._add_form(area.column, self._details)
        area.column.addStretch(1)
        self._set_content(area)
        if self.form is None:
            return
        self._set_foot(self._add_buttons(self._on_retry_with))
        self.form.fields()[0].control().setFocus()

    def _back(self) -> None:
        if self._details is not None:
            self._build(self._details)

    def _on_retry_with(self) -> None:
        self._make_of_it(self._actions.retry_with)

    def _on_add(self) -> None:
        self._make_of_it(self._actions.add_like)

    def _make_of_it(self, make: Callable[..., None]) -> None:
        """Make a job of what is in the form, which stays until the library has that job."""
        job_id, request = self._job_id, self._edited_request()
        if request is not None:
            self._save.setEnabled(False)
            make(job_id, request, lambda: self._added(job_id), lambda: self._refused(job_id))

    def _added(self, job_id: str) -> None:
        if job_id == self._job_id:
            self._back()

    def _show_asset(self, asset_id: str) -> None:
        self._context.go("library", asset=asset_id)

    def _set_content(self, content: QWidget | None) -> None:
        if self._content is not None:
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        if content is not None:
            self._place.addWidget(content)

    def _set_foot(self, widgets: list[QWidget]) -> None:
        while (item := self._foot_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._foot_row.addWidget(widget)
        self._foot.setVisible(bool(widgets))
        self._line.setVisible(bool(widgets))


def _title(text: str) -> QWidget:
    shown = text if len(text) <= 200 else text[:199] + "…"
    return selectable(label(shown, "title", wrap=True))


def _loading() -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(SIZES.block, SIZES.half, SIZES.block, SIZES.block)
    column.addWidget(Skeleton([(0, 0, 240, 20), (0, 40, 0, 12), (0, 60, 0, 12), (0, 80, 180, 12)]))
    column.addStretch(1)
    return made
