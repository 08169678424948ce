"""Train the starter's U-Net and text encoder: ``python -m …starter.train_unet``.

Works on encoded shards (see ``latents``). Each step takes one shard's size, so that all sizes of
``wishes.BUCKETS`` are trained; captions are written anew each time from the wishes, in English or
Chinese, with words left out; one in ten is empty, for classifier-free guidance. ``--warm`` begins
with the weights of a finished checkpoint; ``--oftener`` draws what comes out badly more often.
"""

from __future__ import annotations

import argparse
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from generators.image_diffusion.starter.assemble import pipeline_of
from generators.image_diffusion.starter.first_words import STEPS, Pace, learn_words
from generators.image_diffusion.starter.latents import load_vae
from generators.image_diffusion.starter.networks import (
    CHANNELS,
    TOKENS,
    new_scheduler,
    new_text_encoder,
    new_tokenizer,
    new_unet,
    take_up_words,
)
from generators.image_diffusion.starter.objective import Told, draw_times, weighed
from generators.image_diffusion.starter.training import (
    Average,
    Run,
    learning_rate,
    set_rate,
    sheet_of,
)
from generators.image_diffusion.starter.wishes import Wish, caption, draw_wish, dressed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from transformers import BertTokenizer

_EMPTY = 0.1  # share of captions left out
_CHINESE = 0.3
_PREVIEW = 1000  # steps

Shard = tuple["NDArray[np.float16]", "NDArray[np.uint8]", list[Wish]]


class EncodedShards:
    """The shards that are encoded so far; those that come later join in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, Shard] = {}

    def all(self) -> list[Shard]:
        """Return (latents, coverage, wishes) of every shard but the first, which is held out."""
        for path in sorted(self._folder.glob("shard-?????.npz"))[1:]:
            if path.name not in self._loaded:
                with np.load(path) as data:
                    wishes = [Wish(**entry) for entry in json.loads(str(data["wishes"]))]
                    self._loaded[path.name] = (data["latents"], data["coverage"], wishes)
        return list(self._loaded.values())


class Networks(torch.nn.Module):
    """U-Net and text encoder as one, so that they are trained, averaged and saved together."""

    def __init__(self, tokens: int, channels: Sequence[int] = CHANNELS) -> None:
        """Make untrained networks for ``tokens`` words; ``channels`` as in ``new_unet``."""
        super().__init__()
        self.unet = new_unet(channels)
        self.text = new_text_encoder(tokens)

    def forward(
        self, noisy: torch.Tensor, times: torch.Tensor, ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the predicted v (n, 4, h, w) and the pooled words (n, ``pooled_width``).

        ``noisy`` are latents (n, 4, h, w), ``times`` (n,) their levels, ``ids`` (n, 48) tokens.
        """
        words = self.text(ids).last_hidden_state
        return self.unet(noisy, times, words).sample, self.unet.add_embedding(words)

    def pooled(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the pooled words (n, ``pooled_width``) of tokens (n, 48)."""
        words: torch.Tensor = self.unet.add_embedding(self.text(ids).last_hidden_state)
        return words

    def take_up(self, checkpoint: Path) -> None:
        """Take the weights of an assembled checkpoint of the same widths and words."""
        from diffusers import UNet2DConditionModel
        from transformers import CLIPTextModel

        unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet", local_files_only=True)
        text = CLIPTextModel.from_pretrained(checkpoint / "text_encoder", local_files_only=True)
        self.unet.load_state_dict(unet.float().state_dict())
        self.text.load_state_dict(text.float().state_dict())

    @property
    def pooled_width(self) -> int:
        """Numbers that the words come to, pooled, beside the time."""
        width: int = self.unet.time_embedding.linear_2.out_features
        return width


@functools.cache
def _signal_levels() -> torch.Tensor:
    """Return the schedule's cumulative signal, (1000,), from 1 towards 0."""
    levels: torch.Tensor = new_scheduler().alphas_cumprod
    return levels


def captions_of(wishes: Sequence[Wish], rng: np.random.Generator) -> list[str]:
    """Return a caption for each wish; some are empty."""
    said = []
    for wish in wishes:
        if rng.random() < _EMPTY:
            said.append("")
            continue
        chinese = rng.random() < _CHINESE
        text = caption(wish, rng, chinese=chinese)
        said.append(text if chinese else dressed(text, rng))
    return said


def token_ids(tokenizer: BertTokenizer, texts: list[str]) -> torch.Tensor:
    """Return (n, 48) token numbers, as the pipeline makes them."""
    made = tokenizer(
        texts, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
    )
    ids: torch.Tensor = made.input_ids
    return ids


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from: noisy latents, what to predict, and where the subject is."""

    noisy: torch.Tensor
    wanted: torch.Tensor
    times: torch.Tensor
    ids: torch.Tensor
    coverage: NDArray[np.uint8]
    wishes: list[Wish]


def draw_batch(
    shards: Sequence[Shard],
    tokenizer: BertTokenizer,
    count: int,
    step: int,
    rng: np.random.Generator,
    oftener: Mapping[str, float],
) -> Batch:
    """Return ``count`` pictures of one size, noised, with v to predict and fresh captions.

    A subject in ``oftener`` is drawn so many times as often as one that is not.
    """
    latents, coverage, wishes = shards[int(rng.integers(len(shards)))]
    weights = np.array([oftener.get(wish.subject, 1.0) for wish in wishes])
    chosen = rng.choice(len(latents), count, p=weights / weights.sum())
    asked = [wishes[index] for index in chosen]
    clean = torch.from_numpy(latents[chosen].astype(np.float32))
    ids = token_ids(tokenizer, captions_of(asked, rng))
    times = draw_times(count, rng)
    level = _signal_levels()[times].view(-1, 1, 1, 1)
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(step))
    noisy = level.sqrt() * clean + (1 - level).sqrt() * noise
    wanted = level.sqrt() * noise - (1 - level).sqrt() * clean
    return Batch(noisy, wanted, times, ids, coverage[chosen], asked)


def train(options: argparse.Namespace) -> None:
    """Train until ``options.steps``; takes up where an earlier call stopped."""
    torch.manual_seed(2)
    tokenizer, networks = _begun(options)
    oftener = json.loads(options.oftener.read_text("utf-8")) if options.oftener else {}
    optimiser = torch.optim.AdamW(
        networks.parameters(), 1e-3, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    told = Told(networks.pooled_width)
    told_optimiser = torch.optim.AdamW(told.parameters(), 1e-3)
    average = Average(networks, 0.9985)
    run = Run(
        options.folder,
        last=options.steps,
        threads=options.threads,
        pause_after=options.pause_after,
    )
    run.keep(
        networks=networks,
        optimiser=optimiser,
        average=average,
        told=told,
        told_optimiser=told_optimiser,
    )
    if run.step == 0:
        learn_words(
            networks.pooled,
            () if options.warm else (networks.text, networks.unet.add_embedding),
            told,
            lambda wishes, rng: token_ids(tokenizer, captions_of(wishes, rng)),
            Pace(options.words),
        )
    source = EncodedShards(options.latents)
    shards = source.all()
    for step in run.steps():
        rng = np.random.default_rng((step, 11))
        if step % 100 == 0:
            shards = source.all()
        set_rate(optimiser, learning_rate(step, options.steps, options.rate, warm=300))
        batch = draw_batch(shards, tokenizer, options.batch, step, rng, oftener)
        # On a CPU plain products train an eighth faster than torch's flash attention.
        with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            made, pooled = networks(batch.noisy, batch.times, batch.ids)
            telling = told.loss(pooled, batch.wishes)
        loss = weighed((made.float() - batch.wanted).pow(2), batch.coverage)
        optimiser.zero_grad()
        told_optimiser.zero_grad()
        torch.autograd.backward(loss + telling)
        torch.nn.utils.clip_grad_norm_(networks.parameters(), 1.0)
        optimiser.step()
        told_optimiser.step()
        average.update(networks)
        run.note(loss=loss.item(), telling=telling.item())
        if (step + 1) % _PREVIEW == 0:
            preview(average, tokenizer, options)
    preview(average, tokenizer, options)


def _begun(options: argparse.Namespace) -> tuple[BertTokenizer, Networks]:
    """Return tokenizer and networks, untrained or a checkpoint's."""
    folder = options.folder / "tokenizer"
    if not options.warm:
        tokenizer = new_tokenizer(folder)
        return tokenizer, Networks(len(tokenizer), options.channels)
    tokenizer = take_up_words(options.warm / "tokenizer", folder)
    networks = Networks(len(tokenizer), options.channels)
    networks.take_up(options.warm)
    return tokenizer, networks


def averaged(average: Average, tokens: int, channels: Sequence[int] = CHANNELS) -> Networks:
    """Return networks with the averaged weights."""
    networks = Networks(tokens, channels)
    networks.load_state_dict(average.weights)
    return networks.eval()


def preview(average: Average, tokenizer: BertTokenizer, options: argparse.Namespace) -> None:
    """Save a sheet of pictures for prompts that were drawn by a seed of their own."""
    if not options.previewed:
        return
    networks = averaged(average, len(tokenizer), options.channels)
    pipe = pipeline_of(load_vae(options.vae), networks.text, networks.unet, tokenizer)
    rng = np.random.default_rng(123)
    prompts = [
        caption(draw_wish(rng), rng, chinese=i % 8 == 7, full=True)
        for i in range(options.previewed)
    ]
    with torch.autocast("cpu", torch.bfloat16):
        made = pipe(
            prompts,
            num_inference_steps=12,
            guidance_scale=3.0,
            generator=torch.Generator().manual_seed(3),
            output_type="np",
        ).images
    sheet_of(list((made * 255).round().astype(np.uint8)), 10).save(options.folder / "preview.png")
    (options.folder / "preview.txt").write_text("\n".join(prompts), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("latents", type=Path, help="folder of encoded shards")
    parser.add_argument("vae", type=Path, help="the trained autoencoder's folder")
    parser.add_argument("folder", type=Path, help="where the training is kept")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels", type=int, nargs=3, default=CHANNELS, help="of the U-Net")
    parser.add_argument("--words", type=int, default=STEPS, help="steps on captions alone, first")
    parser.add_argument("--warm", type=Path, help="a checkpoint to begin with")
    parser.add_argument("--oftener", type=Path, help="JSON: how many times as often, by subject")
    parser.add_argument("--previewed", type=int, default=40, help="pictures in a preview; 0: none")
    parser.add_argument("--pause-after", type=int, default=0, help="steps of this start; 0: all")
    train(parser.parse_args(arguments))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
