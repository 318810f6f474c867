"""How often: fixed limits by Flask-Limiter, and waits that grow with failed log-ins; both counted in the database.

Counted before the check, in one transaction, so that many tries at once cannot all read the same number.
"""

import hmac
import ipaddress
import time
from collections.abc import Callable
from typing import Any

from flask import current_app, request
from flask_limiter import Limiter
from limits.storage import Storage
from peewee import PeeweeException

from .db import db, fetch, is_sqlite, transactional
from .models import Espera, Limite

WAIT_FIRST = 30
WAIT_MOST = 15 * 60
FORGET_AFTER = 60 * 60

COUNT_SQLITE = """
INSERT INTO limite (clave, cuenta, vence) VALUES (?, ?, ?) ON CONFLICT (clave) DO UPDATE SET
    cuenta = CASE WHEN vence <= ? THEN excluded.cuenta ELSE cuenta + excluded.cuenta END,
    vence = CASE WHEN vence <= ? THEN excluded.vence ELSE vence END RETURNING cuenta
"""
# MariaDB assigns from left to right: "cuenta" still sees the old "vence".
COUNT_MYSQL = """
INSERT INTO limite (clave, cuenta, vence) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE
    cuenta = CASE WHEN vence <= ? THEN VALUES(cuenta) ELSE cuenta + VALUES(cuenta) END,
    vence = CASE WHEN vence <= ? THEN VALUES(vence) ELSE vence END
"""


class TableStorage(Storage):
    """Counters of fixed windows in table ``limite``, shared by every process."""

    STORAGE_SCHEME = ["oficina"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return PeeweeException

    @transactional
    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = int(time.time())
        values = (key[:200], amount, now + expiry, now, now)
        if is_sqlite():
            return fetch(COUNT_SQLITE, *values)[0][0]
        fetch(COUNT_MYSQL, *values)
        return Limite.get_by_id(key[:200]).cuenta

    def get(self, key: str) -> int:
        row = Limite.get_or_none((Limite.clave == key[:200]) & (Limite.vence > int(time.time())))
        return row.cuenta if row else 0

    def get_expiry(self, key: str) -> float:
        row = Limite.get_or_none(Limite.clave == key[:200])
        return row.vence if row else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        return Limite.delete().execute()

    def clear(self, key: str) -> None:
        Limite.delete().where(Limite.clave == key[:200]).execute()


def address() -> str:
    """Whom to count: the IPv4 address, or the /64 of an IPv6 one, which a household gets whole."""
    try:
        ip = ipaddress.ip_address(request.remote_addr or "::")
    except ValueError:
        return "desconocida"  # a proxy that sends no address: everybody behind it is counted together
    if ip.version == 6 and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)


class PostLimiter(Limiter):
    """Only what is sent is limited; looking for the limits of every page that is opened costs a tenth of its time."""

    def _check_request_limit(self, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            super()._check_request_limit(*args, **kwargs)


limiter = PostLimiter(key_func=address, storage_uri="oficina://", strategy="fixed-window")


def limit(rule: str, key: Callable[[], str] = address, name: str = "") -> Callable:
    """Limit the POSTs of a view, such as ``"10 per hour"``, by ``key``; those over it get 429 and are not run."""
    return limiter.shared_limit(rule, scope=name or (lambda endpoint: endpoint), key_func=key, methods=["POST"])


def within(name: str, key: str, most: int, seconds: int) -> bool:
    """Count one more of ``name`` for ``key``; whether it is still within ``most`` in a window of ``seconds``."""
    if not current_app.config["LIMITES"]:
        return True
    return TableStorage().incr(f"{name}/{key_of(name, key)}", seconds) <= most


def take_back(name: str, key: str) -> None:
    """Take back one that ``within`` counted and that was right; what others cost stays."""
    counted = Limite.clave == f"{name}/{key_of(name, key)}"
    Limite.update(cuenta=Limite.cuenta - 1).where(counted & (Limite.cuenta > 0)).execute()


# -- waits that grow ----------------------------------------------------------------------------------


def key_of(*parts: str) -> str:
    """What is counted, as an HMAC: unknown addresses are counted like known ones, and none can be read back."""
    return hmac.new(current_app.config["SECRET_KEY"].encode(), "\0".join(parts).encode(), "sha256").hexdigest()


def admit(key: str, free: int) -> int:
    """Count a try; 0 if it may go on, else the seconds to wait. After ``free`` tries each wait doubles, from 30 s to 15 min.

    A try that is told to wait is not counted, so that nobody's waiting can be prolonged by others.
    """
    return count_try(key, free, int(time.time())) if current_app.config["LIMITES"] else 0


@transactional
def count_try(key: str, free: int, now: int) -> int:
    row = lock_wait(key, now)
    if row.hasta > now:
        return row.hasta - now
    tries = row.fallos + 1 if row.vence > now else 1
    wait = min(WAIT_FIRST * 2 ** min(tries - free, 10), WAIT_MOST) if tries >= free else 0
    # Forgotten an hour after the first try or the last wait, not prolonged by every try that turns out right.
    expires = row.vence if row.vence > now and not wait else now + wait + FORGET_AFTER
    changes: dict[str, Any] = {"fallos": tries, "hasta": now + wait, "vence": expires}
    Espera.update(changes).where(Espera.clave == key).execute()
    return 0


def lock_wait(key: str, now: int) -> Espera:
    """The row of ``key``, made if missing and locked until the transaction ends."""
    if is_sqlite():
        return Espera.get_or_none(Espera.clave == key) or Espera.create(clave=key, fallos=0, hasta=0, vence=now)
    # Not INSERT IGNORE, whose shared lock makes two tries at once deadlock.
    db.execute_sql(
        "INSERT INTO espera (clave, fallos, hasta, vence) VALUES (%s, 0, 0, %s) ON DUPLICATE KEY UPDATE clave = VALUES(clave)",
        (key, now),
    )
    return Espera.select().where(Espera.clave == key).for_update().get()


def forget(*keys: str) -> None:
    """Clear the failures of ``keys`` after a success."""
    Espera.delete().where(Espera.clave.in_(keys)).execute()


def forgive(key: str) -> None:
    """Take back one counted try, which was right; what earlier ones cost stays."""
    Espera.update(fallos=Espera.fallos - 1, hasta=0).where((Espera.clave == key) & (Espera.fallos > 0)).execute()


def clean() -> None:
    """Delete what has expired; the worker calls it."""
    now = int(time.time())
    Limite.delete().where(Limite.vence < now).execute()
    Espera.delete().where(Espera.vence < now).execute()


def init_app(app) -> None:
    app.config["RATELIMIT_ENABLED"] = app.config["LIMITES"]
    limiter.init_app(app)
