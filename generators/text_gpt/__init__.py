"""Text from GPT-style language models: transformers and GGUF."""
