"""Whether the weights that a campaign was made with may be used for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import NotFound
from studio.services.campaign.checkpoints import WEIGHTS, as_noted
from studio.services.export.files import ExportError

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.services.campaign.view import CampaignView


@dataclass(frozen=True, slots=True)
class UsedWeights:
    """What weights said of themselves, as far as an export tells it."""

    name: str
    modality: str
    licence: str
    commercial_use: bool
    untrained: bool

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as an export's manifest lists it."""
        return {
            "name": self.name,
            "modality": self.modality,
            "licence": self.licence,
            "commercial_use": self.commercial_use,
            "untrained": self.untrained,
        }


def used_weights(view: CampaignView) -> list[UsedWeights]:
    """Return the weights of a campaign, whether or not they are still listed.

    What was noted when the campaign was started holds beside what the list says now: weights may
    have been taken off it since, or others may lie at their path. The stricter of the two is told.
    A campaign from before this was noted may have weights that nothing is known of any more: a
    person must answer for those too.
    """
    noted = view.data.get(WEIGHTS) or {}
    found = []
    for modality, checkpoint_id in view.plan.checkpoints.items():
        said = [noted[checkpoint_id]] if checkpoint_id in noted else []
        try:
            said.insert(0, as_noted(view.library.models.get(checkpoint_id)))
        except NotFound:
            if not said:
                name = f"{modality} weights that are listed no more"
                said = [UsedWeights(name, modality, "", False, False).to_json()]
        found.append(UsedWeights(**min(said, key=lambda item: bool(item["commercial_use"]))))
    return found


def refuse_non_commercial(view: CampaignView, *, override: bool) -> None:
    """Stop an export whose weights may not be used for it, unless a person takes that on.

    Raises:
        ExportError: Names the checkpoints and their licences.
    """
    bound = [item for item in used_weights(view) if not item.commercial_use]
    if not bound or override:
        return
    names = ", ".join(f"{item.name} ({item.licence or 'licence unknown'})" for item in bound)
    raise ExportError(
        f"Made with weights for non-commercial use only: {names}.",
        "Use another checkpoint, or confirm that this use is allowed (override the licence).",
    )
