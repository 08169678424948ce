"""Test cards: real PNG, WAV and text made from a seed with the standard library alone."""

from __future__ import annotations

import io
import math
import random
import struct
import wave
import zlib

SAMPLE_RATE = 22_050  # Hz
_WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "indigo", "kelp", "lumen")
_LETTERS = {  # 5×5 dots, so that nobody takes the picture for a generated one
    "T": ("#####", "..#..", "..#..", "..#..", "..#.."),
    "E": ("#####", "#....", "####.", "#....", "#####"),
    "S": (".####", "#....", ".###.", "....#", "####."),
}


def _chance(prompt: str, seed: int) -> random.Random:
    return random.Random(f"{seed}|{prompt}".encode("utf-8", "replace"))


def text_card(prompt: str, seed: int, minimum_bytes: int = 0) -> str:
    """Return a line that names itself a test, the prompt and words chosen by the seed."""
    chosen = _chance(prompt, seed).choices(_WORDS, k=6)
    line = f"Test card {seed}: {' '.join(chosen)}. {prompt}".rstrip()
    times = -(-minimum_bytes // (len(line.encode("utf-8", "replace")) + 1))
    return "\n".join([line] * max(1, times))


def png_card(prompt: str, seed: int, size: int) -> bytes:
    """Return a PNG of ``size`` × ``size`` pixels: colour bars with the word TEST across them."""
    chance = _chance(prompt, seed)
    colours = [bytes(chance.randrange(256) for _ in range(3)) for _ in range(8)]
    edges = [size * index // 8 for index in range(9)]
    bars = b"".join(colours[i] * (edges[i + 1] - edges[i]) for i in range(8))
    dark = bytes(value // 2 for value in bars)
    dot = max(1, size // 32)
    top = size // 2 - dot * 5 // 2
    rows = []
    for y in range(size):
        row = bars if (y // max(1, size // 4)) % 2 == 0 else dark
        line = (y - top) // dot
        rows.append(b"\0" + (_lettered(row, line, dot, size) if 0 <= line < 5 else row))
    return _png(size, size, b"".join(rows))


def _lettered(row: bytes, line: int, dot: int, size: int) -> bytes:
    pixels = bytearray(row)
    dots = ".".join(_LETTERS[letter][line] for letter in "TEST")
    left = max(0, size // 2 - len(dots) * dot // 2)
    for index, mark in enumerate(dots):
        if mark == "#":
            start, end = left + index * dot, min(size, left + (index + 1) * dot)
            pixels[start * 3 : end * 3] = b"\xff" * max(0, (end - start) * 3)
    return bytes(pixels)


def _png(width: int, height: int, rows: bytes) -> bytes:
    """Pack 8-bit RGB rows, each led by its filter byte (PNG specification, W3C 2003)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def wav_card(prompt: str, seed: int, seconds: float) -> bytes:
    """Return a mono 16-bit WAV: a quiet tone whose pitch the seed chooses."""
    frequency = 220.0 * 2 ** (_chance(prompt, seed).randrange(24) / 12)
    period = max(2, round(SAMPLE_RATE / frequency))
    cycle = struct.pack(
        f"<{period}h", *(round(6000 * math.sin(2 * math.pi * i / period)) for i in range(period))
    )
    frames = round(seconds * SAMPLE_RATE)
    data = (cycle * (frames // period + 1))[: frames * 2]
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(data)
    return target.getvalue()
