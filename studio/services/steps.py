"""Campaign steps by name, and what a step sees of the app while it runs.

A step is a function of a ``StepContext`` that returns a ``StepOutcome``. It reads the library and
writes files only into its staging folder (an export also writes where the person asked for it);
everything else that it wants done goes into the outcome, which the engine commits in one
transaction with the job's ``succeeded``. Ids follow from the campaign and the step's key, so a step
that is run again after a kill asks for the very same things.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from studio.core.errors import NotFound
from studio.services.campaign.view import CampaignView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from generators.api import JsonValue
    from studio.core.steps import StepOutcome
    from studio.store.library import Library

#: Where each step lives; imported when it is first run, so that the process starts fast.
STEPS: Mapping[str, str] = {
    "copy_select": "studio.services.campaign.step_copy:copy_select",
    "image_prompts": "studio.services.campaign.step_visuals:image_prompts",
    "compose": "studio.services.campaign.step_compose:compose_creative",
    "finalise": "studio.services.campaign.step_finish:finalise",
    "export": "studio.services.export.exporter:export_step",
}


class Reporter(Protocol):
    """How a step speaks while it runs."""

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Report how far it is; raises JobCancelled when the person wants it to stop."""

    def produced(
        self, path: Path, role: str, media_type: str, metadata: Mapping[str, JsonValue]
    ) -> None:
        """Hand over a file in the staging folder that is whole and on the disk."""


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step sees.

    Attributes:
        library: Opened read-only.
        campaign_id, job_id: What it belongs to.
        arguments: Of its ``StepRequest``.
        staging: Its own folder.
        reporter: For progress, cancel and files.
    """

    library: Library
    campaign_id: str
    job_id: str
    arguments: Mapping[str, JsonValue]
    staging: Path
    reporter: Reporter

    def view(self) -> CampaignView:
        """Return the campaign as it stands now."""
        return CampaignView(self.library, self.campaign_id)

    def text(self, key: str) -> str:
        """Return an argument as text, empty when it is not there."""
        return str(self.arguments.get(key) or "")

    def number(self, key: str, default: int = 0) -> int:
        """Return an argument as a whole number."""
        value = self.arguments.get(key)
        return int(value) if isinstance(value, int | float) else default

    def save(
        self, name: str, content: bytes, role: str, media_type: str,
        metadata: Mapping[str, JsonValue],
    ) -> None:  # fmt: skip
        """Write a file into staging, flush it to the disk and hand it over."""
        path = self.staging / name
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.reporter.produced(path, role, media_type, metadata)


def find_step(name: str) -> Callable[[StepContext], StepOutcome]:
    """Return a step's function.

    Raises:
        NotFound: There is no such step (a newer Brandloom enqueued it).
    """
    if name not in STEPS:
        raise NotFound(f"There is no step {name!r:.80}.", "Update Brandloom, then retry the job.")
    module, _, function = STEPS[name].partition(":")
    found: Callable[[StepContext], StepOutcome] = getattr(import_module(module), function)
    return found
