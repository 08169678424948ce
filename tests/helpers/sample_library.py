"""A library that looks lived in: assets of all kinds, and a queue with every status in it.

Everything goes through the store as the app itself does it: jobs are enqueued, claimed, finished or
failed; assets are filed by their hash.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import ImageFilter

from generators.api import CheckpointRef, Request
from helpers import sample_pictures as pictures
from studio.core.asset import AssetQuery
from studio.core.checkpoint import Checkpoint
from studio.core.job import Job, JobKind, Lane, Need, NewJob, StepRequest
from studio.core.recipe import Recipe
from studio.store.library import Library
from studio.store.records import EngineState, NewAsset, now

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINTS = (
    Checkpoint("sdxl", "Northlight XL", "image_diffusion", "image", "sdxl", "diffusers", "/m/sdxl"),
    Checkpoint("sd15", "Studio 1.5", "image_diffusion", "image", "sd15", "single_file", "/m/sd15"),
    Checkpoint("smol", "SmolLM2 360M", "text_gpt", "text", "llama", "transformers", "/m/smol"),
    Checkpoint(
        "music", "MusicGen small", "audio_music", "audio", "musicgen", "transformers", "/m/mu"
    ),
)
#: Suffix, media type, modality.
TEXT, SOUND = (".txt", "text/plain", "text"), (".wav", "audio/wav", "audio")
IMAGE = (".png", "image/png", "image")
REFS = {item.id: CheckpointRef(item.id, item.name, item.path, item.family) for item in CHECKPOINTS}


def image_request(number: int, checkpoint: str = "sdxl") -> Request:
    """Return a request for a picture."""
    prompt = pictures.PROMPTS[number % len(pictures.PROMPTS)]
    params = {
        "prompt": prompt,
        "negative_prompt": "text, watermark, people",
        "width": 1080,
        "height": 1080,
        "num_inference_steps": 28,
        "guidance_scale": 6.5,
        "seed": 48_213 + number,
    }
    return Request("image_diffusion", "text_to_image", params, REFS[checkpoint])


def text_request(number: int) -> Request:
    """Return a request for copy."""
    prompt = ("Five headlines for a steel bottle", "A calm intro for LinkedIn")[number % 2]
    return Request("text_gpt", "write", {"prompt": prompt, "seed": number}, REFS["smol"])


def music_request(number: int) -> Request:
    """Return a request for music."""
    prompt = ("warm lo-fi beat, soft piano, no drums", "bright acoustic, handclaps")[number % 2]
    return Request(
        "audio_music", "text_to_music", {"prompt": prompt, "duration": 15.0}, REFS["music"]
    )


def fill_library(root: Path, images: int = 24) -> None:
    """Make a library with checkpoints, assets and a busy queue."""
    with Library.open(root) as library:
        for checkpoint in CHECKPOINTS:
            library.models.add(checkpoint)
        fill_assets(library, images)
        fill_queue(library)


def fill_assets(library: Library, images: int = 24) -> None:
    """Add pictures, texts and sounds that jobs of theirs made."""
    for number in range(images):
        _made_picture(library, number)
    for number, (text, title) in enumerate(pictures.COPY):
        data = text.encode()
        new = _new_asset(library, data, TEXT, text_request(number), title)
        _run(library, NewJob(text_request(number), title=title), [_with(new, text=text)], 4.2)
    for number in range(3):
        data = pictures.wav(number)
        title = ("Morning tram", "Refill", "Open window")[number]
        new = _new_asset(library, data, SOUND, music_request(number), title)
        _run(library, NewJob(music_request(number), title=title), [_with(new, duration=6.0)], 21.0)
    assets = library.assets.page(AssetQuery(), limit=500)
    for place, asset in enumerate(assets):
        tags = (("hero", "bottle"), ("mood",), (), ("summer", "launch"))[place % 4]
        library.assets.update(asset.id, rating=(0, 4, 0, 5, 3, 0)[place % 6], tags=tags)
    board = library.assets.create_board("Spring launch")
    library.assets.add_to_board(board.id, [asset.id for asset in assets[::3]])
    other = library.assets.create_board("小红书 六月")
    library.assets.add_to_board(other.id, [asset.id for asset in assets[1::5]])


def _made_picture(library: Library, number: int) -> None:
    image = pictures.picture(number)
    request = image_request(number, ("sdxl", "sd15")[number % 3 == 0])
    prompt = str(request.params["prompt"])
    new = _new_asset(
        library,
        pictures.png(image),
        IMAGE,
        request,
        prompt.split(",", maxsplit=1)[0],
    )
    new = _with(new, width=image.width, height=image.height)
    _run(library, NewJob(request, title=prompt), [new], 38.0 + number)


def _new_asset(
    library: Library, data: bytes, kind: tuple[str, str, str], request: Request, title: str
) -> NewAsset:
    suffix, media, modality = kind
    staged = library.paths.staging / f"sample{suffix}"
    staged.write_bytes(data)
    sha256, path = library.assets.add_file(staged)
    checkpoint = request.checkpoint.name if request.checkpoint else ""
    seed = int(request.params.get("seed", 0))
    recipe = Recipe(request, "1.0", seed=seed, execution={"device": "cpu", "dtype": "float32"})
    return NewAsset(
        sha256, path, media, modality, len(data), title.capitalize(),
        str(request.params.get("prompt", "")), checkpoint, recipe=recipe,
    )  # fmt: skip


def _with(new: NewAsset, **values: object) -> NewAsset:
    return replace(new, **values)


def _run(library: Library, new: NewJob, assets: list[NewAsset], seconds: float) -> Job:
    job = library.jobs.enqueue([new])[0]
    claimed = library.jobs.claim("sample", job_id=job.id)
    assert claimed is not None
    execution = {"device": "cpu", "dtype": "float32"}
    return library.jobs.finish(
        claimed.token, assets=assets, execution=execution, run_seconds=seconds
    )


def fill_queue(library: Library) -> None:
    """Add jobs of every status, a batch, a campaign's chain, a paused one, two that run."""
    _fail_some(library)
    _start_two(library)
    jobs = library.jobs
    jobs.enqueue([NewJob(image_request(n), title=pictures.PROMPTS[n]) for n in (1, 3)][:1])
    jobs.enqueue([NewJob(text_request(1), title="A calm intro for LinkedIn, three variants")])
    paused = jobs.enqueue([NewJob(image_request(4), title=pictures.PROMPTS[4])])
    jobs.pause([paused[0].id])
    jobs.enqueue(
        [
            NewJob(image_request(n), lane=Lane.BATCH, title=f"{size} · {pictures.PROMPTS[n % 7]}")
            for n, size in enumerate(("1080×1080", "1080×1350", "1200×628", "1080×1920", "900×383"))
        ],
        batch_title="Spring launch · visuals",
    )
    music = jobs.enqueue([NewJob(music_request(0), lane=Lane.BATCH, title="Music bed, 15 s")])[0]
    step = StepRequest("export_campaign", {"campaign": "spring"})
    jobs.enqueue(
        [
            NewJob(
                step, JobKind.EXPORT, Lane.BATCH, title="Export Spring launch",
                needs=(Need(music.id),),
            )
        ]
    )  # fmt: skip


def _fail_some(library: Library) -> None:
    jobs = library.jobs
    for number, (message, hint) in enumerate(
        (
            (
                "The graphics card has too little memory for 2048×2048.",
                "Make it at 1024×1024 and upscale the one you like.",
            ),
            (
                "The checkpoint file ends early.",
                "Download Studio 1.5 again, or choose another one.",
            ),
        )
    ):
        new = NewJob(image_request(number, "sd15"), title=pictures.PROMPTS[number + 2])
        claimed = jobs.claim("sample", job_id=jobs.enqueue([new])[0].id)
        assert claimed is not None
        trace = 'Traceback (most recent call last):\n  File "generator.py", line 88, in load\n'
        jobs.fail(claimed.token, code="user", message=message, hint=hint, traceback=trace)
    gone = jobs.enqueue([NewJob(music_request(1), title="Bright acoustic, handclaps")])
    jobs.cancel([gone[0].id])


def _start_two(library: Library) -> None:
    jobs = library.jobs
    image = jobs.enqueue([NewJob(image_request(0), title=pictures.PROMPTS[0])])[0]
    text = jobs.enqueue([NewJob(text_request(0), title="Five headlines for a steel bottle")])[0]
    preview = library.paths.staging / "preview.png"
    soft = pictures.picture(0, (320, 320)).filter(ImageFilter.GaussianBlur(5))
    preview.write_bytes(pictures.png(soft))
    running = jobs.claim("torch", job_id=image.id)
    writing = jobs.claim("llama", job_id=text.id)
    assert running is not None
    assert writing is not None
    jobs.report(
        running.token, done=17, total=28, phase="running", message="step 17 of 28",
        preview=str(preview), eta_seconds=14.0,
    )  # fmt: skip
    jobs.report(
        writing.token, done=96, total=240, phase="running", message="headline 2 of 5",
        text="1. Carry less. Drink better.\n2. Cold at nine. Cold at", eta_seconds=41.0,
    )  # fmt: skip
    library.state.set_engine_state(
        EngineState(4242, "running", "", "CPU", ("sdxl", "smol"), 3_420_000_000, now())
    )
