"""Real servers for the tests, each a process or thread of its own: MariaDB, gunicorn, SMTP."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller

ROOT = Path(__file__).parent.parent
SYSTEM_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
START_SECONDS = 30


def programa(*names: str) -> str | None:
    """The path of the first of ``names`` that is installed; Debian keeps servers outside a user's PATH."""
    return next((path for name in names if (path := shutil.which(name, path=SYSTEM_PATH))), None)


def falta(que: str) -> None:
    """Skip for want of a program; where nothing may be missing, fail."""
    reason = f"{que} no está instalado (lo instala tests/preparar.sh)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def en_memoria() -> str | None:
    """A folder in memory for throw-away databases where there is one with room, for the disk is the slowest part."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30:
        return str(memory)
    return None


@contextmanager
def carpeta_pasajera() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="oficina-", dir=en_memoria(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def detener(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def mariadb() -> Iterator[str]:
    """A private MariaDB on a Unix socket, as whatever user runs the tests; the URL of an empty database in it."""
    with carpeta_pasajera() as folder:
        socket_path, log_path = folder / "s", folder / "log"
        data = folder / "data"
        (data / "oficina").mkdir(parents=True)
        command = [
            programa("mariadbd"),
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket_path}",
            f"--pid-file={folder}/pid",
            # No account, no network, no waiting for the disk: it serves this run only. Hence no mariadb-install-db.
            "--skip-grant-tables",
            "--skip-networking",
            "--innodb-flush-method=nosync",
            "--innodb-stats-persistent=0",
            "--innodb-log-file-size=16M",
            "--character-set-server=utf8mb4",
            *(["--user=root"] if os.geteuid() == 0 else []),
        ]
        with log_path.open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until(lambda: responds(socket_path), process, log_path)
            yield f"mysql://oficina@localhost/oficina?unix_socket={socket_path}"
        finally:
            detener(process)


def responds(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


@contextmanager
def gunicorn(settings: dict[str, str | int], workers: int = 1) -> Iterator[str]:
    """The portal as it is served in production; ``settings`` as in oficina/config.py. Yields its URL without final slash."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OFICINA_")}
    environment |= {f"OFICINA_{name}": str(value) for name, value in settings.items()}
    # The socket is ours and listening, so nobody takes its port before the server is up.
    with carpeta_pasajera() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        port, handle = listening.getsockname()[1], listening.fileno()
        environment["PORT"] = str(port)  # its own address, for a gateway to come back to
        command = [sys.executable, "-m", "gunicorn", "app:app", "--bind", f"fd://{handle}"]
        command += ["--worker-class", "gthread", "--threads", "4", "--workers", str(workers)]
        log_path = folder / "log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[handle], stdout=log, stderr=log)
        try:
            wait_until(lambda: serves(f"http://127.0.0.1:{port}/"), process, log_path)
            yield f"http://127.0.0.1:{port}"
        finally:
            detener(process)


def serves(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def wait_until(ready, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            tail = log.read_text(errors="replace")[-3000:]
            raise RuntimeError(f"{process.args[0]} did not start:\n{tail}")
        time.sleep(0.02)


def puerto_libre() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Buzon:
    """What an SMTP server received, parsed, oldest first."""

    def __init__(self) -> None:
        self.mensajes: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.mensajes.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def smtp() -> Iterator[tuple[str, Buzon]]:
    """A real SMTP server: its URL for the setting SMTP, and the box of what it received."""
    box, port = Buzon(), puerto_libre()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp+plano://127.0.0.1:{port}", box
    finally:
        controller.stop()
