"""Quietpage: from settings, tables and translations to prepared responses."""

__version__ = "0.1.0"
