"""The version of the schema in the database (see db.py)."""

from peewee import IntegerField

from .base import Base


class Esquema(Base):
    version = IntegerField(primary_key=True)
