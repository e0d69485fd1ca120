"""The command line: thin commands over ``batch``, ``store``, ``explain`` and ``report``.

Exit codes: 0 done; 1 some input is in quarantine; 2 misuse or bad configuration; 3 something
that is needed is not available; 130 stopped by Ctrl-C. Heavy libraries are loaded where a
command needs them, so that each starts at once.
"""

from ccnlp.cli.app import app, main

__all__ = ["app", "main"]
