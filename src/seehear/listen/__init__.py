"""Sound in, scene out: who is where, moving how."""
