"""Makers of what a test needs: plain functions with defaults, so that a test writes only what it is about."""

import functools
import itertools
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from oficina import db
from oficina.formats import local
from oficina.models import (
    SIN_BAJA,
    Asociacion,
    Concepto,
    ConceptoVersion,
    Cuenta,
    Entrega,
    Factura,
    FacturaVersion,
    Intento,
    IntentoFactura,
    Mandamiento,
    MandamientoVersion,
    Movimiento,
    Pago,
    PagoAbierto,
    PagoVersion,
    Predio,
    PredioVersion,
)
from oficina.models.claves import cifrar
from oficina.models.intento import OCUPAN

CLAVE = "el agua baja del cerro"
number = itertools.count(1)


@functools.cache
def clave_cifrada(clave: str) -> str:
    """Hashing takes 20 ms on purpose; the tests pay for each password once."""
    return cifrar(clave)


def vacia(tables) -> None:
    with db.write():
        for table in tables:
            table.delete().execute()


def desconecta() -> None:
    """Close what the database layer keeps open for the next request."""
    if db.db.obj is not None:
        getattr(db.db.obj, "close_all", db.db.close)()


def publica(noun, version, **fields):
    """A row as a delivery before all others would have left it, read as customers see it."""
    version.insert(alta=0, baja=SIN_BAJA, **fields).execute()
    keys = version._meta.primary_key.field_names[:-1]
    return noun.get(*[noun._meta.columns[key] == fields[key] for key in keys])


def un_predio(codigo: str = "100200300", **datos) -> Predio:
    fields = {
        "nombre": "ROSA ELENA GARCÍA PEÑA",
        "documento_tipo": "CC",
        "documento": "40123456",
        "direccion": "CL 10 5 20",
        "barrio": "Centro",
        "municipio": "Aguaclara",
        "uso": "residencial",
        "estrato": 2,
        "ciclo": "01",
        "ruta": "0105-0230",
        "medidor": "A19-004512",
        "estado": "activo",
    }
    return publica(Predio, PredioVersion, codigo=codigo, **(fields | datos))


def una_factura(codigo: str = "100200300", lineas: tuple[dict, ...] | None = None, **datos) -> Factura:
    """A bill of a code, which is made unless it exists; its one line is the total unless ``lineas`` says more."""
    hay_predio(codigo)
    serial = next(number)
    fields = {
        "numero": f"F{serial:08}",
        "periodo": "2026-11",
        "desde": date(2026, 10, 12),
        "hasta": date(2026, 11, 10),
        "expedida": date(2026, 11, 16),
        "vence": date(2026, 12, 15),
        "suspension": date(2026, 12, 22),
        "lectura_anterior": 1_200_000,
        "lectura_actual": 1_214_000,
        "consumo": 14_000,
        "lectura_tipo": "real",
        "saldo_anterior": 0,
        "facturas_vencidas": 0,
        "intereses": 0,
        "total": 84_350_00,
        "referencia": f"{serial:010}",
    }
    factura = publica(Factura, FacturaVersion, codigo=codigo, **(fields | datos))
    for orden, linea in enumerate(lineas or ({"valor": factura.total},), 1):
        un_concepto(factura, orden, **linea)
    return factura


def un_concepto(factura: Factura, orden: int = 1, **datos) -> Concepto:
    fields = {"servicio": "acueducto", "concepto": "Consumo básico", "valor": 84_350_00}
    return publica(Concepto, ConceptoVersion, numero=factura.numero, orden=orden, **(fields | datos))


def un_pago(codigo: str = "100200300", **datos) -> Pago:
    hay_predio(codigo)
    fields = {
        "id": f"P{next(number):08}",
        "fecha": date(2026, 11, 20),
        "valor": 84_350_00,
        "canal": "banco",
        "entidad": "Banco de Aguaclara",
    }
    return publica(Pago, PagoVersion, codigo=codigo, **(fields | datos))


def un_mandamiento(codigo: str = "100200300", **datos) -> Mandamiento:
    hay_predio(codigo)
    serial = next(number)
    fields = {
        "proceso": f"2026-{serial:05}",
        "mandamiento": f"MP-{serial:05}",
        "fecha": date(2026, 8, 3),
        "estado": "notificado",
        "notificado": date(2026, 8, 18),
        "limite": date(2026, 9, 8),
        "capital": 612_400_00,
        "intereses": 48_300_00,
        "costas": 30_000_00,
        "corte": date(2026, 11, 16),
        "facturas": "F00000001 F00000002",
        "contacto": "Oficina de cobro coactivo",
    }
    return publica(Mandamiento, MandamientoVersion, codigo=codigo, **(fields | datos))


def una_entrega(**datos) -> int:
    """A delivery of nothing, published now; its id."""
    fields = {"nombre": "octubre", "huella": "0" * 64, "quien": "ana", "estado": "publicada", "restos": 0, "resumen": "{}"}
    return Entrega.create(**({"iniciada": db.utcnow(), "publicada": db.utcnow(), "duracion_ms": 1} | fields | datos)).id


def una_cuenta(
    correo: str = "rosa@correo.example", clave: str = CLAVE, codigos: tuple[str, ...] | list[str] = (), **datos
) -> Cuenta:
    """An account that can log in with ``clave``; the first of its ``codigos`` is the main one, each made unless it exists."""
    fields = {
        "correo_confirmado": db.utcnow(),
        "documento_tipo": "CC",
        "documento": "40123456",
        "nombres": "Rosa Elena",
        "apellidos": "García Peña",
        "celular": "3105550123",
        "factura_por_correo": 0,
        "politica_version": "2026-11",
        "politica_aceptada": db.utcnow(),
        "creada": db.utcnow(),
    }
    cuenta = Cuenta.create(correo=correo, clave=clave_cifrada(clave), **(fields | datos))
    for place, codigo in enumerate(codigos):
        hay_predio(codigo)
        Asociacion.create(predio=codigo, cuenta=cuenta.id, principal=None if place else 1, creada=db.utcnow())
    return cuenta


def hay_predio(codigo: str) -> None:
    if Predio.get_or_none(Predio.codigo == codigo) is None:
        un_predio(codigo)


def a_la_vez(*acts: Callable) -> list:
    """Run each act in a thread of its own, all at the same instant; what they returned or raised, in order."""
    results: list = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            db.db.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def consultas() -> Iterator[list[str]]:
    """The SQL statements that were run inside, as Peewee logs them."""
    logger, statements = logging.getLogger("peewee"), []
    handler = logging.Handler()
    # A pool logs what it does too, in plain text.
    handler.emit = lambda record: statements.append(record.msg[0]) if isinstance(record.msg, tuple) else None
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield statements
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = True


def un_intento(facturas: dict[str, str], cuenta: Cuenta | None = None, estado: str = "creado", **datos) -> Intento:
    """An attempt to pay ``facturas`` (number by code), of which all is owed; it holds its codes while it may be paid."""
    lines = {codigo: (numero, Factura.get_by_id(numero).total) for codigo, numero in facturas.items()}
    fields = {
        "publico": secrets.token_urlsafe(16),
        "referencia": f"OV{secrets.token_hex(6).upper()}",
        **{"pasarela": "simulada", "comercio": "512321", "pruebas": 1, "correo": cuenta and cuenta.correo, "estado": estado},
        "valor": sum(valor for _, valor in lines.values()),
        **{"creado": db.utcnow(), "cambiado": db.utcnow(), "tardio": 0},
    }
    intento = Intento.create(**(fields | {"cuenta": cuenta} | datos))
    for codigo, (numero, valor) in lines.items():
        IntentoFactura.create(intento=intento, codigo=codigo, factura=numero, valor=valor)
        if estado in OCUPAN:
            PagoAbierto.create(codigo=codigo, intento=intento)
    return intento


def pago_en_linea(facturas: dict[str, str], cuenta: Cuenta | None = None, fecha: date | None = None, **datos) -> Intento:
    """One that was approved, with its rows of the ledger, which no delivery has yet; ``fecha`` is today by default."""
    told = {"transaccion": secrets.token_hex(16), "medio": "PSE", "banco": "Banco del Llano", "cus": "1122334455"}
    intento = un_intento(facturas, cuenta, "aprobado", **({"pagado": db.utcnow(), "autorizacion": "778899"} | told | datos))
    for linea in intento.facturas():
        row = {"codigo": linea.codigo, "factura": linea.factura, "valor": linea.valor, "saldo": 0}
        row["referencia"] = Factura.get_by_id(linea.factura).referencia
        row |= {name: getattr(intento, name) for name in ("medio", "banco", "cus", "autorizacion", "pagado")}
        day = fecha or local(db.utcnow()).date()
        Movimiento.create(intento=intento, transaccion=intento.transaccion, tipo="pago", fecha=day, momento=db.utcnow(), **row)
    return intento
