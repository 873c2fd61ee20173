"""Every weight a backend may use: repository, revision, size, licence, where it lies."""
