"""``flask base``: the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from .. import actualizaciones, db, schema
from ..entregas import OcupadoError
from . import fallas
from .cifras import duracion
from .cuentas import confirmar, si

base = AppGroup("base", help="La base de datos: crearla, actualizarla y revisarla.")


@base.command("crear", help="Crea las tablas en una base vacía.")
def crear() -> None:
    with db.db.connection_context():
        created = db.create_schema()
    click.echo("Base de datos creada." if created else "La base de datos ya estaba creada; no se cambió nada.")


@base.command("revisar", help="Compara las tablas con las que el programa necesita y revisa la integridad.")
def revisar() -> None:
    with db.db.connection_context():
        db.require_schema()
        problems = [*db.unsafe_settings(), *schema.differences(), *schema.damage()]
    for problem in problems:
        click.echo(f"- {problem}")
    if problems:
        raise click.ClickException(f"La base de datos tiene {len(problems)} problema(s).")
    click.echo(f"La base de datos está bien (versión {db.SCHEMA_VERSION}).")


@base.command("actualizar", help="Lleva una base de una versión anterior a la de este programa, sin perder nada.")
@si
def actualizar(si: bool) -> None:
    with db.db.connection_context():
        version = db.known_version()
    if version == db.SCHEMA_VERSION:
        click.echo(f"La base de datos ya está en la versión {version}; no se cambió nada.")
        return
    click.echo(f"La base de datos pasará de la versión {version} a la versión {db.SCHEMA_VERSION}.")
    click.echo("Antes detenga el portal y el trabajador, y haga una copia de la base:")
    click.echo(f"  {backup_command()}")
    confirmar("¿Están detenidos y ya hay una copia?", si)
    start = time.monotonic()
    with en_palabras(version):
        actualizaciones.actualizar()
    click.echo(
        f"Base de datos actualizada a la versión {db.SCHEMA_VERSION} y revisada, en {duracion(time.monotonic() - start)}."
    )


def backup_command() -> str:
    database = db.db.obj.database
    if db.is_sqlite():
        return f'.venv/bin/python -m apsw {database} ".backup {database}.copia"'
    return f"mariadb-dump --single-transaction {database} > {database}.sql"


@contextmanager
def en_palabras(version: int) -> Iterator[None]:
    """Tell why an update could not come to its end, and how it left the database."""
    left = (
        f"No se cambió nada: la base sigue en la versión {version}."
        if db.is_sqlite()
        else "No se perdió nada, pero la base puede haber quedado a medias: el portal no arranca\nhasta que esta orden termine."
    )
    try:
        with fallas.terminable():
            yield
    except OcupadoError:
        raise fallas.Busy("Otra actualización, o una importación, está en curso. Espere a que termine.") from None
    except db.SchemaError as error:
        raise click.ClickException(f"{error.message}\n{left}") from None
    except BaseException as error:
        falla = fallas.explicar(error)
        if falla is None:
            raise
        raise fallas.Unfinished(f"{falla.motivo}. {left}\n{falla.remedio}") from None
