"""A third-party generator for campaigns: writes copy, draws pictures, plays tones; no models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plugins import install
from studio.core.checkpoint import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from studio.store.library import Library

MANIFEST = """
[generator]
id = "played"
name = "Played"
version = "1"
modality = "text"
entry = "played_generator.code:Played"
worker = "played"

[[mode]]
id = "copy"
label = "Copy"
output = "text"

[[mode]]
id = "draw"
label = "Draw"
output = "image"

[[mode]]
id = "play"
label = "Play"
output = "audio"

[[param]]
key = "prompt"
type = "text"
default = ""

[[param]]
key = "limits"
type = "json"
default = []

[[param]]
key = "num_return_sequences"
type = "integer"
default = 1

[[param]]
key = "width"
type = "integer"
default = 64

[[param]]
key = "height"
type = "integer"
default = 64

[[param]]
key = "duration"
type = "number"
default = 1.0

[[param]]
key = "seed"
type = "seed"
default = -1
"""

CODE = """
import io, json, random, struct, wave, zlib
from generators.api import Generator

HEADS = ["Hot from sunrise to noon", "Repair it for life", "Twelve hours of heat",
         "Made of recycled steel", "Carry the morning", "Warm hands by noon"]
BODIES = ["Recycled steel keeps your coffee hot.", "Every part can be repaired for life.",
          "Fill it before the train.", "For hikers and commuters all day."]

def png(width, height, seed):
    rng = random.Random(seed)
    start, end = ([rng.randrange(256) for _ in range(3)] for _ in range(2))
    rows = b"".join(
        b"\\0" + bytes(a + (b - a) * y // height for a, b in zip(start, end)) * width
        for y in range(height))
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\\x89PNG\\r\\n\\x1a\\n" + body

def wav(seconds):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
        count = int(22050 * seconds)
        file.writeframes(b"".join(struct.pack("<h", n % 200 * 50) for n in range(count)))
    return buffer.getvalue()

class Played(Generator):
    @classmethod
    def load(cls, checkpoint, adapters, device, dtype, context):
        return cls()

    def run(self, request, context):
        seed = int(request.params["seed"])
        if request.mode == "draw":
            size = int(request.params["width"]), int(request.params["height"])
            facts = {"seed": seed, "width": size[0], "height": size[1]}
            yield context.save(png(*size, seed), "image", facts)
        elif request.mode == "play":
            yield context.save(wav(1.0), "audio", {"seed": seed, "duration": 1.0})
        else:
            rng = random.Random(seed)
            for index in range(int(request.params["num_return_sequences"])):
                context.progress(index, 9)
                answer = {}
                for limit in request.params["limits"]:
                    pool = [t for t in HEADS + BODIES if len(t) <= limit["max_width"]]
                    answer[limit["key"]] = rng.sample(pool, limit["count"])
                data = json.dumps(answer).encode()
                facts = {"index": index}
                yield context.save(data, "text", facts, media_type="application/json")
"""


def install_played(site: Path) -> None:
    """Lay the plugin out in ``site``, which must be on PYTHONPATH."""
    files = {
        "played_generator/__init__.py": "",
        "played_generator/manifest.toml": MANIFEST,
        "played_generator/code.py": CODE,
    }
    install(site, "played-generator", {"played": "played_generator"}, files)


def add_played_checkpoints(library: Library) -> None:
    """List weights of the plugin for all three modalities."""
    for modality in ("text", "image", "audio"):
        folder = library.root / "weights" / modality
        folder.mkdir(parents=True, exist_ok=True)
        library.models.add(
            Checkpoint(
                "", f"played {modality}", "played", modality, "", "transformers", str(folder),
                bytes=1000, licence="Apache-2.0",
            )
        )  # fmt: skip
