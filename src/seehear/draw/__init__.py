"""Scene in, video out."""
