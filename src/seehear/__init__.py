"""Pictures into the sound they would make, in the right place; and measures of whether it is."""

__version__ = "0.1.0"
