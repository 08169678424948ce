"""Tokens, palette, style sheet, font and icons: how everything looks."""
