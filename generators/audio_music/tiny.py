"""Makes a small MusicGen checkpoint with nothing learnt in it, until real weights are installed.

The architecture is MusicGen's own: T5 encoder, decoder over delayed codebooks, EnCodec. The
transformer's weights are random. The codec's are set by a formula, not trained: every code stands
for a few sine tones of one chord scale, so that random codes sound like random soft tones and not
like noise. Nothing follows a prompt. ``python -m generators.audio_music.tiny FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz
UPSAMPLING = (8, 10, 8, 5)  # five codes a second, each crossfaded into the next
HOP = 400  # samples from impulse to impulse of the last convolution, which makes them tones
CODEBOOKS = 4
CODES = 64
TONE_COUNT = 16
# Hz. All are multiples of RATE/HOP, so that a tone goes on in phase from frame to frame: harmonics
# of 40 Hz, which are the just major scale's steps over 80 Hz that sound well in any combination.
TONES = (80, 120, 160, 200, 240, 320, 360, 400, 480, 600, 640, 720, 800, 960, 1200, 1280)
# Which tones a codebook plays, how loud, how many at once, and the share of silent codes.
VOICES = (
    ((0, 1, 2), 1.0, 1, 0.2),  # bass
    ((2, 3, 4, 5, 7, 8), 0.5, 3, 0.1),  # chord
    ((7, 8, 9, 10, 11, 12), 0.4, 1, 0.5),  # melody
    ((12, 13, 14, 15), 0.2, 1, 0.7),  # bells
)
_CARD = """---
license: apache-2.0
library_name: transformers
pipeline_tag: text-to-audio
tags:
- untrained
- musicgen
---
# Untrained music model

Nothing was trained here: the transformer has random weights, and the codec's filters follow a
formula (sine tones of one scale). It has the real MusicGen architecture and runs through the same
code, so that set-up can show the whole way from a brief to a finished campaign. What it plays
follows no prompt. Made by `python -m generators.audio_music.tiny`, seed {seed}.
"""


def make_untrained_checkpoint(folder: Path, *, seed: int = 0) -> Path:
    """Write the checkpoint (about 25 MB) and return its folder; the same seed, the same weights.

    It is written beside and renamed: a folder of that name is whole, or not there.

    Raises:
        OSError: The folder exists and is not empty, or cannot be written.
    """
    import torch
    from transformers import MusicgenForConditionalGeneration
    from transformers import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} exists already.")
    partial = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = MusicgenForConditionalGeneration(_config())
        _set_codec(model.audio_encoder)
    model.save_pretrained(partial)
    _tokenizer().save_pretrained(partial)
    (partial / "README.md").write_text(_CARD.format(seed=seed), encoding="utf-8")
    (partial / "untrained.json").write_text(json.dumps({"seed": seed}), encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    return partial.rename(folder)


def _config() -> Any:  # noqa: ANN401 - untyped library
    from transformers import EncodecConfig, MusicgenConfig, MusicgenDecoderConfig, T5Config

    text = T5Config(
        vocab_size=260, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    codec = EncodecConfig(
        sampling_rate=RATE, upsampling_ratios=list(UPSAMPLING), num_filters=TONE_COUNT,
        hidden_size=TONE_COUNT, codebook_size=CODES, num_lstm_layers=1,
        last_kernel_size=2 * HOP, pad_mode="constant",
        target_bandwidths=[CODEBOOKS * math.log2(CODES) * RATE / math.prod(UPSAMPLING) / 1000],
    )  # fmt: skip
    decoder = MusicgenDecoderConfig(
        vocab_size=CODES, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, ffn_dim=128,
        num_codebooks=CODEBOOKS, max_position_embeddings=512, pad_token_id=CODES,
        bos_token_id=CODES,
    )  # fmt: skip
    return MusicgenConfig(text_encoder=text, audio_encoder=codec, decoder=decoder)


def _tokenizer() -> Any:  # noqa: ANN401 - untyped library
    """Return a tokenizer that knows every byte, so that a prompt in any script can be read."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "</s>", "<unk>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*special, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        "$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        model_max_length=512,
    )  # fmt: skip


def _set_codec(codec: Any) -> None:  # noqa: ANN401 - untyped library
    """Make the codec a bank of tones: what each layer would learn at best, written down."""
    import torch

    with torch.no_grad():
        for number, layer in enumerate(codec.quantizer.layers):
            embed = _codes(number)
            layer.codebook.embed.copy_(embed)
            layer.codebook.embed_avg.copy_(embed)
        first, memory, *stages, _, last = codec.decoder.layers
        for weight in memory.parameters():
            weight.mul_(1e-3)
        _set(first.conv, _passing(first.conv.out_channels, TONE_COUNT, first.conv.kernel_size[0]))
        for number, ratio in enumerate(UPSAMPLING):
            _, upsampling, block = stages[3 * number : 3 * number + 3]
            conv = upsampling.conv
            shape = torch.hann_window(2 * ratio) if number == 0 else torch.eye(1, 2 * ratio)[0]
            _set(conv, torch.eye(conv.in_channels, conv.out_channels)[..., None] * shape)
            for layer in block.block:
                if hasattr(layer, "conv"):
                    _set(layer.conv, layer.conv.weight * 1e-3)
            width = conv.out_channels
            _set(block.shortcut.conv, _passing(width, width, 1))
        _set(last.conv, _tone_bank())


def _set(conv: Any, weight: torch.Tensor) -> None:  # noqa: ANN401 - a normed convolution
    conv.weight = weight + 1e-7  # the norm that a filter is kept by must not be zero
    conv.bias.zero_()


def _codes(number: int) -> torch.Tensor:
    """Return the tones of each code of a codebook, shape (codes, tones)."""
    import torch

    tones, loudness, chord, silent = VOICES[number]
    codes = torch.zeros(CODES, TONE_COUNT)
    for code in codes:
        if float(torch.rand(())) >= silent:
            for pick in torch.randperm(len(tones))[:chord]:
                code[tones[int(pick)]] = loudness * (0.6 + 0.4 * float(torch.rand(())))
    return codes


def _passing(outputs: int, inputs: int, width: int) -> torch.Tensor:
    """Return a causal convolution that passes every channel on as it is."""
    import torch

    kernel = torch.zeros(outputs, inputs, width)
    kernel[..., -1] = torch.eye(outputs, inputs)
    return kernel


def _tone_bank() -> torch.Tensor:
    """Return the last convolution: each channel's impulses become its tone, all are summed.

    Neighbouring windows add up to one, so that a level that stays gives a steady tone.
    """
    import torch

    time = torch.arange(2 * HOP, dtype=torch.float64)
    tones = torch.tensor(TONES, dtype=torch.float64)[:, None]
    waves = torch.hann_window(2 * HOP, dtype=torch.float64) * torch.sin(
        2 * math.pi * tones * time / RATE
    )
    return (0.1 * waves).flip(1)[None].float()


def main(arguments: list[str] | None = None) -> int:
    """Make a checkpoint from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        made = make_untrained_checkpoint(options.folder, seed=options.seed)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{made}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
