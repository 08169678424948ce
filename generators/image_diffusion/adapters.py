"""LoRAs on a pipeline: every layout that diffusers reads, several at once, each with its weight."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from generators._torch import check_safetensors, refuse_pickle, safetensors_header
from generators._torch.safety import PICKLES
from generators.api import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.api import AdapterRef, LoadContext
    from generators.image_diffusion.kinds import Pipeline

_DOWN = ("lora_down.weight", "lora_A.weight", "lora.down.weight", ".lora_A.default.weight")


def adapter_file(path: Path) -> Path:
    """Return the weights file of an adapter (a file, or a folder with one).

    Raises:
        CheckpointError: It is missing, a pickle, damaged, or the folder holds several.
    """
    if path.is_dir():
        named = path / "pytorch_lora_weights.safetensors"
        found = [named] if named.is_file() else sorted(path.glob("*.safetensors"))
        if len(found) != 1:
            pickles = [item for item in sorted(path.iterdir()) if item.suffix in PICKLES]
            if pickles and not found:
                raise refuse_pickle(pickles[0])
            raise CheckpointError(
                f"The LoRA folder {path.name!r} holds {len(found) or 'no'} safetensors files.",
                "Choose the file itself.",
            )
        path = found[0]
    if path.suffix.lower() in PICKLES:
        raise refuse_pickle(path)
    if path.suffix.lower() != ".safetensors":
        raise CheckpointError(f"{path.name} is not a LoRA file.", "A LoRA is a .safetensors file.")
    check_safetensors(path)
    return path


def add_adapters(pipeline: Pipeline, adapters: Sequence[AdapterRef], context: LoadContext) -> None:
    """Put ``adapters`` on ``pipeline`` with their weights.

    Raises:
        CheckpointError: One is damaged, no LoRA, or made for another family.
    """
    if not adapters:
        return
    if not hasattr(pipeline, "load_lora_weights"):
        raise CheckpointError("This checkpoint's family takes no LoRAs.", "Remove them.")
    names = [f"lora_{number}" for number in range(len(adapters))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice to one another
        for number, adapter in enumerate(adapters):
            called = adapter.name or Path(adapter.path).stem
            context.progress(number, len(adapters), f"Adding {called}")
            _add(pipeline, adapter, names[number])
        pipeline.set_adapters(names, [float(adapter.weight) for adapter in adapters])


def remove_adapters(pipeline: Pipeline) -> None:
    """Take every LoRA off again; the pipeline computes as before."""
    if hasattr(pipeline, "unload_lora_weights"):
        pipeline.unload_lora_weights()


def _add(pipeline: Pipeline, adapter: AdapterRef, name: str) -> None:
    file = adapter_file(Path(adapter.path))
    parts = sum(1 for key in safetensors_header(file) if key.endswith(_DOWN))
    called = adapter.name or file.stem
    if not parts:
        raise CheckpointError(f"{called!r} holds no LoRA weights.", "Choose another file.")
    try:
        pipeline.load_lora_weights(
            str(file.parent), weight_name=file.name, adapter_name=name, local_files_only=True
        )
    except (ValueError, KeyError, RuntimeError, IndexError, AttributeError, TypeError) as error:
        if isinstance(error, RuntimeError) and "memory" in str(error).lower():
            raise
        raise _other_family(called, pipeline) from error
    if not _count(pipeline, name):
        raise _other_family(called, pipeline)


def _count(pipeline: Pipeline, name: str) -> int:
    """Return how many layers of the denoiser and the text encoders carry the adapter."""
    import torch

    return sum(
        1
        for part in pipeline.components.values()
        if isinstance(part, torch.nn.Module)
        for module in part.modules()
        if name in (getattr(module, "lora_A", None) or ())
    )


def _other_family(called: str, pipeline: Pipeline) -> CheckpointError:
    family = type(pipeline).__name__.removesuffix("Pipeline")
    return CheckpointError(
        f"The LoRA {called!r} does not fit a {family} checkpoint: it was made for another family, "
        "or is in a layout that cannot be read for this one.",
        "Choose a checkpoint of its family, or leave the LoRA out.",
    )
