"""What is done behind the pages: mails delivered, gateways asked about payments, expired rows deleted.

Its own process, or a thread of ``make run``.
"""

import logging
import threading
from collections.abc import Callable

from flask import Flask
from peewee import PeeweeException

from . import cache, captcha, cobros, db, limits, mail
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


def pasada_de_pagos(app: Flask) -> int:
    """Ask the payment gateways once about what is due; how many notices and attempts were attended."""
    with app.app_context(), db.db.connection_context():
        return cobros.pasada(app.config)


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
    """Work until ``stop``. Payments have a thread of their own: a gateway that does not answer must not keep mails waiting."""
    payments = threading.Thread(target=repeat, args=(stop, lambda rounds: pasada_de_pagos(app)), daemon=True)
    payments.start()
    repeat(stop, lambda rounds: correos_y_limpieza(app, rounds))
    payments.join(timeout=15)


def correos_y_limpieza(app: Flask, rounds: int) -> None:
    pasada(app)
    if rounds % (CLEAN_EVERY // PAUSE_SECONDS) == 0:
        limpieza(app)


def repeat(stop: threading.Event, work: Callable[[int], object]) -> None:
    """Call ``work`` with the number of the round, until ``stop``; what goes away is tried again at the next one."""
    rounds = 0
    while not stop.is_set():
        try:
            work(rounds)
        except PeeweeException as error:
            logger.error("el trabajador no pudo usar la base de datos: %s", error)
        except Exception:
            logger.exception("el trabajador falló en una pasada")
        rounds += 1
        stop.wait(PAUSE_SECONDS)
