"""The starter's tokenizer, text encoder, U-Net and noise schedule, in diffusers' own classes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter.wishes import FILLERS, caption, draw_wish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from diffusers import DPMSolverMultistepScheduler, UNet2DConditionModel
    from transformers import BertTokenizer, CLIPTextModel

TOKENS = 48  # the longest prompt; the longest caption of the vocabulary has about 40
WIDTH = 256  # of the text encoder
#: Of the U-Net at 16×16, 8×8 and 4×4. With a fourth number before them it begins at 32×32, for
#: twice the pixels each way: (96, *CHANNELS) can grow out of one of these (see ``growing``).
CHANNELS = (128, 256, 256)
_CAPTIONS = 30000  # that the tokenizer's words are gathered from


def vocabulary_tokens(captions: int = _CAPTIONS) -> list[str]:
    """Return the tokenizer's list: every word and character of the captions, and all letters."""
    rng = np.random.default_rng(5)
    words: set[str] = set(FILLERS)
    for index in range(captions):
        text = caption(draw_wish(rng), rng, chinese=index % 2 == 1).lower()
        words.update(re.findall(r"[a-z0-9]+", text))
        words.update(character for character in text if ord(character) > 127)
    letters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = [f"##{letter}" for letter in letters if letter.isalnum()]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    return [*special, *letters, *pieces, *sorted(words - set(letters))]


def new_tokenizer(folder: Path, captions: int = _CAPTIONS) -> BertTokenizer:
    """Return a WordPiece tokenizer: lower case, one token per Chinese character.

    A ``vocab.txt`` that is there stays: a training that is taken up must keep its numbers.
    """
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vocab.txt"
    if not path.exists():
        path.write_text("\n".join(vocabulary_tokens(captions)) + "\n", encoding="utf-8")
    return BertTokenizer(vocab=str(path), do_lower_case=True, model_max_length=TOKENS)


def take_up_words(tokenizer: Path, folder: Path) -> BertTokenizer:
    """Return a checkpoint's tokenizer, its list of words written to ``folder``."""
    listed = json.loads((tokenizer / "tokenizer.json").read_text(encoding="utf-8"))
    numbers: dict[str, int] = listed["model"]["vocab"]
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted(numbers, key=numbers.__getitem__)
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return new_tokenizer(folder)


def new_text_encoder(tokens: int) -> CLIPTextModel:
    """Return an untrained text encoder of two layers."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=tokens,
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=TOKENS,
            projection_dim=WIDTH,
            bos_token_id=2,
            eos_token_id=3,
            pad_token_id=0,
        )
    )


def scale_of(channels: Sequence[int]) -> int:
    """Return how many times the pixels of ``wishes.BUCKETS`` a U-Net is for, each way: 1 or 2."""
    return int(2 ** (len(channels) - 3))


def new_unet(channels: Sequence[int] = CHANNELS) -> UNet2DConditionModel:
    """Return an untrained U-Net for latents of 16×16, 22 M weights; words are read at 8×8 and 4×4.

    With four ``channels`` the latents are 32×32; the time embedding is as wide as with three.

    Attention on finer grids would cost more than it brings: things are placed on the coarser ones.
    The words also reach every block pooled, beside the time (``addition_embed_type``): colours are
    learned that way long before attention finds them.
    """
    from diffusers import UNet2DConditionModel

    finer = len(channels) - 2
    return UNet2DConditionModel(
        sample_size=16 * scale_of(channels),
        block_out_channels=tuple(channels),
        time_embedding_dim=4 * channels[-3],
        layers_per_block=1,
        down_block_types=(*["DownBlock2D"] * finer, "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", *["UpBlock2D"] * finer),
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        addition_embed_type="text",
        addition_embed_type_num_heads=8,
    )


def new_scheduler() -> DPMSolverMultistepScheduler:
    """Return the noise schedule: cosine (Nichol and Dhariwal, 2021), the network predicts v.

    Solved by DPM-Solver++ (Lu and others, 2022); ``lambda_min_clipped`` is what diffusers advises
    for cosine schedules.
    """
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        steps_offset=1,
        lambda_min_clipped=-5.1,
        final_sigmas_type="zero",
    )
