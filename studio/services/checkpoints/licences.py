"""What weights say of their licence, and whether it allows commercial use.

Nothing here is legal advice: words are looked for, so that an export of a campaign stops and a
person looks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NAME = 100  # characters that are kept of a licence's name; a header may hold anything
UNNAMED = "other"  # the model hub's word for a licence without an id there; license_name names it
_NON_COMMERCIAL = re.compile(r"(^|[-_ ])nc([-_ ]|$)|non[-_ ]?commercial", re.IGNORECASE)


def licence_of(card: Mapping[str, tuple[str, ...]], usual: str = "") -> tuple[str, bool]:
    """Return a licence's name, and whether it allows commercial use; unknown counts as allowed.

    Every licence that is named counts: one that forbids it is enough.

    Args:
        card: ``license`` and ``license_name`` as a model card has them.
        usual: Of the family's published weights; holds where the card names none.
    """
    said = [word for key in ("license", "license_name") for word in card.get(key, ()) if word]
    said = said or [usual]
    name = next((word for word in said if word.lower() != UNNAMED), said[0])
    return name[:MAX_NAME], not any(_NON_COMMERCIAL.search(word) for word in said)
