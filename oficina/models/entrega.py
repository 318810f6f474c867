"""A delivery of the billing system: one that was published, refused, undone, or that did not come to its end."""

import json
from datetime import datetime

from peewee import AutoField, BigIntegerField, CharField, FixedCharField, SmallIntegerField, TextField

from ..db import fetch
from .base import Base, InstantField, as_instant

ESTADOS = ("abierta", "publicada", "rechazada", "interrumpida", "deshecha")
PUBLISHED_SQL = "SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada'"
# When the version of a bill that the view "factura" shows was published.
BILL_SQL = f"""
SELECT e.publicada FROM factura_version v JOIN entrega e ON e.id = v.alta
 WHERE v.numero = ? AND ({PUBLISHED_SQL}) BETWEEN v.alta AND v.baja - 1
"""  # noqa: S608
LAST_SQL = "SELECT id, publicada FROM entrega WHERE estado = 'publicada' ORDER BY id DESC LIMIT 1"


class Entrega(Base):
    """``resumen`` is JSON: per file its SHA-256, counts of rows and sums in centavos, and what is of all files.

    ``restos`` is 1 while versions of it, or that it replaced, may have to be removed (see entregas/limpieza.py).
    """

    id = AutoField()
    nombre = CharField(200)
    huella = FixedCharField(64)
    quien = CharField(80)
    estado = CharField(12)
    iniciada = InstantField()
    publicada = InstantField(null=True)
    duracion_ms = BigIntegerField()
    restos = SmallIntegerField()
    resumen = TextField()

    class Meta:
        indexes = ((("estado", "id"), False),)

    @classmethod
    def ultima(cls) -> "Entrega | None":
        """The delivery that customers see last, None before the first."""
        return cls.select().where(cls.estado == "publicada").order_by(cls.id.desc()).first()

    @classmethod
    def mostrada(cls) -> tuple[int, datetime | None]:
        """The id of the delivery that customers see last and when it was published (UTC); 0 and None before the first."""
        rows = fetch(LAST_SQL)
        return (rows[0][0], as_instant(rows[0][1])) if rows else (0, None)

    @classmethod
    def ultima_fecha(cls) -> datetime | None:
        """When what customers see was published last (UTC), None before the first delivery."""
        return cls.mostrada()[1]

    @classmethod
    def fecha_de_factura(cls, numero: str) -> datetime | None:
        """When a bill was published as it is now (UTC), None where no delivery says."""
        rows = fetch(BILL_SQL, numero)
        return as_instant(rows[0][0]) if rows else None

    @property
    def archivos(self) -> dict[str, dict]:
        """Counts and sums by file; empty where it did not come to its end."""
        # Before version 2 of the schema there was nothing but files.
        datos = json.loads(self.resumen)
        return datos.get("archivos", datos)

    @property
    def de_todos(self) -> dict[str, int]:
        """``titulares``, codes that changed holder, and ``identificados``, payments of banks that had waited."""
        datos = json.loads(self.resumen)
        return {nombre: datos.get(nombre, 0) for nombre in ("titulares", "identificados")}
