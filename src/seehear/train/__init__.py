"""Training loops (extra `neural`)."""
