"""Writes a pipeline's weights under the names of the original code, in one file.

The reverse of what loading a single file does; the names follow the published SD 1.5 and SDXL
files. For U-Nets with two layers a block.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0",
    "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
_UNET = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
}  # fmt: skip


def _replaced(key: str, table: dict[str, str]) -> str:
    for old, new in table.items():
        key = key.replace(old, new)
    return key


def _unet_key(key: str, with_attention: set[int]) -> str:
    for old, new in _UNET.items():
        if key.startswith(old + "."):
            return key.replace(old, new, 1)
    parts = key.split(".")
    if parts[0] == "mid_block":
        kind, number, rest = parts[1], int(parts[2]), ".".join(parts[3:])
        if kind == "attentions":
            return f"middle_block.1.{rest}"
        return f"middle_block.{2 * number}.{_replaced(rest, _RESNET)}"
    side, block, kind, number, rest = parts[0], int(parts[1]), parts[2], int(parts[3]), parts[4:]
    tail = ".".join(rest)
    if side == "down_blocks":
        if kind == "downsamplers":
            return f"input_blocks.{3 * (block + 1)}.0.op.{rest[-1]}"
        place = f"input_blocks.{3 * block + number + 1}"
    else:
        if kind == "upsamplers":
            slot = 2 if block in with_attention else 1
            return f"output_blocks.{3 * block + 2}.{slot}.{tail}"
        place = f"output_blocks.{3 * block + number}"
    return f"{place}.0.{_replaced(tail, _RESNET)}" if kind == "resnets" else f"{place}.1.{tail}"


def unet_state(unet) -> dict:
    """Return the U-Net's tensors under their original names."""
    state = unet.state_dict()
    attention = {
        int(key.split(".")[1])
        for key in state
        if key.startswith("up_blocks.") and ".attentions." in key
    }
    return {
        f"model.diffusion_model.{_unet_key(key, attention)}": value for key, value in state.items()
    }


def vae_state(vae) -> dict:
    """Return the VAE's tensors under their original names."""
    levels = len(vae.config.block_out_channels)
    found = {}
    for key, value in vae.state_dict().items():
        name = key
        for index in range(levels):
            name = name.replace(f"encoder.down_blocks.{index}.", f"encoder.down.{index}.")
            if name.startswith(f"decoder.up_blocks.{index}."):
                name = name.replace(f"up_blocks.{index}.", f"up.{levels - 1 - index}.", 1)
        for index in range(2):
            name = name.replace(f"mid_block.resnets.{index}.", f"mid.block_{index + 1}.")
        name = _replaced(
            name,
            {
                "resnets.": "block.", "downsamplers.0.": "downsample.",
                "upsamplers.0.": "upsample.",
                "mid_block.attentions.0.": "mid.attn_1.", "conv_shortcut": "nin_shortcut",
                "conv_norm_out": "norm_out", "group_norm.": "norm.", "to_q.": "q.", "to_k.": "k.",
                "to_v.": "v.", "to_out.0.": "proj_out.",
            },
        )  # fmt: skip
        linear = "attn_1" in name and name.endswith("weight") and ".norm." not in name
        found[f"first_stage_model.{name}"] = value[:, :, None, None] if linear else value
    return found


def clip_state(encoder, prefix: str) -> dict:
    """Return a CLIP text encoder's tensors as the CompVis code names them."""
    return {
        f"{prefix}text_model.{key.removeprefix('text_model.')}": value
        for key, value in encoder.state_dict().items()
    }


def open_clip_state(encoder, prefix: str) -> dict:
    """Return a CLIP text encoder's tensors as open_clip names them (fused q, k, v)."""
    import torch

    state = {k.removeprefix("text_model."): v for k, v in encoder.state_dict().items()}
    found = {
        prefix + "positional_embedding": state.pop("embeddings.position_embedding.weight"),
        prefix + "token_embedding.weight": state.pop("embeddings.token_embedding.weight"),
        prefix + "ln_final.weight": state.pop("final_layer_norm.weight"),
        prefix + "ln_final.bias": state.pop("final_layer_norm.bias"),
        prefix + "text_projection": state.pop("text_projection.weight").T,
    }
    names = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc",
             "mlp.fc2": "mlp.c_proj", "self_attn.out_proj": "attn.out_proj"}  # fmt: skip
    for key in list(state):
        layer = key.removeprefix("encoder.layers.")
        number, _, rest = layer.partition(".")
        place = f"{prefix}transformer.resblocks.{number}."
        if "q_proj" in rest:
            kind = rest.rpartition(".")[2]
            fused = [state[key.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            found[f"{place}attn.in_proj_{kind}"] = torch.cat(fused)
        elif "k_proj" not in rest and "v_proj" not in rest:
            found[place + _replaced(rest, names)] = state[key]
    return found


def write_single_file(folder: Path, target: Path) -> Path:
    """Write the pipeline in ``folder`` as one original-layout ``.safetensors``."""
    from diffusers import DiffusionPipeline
    from safetensors.torch import save_file

    pipeline = DiffusionPipeline.from_pretrained(str(folder), local_files_only=True)
    state = {**unet_state(pipeline.unet), **vae_state(pipeline.vae)}
    if hasattr(pipeline, "text_encoder_2"):
        state |= clip_state(pipeline.text_encoder, "conditioner.embedders.0.transformer.")
        state |= open_clip_state(pipeline.text_encoder_2, "conditioner.embedders.1.model.")
    else:
        state |= clip_state(pipeline.text_encoder, "cond_stage_model.transformer.")
    save_file({key: value.clone().contiguous() for key, value in state.items()}, target)
    return target


def copy_configs(folder: Path, target: Path) -> Path:
    """Copy everything but the weights of a pipeline folder: what ``configs/`` holds per family."""
    ignore = shutil.ignore_patterns("*.safetensors")
    return Path(shutil.copytree(folder, target, ignore=ignore))
