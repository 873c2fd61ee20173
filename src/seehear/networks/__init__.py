"""Published networks, weight-compatible, in plain torch (extra `neural`)."""
