"""Plain values and rules: no SQL, no Qt, no torch, no files beyond settings and paths."""
