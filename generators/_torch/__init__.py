"""What the generators share about torch: devices, dtypes, safetensors, memory readings."""
