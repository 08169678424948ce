"""What the Queue page says of jobs: kinds, lanes, states, second lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from studio.core.job import JobStatus
from studio.gui import words

if TYPE_CHECKING:
    from studio.gui.models.job_rows import JobItem

ICONS = {
    "text": "type",
    "image": "image",
    "audio": "music",
    "step": "layers",
    "training": "zap",
}


def tr(text: str) -> str:
    """Translate in the context ``JobWords``."""
    return QCoreApplication.translate("JobWords", text)


def lane_words(lane: str) -> str:
    """Return a lane's name for people."""
    return {
        "interactive": tr("Interactive"),
        "batch": tr("Batch"),
        "training": tr("Training"),
    }[lane]


def status_words(item: JobItem) -> tuple[str, str]:
    """Return a job's status for people, and the colour token of its dot."""
    if item.cancel_requested and item.section() is None:
        return tr("Cancelling"), "warn"
    return {
        JobStatus.QUEUED: (tr("Queued"), "text_faint"),
        JobStatus.WAITING: (tr("Waiting"), "text_faint"),
        JobStatus.PAUSED: (tr("Paused"), "warn"),
        JobStatus.INTERRUPTED: (tr("Interrupted"), "warn"),
        JobStatus.RUNNING: (tr("Running"), "accent_text"),
        JobStatus.SUCCEEDED: (tr("Succeeded"), "good"),
        JobStatus.FAILED: (tr("Failed"), "bad"),
        JobStatus.CANCELLED: (tr("Cancelled"), "text_faint"),
    }[item.status]


def detail_words(item: JobItem) -> str:
    """Return the second line of a row: why it failed, or what it is and since when."""
    if item.status is JobStatus.FAILED and item.reason:
        return item.reason
    parts = [item.what, item.checkpoint]
    if item.finished_at:
        parts.append(words.ago(item.finished_at))
        if item.started_at:
            took = max(0.0, item.finished_at - item.started_at)
            parts.append(tr("took {0}").format(words.duration(took)))
    elif item.status in (JobStatus.WAITING, JobStatus.INTERRUPTED) and item.reason:
        parts.append(item.reason)
    else:
        parts.append(tr("added {0}").format(words.ago(item.created_at)))
    return " · ".join(part for part in parts if part)
