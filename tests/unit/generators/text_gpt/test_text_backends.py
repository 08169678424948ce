"""Both text backends on tiny real models: loading, seeds, structure, cancel, errors."""

from __future__ import annotations

import contextlib
import inspect
import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import transformers
from helpers.tiny_text import CHAT, make_gguf, make_lora, make_model, reference

from generators.api import (
    AdapterRef,
    CheckpointError,
    InvalidParameter,
    JobCancelled,
    NoCandidate,
    Request,
    UserFacingError,
)
from generators.registry import Registry
from generators.testing import CHECKS, Conformance, RecordingContext
from generators.text_gpt.backend import Ask, Sampling, Watch
from generators.text_gpt.chat_dates import without_clock
from generators.text_gpt.generator import TextGPT

SCHEMA = {
    "type": "object",
    "properties": {"headline": {"type": "string", "maxLength": 12}, "stars": {"enum": [1, 2, 3]}},
    "required": ["headline", "stars"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def manifest():
    return Registry.discover().get("text_gpt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("text") / "tiny 模型")


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory):
    return make_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def load(path: Path, tmp_path: Path, adapters=(), **details) -> TextGPT:
    context = RecordingContext(tmp_path / "load")
    return TextGPT.load(reference(path, **details), tuple(adapters), "cpu", "float32", context)


def request(manifest, mode="write", **params) -> Request:
    params = {"prompt": "Coffee", "seed": 5, "max_new_tokens": 12, **params}
    return Request("text_gpt", mode, manifest.check_params(mode, params))


def write(generator: TextGPT, wanted: Request, tmp_path: Path, **options) -> list[str]:
    context = RecordingContext(tmp_path / "run", **options)
    return [item.path.read_text() for item in generator.run(wanted, context)]


@pytest.mark.parametrize("check", CHECKS)
def test_conformance_of_a_folder(check, manifest, folder, tmp_path):
    wanted = Request("text_gpt", "write", request(manifest).params, reference(folder))
    getattr(Conformance(manifest, wanted, dtype="float32"), check)(tmp_path)


@pytest.mark.parametrize("check", CHECKS)
def test_conformance_of_a_gguf_file(check, manifest, gguf_file, tmp_path):
    wanted = Request("text_gpt", "write", request(manifest).params, reference(gguf_file))
    getattr(Conformance(manifest, wanted), check)(tmp_path)


@pytest.mark.parametrize("family", ["gpt2", "qwen2"])
def test_other_families_and_models_without_a_chat_template(family, manifest, tmp_path):
    generator = load(make_model(tmp_path / family, family, chat=False), tmp_path)
    assert len(write(generator, request(manifest), tmp_path)) == 1


def test_a_seed_gives_the_same_text_in_a_batch_and_alone(manifest, folder, tmp_path):
    generator = load(folder, tmp_path)
    together = write(generator, request(manifest, num_return_sequences=3), tmp_path)
    alone = [write(generator, request(manifest, seed=5 + n), tmp_path)[0] for n in range(3)]
    assert together == alone
    assert len(set(together)) == 3


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_a_held_model_writes_one_after_another_when_memory_ran_out(
    kind, manifest, tmp_path, request_fixture, monkeypatch
):
    generator = load(request_fixture(kind), tmp_path)  # at level 0, as the worker holds it
    backend, sizes = generator.backend, []
    complete = backend.complete

    def counted(asks, *rest):
        sizes.append(len(asks))
        return complete(asks, *rest)

    monkeypatch.setattr(backend, "complete", counted)
    wanted = request(manifest, num_return_sequences=3)
    together = write(generator, wanted, tmp_path)
    assert sizes == [3]
    sizes.clear()
    assert write(generator, wanted, tmp_path, memory_level=1) == together
    assert sizes == [1, 1, 1]
    sizes.clear()
    limits = [{"key": "headline", "count": 1, "max_width": 20}]
    copy = request(manifest, "copy", limits=limits, max_attempts=1)
    with contextlib.suppress(NoCandidate):
        write(generator, copy, tmp_path, memory_level=1)
    assert set(sizes) == {1}


def test_temperature_zero_takes_the_best_whatever_the_seed(manifest, folder, tmp_path):
    generator = load(folder, tmp_path)
    texts = {write(generator, request(manifest, seed=n, temperature=0), tmp_path)[0]
             for n in range(3)}  # fmt: skip
    assert len(texts) == 1


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_structure_is_kept_whatever_the_weights_say(kind, manifest, tmp_path, request_fixture):
    generator = load(request_fixture(kind), tmp_path)
    wanted = request(manifest, schema=SCHEMA, max_new_tokens=200, num_return_sequences=2)
    for text in write(generator, wanted, tmp_path):
        found = json.loads(text)
        assert set(found) == {"headline", "stars"}
        assert len(found["headline"]) <= 12
        assert found["stars"] in (1, 2, 3)


@pytest.fixture
def request_fixture(request):
    return request.getfixturevalue


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_an_unusable_schema_is_named(kind, manifest, tmp_path, request_fixture):
    generator = load(request_fixture(kind), tmp_path)
    wanted = request(manifest, schema={"type": "no such type"})
    with pytest.raises(InvalidParameter, match="schema"):
        write(generator, wanted, tmp_path)


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_cancel_stops_within_a_few_tokens(kind, manifest, tmp_path, request_fixture):
    generator = load(request_fixture(kind), tmp_path)
    context = RecordingContext(tmp_path / "run", cancel_at=6)
    with pytest.raises(JobCancelled):
        list(generator.run(request(manifest, max_new_tokens=400), context))
    assert len(context.reports) < 12
    assert write(generator, request(manifest), tmp_path)  # it can go on afterwards


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_a_prompt_longer_than_the_context_is_refused_in_numbers(
    kind, manifest, tmp_path, request_fixture
):
    generator = load(request_fixture(kind), tmp_path)
    with pytest.raises(InvalidParameter, match="512") as caught:
        write(generator, request(manifest, prompt="word " * 3000), tmp_path)
    assert caught.value.key == "prompt"
    assert "Nothing was cut" in caught.value.hint


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_emoji_and_right_to_left_prompts(kind, manifest, tmp_path, request_fixture):
    generator = load(request_fixture(kind), tmp_path)
    assert len(write(generator, request(manifest, prompt="قهوة 🎉 שלום 春天"), tmp_path)) == 1


def test_stop_strings_end_and_stay_out(manifest, folder, tmp_path):
    generator = load(folder, tmp_path)
    (text,) = write(generator, request(manifest, max_new_tokens=60), tmp_path)
    middle = text[len(text) // 2]
    (stopped,) = write(generator, request(manifest, max_new_tokens=60, stop=[middle]), tmp_path)
    assert middle not in stopped
    assert text.startswith(stopped)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft 0.21
def test_adapters_change_the_text_and_weight_zero_does_not(manifest, folder, tmp_path):
    lora = make_lora(folder, tmp_path / "lora", seed=3)
    wanted = request(manifest, max_new_tokens=30)
    plain = write(load(folder, tmp_path), wanted, tmp_path)

    def with_weight(*weights: float) -> list[str]:
        adapters = [
            AdapterRef(str(at), "a", str(lora), weight) for at, weight in enumerate(weights)
        ]
        return write(load(folder, tmp_path, adapters), wanted, tmp_path)

    assert with_weight(0.0) == plain
    assert with_weight(1.0) != plain
    assert with_weight(0.5, 0.5) == with_weight(1.0)


def test_an_adapter_on_gguf_is_refused(gguf_file, tmp_path):
    with pytest.raises(UserFacingError, match="GGUF"):
        load(gguf_file, tmp_path, [AdapterRef("x", "x", "/nowhere")])


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_a_language_that_the_checkpoint_does_not_know(kind, manifest, tmp_path, request_fixture):
    path = request_fixture(kind)
    starter = tmp_path / f"SmolLM2-135M-Instruct{path.suffix}"
    starter.symlink_to(path)
    generator = load(starter, tmp_path, languages=["en"])
    with pytest.raises(UserFacingError) as caught:
        write(generator, request(manifest, language="zh-CN"), tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_a_language_that_only_the_card_lacks_is_written_with_a_note(
    kind, manifest, tmp_path, request_fixture
):
    generator = load(request_fixture(kind), tmp_path, languages=["en"])
    context = RecordingContext(tmp_path / "run")
    (made,) = generator.run(request(manifest, language="zh-CN"), context)
    assert "how well it writes Chinese" in made.metadata["note"]
    (made,) = generator.run(request(manifest, language="eng"), context)
    assert "note" not in made.metadata


def test_copy_never_exceeds_its_limits(manifest, folder, tmp_path):
    generator = load(folder, tmp_path)
    limits = [{"key": "headline", "count": 2, "max_width": 20}]
    wanted = request(
        manifest, "copy", limits=limits, max_attempts=2, max_new_tokens=60, prompt="Brand: Halden"
    )
    found: list[dict[str, list[str]]] = []
    with contextlib.suppress(NoCandidate):  # random weights rarely write copy: then it says so
        found = [json.loads(text) for text in write(generator, wanted, tmp_path)]
    assert all(len(line) <= 20 for item in found for line in item["headline"])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer"),
        (lambda f: cut(f / "model.safetensors"), "safetensors"),
        (
            lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"),
            "pickle|pytorch_model",
        ),
        (lambda f: (f / "modeling_own.py").write_text("1/0"), "own"),
    ],
    ids=["no tokenizer", "cut off", "pickle", "own code"],
)
def test_damaged_folders_are_refused_in_words(damage, words, tmp_path):
    folder = make_model(tmp_path / "damaged")
    damage(folder)
    with pytest.raises(CheckpointError, match=words):
        load(folder, tmp_path)


DATED = {  # as the templates of SmolLM3, Granite 3, Llama 3.2 and Llama 3.1 say it
    "smollm3": '{%- set today = strftime_now("%d %B %Y") -%}{{ today }}',
    "granite": "{% macro day() %}{{ strftime_now('%B %d, %Y') }}{% endmacro %}{{ day() }}",
    "llama 3.2": "{%- if not date_string is defined %}{%- if strftime_now is defined %}"
    '{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}{%- endif %}{{ date_string }}',
    "llama 3.1": '{%- if not date_string is defined %}{%- set date_string = "26 Jul 2024" %}'
    "{%- endif %}{{ date_string }}",
}
DATES = {"smollm3": "26 July 2024", "granite": "July 26, 2024"}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("kind", ["folder", "gguf"])
def test_a_template_that_prints_the_date_gives_the_same_text_every_day(
    name, kind, manifest, tmp_path
):
    def written(head: str, place: str) -> list[str]:
        if kind == "gguf":
            path = make_gguf(tmp_path / f"{place}.gguf", chat=head + CHAT)
        else:
            path = make_model(tmp_path / place)
            (path / "chat_template.jinja").write_text(head + CHAT)
        generator = load(path, tmp_path)
        texts = write(generator, request(manifest, max_new_tokens=30), tmp_path)
        generator.unload()
        return texts

    assert written(DATED[name], "dated") == written(DATES.get(name, "26 Jul 2024"), "plain")


def test_templates_without_a_clock_stay_as_they_are():
    assert without_clock(CHAT) == CHAT


@pytest.mark.parametrize("family", ["mamba", "mamba2"])
def test_a_model_that_would_write_from_its_last_token_alone_is_refused(family, manifest, tmp_path):
    folder = make_model(tmp_path / family, family)
    with pytest.raises(CheckpointError, match=rf"\({family}\)"):
        load(folder, tmp_path)
    assert family not in manifest.family("causal_lm").detect[0]["model_type"]


def test_every_kind_that_is_taken_reads_our_cache(manifest):
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as NAMES

    for kind in manifest.family("causal_lm").detect[0]["model_type"]:
        taken = inspect.signature(getattr(transformers, NAMES[kind]).forward).parameters
        assert "past_key_values" in taken, kind


def test_gguf_files_that_would_abort_llama_cpp_are_refused_first(gguf_file, tmp_path):
    data = gguf_file.read_bytes()
    for name, content in {
        "cut.gguf": data[: len(data) // 2],
        "empty.gguf": data[:8] + struct.pack("<Q", 0) + data[16:],
        "garbage.gguf": b"GGUF" + bytes(200),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=name.replace(".", r"\.")):
            load(path, tmp_path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("kind", ["folder", "gguf_file"])
def test_a_likelihood_is_told_when_asked_for(kind, tmp_path, request):
    generator = load(request.getfixturevalue(kind), tmp_path)
    backend, watch = generator.backend, Watch(lambda _done, _total: None)

    def likelihood(**more) -> float:
        sampling = Sampling(max_new_tokens=8, top_k=0, top_p=1.0, ignore_eos=True, **more)
        (answer,) = backend.complete([Ask((("user", "Coffee"),), 5)], sampling, watch)
        return answer.likelihood

    best = likelihood(temperature=0.0, likelihood=True)
    assert likelihood(temperature=0.0) == 0.0
    assert likelihood(temperature=2.0, likelihood=True) < best < 0.0
    generator.unload()


def test_the_estimate_counts_what_is_loaded(folder, manifest, tmp_path):
    """Mistral's folders hold their weights a second time, as consolidated.safetensors."""

    def estimate(path: Path) -> int:
        return TextGPT.estimate_bytes(replace(request(manifest), checkpoint=reference(path)))

    twice = Path(shutil.copytree(folder, tmp_path / "twice"))
    shutil.copy(twice / "model.safetensors", twice / "consolidated.safetensors")
    assert estimate(twice) == estimate(folder) > 0
    model = load(twice, tmp_path).backend.model
    (twice / "model.safetensors").unlink()
    model.save_pretrained(twice, max_shard_size="20KB")
    assert len([*twice.glob("model-*.safetensors")]) > 1
    assert estimate(twice) == estimate(folder)
