"""Which weights a campaign uses: those that the brief names, else the first that fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators import language_tags
from studio.services.campaign.requests import UPSCALER, makes, mode_for
from studio.services.checkpoints.starter import starter_checkpoint
from studio.services.checkpoints.upscalers import choose_upscaler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generators.api import JsonValue
    from generators.registry import Registry
    from studio.core.campaign import Brief
    from studio.core.checkpoint import Checkpoint
    from studio.store.library import Library

NOUNS = {"text": "writing", "image": "pictures", "audio": "music"}
SUGGESTIONS = {
    "text": "Install one: python3 packaging/bootstrap.py run fetches SmolLM2, or add your own with "
    "studio models add PATH (a transformers folder or a GGUF file).",
    "image": "Add a diffusers folder or a Stable Diffusion .safetensors file: studio models add "
    "PATH.",
    "audio": "Add a MusicGen folder: studio models add PATH.",
}
WEIGHTS = "weights"  # in a campaign's data: ``as_noted`` by checkpoint id, from when it was started
WITHOUT = {"audio": " Or set wanted = false under [music]."}


@dataclass(frozen=True, slots=True)
class Choice:
    """The checkpoints of a campaign by modality, with what a person should know.

    Attributes:
        problems: Sentences that stop a run, each with what to do.
    """

    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def choose_checkpoints(
    library: Library, registry: Registry, brief: Brief, needed: Sequence[str]
) -> Choice:
    """Choose weights for the modalities that are needed (``text``, ``image``, ``audio``).

    Visuals come with an upscaler where the library lists one and their generator takes it.
    """
    chosen: dict[str, Checkpoint] = {}
    warnings: list[str] = []
    problems: list[str] = []
    for modality in needed:
        usable = {item.id for item in registry.manifests if makes(item, modality)}
        listed = [c for c in library.models.list(modality=modality) if c.generator in usable]
        wanted = brief.checkpoints.get(modality, "")
        found, problem = _choose(modality, listed, wanted, brief)
        if found is None:
            problems.append(problem)
            continue
        chosen[modality] = found
        warnings.extend(_warnings(found, modality, brief))
    if "image" in chosen:
        manifest = registry.get(chosen["image"].generator)
        upscaler = choose_upscaler(library, manifest, mode_for(manifest, "image"), brief.quality)
        if upscaler is not None:
            chosen[UPSCALER] = upscaler
            warnings.extend(_warnings(upscaler, UPSCALER, brief))
    return Choice(chosen, tuple(warnings), tuple(problems))


def _choose(
    modality: str, listed: Sequence[Checkpoint], wanted: str, brief: Brief
) -> tuple[Checkpoint | None, str]:
    if wanted:
        named = [c for c in listed if wanted in (c.id, c.name)]
        if not named:
            known = ", ".join(c.name for c in listed) or "none"
            return (
                None,
                f"There is no checkpoint {wanted!r:.80} for {NOUNS[modality]}. Listed: {known}.",
            )
        there = [c for c in named if not c.missing]
        if not there:
            return (
                None,
                f"The files of {wanted!r:.80} are gone from {named[0].path}. Put them back.",
            )
        return _speaking(there, brief) if modality == "text" else (there[0], "")
    there = [c for c in listed if not c.missing]
    if not there:
        return None, f"There is no checkpoint for {NOUNS[modality]}. {_suggestion(modality)}"
    there.sort(key=lambda c: (c.untrained, not c.commercial_use, -c.added_at))
    return _speaking(there, brief) if modality == "text" else (there[0], "")


def _suggestion(modality: str) -> str:
    starter = starter_checkpoint(modality)
    shipped = f'One comes with Brandloom: studio models add "{starter}".'
    return (shipped if starter else SUGGESTIONS[modality]) + WITHOUT.get(modality, "")


def _speaking(listed: Sequence[Checkpoint], brief: Brief) -> tuple[Checkpoint | None, str]:
    """Return the first checkpoint whose card lists every language of the brief, or most of them.

    One that is known to write no others is left out where it lacks any.
    """

    def lacks(checkpoint: Checkpoint) -> int:
        return len(lacking_languages(checkpoint, brief))

    able = [c for c in listed if not (lacks(c) and language_tags.list_is_complete(c.path))]
    if able:
        return min(able, key=lacks), ""
    best = min(listed, key=lacks)
    return None, (
        f"{best.name} does not write {_lacking_names(best, brief)}. Add a checkpoint that does "
        "(for example a multilingual instruct model as transformers folder or GGUF: studio models "
        "add PATH), or take the language out of the brief."
    )


def lacking_languages(checkpoint: Checkpoint, brief: Brief) -> list[str]:
    """Return the brief's languages that a checkpoint's card does not list; none without a list."""
    known = checkpoint.languages
    return [code for code in brief.languages if not language_tags.is_listed(code, known)]


def _lacking_names(checkpoint: Checkpoint, brief: Brief) -> str:
    return ", ".join(language_tags.name(code) for code in lacking_languages(checkpoint, brief))


def as_noted(checkpoint: Checkpoint) -> dict[str, JsonValue]:
    """Return what a campaign remembers of its weights: they may be taken off the list later."""
    return {
        "name": checkpoint.name,
        "modality": checkpoint.modality,
        "licence": checkpoint.licence,
        "commercial_use": checkpoint.commercial_use,
        "untrained": checkpoint.untrained,
    }


def _warnings(checkpoint: Checkpoint, modality: str, brief: Brief) -> list[str]:
    found = []
    if checkpoint.untrained:
        found.append(
            f"{checkpoint.name} is an untrained model of the real architecture: its "
            f"{NOUNS[modality]} will be noise until a trained checkpoint is installed."
        )
    if not checkpoint.commercial_use:
        licence = checkpoint.licence or "its licence"
        found.append(
            f"{checkpoint.name} is for non-commercial use ({licence}): the export will stop "
            "until a person overrides it."
        )
    if modality == "text" and not checkpoint.languages:
        names = ", ".join(language_tags.name(code) for code in brief.languages)
        found.append(f"It is not known whether {checkpoint.name} writes {names} well.")
    if modality == "text" and lacking_languages(checkpoint, brief):
        listed = ", ".join(language_tags.name(code) for code in checkpoint.languages)
        found.append(
            f"The card of {checkpoint.name} lists {listed}; it is not known how well it writes "
            f"{_lacking_names(checkpoint, brief)}."
        )
    return found
