"""What a prompt for music asks, in English and Chinese. Standard library only."""
