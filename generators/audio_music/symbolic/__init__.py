"""The starter's music: a prompt becomes a plan, the plan notes, the notes sound."""
