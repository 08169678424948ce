"""The process that holds models. Standard library only; generators bring the rest."""
