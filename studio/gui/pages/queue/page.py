"""The Queue page: what runs, what comes next, what ended, and everything one can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.models.job_list_model import JobListModel
from studio.gui.pages.page import Page
from studio.gui.pages.queue.actions import QueueActions
from studio.gui.pages.queue.job_list_view import JobListView
from studio.gui.pages.queue.job_panel import JobPanel
from studio.gui.pages.queue.menus import QueueMenus, add_queue_commands
from studio.gui.pages.queue.older_jobs import OlderJobs
from studio.gui.pages.queue.reading import QueuePatch, QueueSnapshot, read_patch, read_queue
from studio.gui.pages.queue.running_area import RunningArea
from studio.gui.pages.queue.top_bar import QueueTopBar
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import SegmentedControl, spacer
from studio.gui.widgets.fields import SearchField
from studio.gui.widgets.surfaces import EmptyState, Skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import JsonValue
    from studio.gui.context import AppContext
    from studio.gui.models.job_rows import Section
    from studio.store.records import Changes

SECTIONS: tuple[Section, ...] = ("next", "ended", "failed")


class QueuePage(Page):
    """The queue, live."""

    page_id = "queue"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.set_title(self.tr("Queue"))
        self.actions_ = QueueActions(context)
        self._loaded = False
        self._reading = False
        self._jobs: set[str] = set()
        self._progress: set[str] = set()
        self.models: dict[Section, JobListModel] = {key: JobListModel(key) for key in SECTIONS}
        self.views: dict[Section, JobListView] = {}
        self._older: dict[str, OlderJobs] = {}
        for model in self.models.values():
            model.moved.connect(self.actions_.place)

    def build(self) -> Iterator[None]:
        """Make the widgets: what runs, the lists, the details of one job."""
        self.top = QueueTopBar(self)
        self.context.engine.facts_changed.connect(self.top.show_facts)
        yield
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QVBoxLayout()
        left.setContentsMargins(SIZES.block, 0, SIZES.block, 0)
        left.setSpacing(SIZES.gap)
        self.running = RunningArea(self.context.images)
        self.running.cancel_wanted.connect(lambda job_id: self.actions_.cancel([job_id]))
        self.running.picked.connect(self.open_job)
        row.addLayout(left, 1)
        self.body.addLayout(row, 1)
        left.addWidget(self.running)
        left.addLayout(self._build_bar())
        yield
        self.stack = QStackedWidget()
        left.addWidget(self.stack, 1)
        yield from self._build_lists()
        self.panel = JobPanel(self.context, self.actions_)
        self.panel.closed.connect(self.close_panel)
        self.panel.hide()
        row.addWidget(self.panel)
        yield
        self.menus = QueueMenus(self)
        add_queue_commands(self)

    def _build_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(SIZES.step)
        self.tabs = SegmentedControl(
            [
                ("next", self.tr("Up next")),
                ("ended", self.tr("Finished")),
                ("failed", self.tr("Failed")),
            ],
            self.tr("What to list"),
        )
        self.tabs.changed.connect(self.show_section)
        self.search = SearchField(self.tr("Filter jobs"), self.tr("Filter jobs"))
        self.search.setMinimumWidth(96)
        self.search.setMaximumWidth(240)
        self.search.searched.connect(self._on_filter)
        bar.addWidget(self.tabs)
        bar.addWidget(spacer(), 1)
        bar.addWidget(self.search, 10)
        return bar

    def _build_lists(self) -> Iterator[None]:
        names = {
            "next": self.tr("Jobs up next"),
            "ended": self.tr("Jobs that ended"),
            "failed": self.tr("Jobs that failed"),
        }
        for key in SECTIONS:
            view = JobListView(self.context.images, names[key])
            view.watch(self.models[key])
            view.delegate.can_show = self.context.has_page("library")
            view.picked.connect(self._on_picked)
            view.acted.connect(self.act)
            view.opened.connect(self.open_job)
            view.menu_wanted.connect(self._on_menu)
            self.models[key].rows_changed.connect(self._show_counts)
            self.views[key] = view
            self.stack.addWidget(view)
            yield
        for key in SECTIONS[1:]:
            self._older[key] = OlderJobs(self.context.store, self.context.registry, self.views[key])
        self._skeleton = QWidget()
        column = QVBoxLayout(self._skeleton)
        column.setContentsMargins(0, 0, 0, 0)
        shapes = [(0, 8 + 56 * n, 0, 40) for n in range(6)]
        column.addWidget(Skeleton(shapes))
        column.addStretch(1)
        self.stack.addWidget(self._skeleton)
        self.stack.setCurrentWidget(self._skeleton)
        self.empty: dict[str, EmptyState] = {}
        self._add_empty_states()

    def _add_empty_states(self) -> None:
        creates = self.context.has_page("create")
        for key, icon, words, action in (
            (
                "next",
                "list-video",
                self.tr("Nothing waits. What you ask for on Create runs here in turn."),
                self.tr("Create something") if creates else "",
            ),
            ("ended", "circle-check", self.tr("Nothing has finished yet."), ""),
            ("failed", "circle-check", self.tr("Nothing has failed."), ""),
            ("filtered", "search", self.tr("No job fits the filter."), self.tr("Clear filter")),
            ("looking", "search", self.tr("Looking through older jobs …"), self.tr("Clear filter")),
        ):
            state = EmptyState(icon, words, action)
            self.empty[key] = state
            self.stack.addWidget(state)
        self.empty["next"].chosen.connect(lambda: self.context.go("create"))
        self.empty["filtered"].chosen.connect(self.search.clear)
        self.empty["looking"].chosen.connect(self.search.clear)

    # the frame's calls --------------------------------------------------------------------------

    def enter(self, what: Mapping[str, JsonValue]) -> None:
        """Show the queue; ``job`` in ``what`` opens one."""
        job_id = str(what.get("job", ""))
        if self.stale:
            self._read_all(job_id)
        elif job_id:
            self.open_job(job_id)
        if self.context.engine.facts is not None:
            self.top.show_facts(self.context.engine.facts)

    def focus_target(self) -> QWidget:
        """Return the list, so that its keys work at once."""
        view = self.view()
        return view if self.stack.currentWidget() is view else self

    def main_view(self) -> JobListView:
        """Return the list that is shown."""
        return self.view()

    def is_painted(self) -> bool:
        """Tell whether the lists are filled and nothing is under way."""
        return self._loaded and super().is_painted()

    def on_changes(self, changes: Changes) -> None:
        """Read what changed; several changes become one reading."""
        self._jobs.update(changes.jobs)
        self._progress.update(changes.progress)
        gone = [row_id for kind, row_id in changes.removed if kind == "jobs"]
        for model in self.models.values():
            model.drop(gone)
        self._read_patch()

    def state(self) -> dict[str, JsonValue]:
        """Remember the list that is shown."""
        return {"section": self.tabs.value()}

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """Show the list that was shown."""
        section = str(state.get("section", "next"))
        if section in self.models:
            self.tabs.set_value(section)

    # reading ------------------------------------------------------------------------------------

    def _read_all(self, job_id: str = "") -> None:
        registry = self.context.registry
        self._jobs.clear()
        self._progress.clear()

        def take(snapshot: QueueSnapshot) -> None:
            self._take_all(snapshot)
            if job_id:
                self.open_job(job_id)

        self.context.store.read(
            self, lambda library: read_queue(library, registry), take, key="queue.all"
        )

    def _take_all(self, snapshot: QueueSnapshot) -> None:
        self._loaded = True
        self.running.set_jobs(snapshot.running)
        for key, model in self.models.items():
            if key in self._older:
                self._older[key].begin(snapshot.sections[key])
            model.set_batches(snapshot.batches)
            model.replace(snapshot.sections[key])
        self.show_section(self.tabs.value())
        self.panel.refresh()  # what it shows may have gone on meanwhile
        self._read_patch()

    def _read_patch(self) -> None:
        if self._reading or not self._loaded or not (self._jobs or self._progress):
            return
        jobs, self._jobs = self._jobs, set()
        progress, self._progress = self._progress, set()
        registry = self.context.registry
        known = self.models["next"].batch_ids()
        self._reading = True
        self.context.store.read(
            self,
            lambda library: read_patch(library, registry, jobs, progress, known),
            self._take_patch,
            self._patch_failed,
        )

    def _patch_failed(self, error: Exception) -> None:
        self._reading = False
        self.context.store.show(error)

    def _take_patch(self, patch: QueuePatch) -> None:
        self._reading = False
        if patch.items:
            for model in self.models.values():
                model.set_batches(patch.batches)
                model.put(patch.items)
        self.running.patch(patch.items, patch.progress)
        if any(item.id == self.panel.job_id for item in patch.items):
            self.panel.refresh()
        QTimer.singleShot(0, self, self._read_patch)

    # showing ------------------------------------------------------------------------------------

    def _section(self) -> Section:
        return next(key for key in SECTIONS if key == self.tabs.value())

    def view(self) -> JobListView:
        """Return the list that is shown."""
        return self.views[self._section()]

    def show_section(self, key: str) -> None:
        """Show one of the three lists, or why it is empty."""
        self.tabs.set_value(key)
        if not self._loaded:
            return
        model, older = self.models[self._section()], self._older.get(key)
        if model.rowCount():
            self.stack.setCurrentWidget(self.view())
        elif model.count():
            looking = older is not None and older.more
            self.stack.setCurrentWidget(self.empty["looking" if looking else "filtered"])
        else:
            self.stack.setCurrentWidget(self.empty[key])
        if older is not None:
            older.look()

    def _show_counts(self) -> None:
        titles = {
            "next": self.tr("Up next"),
            "ended": self.tr("Finished"),
            "failed": self.tr("Failed"),
        }
        for key, title in titles.items():
            model = self.models[next(name for name in SECTIONS if name == key)]
            more = "+" if key in self._older and self._older[key].more else ""
            count = f"  {model.count():,}{more}" if model.count() else ""
            self.tabs.set_text(key, title + count)
        self.show_section(self.tabs.value())

    def _on_filter(self, text: str) -> None:
        for model in self.models.values():
            model.set_filter(text)

    # acting -------------------------------------------------------------------------------------

    def selected(self) -> list[str]:
        """Return the ids of the selected jobs."""
        return self.view().selected_ids()

    def act(self, action: str, ids: list[str]) -> None:
        """Do something with jobs, by the name of a row's button."""
        if not ids:
            return
        if action == "show":
            self.context.go("library", job=ids[0])
            return
        moves = {
            "pause": self.actions_.pause,
            "resume": self.actions_.resume,
            "top": self.actions_.to_top,
            "cancel": self.actions_.cancel,
            "retry": self.actions_.retry,
        }
        moves[action](ids)

    def step(self, by: int) -> None:
        """Move the selected jobs one place up or down, each in its lane."""
        if self._section() != "next":
            return
        model = self.models["next"]
        lanes: dict[str, list[str]] = {}
        for job_id in self.selected():
            if (item := model.item(job_id)) is not None:
                lanes.setdefault(item.lane, []).append(job_id)
        for ids in lanes.values():
            self.actions_.step(ids, model.neighbours(ids, by))

    def open_job(self, job_id: str) -> None:
        """Show a job's details at the side; ask first if those there would lose edits."""

        def show() -> None:
            self.panel.show_job(job_id)
            self.panel.show()

        if job_id == self.panel.job_id:
            show()
        else:
            self.panel.ask_before(show)

    def close_panel(self) -> None:
        """Hide the details and give the focus back to the list; ask first if it would lose some."""
        self.panel.ask_before(self._close_panel)

    def _close_panel(self) -> None:
        self.panel.hide()
        self.panel.clear()
        self.view().setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_picked(self, ids: list[str]) -> None:
        if self.panel.isVisible() and len(ids) == 1 and not self.panel.is_dirty():
            self.panel.show_job(ids[0])

    def _on_menu(self, point: QPoint) -> None:
        self.menus.row_menu(self.view(), point)
