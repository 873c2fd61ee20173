"""The command line: thin doors. Parse, call a public name, print.

Exit 0: fine. 1: an error of ours, one line on stderr. 2: wrong usage. ``--debug`` shows the traceback instead.
"""

from seehear.cli.app import main

__all__ = ["main"]
