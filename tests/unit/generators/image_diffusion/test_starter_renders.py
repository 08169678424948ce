"""The starter's renderer and captions: every subject, every word, the same picture again."""

import json

import numpy as np
import pytest

from generators.image_diffusion.starter import vocabulary
from generators.image_diffusion.starter.mesh import MAIN, Model, box, cylinder, lathe, tube
from generators.image_diffusion.starter.renders import draw_shard
from generators.image_diffusion.starter.scene import Scene, render
from generators.image_diffusion.starter.subjects import SHAPES, SUBJECTS
from generators.image_diffusion.starter.wishes import (
    Wish,
    caption,
    colour_distance,
    draw_picture,
    draw_wish,
)

PLAIN = Wish("mug", "red", "matte", "plain", "light blue", "soft", "front", "centre", "one")


def picture(wish: Wish, size=(96, 96), seed=3):
    return draw_picture(wish, size, np.random.default_rng(seed))


def changed(**parts):
    return Wish(**{**PLAIN.to_json(), **parts})


def test_the_vocabulary_declares_at_least_sixty_subjects_and_sixteen_colours():
    assert len(SUBJECTS) >= 60
    assert set(SUBJECTS) == set(SHAPES)
    assert {word.id for word in vocabulary.COLOUR_WORDS} == set(vocabulary.COLOURS)
    assert len(vocabulary.COLOURS) == 16


def test_no_word_means_two_subjects():
    words = [word for entry in SUBJECTS.values() for word in (*entry.english, *entry.chinese)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("subject", list(SHAPES))
def test_every_subject_is_seen_whole_and_in_its_place(subject):
    drawn = picture(changed(subject=subject), seed=hash_of(subject))
    cover = drawn.coverage > 0.5
    assert 0.02 < cover.mean() < 0.75
    assert not cover[0].any()
    assert not cover[:, 0].any()
    assert not cover[:, -1].any()
    columns = np.nonzero(cover)[1]
    assert abs((columns.min() + columns.max()) / 2 / 96 - 0.5) < 0.06


def hash_of(text: str) -> int:
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


@pytest.mark.parametrize("place", ["left", "centre", "right"])
def test_the_subject_stands_where_the_caption_says(place):
    cover = picture(changed(place=place)).coverage > 0.5
    middle = np.nonzero(cover)[1].mean() / 96
    low, high = {"left": (0.1, 0.42), "centre": (0.42, 0.58), "right": (0.58, 0.9)}[place]
    assert low < middle < high


@pytest.mark.parametrize("name", list(vocabulary.COLOURS))
def test_a_plain_background_has_the_colour_that_is_named(name):
    drawn = picture(changed(backdrop=name, colour="red" if name != "red" else "blue"))
    corner = drawn.pixels[2:8, 2:8].reshape(-1, 3).mean(0)
    nearest = min(
        vocabulary.COLOURS, key=lambda key: np.abs(corner - np.array(vocabulary.COLOURS[key])).sum()
    )
    assert nearest == name


def test_the_subject_has_its_colour():
    drawn = picture(PLAIN)
    red, green, blue = drawn.pixels[drawn.coverage > 0.99].mean(0)
    assert red > green + 60
    assert red > blue + 60


def test_the_same_seed_draws_the_same_pixels_and_another_one_does_not():
    first, again, other = (picture(PLAIN, seed=seed).pixels for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_same_scene_is_drawn_alike_at_a_larger_size():
    small = picture(PLAIN, (64, 64)).pixels.astype(float)
    large = picture(PLAIN, (256, 256)).pixels.astype(float)
    shrunk = large.reshape(64, 4, 64, 4, 3).mean((1, 3))
    assert np.abs(shrunk - small).mean() < 3


def test_two_and_three_are_two_and_three():
    from scipy.ndimage import label

    for count, number in (("one", 1), ("two", 2), ("three", 3)):
        cover = picture(changed(count=count, subject="can"), (192, 96)).coverage > 0.5
        assert label(cover)[1] == number


def test_a_podium_and_a_shadow_are_under_the_subject():
    floating = Model().add(MAIN, box((0, 0.5, 0), (0.4, 0.4, 0.4)))
    scene = Scene((200, 30, 30), (0, 0, 0), (255, 255, 255), "matte", "plain", (230, 230, 230),
                  "soft", 0.0, 12.0, (0.5, 0.4), (0.4, 0.4), 1)  # fmt: skip
    pixels = render(floating, scene, (96, 96)).pixels.astype(float).sum(2)
    assert pixels[60:80, 30:66].min() < pixels[2, 2] - 60


def test_every_word_comes_up_in_captions_of_both_languages():
    rng = np.random.default_rng(0)
    english, chinese = set(), set()
    for _ in range(4000):
        wish = draw_wish(rng)
        english.add(caption(wish, rng))
        chinese.add(caption(wish, rng, chinese=True))
    text, characters = "\n".join(english), "\n".join(chinese)
    for entry in (*SUBJECTS.values(), *vocabulary.COLOUR_WORDS, *vocabulary.MATERIALS):
        assert entry.english[0] in text
        assert entry.chinese[0] in characters
    assert "{" not in text + characters


def test_a_full_caption_says_everything():
    said = caption(changed(place="left", light="warm"), np.random.default_rng(1), full=True)
    assert all(part in said for part in ("matte", "red", "blue", "warm", "left"))


def test_the_subject_never_has_nearly_the_colour_of_its_background():
    rng = np.random.default_rng(2)
    assert all(
        colour_distance(wish.colour, wish.backdrop) > 0.15
        for wish in (draw_wish(rng) for _ in range(500))
    )


def test_mirroring_swaps_left_and_right_only():
    assert changed(place="left").mirrored() == changed(place="right")
    assert PLAIN.mirrored() == PLAIN


def test_a_shard_is_written_whole_once_and_repeats(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = draw_shard(tmp_path / "a", 7, 3)
    second = draw_shard(tmp_path / "b", 7, 3)
    with np.load(first) as one, np.load(second) as two:
        assert np.array_equal(one["pixels"], two["pixels"])
        assert len(json.loads(str(one["wishes"]))) == 3
    stamp = first.stat().st_mtime_ns
    assert draw_shard(tmp_path / "a", 7, 3).stat().st_mtime_ns == stamp
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["shard-00007.npz"]


@pytest.mark.parametrize(
    "surface",
    [
        box((0, 0, 0), (1, 1, 1), 0.1),
        cylinder(0.5, 0, 1, 0.1),
        lathe([(0.2, 0), (0.5, 0.5), (0.1, 1)]),
        tube([(0, 0, 0), (0, 1, 0), (0.5, 1.2, 0)], 0.1),
    ],
)
def test_normals_are_unit_vectors_and_triangles_name_existing_points(surface):
    assert np.allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-4)
    assert surface.triangles.max() < len(surface.points)
    assert surface.triangles.min() >= 0
