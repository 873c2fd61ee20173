"""``python -m seehear`` is the command line."""

from seehear.cli import main

main()
