"""The outbox: what was queued goes out once, whatever the mail server does, and keeps no secret."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import fabrica
import pytest
import servidores
from aiosmtpd.controller import Controller
from fabrica import a_la_vez

from oficina import db, mail, worker
from oficina.models import Correo

ROSA = "rosa@correo.example"


def encola(**datos) -> Correo:
    with db.write():
        mail.queue("clave_cambiada", ROSA, **({"nombres": "Rosa"} | datos))
    return Correo.select().order_by(Correo.id.desc()).get()


def vencen():
    """As if the waits were over."""
    Correo.update(proximo=db.utcnow()).where(Correo.estado == "pendiente").execute()


def ahora() -> Correo:
    return Correo.select().order_by(Correo.id.desc()).get()


class Terco:
    """A server that answers each message with the next of ``answers``; then it takes them."""

    def __init__(self, *answers: str, at: str = "DATA"):
        self.answers, self.at, self.mensajes = list(answers), at, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd calls it so
        if self.at == "RCPT" and self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.at == "SLOW":
            await asyncio.sleep(0.2)
        if self.at == "DATA" and self.answers:
            return self.answers.pop(0)
        self.mensajes.append(envelope.content.decode())
        return "250 OK"


@contextmanager
def servidor(app, terco: Terco):
    controller = Controller(terco, hostname="127.0.0.1", port=servidores.puerto_libre())
    controller.start()
    app.config["SMTP"] = f"smtp+plano://127.0.0.1:{controller.port}"
    try:
        yield terco
    finally:
        controller.stop()


# -- it arrives ---------------------------------------------------------------------------------------


def test_a_message_arrives_whole_with_its_tildes(app, correo):
    encola(nombres="Íñigo")
    (message,) = correo()
    assert (message["To"], message["Subject"]) == (ROSA, "Su contraseña cambió")
    assert message["From"] == '"Acueducto y Alcantarillado de Aguaclara E.S.P." <no-responda@aguaclara.example>'
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Íñigo, la contraseña de su cuenta" in message.get_content()
    assert message["Message-ID"] == ahora().identificador
    assert (ahora().estado, ahora().intentos) == ("enviado", 1)
    assert correo() == []


@pytest.mark.ajustes(URL_PUBLICA="https://oficina.otra.example/", CORREO_REMITENTE="avisos@otra.example", MARCA_NOMBRE="Otra")
def test_links_and_sender_come_from_the_settings(app, correo):
    encola()
    (message,) = correo()
    assert "https://oficina.otra.example/olvido" in message.get_content()
    assert message["From"] == "Otra <avisos@otra.example>"
    assert message["Message-ID"].endswith("@otra.example>")


def test_without_a_server_it_is_a_file_that_only_its_owner_reads(app, tmp_path):
    app.config |= {"SMTP": "", "INSTANCIA": str(tmp_path)}
    encola()
    assert worker.pasada(app) == 1
    (file,) = (tmp_path / "correo").iterdir()
    assert file.suffix == ".eml"
    assert b"Subject:" in file.read_bytes()
    assert (tmp_path / "correo").stat().st_mode & 0o077 == 0


def test_a_message_queued_in_an_act_that_failed_does_not_exist(app):
    def act():
        with db.write():
            mail.queue("clave_cambiada", ROSA, nombres="Rosa")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not Correo.select().exists()


# -- it does not arrive -------------------------------------------------------------------------------


def test_a_server_that_is_away_is_tried_again_ever_later_and_given_up(app):
    app.config["SMTP"] = f"smtp+plano://127.0.0.1:{servidores.puerto_libre()}"
    encola()
    waits = []
    for _ in range(len(mail.BACKOFF) + 1):
        vencen()
        before = db.utcnow()
        assert worker.pasada(app) == 0
        waits.append(round((ahora().proximo - before) / timedelta(minutes=1)))
        assert worker.pasada(app) == 0, "not before its time"
    assert waits[:-1] == list(mail.BACKOFF)
    last = ahora()
    assert (last.estado, last.intentos, last.datos) == ("fallido", len(mail.BACKOFF) + 1, "")
    assert last.error == "ConnectionRefusedError"


@pytest.mark.parametrize(("at", "answer"), [("RCPT", "451 later"), ("DATA", "451 later"), ("DATA", "554 no")])
def test_a_server_that_refuses_for_now_gets_the_same_message_later(app, at, answer):
    with servidor(app, Terco(answer, at=at)) as server:
        encola()
        assert worker.pasada(app) == 0
        assert (ahora().estado, ahora().datos != "") == ("pendiente", True)
        vencen()
        assert worker.pasada(app) == 1
        (text,) = server.mensajes
    assert ahora().identificador in text


def test_an_address_that_does_not_exist_is_given_up_at_once(app):
    with servidor(app, Terco("550 nobody here", at="RCPT")):
        encola()
        worker.pasada(app)
    assert (ahora().estado, ahora().datos) == ("fallido", "")


def test_the_same_message_id_at_each_try(app):
    with servidor(app, Terco("451 later", "451 later")) as server:
        message_id = encola().identificador
        for _ in range(3):
            vencen()
            worker.pasada(app)
        assert len(server.mensajes) == 1
        assert f"Message-ID: {message_id}" in server.mensajes[0]


def test_a_server_that_says_nothing_does_not_stop_the_worker(app, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        app.config["SMTP"] = f"smtp+plano://127.0.0.1:{mute.getsockname()[1]}"
        encola()
        assert worker.pasada(app) == 0
    assert (ahora().estado, ahora().error) == ("pendiente", "SMTPServerDisconnected")


def test_one_message_that_cannot_be_written_does_not_stop_the_next(app, correo):
    encola()
    Correo.update(datos="not ours").execute()
    encola()
    assert len(correo()) == 1
    assert sorted(row.estado for row in Correo.select()) == ["enviado", "pendiente"]


def test_a_worker_that_died_with_a_message_leaves_it_for_later(app, correo):
    assert mail.claim(encola())
    assert correo() == []
    vencen()
    assert len(correo()) == 1


# -- twice --------------------------------------------------------------------------------------------


def test_two_workers_do_not_send_one_message_twice(app):
    with servidor(app, Terco(at="SLOW")) as server:
        for _ in range(4):
            encola()
        sent = a_la_vez(*[lambda: worker.pasada(app)] * 3)
        assert sum(sent) == len(server.mensajes) == 4


def test_the_worker_goes_on_when_the_base_comes_back(app, correo, base):
    encola()
    fabrica.desconecta()
    db.use(base)  # a new pool of connections, as after the base was away
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, stop))
    thread.start()
    until = time.monotonic() + 10
    while Correo.get().estado != "enviado" and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert Correo.get().estado == "enviado"
