"""The command line: `langgraph-coaching`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command and exits with its code."""
    from langgraph_coaching.cli.app import run

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter is no reason to fail
    sys.exit(run())
