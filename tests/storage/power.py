"""A loss of power, simulated: of a folder, what was waited for is there afterwards, and little else."""

import os
import shutil
from pathlib import Path


class Disk:
    """Takes note of what was waited for with `os.fsync`.

    Args:
        monkeypatch: Of the test.
        below: Only what is there counts.
    """

    def __init__(self, monkeypatch, below):
        self._below = below
        self.contents = {}
        self.listings = {}
        self._held = []
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._note)

    def _note(self, handle):
        self._fsync(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if not path.is_relative_to(self._below):
            return
        number = os.fstat(handle).st_ino
        if path.is_dir():
            self.listings[path] = {one.name: one.lstat().st_ino for one in path.iterdir()}
        else:
            if number not in self.contents:
                self._held.append(os.dup(handle))  # so that no other file gets its number
            self.contents[number] = os.pread(handle, os.fstat(handle).st_size, 0)

    def cut(self, folder, into, *, names=False):
        """What is there of a folder after the power was cut now.

        Args:
            folder: Which.
            into: Where to put it; made anew.
            names: Whether the system has written down every name there is by itself, and no content: then files are
                full of zeros.
        """
        shutil.rmtree(into, ignore_errors=True)
        if names or folder.name in self.listings.get(folder.parent, ()):
            self._copy(folder, into, names)

    def _copy(self, folder, into, names):
        into.mkdir()
        found = {one.name: one.lstat().st_ino for one in folder.iterdir()} if names else self.listings.get(folder, {})
        for name, number in found.items():
            there = folder / name
            if there.is_dir():
                self._copy(there, into / name, names)
            elif number in self.contents:
                (into / name).write_bytes(self.contents[number])
            else:
                (into / name).write_bytes(bytes(there.stat().st_size) if names else b"")

    def close(self):
        """Lets go of the files."""
        for handle in self._held:
            os.close(handle)
