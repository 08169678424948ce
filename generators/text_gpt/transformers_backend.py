"""Safetensors folders through transformers, with adapters by peft."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers

from generators import _torch
from generators.api import AdapterRef, CheckpointError, CheckpointRef, JsonValue, UserFacingError
from generators.text_gpt.backend import Backend, Completion, languages_of, too_long
from generators.text_gpt.chat_dates import DATE_STRING, without_clock
from generators.text_gpt.decoding import Decoder
from generators.text_gpt.languages import list_is_complete
from generators.text_gpt.masks import Masks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from generators.api import LoadContext
    from generators.text_gpt.backend import Ask, Sampling, Turn, Watch

BATCH = 8  # variants together at memory level 0
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model", "vocab.txt")
_OVERHEAD = 150_000_000  # bytes beside weights and cache: activations, logits
_PICKLED_ADAPTERS = ("adapter_model.bin", "adapter_model.pt")


class TransformersBackend(Backend):
    """One causal language model in torch."""

    def __init__(self, model: Any, tokenizer: Any, device: str, dtype: torch.dtype) -> None:  # noqa: ANN401
        self.model, self.tokenizer = model, tokenizer
        self.device, self.dtype = device, dtype
        self.languages = ()
        self.batch = BATCH
        self.context_length = _context_length(model.config)
        self.masks: Any = Masks(tokenizer, int(model.get_output_embeddings().weight.shape[0]))

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef,
        adapters: Sequence[AdapterRef],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> TransformersBackend:
        """Load a folder and put the adapters on.

        Raises:
            CheckpointError: It is damaged, unsafe, incomplete or of another kind.
            OutOfMemory: It does not fit.
        """
        path = Path(checkpoint.path)
        steps = 3 + len(adapters)
        context.progress(0, steps, "Checking the checkpoint")
        _torch.check_folder(path)
        place = _torch.choose_device(device)
        number = _torch.choose_dtype(dtype, place)
        context.progress(1, steps, "Loading the tokenizer")
        tokenizer = load_tokenizer(path)
        context.progress(2, steps, "Loading the weights")
        with _torch.memory_guard(), _quiet():
            model = _load_model(path, number)
            for index, adapter in enumerate(adapters):
                context.progress(3 + index, steps, f"Loading the adapter {adapter.name}".strip())
                model = _with_adapter(model, adapter, f"adapter_{index}")
            model = _merged(model, adapters)
            model = model.to(place).eval()
        backend = cls(model, tokenizer, place, number)
        backend.batch = BATCH if context.memory_level == 0 else 1
        backend.languages = languages_of(checkpoint)
        backend.languages_complete = list_is_complete(checkpoint.path)
        context.progress(steps, steps, "Loaded")
        return backend

    def complete(self, asks: Sequence[Ask], sampling: Sampling, watch: Watch) -> list[Completion]:
        """Complete asks in one batch; what their prompts have in common is computed once."""
        prompts = [self._tokens(ask.turns) for ask in asks]
        longest = max(len(prompt) for prompt in prompts)
        if longest + min(sampling.max_new_tokens, self.context_length // 2) > self.context_length:
            room = min(sampling.max_new_tokens, self.context_length // 2)
            raise too_long(longest, self.context_length, room)
        room = self.context_length - longest
        with torch.inference_mode(), _torch.memory_guard(), _quiet():
            return Decoder(self, prompts, asks, sampling, watch).run(room)

    def _tokens(self, turns: Sequence[Turn]) -> list[int]:
        if self.tokenizer.chat_template:
            messages = [{"role": role, "content": content} for role, content in turns]
            text = self._template(messages)
            ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        else:
            text = "\n\n".join(content for _, content in turns) + "\n"
            ids = self.tokenizer(text)["input_ids"]
        return list(ids) or [self.tokenizer.bos_token_id or 0]

    def _template(self, messages: list[dict[str, str]]) -> str:
        import jinja2

        template = without_clock(self.tokenizer.get_chat_template())

        def apply(found: list[dict[str, str]]) -> str:
            return str(
                self.tokenizer.apply_chat_template(
                    found,
                    chat_template=template,
                    tokenize=False,
                    add_generation_prompt=True,
                    enable_thinking=False,
                    date_string=DATE_STRING,
                )
            )

        try:
            return apply(messages)
        except jinja2.TemplateError:  # some templates know no system role
            if messages[0]["role"] != "system" or len(messages) < 2:
                raise
            first = f"{messages[0]['content']}\n\n{messages[1]['content']}"
            return apply([{"role": "user", "content": first}, *messages[2:]])

    def end_tokens(self) -> set[int]:
        """Return the tokens that end an answer."""
        found = self.model.generation_config.eos_token_id
        ids = {*found} if isinstance(found, list | tuple) else {found}
        return {int(item) for item in ids | {self.tokenizer.eos_token_id} if item is not None}

    def execution_record(self) -> dict[str, JsonValue]:
        """Return device, dtype, threads, batch and versions."""
        return {**_torch.execution_record(self.device, self.dtype), "batch": self.batch}

    def memory_bytes(self) -> int:
        """Return the weights, in bytes."""
        return _torch.memory_bytes(self.model) if self.model is not None else 0

    def unload(self) -> None:
        """Let go of the model."""
        self.model = self.tokenizer = self.masks = None
        _torch.free_memory()


def estimate_folder(path: Path, tokens: int = 0) -> int:
    """Return the bytes that a folder needs when loaded and run; 0 when it can't be read."""
    try:
        headers = [_torch.safetensors_header(file) for file in _torch.loaded_files(path)]
        shape = transformers.AutoConfig.from_pretrained(path, local_files_only=True)
    except (CheckpointError, OSError, ValueError, KeyError):
        return 0  # loading says what is wrong
    count = 0
    for header in headers:
        for name, item in header.items():
            if name != "__metadata__":
                begin, end = item["data_offsets"]
                count += (end - begin) // {"F32": 4, "F64": 8}.get(item["dtype"], 2)
    each = 2 if torch.cuda.is_available() else 4
    text = shape.get_text_config()
    layers, width = getattr(text, "num_hidden_layers", 0), getattr(text, "hidden_size", 0)
    return int(count * each + 2 * layers * width * each * tokens + _OVERHEAD)


def _context_length(config: Any) -> int:  # noqa: ANN401 - untyped library
    text = config.get_text_config()
    return int(getattr(text, "max_position_embeddings", 0) or 1 << 20)


def load_tokenizer(path: Path) -> Any:  # noqa: ANN401 - untyped library
    """Return a folder's tokenizer.

    Raises:
        CheckpointError: It has none, or a damaged one.
    """
    if not any((path / name).is_file() for name in _TOKENIZERS):
        raise CheckpointError(
            f"The checkpoint {path.name!r} has no tokenizer.",
            "Copy tokenizer.json and tokenizer_config.json of the same checkpoint into its folder.",
        )
    try:
        with _quiet():
            return transformers.AutoTokenizer.from_pretrained(
                path, local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # tokenizers raises nothing narrower for a damaged file
        raise CheckpointError(
            f"The tokenizer of {path.name!r} cannot be read: {str(error)[:200]}",
            "Copy or download the checkpoint again.",
        ) from error


def _load_model(path: Path, dtype: torch.dtype) -> Any:  # noqa: ANN401 - untyped library
    try:
        model, info = transformers.AutoModelForCausalLM.from_pretrained(
            path,
            dtype=dtype,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise CheckpointError(
            f"{path.name!r} cannot be loaded as a language model: {str(error)[:200]}",
            "Choose a folder of a causal language model in safetensors format.",
        ) from error
    missing = sorted(info["missing_keys"])
    if missing or info["mismatched_keys"]:
        what = missing[0] if missing else str(next(iter(info["mismatched_keys"]))[0])
        raise CheckpointError(
            f"The weights of {path.name!r} do not match its config.json: {what:.80} is missing "
            "or of another size.",
            "Copy or download the checkpoint again.",
        )
    _check_cache(model, path)
    return model


def _check_cache(model: Any, path: Path) -> None:  # noqa: ANN401 - untyped library
    """Refuse what would swallow our cache unread, and then see the last token alone (Mamba)."""
    if "past_key_values" not in inspect.signature(model.forward).parameters:
        raise CheckpointError(
            f"{path.name!r} is of a kind ({model.config.model_type}) that cannot write here: it "
            "remembers in another way than by attention.",
            "Choose a folder of a transformer such as Llama, Qwen or Gemma.",
        )


def _with_adapter(model: Any, adapter: AdapterRef, name: str) -> Any:  # noqa: ANN401 - untyped library
    import peft

    path = Path(adapter.path)
    weights = path / "adapter_model.safetensors"
    if not weights.is_file():
        pickle = next((path / item for item in _PICKLED_ADAPTERS if (path / item).is_file()), None)
        if pickle is not None:
            raise _torch.refuse_pickle(pickle)
        raise CheckpointError(
            f"The adapter {adapter.name or path.name!r} has no adapter_model.safetensors.",
            "Choose the folder that peft wrote.",
        )
    _torch.check_safetensors(weights)
    try:
        if isinstance(model, peft.PeftModel):
            model.load_adapter(str(path), adapter_name=name)
            return model
        return peft.PeftModel.from_pretrained(model, str(path), adapter_name=name)
    except (ValueError, KeyError, TypeError, RuntimeError, OSError) as error:
        raise UserFacingError(
            f"The adapter {adapter.name or path.name!r} does not fit this checkpoint: "
            f"{str(error)[:160]}",
            "Use an adapter that was trained on this checkpoint.",
        ) from error


def _merged(model: Any, adapters: Sequence[AdapterRef]) -> Any:  # noqa: ANN401 - untyped library
    """Fold the adapters into the weights, each with its strength: no cost while writing."""
    if not adapters:
        return model
    for index, adapter in enumerate(adapters):
        name = f"adapter_{index}"
        for module in model.modules():
            scaling: Mapping[str, float] | None = getattr(module, "scaling", None)
            if isinstance(scaling, dict) and name in scaling:
                scaling[name] *= adapter.weight
    names = [f"adapter_{index}" for index in range(len(adapters))]
    return model.merge_and_unload(adapter_names=names)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' advice to programmers out of a job's log."""
    bars = transformers.utils.logging.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if bars:
            transformers.utils.logging.enable_progress_bar()
