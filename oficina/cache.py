"""Files that can be made again, under ``cache/`` of the instance; and slots, so that few do costly work at once.

A file lies at ``KIND/ab/abcd…``, by the SHA-256 of what it was made from, behind its size and a checksum that depends on
that address too: one that is cut, damaged or of another address is as good as none. Each of the 256 folders has its share
of the space and a lock, under which alone anything is made or written there.
"""

import fcntl
import hashlib
import math
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from flask import current_app

POLL = 0.01
FOLDERS = 256
OTHERS_MB = 200  # for each kind that has no setting
USED_EVERY = 24 * 3600  # how exactly it is known when a file was asked for last, in seconds
# Neither is an address.
LOCK, NEW = "cerrojo", "nuevo"
HEAD = struct.Struct(">II")
# gunicorn.conf.py gives each process four threads.
COSTLY = threading.BoundedSemaphore(3)
# Lists that want to know what was deleted to make room.
NOTING: list[list[float]] = []


class BusyError(Exception):
    """No slot was free in time. Trying later may help (503)."""


def address(key: str) -> str:
    """Where the content of ``key`` lies: 64 hexadecimal digits."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def kept(kind: str, key: str, make: Callable[[int], bytes], slots: int, patience: float) -> bytes:
    """The content of ``key``, made by ``make`` the first time, in one of ``slots``; by one even if many ask at once.

    ``make`` gets the descriptor of its slot. Raises BusyError, and whatever ``make`` raises.
    """
    digest = address(key)
    if (content := stored(kind, digest)) is not None:
        return content
    deadline = time.monotonic() + patience
    with costly(), locked(kind, digest, deadline):
        if (content := stored(kind, digest)) is not None:  # made by another while we waited
            return content
        with slot(kind, slots, deadline) as descriptor:
            content = make(descriptor)
        with suppress(OSError):  # a full disk: then it is made again the next time
            write(kind, digest, content)
        return content


def stored(kind: str, digest: str) -> bytes | None:
    """What was kept at an address, as it was; None where there is nothing or it is damaged."""
    try:
        with open(path_of(kind, digest), "rb", buffering=0) as file:
            data = file.read()
            touch(file.fileno())
    except OSError:
        return None
    content = data[HEAD.size :]
    return content if data[: HEAD.size] == head(digest, content) else None


def keep(kind: str, digest: str, content: bytes) -> None:
    """Keep what was made without a slot. Raises OSError where the disk does not take it."""
    with locked(kind, digest):
        write(kind, digest, content)


@contextmanager
def evictions() -> Iterator[list[float]]:
    """When each file was asked for last that this process deletes to make room, as long as this lasts."""
    noted: list[float] = []
    NOTING.append(noted)
    try:
        yield noted
    finally:
        NOTING.pop()


def share(kind: str) -> int:
    """How many bytes each of the folders of ``kind`` may hold."""
    megabytes = current_app.config["FACTURA_COPIAS_MB"] if kind == "pdf" else OTHERS_MB
    return megabytes * 1_000_000 // FOLDERS


def clean(kind: str, hours: float) -> None:
    """Forget what of ``kind`` nobody asked for in ``hours``, and files that lie where none should."""
    oldest = time.time() - hours * 3600
    for folder in (root() / kind).glob("*"):
        if folder.is_dir():
            for used, _, path in files(folder):
                if used < oldest:
                    path.unlink(missing_ok=True)
        else:
            folder.unlink(missing_ok=True)


def root() -> Path:
    return Path(current_app.config["INSTANCIA"]) / "cache"


def path_of(kind: str, digest: str) -> Path:
    return folder_of(kind, digest) / digest


def folder_of(kind: str, digest: str) -> Path:
    return root() / kind / digest[:2]


def head(digest: str, content: bytes) -> bytes:
    return HEAD.pack(len(content), zlib.crc32(content, zlib.crc32(digest.encode())))


def touch(file: int) -> None:
    """Note that it was asked for today, once a day. Another user's file is left alone."""
    if time.time() - os.fstat(file).st_mtime > USED_EVERY:
        with suppress(PermissionError):
            os.utime(file)


def write(kind: str, digest: str, content: bytes) -> None:
    """Write a file whole, in the room of those of its folder that were not asked for longest. Only under the lock."""
    folder = folder_of(kind, digest)
    data = head(digest, content) + content
    (folder / digest).unlink(missing_ok=True)
    make_room(folder, share(kind) - len(data))
    try:
        with open(os.open(folder / NEW, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        # Not waiting for the disk: what a power cut leaves in halves is found damaged and made again.
        os.replace(folder / NEW, folder / digest)
    except OSError:
        (folder / NEW).unlink(missing_ok=True)
        raise


def make_room(folder: Path, most: int) -> None:
    """Delete until ``most`` bytes are left."""
    there = sorted(files(folder), reverse=True)
    total = sum(size for _, size, _ in there)
    while there and total > most:
        used, size, path = there.pop()
        path.unlink(missing_ok=True)
        total -= size
        for noted in NOTING:
            noted.append(used)


def files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was asked for last, its bytes, its path."""
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # deleted meanwhile
            if entry.name not in (LOCK, NEW):
                yield entry.stat().st_mtime, entry.stat().st_size, Path(entry.path)


@contextmanager
def costly() -> Iterator[None]:
    """Raises BusyError at once when too many threads of this process are at costly work already: the others are for pages."""
    if not COSTLY.acquire(blocking=False):
        raise BusyError("no thread to spare")
    try:
        yield
    finally:
        COSTLY.release()


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Raises BusyError at once where another process of this machine is in here by the same name."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with first_free([root() / f"{name}.lock"], 0):
        yield


@contextmanager
def locked(kind: str, digest: str, deadline: float = math.inf) -> Iterator[None]:
    """The folder of an address for oneself, over all processes. Raises BusyError when it is not free in time."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder_of(kind, digest)
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
    with first_free([folder / LOCK], deadline):
        yield


def slot(kind: str, count: int, deadline: float) -> AbstractContextManager[int]:
    """One of ``count`` slots of this machine, over all processes, as the descriptor that holds its lock.

    Raises BusyError when none is free in time.
    """
    return first_free([root() / f"{kind}-{n}.lock" for n in range(count)], deadline)


@contextmanager
def first_free(locks: list[Path], deadline: float) -> Iterator[int]:
    """The first of these files that can be locked, as its descriptor; the lock lasts until all its copies are closed."""
    handles = [os.open(path, os.O_RDWR | os.O_CREAT, 0o600) for path in locks]
    try:
        while (free := next(filter(lockable, handles), None)) is None:
            if time.monotonic() > deadline:
                raise BusyError("no slot in time")
            time.sleep(POLL)
        yield free
    finally:
        for handle in handles:
            os.close(handle)


def lockable(handle: int) -> bool:
    """Whether nobody else held it; now it is ours."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
