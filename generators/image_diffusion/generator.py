"""Text to image, image to image and inpainting with any image pipeline of diffusers.

The work is in the modules beside this one; this is the order in which they are used.
"""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from generators import _torch
from generators._torch.pictures import fit, open_picture, png_bytes
from generators.api import CheckpointError, Generator, InvalidParameter
from generators.image_diffusion import finishing, ladder, pictures
from generators.image_diffusion.footprint import estimate
from generators.image_diffusion.prompts import unread_note, unread_part
from generators.image_diffusion.sampling import Inputs, sample, takes_negative, with_enough_steps
from generators.image_diffusion.settings import checkpoint_defaults, read_settings, rules_of
from generators.image_diffusion.sizes import SizePlan, plan_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch
    from PIL import Image

    from generators.api import (
        AdapterRef,
        Artifact,
        CheckpointRef,
        Context,
        DeviceInfo,
        JsonValue,
        LoadContext,
        Request,
    )
    from generators.image_diffusion.kinds import Pipeline, Scheduler
    from generators.image_diffusion.settings import ImageSettings


class DiffusionGenerator(Generator):
    """A loaded image pipeline. All modes share its weights."""

    memory_levels: ClassVar[tuple[str, ...]] = ladder.LEVELS

    def __init__(
        self,
        pipeline: Pipeline,
        checkpoint: CheckpointRef | None,
        device: str,
        dtype: torch.dtype,
        asked_dtype: str = "auto",
    ) -> None:
        from generators.image_diffusion.previews import Previewer

        self._pipelines: dict[str, Any] = {"": pipeline}
        self._own_scheduler = pipeline.scheduler
        self._checkpoint = checkpoint
        self._device = device
        self._dtype = dtype
        self._ladder = ladder.Ladder(device)
        self._previewer = Previewer(pipeline)
        self._rules = rules_of(pipeline, checkpoint)
        self._defaults = checkpoint_defaults(checkpoint, pipeline)
        self._finisher = finishing.Finisher(device, asked_dtype)
        self._batch: dict[str, JsonValue] = {}

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> DiffusionGenerator:
        """Load a pipeline folder or a single file, with its LoRAs; see ``Generator.load``."""
        from generators.image_diffusion.adapters import add_adapters
        from generators.image_diffusion.loading import load_pipeline

        if checkpoint is None:
            raise CheckpointError("Images need a checkpoint.", "Choose or add one under Models.")
        place = _torch.choose_device(device)
        kind = _torch.choose_dtype(dtype, place)
        with _torch.memory_guard():
            pipeline = load_pipeline(checkpoint, kind, context)
            add_adapters(pipeline, adapters, context)
            loaded = cls(pipeline, checkpoint, place, kind, dtype)
            context.progress(1, 1, f"Moving to {place}")
            loaded._ladder.apply(pipeline, context.memory_level)
        return loaded

    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Make the pictures of a request, each handed out as soon as its batch is whole."""
        from generators.image_diffusion.watch import Watch

        settings = self._settings(request)  # refused before any work
        given, given_mask = _given(request, settings)
        plan = self._plan(settings, given)
        inputs = _fitted(given, given_mask, plan)
        level = context.memory_level
        pipeline = self._pipeline(settings.mode, level)
        size = ladder.batch_size(level, len(settings.seeds))
        watch = Watch(
            context,
            math.ceil(len(settings.seeds) / size),
            (plan.made_width, plan.made_height),
            self._previewer if level < ladder.TILED else None,
        )
        upscaler = self._finisher.prepare(request.upscaler if settings.upscaled else None, plan)
        notes = [finishing.note(upscaler, plan), *self._notes(pipeline, settings)]
        note = "; ".join(text for text in notes if text)
        for batch, start in enumerate(range(0, len(settings.seeds), size)):
            seeds = settings.seeds[start : start + size]
            self._record(level, len(seeds), plan, finishing.record(upscaler, plan, level))
            pipeline.scheduler = self._scheduler(settings)
            watch.begin(batch, settings.num_inference_steps, settings.preview_every)
            with _torch.memory_guard():
                values = sample(pipeline, settings, plan, inputs, seeds, watch)
                made = pictures.to_pictures(values)
            for offset, picture in enumerate(made):
                watch.poll()
                finished = self._finisher.finish(
                    picture, plan, inputs, upscaler, watch.part(offset, len(made)), level
                )
                yield context.save(
                    png_bytes(finished),
                    "image",
                    {"seed": seeds[offset], "index": start + offset, **asdict(plan), "note": note},
                    media_type="image/png",
                )
            watch.end()

    def _settings(self, request: Request) -> ImageSettings:
        """Return what a request asks for, with what this checkpoint cannot do refused."""
        settings = read_settings(request, self._defaults)
        return with_enough_steps(self._pipelines[""], self._scheduler(settings), settings)

    def _scheduler(self, settings: ImageSettings) -> Scheduler:
        """Return a fresh noise scheduler: they remember where they are."""
        from generators.image_diffusion.schedulers import make_scheduler, spaces_steps

        spaced = spaces_steps(self._pipelines[""])
        return make_scheduler(settings.scheduler, self._own_scheduler, spaced=spaced)

    def _pipeline(self, mode: str, level: int) -> Pipeline:
        """Return the pipeline for a mode, made at first need, at a memory level."""
        from generators.image_diffusion.loading import derive

        with _torch.memory_guard():
            if mode not in self._pipelines:
                self._pipelines[mode] = derive(self._pipelines[""], mode)
            self._ladder.apply(self._pipelines[mode], level)
        return self._pipelines[mode]

    def _plan(self, settings: ImageSettings, given: Image.Image | None) -> SizePlan:
        """Decide where to make and what to hand out; a given picture's size unless asked."""
        natural = given.size if given is not None else (self._rules.native, self._rules.native)
        width, height = settings.width, settings.height
        if not width and not height:
            width, height = natural
        else:
            width = width or max(1, round(height * natural[0] / natural[1]))
            height = height or max(1, round(width * natural[1] / natural[0]))
        plan = plan_size(width, height, self._rules)
        if settings.exact or settings.mode == "inpaint":
            return plan
        return SizePlan(plan.made_width, plan.made_height, plan.made_width, plan.made_height)

    def _notes(self, pipeline: Pipeline, settings: ImageSettings) -> list[str]:
        notes = [unread_note(unread_part(pipeline, settings.prompt))]
        if settings.negative_prompt:
            if takes_negative(pipeline):
                rest = unread_part(pipeline, settings.negative_prompt)
                notes.append(unread_note(rest, "negative prompt"))
            else:
                notes.append("this checkpoint takes no negative prompt; it was not used")
        return notes

    def _record(self, level: int, batch: int, plan: SizePlan, finish: dict[str, JsonValue]) -> None:
        self._batch = {
            "batch": [batch, plan.made_height, plan.made_width],
            "memory_level": level,
            "tiling": level >= ladder.TILED,
            "offload": level >= ladder.OFFLOADED,
            **finish,
        }

    def execution_record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat of the last request needs."""
        return {**_torch.execution_record(self._device, self._dtype), **self._batch}

    def memory_bytes(self) -> int:
        """Return the bytes of all weights, LoRAs included."""
        import torch

        parts = self._pipelines[""].components.values() if self._pipelines else ()
        own = _torch.memory_bytes(*(part for part in parts if isinstance(part, torch.nn.Module)))
        return own + self._finisher.memory_bytes()

    def unload(self) -> None:
        """Let go of the weights."""
        self._pipelines.clear()
        self._own_scheduler = None
        self._previewer.forget()
        self._finisher.unload()
        _torch.free_memory()

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Estimate the normal way; see ``footprint.estimate``."""
        return cls.estimate_bytes_at(request, 0)

    @classmethod
    def estimate_bytes_at(cls, request: Request, memory_level: int) -> int:
        """Estimate for a memory level; see ``footprint.estimate``."""
        # "auto", as the engine asks for: 32 bits on a CPU whatever the files hold, else 16
        half = _torch.devices()[0].id != "cpu"
        return estimate(request, memory_level, item_bytes=2 if half else 4)

    @classmethod
    def memory_levels_on(cls, device: str) -> tuple[str, ...]:
        """Return the levels without the last where there is no CUDA."""
        return ladder.levels_on(device)

    @classmethod
    def devices(cls) -> tuple[DeviceInfo, ...]:
        """Return the devices that torch can compute on."""
        return _torch.devices()


def _given(
    request: Request, settings: ImageSettings
) -> tuple[Image.Image | None, Image.Image | None]:
    """Open the picture and the mask that a mode starts from."""
    if settings.mode == "text_to_image":
        return None, None
    image = pictures.flatten(open_picture(_path(request, "image"), "The picture"))
    if settings.mode != "inpaint":
        return image, None
    mask = pictures.mask_of(open_picture(_path(request, "mask"), "The mask"))
    pictures.check_mask(mask)
    return image, mask


def _path(request: Request, role: str) -> Path:
    given = request.input(role)
    if given is None or not given.path:
        raise InvalidParameter(role, f"Mode {request.mode} needs a file: {role}.", "Add one.")
    return Path(given.path)


def _fitted(image: Image.Image | None, mask: Image.Image | None, plan: SizePlan) -> Inputs:
    if image is None:
        return Inputs()
    made, full = (plan.made_width, plan.made_height), (plan.width, plan.height)
    inputs = Inputs(image=fit(image, made))
    if mask is None:
        return inputs
    mask = mask if mask.size == image.size else pictures.fit_mask(mask, image.size)
    return replace(
        inputs,
        mask=pictures.fit_mask(mask, made),
        original=fit(image, full),
        original_mask=pictures.fit_mask(mask, full),
    )
