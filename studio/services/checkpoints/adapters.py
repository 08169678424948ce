"""Tells which checkpoint family a LoRA belongs to, from names and shapes in its header.

The widths of the text conditioning tell Stable Diffusion 1.5 (768) from XL (2048); these numbers
are ``cross_attention_dim`` of the published U-Net configs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import CheckpointError
from studio.services.checkpoints.headers import safetensors_licence, safetensors_names
from studio.services.checkpoints.inspection import Inspection, read_card, read_json, size_on_disk
from studio.services.checkpoints.licences import licence_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from generators.registry import Registry

FAMILY_BY_WIDTH = {768: "sd15", 2048: "sdxl"}
_CAUSAL_LM = "causal_lm"  # peft writes its task, and not what kind of model it is for
_MARKS = ("lora_", ".lora.", "_lora.")


def looks_like_adapter(path: Path) -> bool:
    """Tell whether a file or folder holds a LoRA and not a whole checkpoint."""
    if path.is_dir():
        return (path / "adapter_config.json").is_file()
    if path.suffix.lower() != ".safetensors":
        return False
    return any(mark in name for name in safetensors_names(path) for mark in _MARKS)


def inspect_adapter(path: Path, registry: Registry, family: str = "") -> Inspection:
    """Tell which generator and family a LoRA is for.

    Args:
        path: A .safetensors file, or a folder in peft's layout.
        registry: The installed generators.
        family: What the person says it is for; found from the header when empty.

    Raises:
        CheckpointError: The family cannot be told, or no installed generator takes it.
    """
    chosen = family or _family(path)
    for manifest in registry.manifests:
        spec = manifest.family(chosen)
        if spec is not None and "lora" in spec.adapters:
            said = (safetensors_licence(path),) if path.is_file() else ()
            licence, commercial = licence_of({"license": said} if said else read_card(path))
            return Inspection(
                kind="adapter", generator=manifest.id, modality=manifest.modality, family=chosen,
                format="peft" if path.is_dir() else "single_file", bytes=size_on_disk(path),
                licence=licence, commercial_use=commercial,
            )  # fmt: skip
    takers = [f"{family.id}" for manifest in registry.manifests for family in manifest.families
              if "lora" in family.adapters]  # fmt: skip
    raise CheckpointError(
        f"It cannot be told which kind of checkpoint {path.name} is for.",
        f"Say it with --family. Families that take a LoRA: {', '.join(takers) or 'none'}.",
    )


def _family(path: Path) -> str:
    if path.is_dir():
        config = read_json(path / "adapter_config.json")
        return _CAUSAL_LM if config.get("task_type") == "CAUSAL_LM" else ""
    return family_by_shapes(safetensors_names(path))


def family_by_shapes(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return the family of a diffusion LoRA by the width of its text conditioning, or ``""``."""
    for name, shape in shapes.items():
        down = "lora_down" in name or "lora_A" in name or "lora.down" in name
        if down and "attn2" in name and ("to_k" in name or "to_v" in name) and len(shape) >= 2:
            return FAMILY_BY_WIDTH.get(shape[1], "")
    return ""
