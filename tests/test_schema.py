"""The models say what schema.sql says, on both engines; and SQLite keeps what MariaDB keeps."""

import re

import fabrica
import pytest
from peewee import DataError, ForeignKeyField, IntegrityError

from oficina import db
from oficina.models import TABLES, VIEWS, Predio

PEEWEE_TYPES = {"AUTO": "INT", "INTEGER": "INT"}


@pytest.fixture
def database(base):
    db.use(base)
    with db.db.connection_context():
        yield db.db.obj
    fabrica.desconecta()


def name_of(model) -> str:
    return model._meta.table_name


@pytest.fixture(params=TABLES, ids=name_of)
def model(request):
    return request.param


def test_every_table_of_the_schema_has_a_model(database):
    assert sorted(database.get_tables()) == sorted(name_of(model) for model in TABLES)


@pytest.mark.parametrize("view", VIEWS, ids=name_of)
def test_a_view_has_the_columns_of_its_model(database, view):
    assert {column.name for column in database.get_columns(name_of(view))} == {
        field.column_name for field in view._meta.sorted_fields
    }


def test_columns_are_those_of_the_model(database, model):
    assert columns(database, name_of(model)) == {
        field.column_name: (type_of(field), field.null) for field in model._meta.sorted_fields
    }


def test_primary_key_is_that_of_the_model(database, model):
    assert database.get_primary_keys(name_of(model)) == [field.column_name for field in model._meta.get_primary_keys()]


def test_indexes_are_those_of_the_model(database, model):
    primary = [field.column_name for field in model._meta.get_primary_keys()]
    found = {(tuple(index.columns), bool(index.unique)) for index in database.get_indexes(name_of(model))}
    assert found - {(tuple(primary), True)} == {
        (tuple(part.column_name for part in index._expressions), bool(index._unique)) for index in model._meta.fields_to_index()
    }


def test_foreign_keys_are_those_of_the_model(database, model):
    expected = {
        (field.column_name, name_of(field.rel_model), field.rel_field.column_name, field.on_delete or "")
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model not in VIEWS
    }
    rules = delete_rules(database, name_of(model))
    found = database.get_foreign_keys(name_of(model))
    assert {(key.column, key.dest_table, key.dest_column, rules[key.column]) for key in found} == expected


def test_text_that_is_too_long_is_refused_not_cut(database):
    with pytest.raises((DataError, IntegrityError)), db.write():
        fabrica.un_predio("LARGO", nombre="Ñ" * 121)
    with db.db.atomic() as transaction:
        assert Predio.get_by_id(fabrica.un_predio("JUSTO", nombre="Ñ" * 120).codigo).nombre == "Ñ" * 120
        transaction.rollback()


def test_text_outside_the_basic_plane_comes_back_as_it_went(database):
    with db.db.atomic() as transaction:
        assert Predio.get_by_id(fabrica.un_predio("EMOJI", nombre="Agua 💧 señor").codigo).nombre == "Agua 💧 señor"
        transaction.rollback()


def type_of(field) -> str:
    """VARCHAR(20), CHAR(64), INT, BIGINT ... of a field of a model."""
    if isinstance(field, ForeignKeyField):
        return type_of(field.rel_field)
    name = PEEWEE_TYPES.get(field.field_type, field.field_type)
    return f"{name}({field.max_length})" if getattr(field, "max_length", None) else name


def columns(database, table: str) -> dict:
    """Name -> (type, may be null), as the database itself says."""
    if db.is_sqlite():
        rows = database.execute_sql(f"PRAGMA table_info({table})").fetchall()
        return {name: (plain(kind), not (notnull or key)) for _, name, kind, notnull, _, key in rows}
    sql = """
        SELECT column_name, column_type, is_nullable FROM information_schema.columns
         WHERE table_schema = DATABASE() AND table_name = %s"""
    return {name: (plain(kind), null == "YES") for name, kind, null in database.execute_sql(sql, (table,)).fetchall()}


def plain(kind: str) -> str:
    """Without the display width that MariaDB gives to integers."""
    kind = re.sub(r"^(INT|BIGINT|SMALLINT)\(\d+\)$", r"\1", kind.upper())
    return PEEWEE_TYPES.get(kind, kind)


def delete_rules(database, table: str) -> dict:
    """Column -> CASCADE, or nothing where a row that others point to is kept."""
    if db.is_sqlite():
        rows = [(row[3], row[6]) for row in database.execute_sql(f"PRAGMA foreign_key_list({table})").fetchall()]
    else:
        sql = """
            SELECT k.column_name, r.delete_rule FROM information_schema.referential_constraints r
              JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name, table_name)
             WHERE r.constraint_schema = DATABASE() AND r.table_name = %s"""
        rows = database.execute_sql(sql, (table,)).fetchall()
    return {column: "" if rule in ("NO ACTION", "RESTRICT") else rule for column, rule in rows}
