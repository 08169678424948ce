"""From a checkpoint on disk to a diffusers pipeline: folders and single files, local only.

There is one way in for folders, ``DiffusionPipeline.from_pretrained``; the heavy components are
loaded before it, one by one, so that loading can be cancelled and a fault names its component.
Nothing is fetched, nothing but safetensors is read, and no code of a checkpoint is run.
"""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators._torch import check_folder, check_safetensors, refuse_pickle, weight_bytes
from generators._torch.safety import PICKLES, read_json
from generators._torch.weights import parts_of, variant_of
from generators.api import CheckpointError
from generators.image_diffusion.single_file import CONFIGS, load_single_file

if TYPE_CHECKING:
    import torch

    from generators.api import CheckpointRef, LoadContext
    from generators.image_diffusion.kinds import Component, Pipeline

_AGAIN = "Copy or download the checkpoint again."
_SKIPPED = ("feature_extractor", "image_encoder", "safety_checker")  # may be left out


def quiet_libraries() -> None:
    """Stop diffusers and transformers from drawing progress bars; ours are drawn elsewhere."""
    import diffusers.utils.logging as diffusers_logging
    import transformers.utils.logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    for logging in (diffusers_logging, transformers_logging):
        logging.set_verbosity_error()


def load_pipeline(
    checkpoint: CheckpointRef, dtype: torch.dtype, context: LoadContext, configs: Path = CONFIGS
) -> Pipeline:
    """Return the pipeline of a checkpoint, on the CPU, in evaluation mode.

    Raises:
        CheckpointError: It is missing, damaged, unsafe, incomplete or of an unknown kind.
        JobCancelled: Between two components.
    """
    path = Path(checkpoint.path)
    if not checkpoint.path or not path.exists():
        raise CheckpointError(
            f"The checkpoint {checkpoint.name or path.name!r} is not at its place any more.",
            "Put it back, or add it again under Models.",
        )
    quiet_libraries()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice to one another
        pipeline = _load(path, dtype, context, configs)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _load(path: Path, dtype: torch.dtype, context: LoadContext, configs: Path) -> Pipeline:
    if path.is_dir():
        return _load_folder(path, dtype, context)
    if path.suffix.lower() in PICKLES:
        raise refuse_pickle(path)
    check_safetensors(path)
    context.progress(0, 1, "Reading the file")
    pipeline = load_single_file(path, dtype, configs)
    context.progress(1, 1, "Reading the file")
    return pipeline


def _load_folder(path: Path, dtype: torch.dtype, context: LoadContext) -> Pipeline:
    from diffusers import DiffusionPipeline

    check_folder(path)
    if not (path / "model_index.json").is_file():
        raise CheckpointError(
            f"{path.name!r} is a single component, not a whole image pipeline.",
            "Choose the folder that holds model_index.json.",
        )
    index = read_json(path / "model_index.json")
    _check_class(index["_class_name"])
    components = parts_of(path, index)
    heavy = {name: spec for name, spec in components.items() if weight_bytes(path / name)}
    total = sum(weight_bytes(path / name) for name in heavy) or 1
    done, loaded = 0, dict[str, Any]()
    for name, (library, kind) in heavy.items():
        context.progress(done, total, f"Loading {name}")
        loaded[name] = _load_component(path, name, _component_class(library, kind, name), dtype)
        done += weight_bytes(path / name)
    context.progress(done, total, "Putting the pipeline together")
    skipped = {name: None for name in _absent(path, index) if name not in components}
    try:
        return DiffusionPipeline.from_pretrained(
            str(path),
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            **loaded,
            **skipped,
        )
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise CheckpointError(
            f"The checkpoint {path.name!r} cannot be put together: {_first_line(error)}", _AGAIN
        ) from error


def _check_class(name: str) -> None:
    import diffusers

    kind = getattr(diffusers, name, None)
    if not (isinstance(kind, type) and issubclass(kind, diffusers.DiffusionPipeline)):
        raise CheckpointError(
            f"The checkpoint needs {name:.80}, which diffusers {diffusers.__version__} lacks.",
            "A newer Brandloom may know it.",
        )


def _absent(path: Path, index: dict[str, Any]) -> list[str]:
    return [name for name in _SKIPPED if name in index and not (path / name).is_dir()]


def _component_class(library: str, kind: str, name: str) -> Pipeline:
    from diffusers import pipelines

    if hasattr(pipelines, library):
        module = getattr(pipelines, library)
    elif library in ("diffusers", "transformers"):
        module = importlib.import_module(library)
    else:
        raise CheckpointError(
            f"The checkpoint's component {name!r} wants to run program code of its own "
            f"({library:.40}.{kind:.40}), which Brandloom does not allow.",
            "Use a checkpoint of a standard architecture.",
        )
    found = getattr(module, kind, None)
    if found is None:
        raise CheckpointError(
            f"The checkpoint's component {name!r} is a {kind:.80}, which {library} lacks.",
            "A newer Brandloom may know it.",
        )
    return found


def _load_component(path: Path, name: str, kind: Component, dtype: torch.dtype) -> Pipeline:
    import diffusers
    from safetensors import SafetensorError

    settings: dict[str, Any] = {
        "use_safetensors": True,
        "local_files_only": True,
        "output_loading_info": True,
        "variant": variant_of(path / name),
        ("torch_dtype" if issubclass(kind, diffusers.ModelMixin) else "dtype"): dtype,
    }
    try:
        part, info = kind.from_pretrained(str(path / name), **settings)
    except (ValueError, KeyError, TypeError, OSError, RuntimeError, SafetensorError) as error:
        if isinstance(error, RuntimeError) and "memory" in str(error).lower():
            raise
        raise CheckpointError(
            f"The checkpoint's component {name!r} cannot be loaded: {_first_line(error)}", _AGAIN
        ) from error
    lacking = sorted(str(key) for key in info.get("missing_keys", ()))
    if lacking or info.get("mismatched_keys"):
        what = f"lacks {len(lacking)} tensors, such as {lacking[0]}" if lacking else "does not fit"
        raise CheckpointError(f"The checkpoint's component {name!r} {what}.", _AGAIN)
    return part.eval()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def derive(pipeline: Pipeline, mode: str) -> Pipeline:
    """Return the pipeline for a mode, sharing every component with ``pipeline``.

    Raises:
        CheckpointError: diffusers has no such pipeline for this family.
    """
    with warnings.catch_warnings():
        # it imports every family's module; one of them uses a deprecated decorator of torch
        warnings.simplefilter("ignore", DeprecationWarning)
        from diffusers import (
            AutoPipelineForImage2Image,
            AutoPipelineForInpainting,
            AutoPipelineForText2Image,
        )
    auto = {
        "text_to_image": AutoPipelineForText2Image,
        "image_to_image": AutoPipelineForImage2Image,
        "inpaint": AutoPipelineForInpainting,
    }[mode]
    kind = type(pipeline).__name__
    unet_in = getattr(getattr(getattr(pipeline, "unet", None), "config", None), "in_channels", 0)
    if unet_in == 9 and mode != "inpaint":
        raise CheckpointError("This checkpoint can only inpaint.", "Use another, or mode inpaint.")
    try:
        derived = auto.from_pipe(pipeline)
    except ValueError as error:
        if mode == "text_to_image":
            return pipeline
        raise CheckpointError(
            f"This checkpoint ({kind.removesuffix('Pipeline')}) cannot do "
            f"{mode.replace('_', ' ')}.",
            "Use text to image, or a checkpoint of another family.",
        ) from error
    derived.set_progress_bar_config(disable=True)
    return derived
