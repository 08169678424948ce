"""A campaign from brief to creatives: plan, jobs, and the steps between them."""
