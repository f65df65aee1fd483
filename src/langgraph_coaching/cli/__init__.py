"""The command line: `langgraph-coaching`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command and exits with its code."""
    from langgraph_coaching.cli.app import run

    sys.exit(run())
