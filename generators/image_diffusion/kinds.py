"""Names for values whose classes depend on the checkpoint, and are diffusers' own."""

from __future__ import annotations

from typing import Any

Pipeline = Any  # a diffusers.DiffusionPipeline of any family
Scheduler = Any  # a diffusers scheduler of any kind
Component = Any  # one part of a pipeline: a network, a tokenizer, its configuration
Tensor = Any  # a torch.Tensor, in modules that import no torch
