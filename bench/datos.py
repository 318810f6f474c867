"""Fill a base with predios, 24 bills and 20 payments each, accounts and open sessions."""

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from oficina import db
from oficina.models import SIN_BAJA, Cuenta, Sesion

MONTHS = [(2024 + (10 + n) // 12, (10 + n) % 12 + 1) for n in range(24)]
LINES = (
    ("acueducto", "Cargo fijo", 1000, "mes", 85_123_500, 8_512_35),
    ("acueducto", "Consumo básico", 16_000, "m³", 23_184_700, 37_095_52),
    ("acueducto", "Consumo complementario", 3_000, "m³", 23_184_700, 6_955_41),
    ("acueducto", "Subsidio estrato 2 (40 %)", None, None, None, -18_243_15),
    ("alcantarillado", "Cargo fijo", 1000, "mes", 47_061_000, 4_706_10),
    ("alcantarillado", "Vertimiento", 19_000, "m³", 15_942_800, 30_291_32),
    ("alcantarillado", "Subsidio estrato 2 (40 %)", None, None, None, -12_085_83),
    ("otros", "Ajuste al peso", None, None, None, 28),
)
ACCOUNTS = 500
CHUNK = 50_000


def fill(app: Flask, predios: int) -> list[str]:
    """The cookies of the open sessions; the base of ``app`` must be empty."""
    rng = random.Random(1)
    with app.app_context(), db.db.connection_context():
        db.create_schema()
        insert("predio_version (codigo, nombre, direccion, barrio, uso, estrato, estado, alta, baja)", predio_rows(predios))
        insert(
            "factura_version (numero, codigo, periodo, expedida, vence, saldo_anterior, facturas_vencidas, intereses, total,"
            " referencia, consumo, alta, baja)",
            factura_rows(predios, rng),
        )
        insert(
            "concepto_version (numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor, alta, baja)",
            concepto_rows(predios),
        )
        insert("pago_version (id, codigo, factura, fecha, valor, canal, entidad, alta, baja)", pago_rows(predios, rng))
        return sessions(app, predios, rng)


def insert(columns: str, rows: Iterator[tuple]) -> None:
    """In chunks of one transaction each, through the bare cursor."""
    marks = ", ".join("?" * (columns.count(",") - 1))
    sql = f"INSERT INTO {columns} VALUES ({marks}, 0, {SIN_BAJA})"
    while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
        with db.write():
            db.db.connection().cursor().executemany(sql, chunk)


def code(n: int) -> str:
    return f"{n:08}"


def predio_rows(predios: int) -> Iterator[tuple]:
    for n in range(predios):
        yield code(n), "Persona Inventada", f"CL {n % 90} # {n % 40} - {n % 99}", "Centro", "residencial", n % 6 + 1, "activo"


def factura_rows(predios: int, rng: random.Random) -> Iterator[tuple]:
    for month, (year, number) in enumerate(MONTHS):
        issued = date(year, number, 5)
        due = str(issued + timedelta(days=15))
        for n in range(predios):
            bill = f"{month:02}{n:08}"
            total = rng.randrange(20_000, 150_000) * 100
            yield bill, code(n), f"{year}-{number:02}", str(issued), due, 0, 0, 0, total, bill, rng.randrange(30) * 1000


def concepto_rows(predios: int) -> Iterator[tuple]:
    """The lines of the last two bills, which are all that the page of the latest one reads."""
    for month in (len(MONTHS) - 2, len(MONTHS) - 1):
        for n in range(predios):
            for place, (service, name, quantity, unit, tariff, value) in enumerate(LINES, 1):
                yield f"{month:02}{n:08}", place, service, name, quantity, unit, tariff, value + n % 1000 * month


def pago_rows(predios: int, rng: random.Random) -> Iterator[tuple]:
    for month, (year, number) in enumerate(MONTHS[:20]):
        day = str(date(year, number, rng.randrange(6, 28)))
        for n in range(predios):
            yield f"P{month:02}{n:08}", code(n), f"{month:02}{n:08}", day, 5_000_000, "banco", "Banco de Prueba"


def sessions(app: Flask, predios: int, rng: random.Random) -> list[str]:
    """Accounts of three codes each, signed in; their cookies."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    now, cookies = db.utcnow(), []
    codes = rng.sample(range(predios), min(ACCOUNTS, predios // 3) * 3)
    with db.write():
        for n in range(len(codes) // 3):
            cuenta = Cuenta.create(
                correo=f"c{n}@aguaclara.example",
                correo_confirmado=now,
                clave="-",
                documento_tipo="CC",
                documento="1000000",
                nombres="Ana",
                apellidos="Prueba",
                celular="3105550100",
                factura_por_correo=0,
                politica_version="1",
                politica_aceptada=now,
                creada=now,
            )
            for number in codes[3 * n : 3 * n + 3]:
                cuenta.asociar(code(number))
            token = Sesion.abrir(cuenta.id, 12, "plena", "bench", "::1")
            content = {"_user_id": token, "_fresh": True, "visto": int(time.time()) + 3600, "csrf_token": "0" * 40}
            cookies.append(f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(content)}")
    return cookies
