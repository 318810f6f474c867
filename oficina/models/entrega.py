"""A delivery of the billing system that was taken in."""

import json
from datetime import datetime

from peewee import AutoField, BigIntegerField, CharField, FixedCharField, TextField

from ..db import fetch
from .base import Base, InstantField, as_instant

LAST_SQL = "SELECT publicada FROM entrega ORDER BY publicada DESC LIMIT 1"


class Entrega(Base):
    """``resumen`` is JSON: per file its SHA-256, counts of rows (new, updated, unchanged) and sums in centavos."""

    id = AutoField()
    nombre = CharField(200)
    huella = FixedCharField(64)
    quien = CharField(80)
    iniciada = InstantField()
    publicada = InstantField(index=True)
    duracion_ms = BigIntegerField()
    resumen = TextField()

    @classmethod
    def ultima_fecha(cls) -> datetime | None:
        """When the last delivery was published (UTC), None before the first."""
        rows = fetch(LAST_SQL)
        return as_instant(rows[0][0]) if rows else None

    @property
    def archivos(self) -> dict:
        return json.loads(self.resumen)
