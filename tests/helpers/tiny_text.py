"""Tiny language models of real architectures: random weights, a tokenizer made on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.api import CheckpointRef

if TYPE_CHECKING:
    from pathlib import Path

CHAT = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIALS = ["<pad>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]


def make_tokenizer(folder: Path, *, chat: bool = True):
    """Write a byte-level BPE tokenizer that can spell anything."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=SPECIALS, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(["The quick brown fox keeps your coffee hot."] * 4, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    if chat:
        fast.chat_template = CHAT
    fast.save_pretrained(folder)
    return fast


def make_model(folder: Path, family: str = "llama", *, seed: int = 0, chat: bool = True) -> Path:
    """Write a small random model of a family with its tokenizer."""
    import torch
    from transformers import AutoModelForCausalLM as Auto
    from transformers import GPT2Config, LlamaConfig, Mamba2Config, MambaConfig, Qwen2Config

    folder.mkdir(parents=True, exist_ok=True)
    size = len(make_tokenizer(folder, chat=chat))
    torch.manual_seed(seed)
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    if family == "gpt2":
        config = GPT2Config(
            vocab_size=size, n_positions=512, n_embd=32, n_layer=2, n_head=2, **ends
        )
    elif family in ("mamba", "mamba2"):
        kind = {"mamba": MambaConfig, "mamba2": Mamba2Config}[family]
        heads = {} if family == "mamba" else {"num_heads": 4, "head_dim": 16, "n_groups": 1}
        config = kind(
            vocab_size=size, hidden_size=32, num_hidden_layers=2, state_size=8, **heads, **ends
        )
    else:
        kind = {"llama": LlamaConfig, "qwen2": Qwen2Config}[family]
        config = kind(
            vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=512, **ends,
        )  # fmt: skip
    Auto.from_config(config).save_pretrained(folder)
    return folder


def make_lora(model_folder: Path, folder: Path, *, seed: int) -> Path:
    """Write a LoRA in peft's layout whose weights are not zero."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(model_folder)
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"]))
    torch.manual_seed(seed)
    for name, weight in wrapped.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.5)
    wrapped.save_pretrained(folder)
    return folder


def make_gguf(
    path: Path, *, layers: int = 1, width: int = 32, context: int = 512, chat: str = ""
) -> Path:
    """Write a small random llama as GGUF, with a byte-level vocabulary and a chat template."""
    import gguf

    heads, inner = width // 16, 2 * width
    alphabet = _byte_alphabet()
    tokens = ["<unk>", "<s>", "</s>", *alphabet]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.NORMAL] * len(alphabet)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["Ġ t"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if chat:
        writer.add_chat_template(chat)
    _add_tensors(writer, len(tokens), (width, inner, layers))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tensors(writer, vocabulary: int, sizes: tuple[int, int, int]) -> None:
    import numpy as np

    width, inner, layers = sizes
    random = np.random.default_rng(0)
    shapes = {"token_embd": (vocabulary, width), "output_norm": (width,),
              "output": (vocabulary, width)}  # fmt: skip
    for index in range(layers):
        block = f"blk.{index}."
        shapes |= {block + name: (width,) for name in ("attn_norm", "ffn_norm")}
        square = ("attn_q", "attn_k", "attn_v", "attn_output")
        shapes |= {block + name: (width, width) for name in square}
        shapes |= {block + "ffn_gate": (inner, width), block + "ffn_up": (inner, width)}
        shapes |= {block + "ffn_down": (width, inner)}
    for name, shape in shapes.items():
        values = random.standard_normal(shape).astype(np.float32) * 0.2
        ones = np.ones(shape, np.float32)
        writer.add_tensor(f"{name}.weight", ones if name.endswith("norm") else values)


def _byte_alphabet() -> list[str]:
    """Return GPT-2's 256 visible stand-ins for bytes, and one merge."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_ins = {byte: chr(byte) for byte in shown}
    stand_ins |= {byte: chr(256 + at) for at, byte in
                  enumerate(byte for byte in range(256) if byte not in shown)}  # fmt: skip
    return [*(stand_ins[byte] for byte in range(256)), "Ġt"]


def reference(path: Path, **details: object) -> CheckpointRef:
    """Return the reference that a request would carry."""
    form = "gguf" if path.suffix == ".gguf" else "transformers"
    family = "gguf" if form == "gguf" else "llama"
    return CheckpointRef("tiny", path.name, str(path), family, form, details=details)
