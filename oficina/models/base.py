"""What every model shares: the database, and fields that keep days and instants the same on both engines."""

import hashlib
from datetime import date, datetime

from peewee import DateField, DateTimeField, Model

from ..db import db


class Base(Model):
    class Meta:
        database = db
        legacy_table_names = False


class DayField(DateField):
    """A calendar day in Colombia."""

    def db_value(self, value):
        return None if value is None else str(value)


class InstantField(DateTimeField):
    """An instant in UTC, naive, without fraction of a second."""

    def db_value(self, value):
        return None if value is None else str(value)


def as_day(value: str | date | None) -> date | None:
    """A DATE of a fixed query: text on SQLite, a date on MariaDB."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: str | datetime | None) -> datetime | None:
    """A DATETIME of a fixed query: text on SQLite, a datetime on MariaDB."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def fingerprint(token: str) -> str:
    """What is stored of a random token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
