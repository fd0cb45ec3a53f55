"""The sheet in which a person reviews a language: write it, and read it back."""
