"""``flask base``: the database."""

import click
from flask.cli import AppGroup

from .. import db, schema

base = AppGroup("base", help="La base de datos: crearla y revisarla.")


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
