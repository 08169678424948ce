"""A campaign as plain values: brief, placements, plan, and where a creative stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from studio.core.brand import Brand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    RUNNING = "running"
    READY = "ready"  # everything that will come is there; people review
    INCOMPLETE = "incomplete"  # as ready, but something is missing
    STOPPED = "stopped"  # its jobs were cancelled or lost before it was complete


class CreativeStatus(StrEnum):
    """Where a creative stands. ``missing``: it could not be made; its data says why."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    MISSING = "missing"


# placements -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextSpec:
    """One text field of a placement; see the head of ``assets/placements.toml``."""

    key: str
    label: str
    max_width: int
    min_width: int = 0
    width: str = "plain"
    count_min: int = 1
    count_max: int = 1
    one_max_width: int = 0
    role: str = ""
    source_of: str = ""  # "from" in the file: brand or url
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class SafeZone:
    """Share of the side (0 to 1) that text and logo keep clear."""

    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """One image size of a placement, in exact pixels."""

    width: int
    height: int
    kind: str = "creative"
    max_kb: int = 5120
    formats: tuple[str, ...] = ("jpeg", "png")
    safe: SafeZone = field(default_factory=SafeZone)

    @property
    def size(self) -> str:
        """Return ``1080x1350``."""
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where ads run."""

    id: str
    name: str
    platform: str
    source: str
    checked: str
    audio: bool
    texts: tuple[TextSpec, ...]
    images: tuple[ImageSpec, ...]
    note: str = ""

    def written(self) -> tuple[TextSpec, ...]:
        """Return the texts that a generator writes (not those taken from brand or url)."""
        return tuple(text for text in self.texts if not text.source_of)

    def image(self, size: str, kind: str = "creative") -> ImageSpec | None:
        """Return the image of a size (``1080x1080``), or None."""
        return next((i for i in self.images if i.size == size and i.kind == kind), None)


# brief ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Music:
    """The music bed that is wanted. ``duration`` in seconds."""

    wanted: bool = True
    mood: str = ""
    duration: float = 15.0


@dataclass(frozen=True, slots=True)
class Brief:
    """What a person wants advertised; see ``studio.services.brief`` for the file."""

    name: str
    product: str
    audience: str
    message: str
    brand: Brand
    placements: tuple[str, ...]
    tone: str = ""
    must_haves: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    call_to_action: str = "Learn more"
    calls_to_action: Mapping[str, str] = field(default_factory=dict)  # by language
    sizes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by placement
    variants: int = 2
    url: str = ""
    seed: int = 0
    visual_style: str = ""
    negative_prompt: str = ""
    layouts: tuple[str, ...] = ()
    music: Music = field(default_factory=Music)
    checkpoints: Mapping[str, str] = field(default_factory=dict)  # by modality: name or id
    quality: Mapping[str, JsonValue] = field(default_factory=dict)  # num_inference_steps, ...

    def cta(self, language: str) -> str:
        """Return the call to action in a language."""
        return self.calls_to_action.get(language, self.call_to_action)

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        data = asdict(self)
        data["brand"] = self.brand.to_json()
        for key in ("placements", "must_haves", "languages", "layouts"):
            data[key] = list(data[key])
        data["sizes"] = {key: list(value) for key, value in self.sizes.items()}
        for key in ("calls_to_action", "checkpoints", "quality"):
            data[key] = dict(data[key])
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> Brief:
        """Read what ``to_json`` wrote."""
        names = cls.__dataclass_fields__
        values = {key: value for key, value in data.items() if key in names}
        values["brand"] = Brand.from_json(values["brand"])
        values["music"] = Music(**values.get("music", {}))
        for key in ("placements", "must_haves", "languages", "layouts"):
            values[key] = tuple(values.get(key) or ())
        values["sizes"] = {key: tuple(v) for key, v in (values.get("sizes") or {}).items()}
        return cls(**values)


# plan -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreativePlan:
    """One creative that a campaign will make.

    Attributes:
        key: Unique within the campaign: ``meta_feed/1080x1080/en/1``.
        size: Empty for a placement without images.
        variant: From 1.
        group: The visual that it uses, or empty.
        layout: Name of its layout, or empty.
    """

    key: str
    placement: str
    size: str
    language: str
    variant: int
    kind: str = "creative"
    group: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True)
class VisualPlan:
    """One visual: made once for all sizes of nearly the same shape."""

    key: str
    group: str
    variant: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign will make, before anything is made.

    Attributes:
        copies: (placement, language) pairs.
        jobs: By kind of piece: how many jobs; asking again for copy is not counted.
        seconds: Estimated time, or None where there is no history yet.
        spread: Plus or minus on ``seconds``; 0.0 when unknown.
        unknown: Kinds of piece that have no history (what ``seconds`` leaves out).
        checkpoints: By modality: id of the checkpoint.
        warnings: Sentences a person should read first.
        problems: Sentences that stop a run, each with what to do.
    """

    copies: tuple[tuple[str, str], ...]
    visuals: tuple[VisualPlan, ...]
    creatives: tuple[CreativePlan, ...]
    music: bool
    jobs: Mapping[str, int]
    seconds: float | None = None
    spread: float = 0.0
    unknown: tuple[str, ...] = ()
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def job_count(self) -> int:
        """Return how many jobs the run starts with."""
        return sum(self.jobs.values())

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        data = asdict(self)
        data["jobs"], data["checkpoints"] = dict(self.jobs), dict(self.checkpoints)
        data["copies"] = [list(pair) for pair in self.copies]
        for key in ("visuals", "creatives", "unknown", "warnings", "problems"):
            data[key] = list(data[key])
        data["job_count"] = self.job_count
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> Plan:
        """Read what ``to_json`` wrote."""
        names = cls.__dataclass_fields__
        values = {key: value for key, value in data.items() if key in names}
        values["copies"] = tuple((str(a), str(b)) for a, b in values["copies"])
        values["visuals"] = tuple(VisualPlan(**item) for item in values["visuals"])
        values["creatives"] = tuple(CreativePlan(**item) for item in values["creatives"])
        for key in ("unknown", "warnings", "problems"):
            values[key] = tuple(values.get(key) or ())
        return cls(**values)
