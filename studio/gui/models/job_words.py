"""What the window calls lanes, states and campaign steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.job import JobStatus
from studio.gui.translating import translate

if TYPE_CHECKING:
    from studio.gui.models.job_rows import JobItem


def lane_words(lane: str) -> str:
    """Return a lane's name for people."""
    return {
        "interactive": translate("JobWords", "Interactive"),
        "batch": translate("JobWords", "Batch"),
        "training": translate("JobWords", "Training"),
    }[lane]


def status_names() -> dict[JobStatus, str]:
    """Return every status for people."""
    return {
        JobStatus.QUEUED: translate("JobWords", "Queued"),
        JobStatus.WAITING: translate("JobWords", "Waiting"),
        JobStatus.PAUSED: translate("JobWords", "Paused"),
        JobStatus.INTERRUPTED: translate("JobWords", "Interrupted"),
        JobStatus.RUNNING: translate("JobWords", "Running"),
        JobStatus.SUCCEEDED: translate("JobWords", "Succeeded"),
        JobStatus.FAILED: translate("JobWords", "Failed"),
        JobStatus.CANCELLED: translate("JobWords", "Cancelled"),
    }


_TONES = {
    JobStatus.QUEUED: "text_faint",
    JobStatus.WAITING: "text_faint",
    JobStatus.PAUSED: "warn",
    JobStatus.INTERRUPTED: "warn",
    JobStatus.RUNNING: "accent_text",
    JobStatus.SUCCEEDED: "good",
    JobStatus.FAILED: "bad",
    JobStatus.CANCELLED: "text_faint",
}


def status_words(item: JobItem) -> tuple[str, str]:
    """Return a job's status for people, and the colour token of its dot."""
    if item.cancel_requested and item.section() is None:
        return translate("JobWords", "Cancelling"), "warn"
    return status_names()[item.status], _TONES[item.status]


def step_words(step: str) -> str:
    """Return what a campaign step does; one that is not known here by its own name."""
    return {
        "copy_select": translate("JobWords", "Choose copy"),
        "image_prompts": translate("JobWords", "Write image prompts"),
        "compose": translate("JobWords", "Compose a creative"),
        "finalise": translate("JobWords", "Finish the campaign"),
        "export": translate("JobWords", "Export"),
    }.get(step) or step.replace("_", " ").capitalize()
