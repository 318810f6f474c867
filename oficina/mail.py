"""The outbox: messages are queued in the transaction of their act and delivered by the worker.

What a message needs is kept encrypted until it is delivered, then erased: some carry links that act. A temporary
password is made at delivery and never lies here.
"""

import base64
import hashlib
import json
import logging
import smtplib
import ssl
import uuid
from datetime import timedelta
from email.charset import QP, Charset
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from flask import Flask, current_app, render_template
from flask_mail import Mail, Message
from peewee import PeeweeException

from . import config
from .db import utcnow, write
from .documentos import RenderError, comprobante, render
from .models import ClaveTemporal, Correo, Cuenta, Intento

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
# By SMTP the text goes in seven bits, which every server takes; in files it is left to be read.
SEVEN_BITS = Charset("utf-8")
SEVEN_BITS.body_encoding = QP
# Minutes to wait after each failed try; then the message is given up (some 46 hours in all).
BACKOFF = (1, 5, 15, 60, 180, 360, 720, 1440)
CLAIM_MINUTES = 5
KEEP_DAYS = 30
EN_MASA = "factura_nueva"


def init_app(app: Flask) -> None:
    """Flask-Mail builds the messages; delivering is ours, for it has no time-outs."""
    Mail().init_app(app)


def queue(plantilla: str, para: str, **datos: Any) -> None:
    """Queue templates/correo/<plantilla>.txt for ``para``. Call it inside the transaction of the act."""
    Correo.create(
        plantilla=plantilla,
        para=para,
        datos=cipher().encrypt(json.dumps(datos).encode()).decode(),
        identificador=new_id(),
        estado="pendiente",
        creado=utcnow(),
        proximo=utcnow(),
        intentos=0,
    )


def new_id() -> str:
    """A Message-ID."""
    return f"<{uuid.uuid4()}@{current_app.config['CORREO_REMITENTE'].partition('@')[2]}>"


def cipher() -> Fernet:
    key = hashlib.sha256(b"correo\0" + current_app.config["SECRET_KEY"].encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def deliver_due() -> int:
    """Try every message that is due; how many were delivered. Called by the worker, in an app context."""
    waiting = Correo.select().where((Correo.estado == "pendiente") & (Correo.proximo <= utcnow()))
    # The bills of a whole town must not keep somebody's password waiting.
    due = waiting.order_by(Correo.plantilla == EN_MASA, Correo.id).limit(100)
    return sum(deliver(correo) for correo in list(due) if claim(correo))


def claim(correo: Correo) -> bool:
    """Take a message for this process: a second worker sees it later, not now."""
    free = (Correo.id == correo.id) & (Correo.estado == "pendiente") & (Correo.proximo == correo.proximo)
    later = utcnow() + timedelta(minutes=CLAIM_MINUTES)
    return Correo.update(proximo=later, intentos=Correo.intentos + 1).where(free).execute() == 1


def deliver(correo: Correo) -> bool:
    try:
        message = compose(correo)
        if message is None:
            finish(correo, "descartado")
            return False
        send(message, correo)
    except smtplib.SMTPRecipientsRefused as error:
        permanent = all(code >= 500 for code, _ in error.recipients.values())
        return fail(correo, error, give_up=permanent)
    except PeeweeException:
        raise
    except Exception as error:  # one bad message must not stop the others
        return fail(correo, error)
    finish(correo, "enviado")
    return True


def compose(correo: Correo) -> Message | None:
    """The message from its template, whose first line is the subject; None where there is nobody to write to."""
    datos = prepare(correo)
    if datos is None:
        return None
    receipt = comprobante_de(datos["publico"]) if correo.plantilla == "pago_recibido" else None
    datos |= {"url": config.public_url(current_app.config), "adjunto": receipt is not None}
    text = render_template(f"correo/{correo.plantilla}.txt", **datos)
    subject, _, body = text.partition("\n")
    name, address = current_app.config["MARCA_NOMBRE"], current_app.config["CORREO_REMITENTE"]
    message = Message(subject.strip(), recipients=[correo.para], body=body.strip() + "\n", sender=(name, address))
    # Each temporary password is another mail; the others keep their id, so that a repeated one is known as such.
    message.msgId = new_id() if correo.plantilla == "clave_temporal" else correo.identificador
    message.extra_headers = {"Auto-Submitted": "auto-generated"}
    if receipt:
        message.attach(receipt[0], "application/pdf", receipt[1])
    return message


def comprobante_de(publico: str) -> tuple[str, bytes] | None:
    """The receipt of a payment as a file and its name, None where it could not be made: its mail goes without it."""
    intento = Intento.get(Intento.publico == publico)
    try:
        return comprobante.nombre(intento), render(comprobante.html_de(intento))
    except (RenderError, OSError) as error:
        logger.warning("el comprobante de un pago no va en su correo: %s", error)
        return None


def prepare(correo: Correo) -> dict | None:
    """What the template needs. A temporary password is made here, so that asking takes the same time for everybody.

    It is made anew at each try: it never lies in the outbox, and its time runs from the delivery.
    """
    datos = json.loads(cipher().decrypt(correo.datos.encode()))
    if correo.plantilla != "clave_temporal":
        return datos
    cuenta = Cuenta.get_or_none((Cuenta.correo == correo.para) & Cuenta.id.in_(Cuenta.activas()))
    if cuenta is None:
        return None
    minutes = current_app.config["CLAVE_TEMPORAL_MIN"]
    with write():
        return {"clave": ClaveTemporal.crear(cuenta.id, minutes), "minutos": minutes}


def send(message: Message, correo: Correo) -> None:
    """By SMTP with time-outs and a verified TLS connection, or to a file where no server is set."""
    if not current_app.config["SMTP"]:
        folder = Path(current_app.config["INSTANCIA"]) / "correo"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{utcnow():%Y%m%d-%H%M%S}-{correo.id:05}-{correo.plantilla}.eml"
        path.write_bytes(message.as_bytes())
        return
    message.charset = SEVEN_BITS
    with connect(current_app.config["SMTP"]) as server:
        server.sendmail(current_app.config["CORREO_REMITENTE"], [correo.para], message.as_bytes())


def connect(url: str) -> smtplib.SMTP:
    """An open connection: ``smtps`` TLS from the start, ``smtp`` STARTTLS, ``smtp+plano`` none (a relay on this machine)."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "smtp" else 25), timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "smtp":
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def finish(correo: Correo, estado: str) -> None:
    Correo.update(estado=estado, enviado=utcnow(), datos="", error=None).where(Correo.id == correo.id).execute()


def forget_old() -> None:
    """Delete what was finished a month ago: it names addresses."""
    old = Correo.creado < utcnow() - timedelta(days=KEEP_DAYS)
    Correo.delete().where((Correo.estado != "pendiente") & old).execute()


def fail(correo: Correo, error: Exception, give_up: bool = False) -> bool:
    """Note a failed try and when to try again; False, for nothing was delivered."""
    tries = correo.intentos + 1
    give_up = give_up or tries > len(BACKOFF)
    logger.warning("correo %s: intento %s falló (%s)", correo.id, tries, type(error).__name__)
    changes = {"estado": "fallido", "datos": ""} if give_up else {}
    minutes = BACKOFF[min(tries, len(BACKOFF)) - 1]
    Correo.update(error=type(error).__name__[:300], proximo=utcnow() + timedelta(minutes=minutes), **changes).where(
        Correo.id == correo.id
    ).execute()
    return False
