"""What is costly is made once, by few; kept whole, in bounds, and forgotten in time."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from oficina import cache

ROOT = Path(__file__).parent.parent
DAY = 24 * 3600


@pytest.fixture
def copias(tmp_path):
    """All that is needed of the portal: where the files are and their room, 4000 bytes a folder."""
    portal = Flask("copias")
    portal.config |= {"INSTANCIA": tmp_path, "FACTURA_COPIAS_MB": 4000 * cache.FOLDERS / 1_000_000}
    with portal.app_context():
        yield portal


def kept(key: str, content: bytes = b"content", kind: str = "pdf") -> bytes:
    return cache.kept(kind, key, lambda slot: content, slots=1, patience=1)


def path_of(key: str, kind: str = "pdf") -> Path:
    return cache.folder_of(kind, cache.address(key)) / cache.address(key)


def all_files(kind: str = "pdf") -> list[Path]:
    return [path for path in (cache.root() / kind).rglob("*") if path.is_file() and path.name not in (cache.LOCK, cache.NEW)]


def same_folder(how_many: int) -> list[str]:
    """Keys whose files lie together."""
    keys = (f"key {number}" for number in range(how_many * 2000))
    return [key for key in keys if cache.address(key).startswith("00")][:how_many]


# -- made once --------------------------------------------------------------------------------------


def test_the_same_key_is_made_once_also_by_many_at_once(copias):
    made = []

    def make(slot: int) -> bytes:
        made.append(slot)
        time.sleep(0.05)
        return b"content"

    first = cache.kept("prueba", "a", make, slots=2, patience=1)
    results = []

    def ask():
        with copias.app_context():
            results.append(cache.kept("prueba", "b", make, slots=2, patience=5))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first == b"content"
    assert results == [b"content"] * 3
    assert len(made) == 2


def test_some_threads_are_always_left_for_pages(copias):
    for _ in range(3):
        assert cache.COSTLY.acquire(blocking=False)
    try:
        with pytest.raises(cache.BusyError, match="no thread to spare"):
            kept("c")
    finally:
        for _ in range(3):
            cache.COSTLY.release()


def test_what_could_not_be_made_is_tried_again(copias):
    def fail(slot: int) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.kept("pdf", "a", fail, slots=1, patience=1)
    assert kept("a") == b"content"


def test_a_disk_that_takes_nothing_is_no_error(copias):
    folder = path_of("a").parent
    folder.mkdir(parents=True)
    (folder / cache.NEW).mkdir()  # what is written first cannot be
    with pytest.raises(IsADirectoryError):
        cache.keep("pdf", cache.address("a"), b"content")
    assert kept("a") == b"content"
    assert all_files() == []


# -- kept whole -------------------------------------------------------------------------------------

CONTENT = bytes(range(256)) * 8


def flip(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:5],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: bytes(len(data)),
        lambda data: bytes(8),
        lambda data: data[:1000] + bytes(len(data) - 1000),
        *(lambda data, place=place: flip(data, place) for place in (0, 3, 4, 7, 8, 1000, -1)),
    ],
)
def test_a_damaged_file_is_made_again(copias, damage):
    kept("a", CONTENT)
    path = path_of("a")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.stored("pdf", cache.address("a")) is None
    assert kept("a", CONTENT) == CONTENT
    assert cache.stored("pdf", cache.address("a")) == CONTENT


def test_a_file_at_the_address_of_another_is_not_given(copias):
    kept("mine", b"mine")
    kept("yours", b"yours")
    path_of("mine").write_bytes(path_of("yours").read_bytes())
    assert cache.stored("pdf", cache.address("mine")) is None


def test_a_missing_folder_is_made_again(copias, tmp_path):
    kept("a")
    subprocess.run(["rm", "-r", tmp_path / "cache"], check=True)
    assert kept("a") == b"content"


def test_only_the_user_of_the_portal_reads_them(copias, tmp_path):
    kept("a")
    folders = [tmp_path / "cache", path_of("a").parent.parent, path_of("a").parent]
    assert [oct(folder.stat().st_mode)[-3:] for folder in folders] == ["700"] * 3
    assert oct(path_of("a").stat().st_mode)[-3:] == "600"


# -- one at a time ----------------------------------------------------------------------------------


def test_only_one_is_in_by_the_same_name_until_its_process_ends(copias, tmp_path):
    holder = f"""
import sys
from flask import Flask
from oficina import cache
portal = Flask("copias")
portal.config["INSTANCIA"] = {str(tmp_path)!r}
with portal.app_context(), cache.alone("prueba"):
    print("in", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", holder]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "in\n"
        with pytest.raises(cache.BusyError), cache.alone("prueba"):
            pass
        with cache.alone("otra"):
            pass
        process.kill()
    with cache.alone("prueba"):
        pass


# -- in bounds --------------------------------------------------------------------------------------


def test_those_not_asked_for_longest_make_room(copias):
    keys = same_folder(5)
    for age, key in zip((5, 4, 3), keys, strict=False):
        kept(key, bytes(1200))
        os.utime(path_of(key), (time.time() - age * DAY,) * 2)
    kept(keys[0])  # asked for again, so the second one is now the oldest
    kept(keys[3], bytes(1200))
    assert [path_of(key).exists() for key in keys] == [True, False, True, True, False]


def test_one_larger_than_its_share_is_alone(copias):
    keys = same_folder(3)
    kept(keys[0], bytes(500))
    kept(keys[1], bytes(9000))
    assert all_files() == [path_of(keys[1])]
    kept(keys[2], bytes(500))
    assert all_files() == [path_of(keys[2])]


def test_what_made_room_can_be_counted(copias):
    keys = same_folder(4)
    long_ago = time.time() - 40 * DAY
    kept(keys[0], bytes(3000))
    os.utime(path_of(keys[0]), (long_ago,) * 2)
    with cache.evictions() as noted:
        kept(keys[1], bytes(3000))
        assert noted == [pytest.approx(long_ago)]
        kept(keys[2], bytes(3000))
        assert noted[1:] == [pytest.approx(time.time(), abs=60)]
    kept(keys[3], bytes(3000))
    assert len(noted) == 2


def test_many_processes_at_once_stay_in_bounds(copias, tmp_path):
    writer = f"""
import os, sys
from flask import Flask
from oficina import cache
portal = Flask("copias")
portal.config |= {{"INSTANCIA": {str(tmp_path)!r}, "FACTURA_COPIAS_MB": 4000 * cache.FOLDERS / 1_000_000}}
with portal.app_context():
    for number in range(1500):
        digest = cache.address(f"{{os.getpid() if number % 3 else ''}} {{number}}")
        cache.keep("pdf", digest[:1] + "0" + digest[2:], bytes(1000))
"""
    writers = [subprocess.Popen([sys.executable, "-c", writer], cwd=ROOT) for _ in range(3)]
    while any(process.poll() is None for process in writers):
        for folder in (tmp_path / "cache" / "pdf").glob("*"):
            # Files may come and go while they are counted, one at a time.
            assert sum(size for _, size, _ in cache.files(folder)) <= 4000 + 1008
    assert [process.returncode for process in writers] == [0] * 3
    assert {sum(size for _, size, _ in cache.files(folder)) for folder in (tmp_path / "cache/pdf").glob("*")} == {3024}
    assert not list((tmp_path / "cache").rglob(cache.NEW))


# -- forgotten in time ------------------------------------------------------------------------------


def test_those_not_asked_for_are_forgotten_and_the_others_stay(copias):
    kept("old")
    kept("new")
    os.utime(path_of("old"), (time.time() - 7200,) * 2)
    cache.clean("pdf", 1)
    assert all_files() == [path_of("new")]


def test_asking_for_one_keeps_it_for_longer(copias):
    kept("a")
    os.utime(path_of("a"), (time.time() - 30 * DAY,) * 2)
    kept("a")
    cache.clean("pdf", 24 * 29)
    assert all_files() == [path_of("a")]


def test_asking_again_the_same_day_writes_nothing(copias):
    kept("a")
    os.utime(path_of("a"), (time.time() - 7200,) * 2)
    before = path_of("a").stat()
    kept("a")
    assert path_of("a").stat().st_ctime_ns == before.st_ctime_ns


def test_files_of_earlier_versions_are_cleaned(copias):
    kept("a")
    (cache.root() / "pdf" / cache.address("b")).write_bytes(b"%PDF-1.4")
    (cache.root() / "pdf" / "tmpx1").touch()
    cache.clean("pdf", 1000)
    assert [path for path in (cache.root() / "pdf").glob("*") if path.is_file()] == []
    assert all_files() == [path_of("a")]
