"""What the Queue page says of jobs: icons of their kinds, second lines."""

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
