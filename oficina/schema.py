"""Comparing the database with the models, and looking for damage."""

from .db import db, is_sqlite
from .models import TABLES, VIEWS


def differences() -> list[str]:
    """What the tables lack or have otherwise than the models, in Spanish; empty when they are equal."""
    found = []
    present = set(db.get_tables())
    for model in TABLES:
        table = model._meta.table_name
        if table not in present:
            found.append(f"falta la tabla {table}")
            continue
        columns = {column.name: column for column in db.get_columns(table)}
        for field in model._meta.sorted_fields:
            column = columns.pop(field.column_name, None)
            if column is None:
                found.append(f"falta la columna {table}.{field.column_name}")
            elif column.null != field.null and not field.primary_key:
                found.append(f"la columna {table}.{field.column_name} debería {'' if field.null else 'no '}admitir vacíos")
        found += [f"sobra la columna {table}.{name}" for name in columns]
    views = {view.name for view in db.get_views()}
    found += [f"falta la vista {view._meta.table_name}" for view in VIEWS if view._meta.table_name not in views]
    found += [f"sobra la tabla {name}" for name in sorted(present - {model._meta.table_name for model in TABLES})]
    return found


def damage() -> list[str]:
    """What the engine itself finds broken, in Spanish."""
    if not is_sqlite():
        tables = ", ".join(model._meta.table_name for model in TABLES)
        rows = db.execute_sql(f"CHECK TABLE {tables} QUICK").fetchall()
        return [f"{row[0]}: {row[3]}" for row in rows if row[2] != "status" or row[3] != "OK"]
    broken = [row[0] for row in db.execute_sql("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    orphans = db.execute_sql("PRAGMA foreign_key_check").fetchall()
    return broken + [f"{row[0]}: la fila {row[1]} apunta a {row[2]}, que no existe" for row in orphans]
