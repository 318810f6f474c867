"""Files that can be made again, under ``cache/`` of the instance; and slots, so that few do costly work at once."""

import fcntl
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import current_app

POLL = 0.05
MOST_FILES = 5000
# gunicorn.conf.py gives each process four threads.
COSTLY = threading.BoundedSemaphore(3)


class BusyError(Exception):
    """No slot was free in time. Trying later may help (503)."""


def root() -> Path:
    folder = Path(current_app.config["INSTANCIA"]) / "cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def kept(kind: str, key: str, make: Callable[[int], bytes], slots: int, patience: float) -> bytes:
    """The bytes of ``key``, made by ``make`` the first time, in one of ``slots``. A file is written whole or not at all.

    ``make`` gets the descriptor of its slot. Raises BusyError, and whatever ``make`` raises.
    """
    folder = root() / kind
    path = folder / hashlib.sha256(key.encode()).hexdigest()
    if (content := stored(path)) is not None:
        return content
    with slot(kind, slots, patience) as descriptor:
        if (content := stored(path)) is not None:  # made by another while we waited
            return content
        content = make(descriptor)
        store(folder, path, content)
        return content


def stored(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def store(folder: Path, path: Path, content: bytes) -> None:
    """Keep it, unless there are too many already or the disk is full: then it is made again the next time."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if len(os.listdir(folder)) >= MOST_FILES:
        return
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(content)
        os.replace(file.name, path)
    except OSError:
        Path(file.name).unlink(missing_ok=True)


@contextmanager
def slot(kind: str, count: int, patience: float) -> Iterator[int]:
    """One of ``count`` slots of this machine, over all processes, as the descriptor that holds its lock.

    Raises BusyError when none is free within ``patience`` seconds, and at once when too many threads of this process
    are at costly work already: the others are for pages.
    """
    if not COSTLY.acquire(blocking=False):
        raise BusyError("no thread to spare")
    files = [os.open(root() / f"{kind}-{n}.lock", os.O_RDWR | os.O_CREAT, 0o600) for n in range(count)]
    try:
        yield first_free(files, patience)
    finally:
        COSTLY.release()
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


def clean(kind: str, hours: float) -> None:
    """Forget what of ``kind`` was made more than ``hours`` ago."""
    oldest = time.time() - hours * 3600
    for path in (root() / kind).glob("*"):
        with suppress(FileNotFoundError):  # renamed or deleted meanwhile
            if path.stat().st_mtime < oldest:
                path.unlink()
