"""Sound and picture files: reading, writing, channel layouts."""
