"""The sheet in which a person reviews a language: made, and read back."""
