"""What is costly is made once, by few, and forgotten in time."""

import os
import threading
import time

import pytest

from oficina import cache


def test_the_same_key_is_made_once_also_by_many_at_once(app):
    made = []

    def make(slot: int) -> bytes:
        made.append(slot)
        time.sleep(0.05)
        return b"content"

    with app.app_context():
        first = cache.kept("prueba", "a", make, slots=1, patience=1)
    results = []

    def ask():
        with app.app_context():
            results.append(cache.kept("prueba", "b", make, slots=1, patience=5))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first == b"content"
    assert results == [b"content"] * 3
    assert len(made) == 2


def test_some_threads_are_always_left_for_pages(app):
    for _ in range(3):
        assert cache.COSTLY.acquire(blocking=False)
    try:
        with pytest.raises(cache.BusyError, match="no thread to spare"):
            cache.kept("prueba", "c", lambda slot: b"", slots=1, patience=1)
    finally:
        for _ in range(3):
            cache.COSTLY.release()


def test_a_full_folder_is_no_error(app, monkeypatch):
    monkeypatch.setattr(cache, "MOST_FILES", 0)
    assert cache.kept("llena", "d", lambda slot: b"x", slots=1, patience=1) == b"x"
    assert not list((cache.root() / "llena").glob("*"))


def test_old_files_are_forgotten_and_new_ones_stay(app):
    for key in ("old", "new"):
        cache.kept("vieja", key, lambda slot: b"x", slots=1, patience=1)
    old, new = sorted((cache.root() / "vieja").glob("*"))[:2]
    os.utime(old, (time.time() - 7200,) * 2)
    cache.clean("vieja", 1)
    assert list((cache.root() / "vieja").glob("*")) == [new]
    assert oct(new.parent.stat().st_mode)[-3:] == "700"
