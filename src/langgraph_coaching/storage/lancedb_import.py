"""LanceDB's import: without what no store needs here, which loads when somebody asks for it.

LanceDB brings a client for every call of a REST service, of which it uses the requests alone: half the time of its
import, and 12 MB. Each process would pay for that before its first advice (`tests/benchmarks/startup.py`).
"""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

CLIENTS = "lance_namespace_urllib3_client"


@cache
def prepare_import() -> None:
    """What is to be done before LanceDB is imported, once in a process."""
    os.environ.setdefault("LANCEDB_LOG", "error")  # it warns on stderr at every projected query otherwise
    defer_names(CLIENTS)


def defer_names(package: str) -> None:
    """Has a package import its own names when one of them is asked for; modules within it are imported as ever.

    Args:
        package: Its name; one that is there already, or that is not installed, is left as it is.
    """
    spec = None if package in sys.modules else find_spec(package)
    if spec is None or spec.loader is None:
        return
    module, loader, within = module_from_spec(spec), spec.loader, threading.local()

    def load_attribute(name: str) -> Any:
        special = name.startswith("__")
        if not special and find_spec(f"{package}.{name}"):  # asked for by another of its modules, which come first
            return import_module(f"{package}.{name}")
        if not hasattr(within, "names") and (name == "__all__" or not special):
            within.names = True
            try:
                loader.exec_module(module)  # where two threads do so at once, both import the same
            finally:
                del within.names
            if name in vars(module):
                return vars(module)[name]
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    vars(module)["__getattr__"] = load_attribute
    sys.modules[package] = module
