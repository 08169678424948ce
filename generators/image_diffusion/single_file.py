"""Stable Diffusion 1.5 and XL checkpoints that are one ``.safetensors`` file, loaded offline.

Such a file holds weights under the names of the original code and no configuration; diffusers
translates the names, and the configuration comes from ``configs/`` (see its README).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators._torch import safetensors_header
from generators.api import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from generators.image_diffusion.kinds import Pipeline

CONFIGS = Path(__file__).parent / "configs"
_CLASSES = {"sd15": "StableDiffusionPipeline", "sdxl": "StableDiffusionXLPipeline"}
UNET_PREFIX = "model.diffusion_model."
_UNET = f"{UNET_PREFIX}input_blocks.0.0.weight"
_UNET_IN = 4  # latent channels; 9 is an inpainting U-Net
_HINT = "Use the same checkpoint as a diffusers folder."


def detect_family(header: Mapping[str, Any]) -> str:
    """Tell ``sd15`` or ``sdxl`` from a file's tensor names.

    Args:
        header: As ``safetensors_header`` returns it.

    Raises:
        CheckpointError: It is something else, or only a part; the message says which.
    """
    names = header.keys()
    if _UNET not in names:
        raise CheckpointError(_what_else(header), _HINT)
    if int(header[_UNET]["shape"][1]) != _UNET_IN:
        raise CheckpointError(
            "This file is an inpainting or editing variant, which cannot be loaded as one file.",
            _HINT,
        )
    if any(name.startswith("conditioner.embedders.1.model.") for name in names):
        family, wanted = "sdxl", {"text_encoder": "conditioner.embedders.0.transformer."}
    elif any(name.startswith("conditioner.embedders.0.model.") for name in names):
        raise CheckpointError("This file is an SDXL refiner, which makes no pictures alone.", "")
    elif any(name.startswith("cond_stage_model.model.") for name in names):
        raise CheckpointError("This file is Stable Diffusion 2, not 1.5 or XL.", _HINT)
    else:
        family, wanted = "sd15", {"text_encoder": "cond_stage_model.transformer."}
    for component, prefix in {**wanted, "vae": "first_stage_model."}.items():
        if not any(name.startswith(prefix) for name in names):
            raise CheckpointError(f"The file lacks its component {component!r}.", _HINT)
    return family


def load_single_file(path: Path, dtype: torch.dtype, configs: Path = CONFIGS) -> Pipeline:
    """Return a diffusers pipeline on the CPU.

    Args:
        path: The ``.safetensors`` file.
        dtype: What the weights are brought to.
        configs: Folder with ``sd15`` and ``sdxl``, each in diffusers' layout without weights.

    Raises:
        CheckpointError: Damaged, incomplete, or of a kind that cannot be loaded.
    """
    import diffusers

    family = detect_family(safetensors_header(path))
    config = configs / family
    try:
        pipeline = getattr(diffusers, _CLASSES[family]).from_single_file(
            str(path),
            config=str(config),
            torch_dtype=dtype,
            local_files_only=True,
            **_tokenizers(config),
        )
    except (ValueError, KeyError, RuntimeError, OSError) as error:
        if isinstance(error, RuntimeError) and "memory" in str(error).lower():
            raise
        said = str(error).strip().splitlines()[0]
        why = "it lacks tensors that its kind has" if "meta tensor" in said else said[:200]
        raise CheckpointError(
            f"{path.name} cannot be loaded as {family}: {why}.",
            "It is damaged or of another kind. " + _HINT,
        ) from error
    _check_complete(pipeline, path)
    return pipeline


def _tokenizers(config: Path) -> dict[str, Any]:
    """Return the tokenizers of a family; the vocabulary is shared by all that bring none."""
    from transformers import CLIPTokenizer

    found = {}
    for folder in sorted(config.glob("tokenizer*")):
        own = any((folder / name).is_file() for name in ("vocab.json", "tokenizer.json"))
        settings = {} if own else _settings(folder)
        source = folder if own else CONFIGS / "clip"
        found[folder.name] = CLIPTokenizer.from_pretrained(
            str(source), local_files_only=True, **settings
        )
    return found


def _settings(folder: Path) -> dict[str, Any]:
    from generators._torch.safety import read_json

    settings: dict[str, Any] = read_json(folder / "tokenizer_config.json")
    settings.pop("tokenizer_class", None)
    return settings


def _check_complete(pipeline: Pipeline, path: Path) -> None:
    import torch

    for name, part in pipeline.components.items():
        if not isinstance(part, torch.nn.Module):
            continue
        lacking = [key for key, tensor in part.state_dict().items() if tensor.is_meta]
        if lacking:
            raise CheckpointError(
                f"{path.name} is incomplete: its component {name!r} lacks {len(lacking)} tensors, "
                f"such as {lacking[0]}.",
                "Copy or download the checkpoint again.",
            )


def _what_else(header: Mapping[str, Any]) -> str:
    names = list(header)
    if any("lora" in name.lower() for name in names):
        return "This file is a LoRA, which is put on top of a checkpoint and is none itself."
    if any("double_blocks" in name or "joint_blocks" in name for name in names):
        return "This file holds a transformer (Flux, SD 3 or the like) without its other parts."
    if any(name.startswith(("decoder.", "encoder.", "first_stage_model.")) for name in names):
        return "This file holds a VAE only; the component 'unet' is missing."
    return "This file is not a Stable Diffusion 1.5 or XL checkpoint."
