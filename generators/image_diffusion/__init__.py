"""Images from diffusion pipelines."""
