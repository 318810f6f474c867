"""Processes that render: kept warm, bounded in time, memory and number, and replaced when anything goes wrong."""

import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import papel
import pytest
from flask import Flask

from oficina.documentos import RenderError, pdf, render
from oficina.documentos import renderer as renderers
from oficina.documentos.renderer import Renderer

ROOT = Path(__file__).parent.parent
SLOW = "<table>" + "<tr><td>a</td><td>b</td></tr>" * 30_000 + "</table>"
GREEDY = "<table><tr><td colspan=400000000>x</td></tr></table>"


@pytest.fixture(autouse=True)
def renderizadores():
    """None from before and none left behind."""
    close_all()
    yield
    close_all()


@pytest.fixture
def copias(tmp_path):
    """What rendering needs of the portal: where to keep things."""
    portal = Flask("copias")
    portal.config |= {"INSTANCIA": tmp_path, "FACTURA_COPIAS_MB": 100}
    with portal.app_context():
        yield portal


@pytest.fixture
def proceso(tmp_path, monkeypatch):
    """``proceso("DOCUMENTS = 2")`` changes the process that renders, in its own terms."""

    def changed(code: str) -> None:
        child = tmp_path / "proceso_cambiado.py"
        child.write_text(
            f"import sys\nsys.path.insert(0, {str(renderers.CHILD.parent)!r})\nimport proceso\n"
            f"exec({code!r}, vars(proceso))\nsys.exit(proceso.main())\n"
        )
        monkeypatch.setattr(renderers, "CHILD", child)

    return changed


def close_all() -> None:
    while pdf.IDLE:
        pdf.IDLE.pop().close()


def alone() -> Renderer:
    """The only process, which has nothing to do."""
    assert len(pdf.IDLE) == 1
    return pdf.IDLE[0]


def wait_until(condition, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_free(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# -- warm -------------------------------------------------------------------------------------------


def test_documents_one_after_the_other_are_made_by_the_same_process():
    ballast = b"x" * (256 << 20)  # what the server holds is not what the process holds
    pdf.run("<p>uno")
    del ballast
    pid = alone().process.pid
    assert pdf.run("<p>dos").startswith(b"%PDF-")
    assert alone().process.pid == pid


def test_it_holds_no_secret_of_the_portal(monkeypatch):
    monkeypatch.setenv("OFICINA_SECRET_KEY", "muy secreto")
    pdf.run("<p>x")
    environment = Path(f"/proc/{alone().process.pid}/environ").read_bytes()
    assert environment.startswith(b"PATH=")
    assert b"secreto" not in environment
    # Its socket as standard input, nothing as standard output, the errors of the server; no base, no listening socket.
    assert len(os.listdir(f"/proc/{alone().process.pid}/fd")) == 3


def test_after_many_documents_there_is_another_process(proceso):
    proceso("DOCUMENTS = 2")
    pids = []
    for number in range(5):
        assert pdf.run(f"<p>{number}").startswith(b"%PDF-")
        pids.append(alone().process.pid)
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def test_one_that_nobody_uses_ends_by_itself_and_is_replaced(proceso):
    proceso("IDLE = 0.2")
    pdf.run("<p>x")
    first = alone().process
    assert first.wait(5) == 0
    assert pdf.run("<p>y").startswith(b"%PDF-")
    assert alone().process is not first


def test_one_that_ends_while_it_is_asked_is_replaced():
    pdf.run("<p>x")
    # As if it had just been idle for long: it reads its end, and may be gone or not when it is asked.
    alone().channel.shutdown(socket.SHUT_WR)
    assert pdf.run("<p>y").startswith(b"%PDF-")


def test_one_that_grew_is_replaced(proceso):
    proceso("GROWN = 1")
    pdf.run("<p>x")
    first = alone().process
    assert first.wait(5) == 0


def test_many_threads_each_have_their_own_document():
    found = {}

    def make(number: int) -> None:
        found[number] = pdf.run(f"<html><head><title>documento-{number}</title></head><body>x</body></html>")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"(documento-{number})".encode() in content for number, content in found.items())
    assert len(found) == 12


def test_a_fork_of_the_server_starts_its_own():
    pdf.run("<p>x")
    pid = os.fork()
    if pid == 0:
        os._exit(len(pdf.IDLE))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert pdf.run("<p>y").startswith(b"%PDF-")


# -- bounded ----------------------------------------------------------------------------------------


def test_a_document_cannot_read_the_disk():
    made = pdf.run("<p>aquí <img src='file:///etc/passwd'> <img src='../../../../etc/passwd'></p>")
    text = papel.texto(made)
    assert "aquí" in text
    assert "root:" not in text


def test_one_that_takes_too_long_ends_and_the_next_is_made(monkeypatch):
    pdf.run("<p>x")
    process = alone().process
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SECONDS", 1)
        begun = time.monotonic()
        with pytest.raises(RenderError):
            pdf.run(SLOW)
        assert time.monotonic() - begun < 4
    assert process.returncode is not None
    assert not pdf.IDLE
    assert pdf.run("<p>y").startswith(b"%PDF-")


def test_one_that_eats_memory_ends_and_the_next_is_made(monkeypatch):
    with monkeypatch.context() as patch:
        # Without memory Python fails at once, or hangs.
        patch.setattr(pdf, "SECONDS", 6)
        with pytest.raises(RenderError):
            pdf.run(GREEDY)
    assert not pdf.IDLE
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= 1 << 20
    assert pdf.run("<p>y").startswith(b"%PDF-")


def test_one_that_cannot_be_rendered_says_why_and_leaves_nothing_behind():
    pdf.run("<p>x")
    process = alone().process
    with pytest.raises(RenderError, match="RenderLimitError"):
        pdf.run("<div>" * 500)
    assert process.returncode is not None
    assert pdf.run("<p>y").startswith(b"%PDF-")


def test_a_process_killed_while_it_renders_is_an_error_and_the_next_is_made(copias):
    render("<p>x")
    pid = alone().process.pid
    killer = threading.Thread(target=lambda: (wait_until(lambda: not pdf.IDLE), time.sleep(0.3), os.kill(pid, signal.SIGKILL)))
    killer.start()
    with pytest.raises(RenderError, match="status -9"):
        render(SLOW)
    killer.join()
    assert render("<p>y").startswith(b"%PDF-")
    assert not is_running(pid)


def test_a_process_killed_while_it_had_nothing_to_do_is_replaced(copias):
    render("<p>x")
    alone().process.kill()
    alone().process.wait()
    assert render("<p>y").startswith(b"%PDF-")


def test_one_that_cannot_even_start_is_an_error(proceso):
    proceso("MEMORY = 20 << 20")
    with pytest.raises(RenderError, match="status 1"):
        pdf.run("<p>x")


def test_an_endless_answer_is_not_read(monkeypatch):
    monkeypatch.setattr(renderers, "LARGEST", 100)
    with pytest.raises(RenderError, match="a PDF of"):
        pdf.run("<p>x")
    assert not pdf.IDLE


def test_the_order_to_end_of_a_server_lets_it_finish():
    pdf.run("<p>x")
    alone().process.terminate()
    assert pdf.run("<p>y").startswith(b"%PDF-")


def test_where_nothing_can_be_kept_it_is_made_all_the_same(copias, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pdf").write_text("no folder can be made here")
    assert render("<p>x").startswith(b"%PDF-")
    assert (tmp_path / "cache" / "pdf").is_file()


# -- at most two at a time on the machine -----------------------------------------------------------


def test_more_than_two_at_a_time_wait_and_then_give_up(copias, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)
    render("<p>x")  # makes the slots
    with (tmp_path / "cache/pdf-0.lock").open() as one, (tmp_path / "cache/pdf-1.lock").open() as other:
        fcntl.flock(one, fcntl.LOCK_EX)
        assert render("<p>y").startswith(b"%PDF-")
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RenderError, match="no slot"):
            render("<p>z")
        assert render("<p>y").startswith(b"%PDF-")  # made already
    assert render("<p>z").startswith(b"%PDF-")


def test_the_slot_is_held_while_it_renders_even_without_its_server(copias, tmp_path):
    lock = tmp_path / "slot.lock"
    lock.touch()
    server = f"""
import fcntl
from oficina.documentos.renderer import Renderer
renderer = Renderer()
renderer.render(b"<p>x", 20, None)
with open({str(lock)!r}) as slot:
    fcntl.flock(slot, fcntl.LOCK_EX)
    print(renderer.process.pid, flush=True)
    renderer.render(b"<table>" + b"<tr><td>a</td></tr>" * 30_000, 2, slot.fileno())
"""
    with subprocess.Popen(
        [sys.executable, "-c", server], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.3)
        parent.kill()
        parent.wait()
        assert not is_free(lock)
        assert is_running(pid)
        wait_until(lambda: not is_running(pid), 5)
        assert is_free(lock)


def test_one_that_has_nothing_to_do_ends_with_its_server():
    server = "from oficina.documentos import pdf; pdf.run('<p>x'); print(pdf.IDLE[0].process.pid, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", server], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
        wait_until(lambda: not is_running(pid), 5)


# -- made once --------------------------------------------------------------------------------------


def test_the_same_document_asked_for_by_many_at_once_is_made_once(copias, monkeypatch):
    made = []
    run = pdf.run
    monkeypatch.setattr(pdf, "run", lambda html, slot: made.append(slot) or run(html, slot))
    found = []

    def ask() -> None:
        with copias.app_context():
            found.append(render("<p>la misma"))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(found) == 3
    assert len(set(found)) == 1


def test_what_was_prepared_is_not_made_again(copias, monkeypatch):
    assert pdf.prepare("<p>x")
    assert not pdf.prepare("<p>x")
    monkeypatch.setattr(pdf, "run", None)
    assert render("<p>x").startswith(b"%PDF-")
