"""What the Queue page says of jobs: kinds, lanes, states, second lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.job import JobStatus
from studio.gui import words
from studio.gui.translating import translate

if TYPE_CHECKING:
    from studio.gui.models.job_rows import JobItem

ICONS = {
    "text": "type",
    "image": "image",
    "audio": "music",
    "step": "layers",
    "training": "zap",
}


def lane_words(lane: str) -> str:
    """Return a lane's name for people."""
    return {
        "interactive": translate("JobWords", "Interactive"),
        "batch": translate("JobWords", "Batch"),
        "training": translate("JobWords", "Training"),
    }[lane]


def status_words(item: JobItem) -> tuple[str, str]:
    """Return a job's status for people, and the colour token of its dot."""
    if item.cancel_requested and item.section() is None:
        return translate("JobWords", "Cancelling"), "warn"
    return {
        JobStatus.QUEUED: (translate("JobWords", "Queued"), "text_faint"),
        JobStatus.WAITING: (translate("JobWords", "Waiting"), "text_faint"),
        JobStatus.PAUSED: (translate("JobWords", "Paused"), "warn"),
        JobStatus.INTERRUPTED: (translate("JobWords", "Interrupted"), "warn"),
        JobStatus.RUNNING: (translate("JobWords", "Running"), "accent_text"),
        JobStatus.SUCCEEDED: (translate("JobWords", "Succeeded"), "good"),
        JobStatus.FAILED: (translate("JobWords", "Failed"), "bad"),
        JobStatus.CANCELLED: (translate("JobWords", "Cancelled"), "text_faint"),
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
            parts.append(translate("JobWords", "took {0}").format(words.duration(took)))
    elif item.status in (JobStatus.WAITING, JobStatus.INTERRUPTED) and item.reason:
        parts.append(item.reason)
    else:
        parts.append(translate("JobWords", "added {0}").format(words.ago(item.created_at)))
    return " · ".join(part for part in parts if part)
