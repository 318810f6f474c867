"""Files that can be made again, under ``cache/`` of the instance; and slots, so that few do costly work at once."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

POLL = 0.05


class BusyError(Exception):
    """No slot was free in time. Trying later may help (503)."""


def root() -> Path:
    folder = Path(current_app.config["INSTANCIA"]) / "cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def kept(kind: str, key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes of ``key``, made by ``make`` the first time. A file is written whole or not at all."""
    folder = root() / kind
    path = folder / hashlib.sha256(key.encode()).hexdigest()
    try:
        return path.read_bytes()
    except FileNotFoundError:
        content = make()
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
    return content


@contextmanager
def slot(kind: str, count: int, patience: float) -> Iterator[int]:
    """One of ``count`` slots of this machine, over all processes, as the descriptor that holds its lock.

    Raises BusyError when none is free within ``patience`` seconds.
    """
    files = [os.open(root() / f"{kind}-{n}.lock", os.O_RDWR | os.O_CREAT, 0o600) for n in range(count)]
    try:
        yield first_free(files, patience)
    finally:
        for file in files:
            os.close(file)


def first_free(files: list[int], patience: float) -> int:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        for file in files:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return file
        time.sleep(POLL)
    raise BusyError(f"no slot after {patience} s")


def clean(hours: float) -> None:
    """Forget what was made more than ``hours`` ago."""
    oldest = time.time() - hours * 3600
    for path in root().glob("*/*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
