"""What is done behind the pages: mails delivered, expired rows deleted. Its own process, or a thread of ``make run``."""

import logging
import threading

from flask import Flask
from peewee import PeeweeException

from . import cache, captcha, db, limits, mail
from .models import CambioCorreo, ClaveTemporal, Sesion

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2
CLEAN_EVERY = 300
# Without being asked for. A bill is looked at until the next but one comes.
CACHE_HOURS = {"pdf": 62 * 24, "captcha": 0.5, "sonido": 0.5}


def pasada(app: Flask) -> int:
    """Deliver what is due once; how many mails went out."""
    with app.app_context(), db.db.connection_context():
        return mail.deliver_due()


def limpieza(app: Flask) -> None:
    """Delete what has expired: sessions, temporary passwords, changes of address, counters, captchas, old mails, copies."""
    now = db.utcnow()
    with app.app_context(), db.db.connection_context():
        for table in (Sesion, ClaveTemporal, CambioCorreo):
            table.delete().where(table.caduca < now).execute()
        limits.clean()
        captcha.limpiar()
        mail.forget_old()
        for kind, hours in CACHE_HOURS.items():
            cache.clean(kind, hours)


def run(app: Flask, stop: threading.Event) -> None:
    """Work until ``stop``; a database or mail server that goes away is tried again at the next pass."""
    rounds = 0
    while not stop.is_set():
        try:
            pasada(app)
            if rounds % (CLEAN_EVERY // PAUSE_SECONDS) == 0:
                limpieza(app)
        except PeeweeException as error:
            logger.error("el trabajador no pudo usar la base de datos: %s", error)
        except Exception:
            logger.exception("el trabajador falló en una pasada")
        rounds += 1
        stop.wait(PAUSE_SECONDS)
