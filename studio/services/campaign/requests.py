"""The jobs of a campaign: requests to generators and steps; ids follow from their keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generators.api import Request
from studio.core.errors import UserFacingError
from studio.core.job import JobKind, Lane, Need, NewJob, StepRequest
from studio.services.campaign.ids import derived_id, derived_seed, piece_key, round_key
from studio.services.campaign.planning import picture_size
from studio.services.campaign.prompts import image_prompt, music_params, negative_prompt
from studio.services.campaign.vocabulary_prompts import known_part, vocabulary_prompt
from studio.services.copywriting.asking import copy_params
from studio.services.copywriting.selecting import takes_many
from studio.services.placements import placement
from studio.services.vocabulary.loading import vocabulary_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest
    from studio.core.campaign import Brief, CreativePlan, VisualPlan
    from studio.core.checkpoint import Checkpoint
    from studio.core.vocabulary import Vocabulary

OUTPUTS = {"text": "text", "image": "image", "audio": "audio"}
UPSCALER = "upscaler"  # beside the modalities, among a campaign's checkpoints
PREFERRED = ("copy", "text_to_image", "text_to_music")


def makes(manifest: Manifest, modality: str) -> list[str]:
    """Return the modes of a generator that make a modality from words alone, the best first."""
    modes = [m.id for m in manifest.modes if m.output == OUTPUTS[modality] and not m.inputs]
    return sorted(modes, key=lambda mode: mode not in PREFERRED)


def mode_for(manifest: Manifest, modality: str) -> str:
    """Return the mode of a generator that makes a modality from words alone.

    Raises:
        UserFacingError: It has none.
    """
    modes = makes(manifest, modality)
    if not modes:
        raise UserFacingError(f"{manifest.name} cannot make {modality} from words.")
    return modes[0]


def generator_request(
    manifest: Manifest, modality: str, checkpoint: Checkpoint, params: Mapping[str, JsonValue]
) -> Request:
    """Return a request with the parameters that the generator knows.

    Raises:
        InvalidParameter: A value that it does not allow.
    """
    mode = mode_for(manifest, modality)
    known = {spec.key for spec in manifest.params_for(mode)}
    values = {key: value for key, value in params.items() if key in known and value is not None}
    manifest.check_params(mode, values)
    return Request(manifest.id, mode, values, checkpoint.ref())


class JobMaker:
    """Makes the jobs of one campaign.

    Attributes:
        campaign_id: Whose they are; ids follow from it.
        brief: What is wanted.
        seed: Of the campaign; every piece has its own from it.
        manifests, checkpoints: By modality; ``upscaler`` brings visuals to their size.
    """

    def __init__(
        self,
        campaign_id: str,
        brief: Brief,
        seed: int,
        manifests: Mapping[str, Manifest],
        checkpoints: Mapping[str, Checkpoint],
    ) -> None:
        self.campaign_id = campaign_id
        self.brief = brief
        self.seed = seed
        self.manifests = manifests
        self.checkpoints = checkpoints

    def id(self, key: str) -> str:
        """Return the id of the job with a step key."""
        return derived_id(self.campaign_id, key)

    def copy(
        self, place: str, language: str, number: int, *, revision: int = 0, lane: Lane = Lane.BATCH
    ) -> NewJob:
        """Return the job that writes candidates for a placement and language."""
        key = round_key(piece_key("copy", place, language, revision=revision), number)
        params = copy_params(
            self.brief,
            placement(place),
            language,
            candidates=self._candidates(place),
            seed=derived_seed(self.seed, key),
        )
        title = f"Copy for {placement(place).name} ({language})"
        again = f", asked again ({number})" if number > 1 else ""
        return self._generate(key, "text", params, (title + again, lane))

    def _candidates(self, place: str) -> int:
        """Return how many answers to ask for; where one answer holds many texts, half will do."""
        wanted = int(self.brief.quality.get("copy_candidates") or 0)
        wanted = wanted or min(12, max(6, self.brief.variants * 3))
        return max(3, wanted // 2) if takes_many(placement(place)) else wanted

    def visual(
        self, item: VisualPlan, copy: str, *, revision: int = 0, lane: Lane = Lane.BATCH
    ) -> NewJob:
        """Return the job that makes one visual."""
        key = piece_key(item.key, revision=revision)
        quality = self.brief.quality
        vocabulary = vocabulary_or_none(self.checkpoints["image"].path)
        prompt, negative = self._picture_words(item, copy, vocabulary)
        width, height = picture_size(self.brief, item, leaves_room=vocabulary is None)
        params: dict[str, JsonValue] = {
            "prompt": prompt,
            "negative_prompt": negative,
            "width": width,
            "height": height,
            "num_images_per_prompt": 1,
            "num_inference_steps": quality.get("num_inference_steps"),
            "guidance_scale": quality.get("guidance_scale"),
            "fit": "exact",
            "seed": derived_seed(self.seed, key),
        }
        title = f"Visual {item.group.replace('_', ' ')} {item.variant}"
        return self._generate(key, "image", params, (title, lane))

    def _picture_words(
        self, item: VisualPlan, copy: str, vocabulary: Vocabulary | None
    ) -> tuple[str, str]:
        """Return prompt and negative prompt, in the words that a checkpoint declares, if any."""
        if vocabulary is not None:
            prompt = vocabulary_prompt(self.brief, item, vocabulary)
            if prompt:
                return prompt, known_part(vocabulary, self.brief.negative_prompt)
        return image_prompt(self.brief, item, copy), negative_prompt(self.brief)

    def music(self, *, revision: int = 0, lane: Lane = Lane.BATCH) -> NewJob:
        """Return the job that makes the music bed."""
        key = piece_key("music", revision=revision)
        params = music_params(self.brief, derived_seed(self.seed, key))
        return self._generate(key, "audio", params, ("Music bed", lane))

    def _generate(
        self, key: str, modality: str, params: Mapping[str, JsonValue], say: tuple[str, Lane]
    ) -> NewJob:
        request = generator_request(
            self.manifests[modality], modality, self.checkpoints[modality], params
        )
        upscaler = self.checkpoints.get(UPSCALER) if modality == "image" else None
        request = replace(request, upscaler=upscaler.ref() if upscaler else None)
        return NewJob(
            request=request,
            lane=say[1],
            id=self.id(key),
            title=f"{self.brief.name}: {say[0]}",
            campaign_id=self.campaign_id,
            step_key=key,
        )

    def step(
        self,
        step: str,
        key: str,
        title: str,
        *,
        arguments: Mapping[str, JsonValue] | None = None,
        needs: Iterable[str] = (),
        lane: Lane = Lane.BATCH,
    ) -> NewJob:
        """Return a step. What it needs may fail: the step says then what is missing."""
        return NewJob(
            request=StepRequest(step, dict(arguments or {})),
            kind=JobKind.EXPORT if step == "export" else JobKind.EXPAND,
            lane=lane,
            id=self.id(key),
            title=f"{self.brief.name}: {title}",
            needs=tuple(Need(job_id, success=False) for job_id in dict.fromkeys(needs)),
            campaign_id=self.campaign_id,
            step_key=key,
        )

    def select(
        self,
        place: str,
        language: str,
        number: int,
        *,
        arguments: Mapping[str, JsonValue] | None = None,
        revision: int = 0,
        lane: Lane = Lane.BATCH,
    ) -> NewJob:
        """Return the step that chooses among a round's candidates."""
        base = piece_key("select", place, language, revision=revision)
        copy_key = round_key(piece_key("copy", place, language, revision=revision), number)
        told = {
            **(arguments or {}), "placement": place, "language": language, "round": number,
            "revision": revision,
        }  # fmt: skip
        title = f"Choose copy for {placement(place).name} ({language})"
        needs = [self.id(copy_key)]
        return self.step(
            "copy_select", round_key(base, number), title, arguments=told, needs=needs, lane=lane
        )

    def compose(
        self,
        item: CreativePlan,
        *,
        revision: int = 0,
        arguments: Mapping[str, JsonValue] | None = None,
        needs: Iterable[str] = (),
        lane: Lane = Lane.BATCH,
    ) -> NewJob:
        """Return the step that composes one creative."""
        key = piece_key("compose", item.key, revision=revision)
        told = {**(arguments or {}), "creative": item.key, "revision": revision}
        where = f"{placement(item.placement).name} {item.size}".strip()
        title = f"Compose {where} {item.language} {item.variant}"
        return self.step("compose", key, title, arguments=told, needs=needs, lane=lane)
