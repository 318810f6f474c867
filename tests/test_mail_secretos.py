"""The outbox keeps no secret: neither in the base, nor in the log, nor after delivery."""

from datetime import timedelta

import servidores
from fabrica import CLAVE, una_cuenta
from test_mail import ROSA, Terco, ahora, encola, servidor, vencen

from oficina import db, mail, worker
from oficina.models import ClaveTemporal, Correo


def test_what_is_queued_cannot_be_read_in_the_base_and_is_erased(app, correo):
    encola(nombres="Rosalinda")
    assert "Rosalinda" not in repr(Correo.select().dicts().get())
    correo()
    assert ahora().datos == ""


def test_the_temporary_password_is_made_at_each_try_and_never_lies_in_the_outbox(app):
    una_cuenta(ROSA)
    with servidor(app, Terco("451 later")) as server:
        with db.write():
            mail.queue("clave_temporal", ROSA)
        worker.pasada(app)
        stored = ClaveTemporal.get().clave
        assert "clave" not in ahora().datos
        vencen()
        worker.pasada(app)
        assert ClaveTemporal.get().clave != stored
        assert len(server.mensajes) == 1
    assert ahora().datos == ""


def test_a_temporary_password_that_arrives_late_still_serves(app):
    cuenta = una_cuenta(ROSA)
    with servidor(app, Terco("451 later")) as server:
        with db.write():
            mail.queue("clave_temporal", ROSA)
        worker.pasada(app)
        ClaveTemporal.update(caduca=db.utcnow() - timedelta(minutes=20)).execute()
        vencen()
        worker.pasada(app)
        assert len(server.mensajes) == 1
    row = ClaveTemporal.get(ClaveTemporal.cuenta == cuenta.id)
    assert row.caduca > db.utcnow()


def test_the_log_names_no_address_no_password_and_no_link(app, navegador, caplog):
    una_cuenta(ROSA, codigos=["1001"])
    app.config["SMTP"] = f"smtp+plano://127.0.0.1:{servidores.puerto_libre()}"
    with caplog.at_level("DEBUG", "oficina"):
        navegador.abre("/olvido")
        navegador.envia(correo=ROSA)
        worker.pasada(app)
        navegador.ingresa(ROSA)
        navegador.abre("/contrasena")
        navegador.envia("/contrasena", anterior=CLAVE, clave="la quebrada canta de noche", clave2="la quebrada canta de noche")
        worker.pasada(app)
        navegador.abre("/nada?correo=rosa@correo.example", 404)
    assert "intento 1 falló (ConnectionRefusedError)" in caplog.text
    for secret in (ROSA, CLAVE, "quebrada", "confirmacion/", "argon2"):
        assert secret not in caplog.text
