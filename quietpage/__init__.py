"""The machinery of Quietpage: from settings, facts and words to bytes."""

__version__ = "0.1.0"
