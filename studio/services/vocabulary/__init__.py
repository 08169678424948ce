"""The words that a checkpoint declares to know: read its file, read prompts by it, suggest."""
