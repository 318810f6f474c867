"""The tables behind what is published: every row as a delivery brought it, until another replaced it.

The models of the nouns (Predio, Factura, ...) read views that show only what is published now; see schema.sql.
"""

from copy import copy

from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField, Model

from .base import Base

# "baja" of a row that no delivery replaced.
SIN_BAJA = 2**31 - 1


def version(noun: type[Model], key: tuple[str, ...], index: tuple[tuple[str, ...], ...] = ()) -> type[Model]:
    """The model of the table of a published noun: its columns, ``alta`` and ``baja`` (ids of deliveries).

    ``key`` is the natural key, of which one version at most is alive; ``index``, the columns of further indexes.
    """
    indexes = [(columns, False) for columns in (*index, *([("alta",)] if len(key) == 1 else []))]
    fields = {field.column_name: plain(field) for field in noun._meta.sorted_fields}
    meta = {
        "table_name": f"{noun._meta.table_name}_version",
        "primary_key": CompositeKey(*key, "baja"),
        "indexes": indexes,
    }
    ends = {"alta": IntegerField(), "baja": IntegerField()}
    return type(f"{noun.__name__}Version", (Base,), {**fields, **ends, "Meta": type("Meta", (), meta), "__module__": __name__})


def plain(field):
    """A column without what belongs to the view: keys and references."""
    if isinstance(field, ForeignKeyField):
        return CharField(field.rel_field.max_length)
    column = copy(field)
    column.primary_key = False
    column._is_bound = False
    return column
