"""``flask base``: the database and the secret."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from .. import config, db, schema

base = AppGroup("base", help="La base de datos: crearla, revisarla, y el secreto.")


@base.command("crear", help="Crea las tablas en una base vacía.")
def crear() -> None:
    with db.db.connection_context():
        try:
            created = db.create_schema()
        except db.SchemaError as error:
            raise click.ClickException(str(error)) from None
    click.echo("Base de datos creada." if created else "La base de datos ya estaba creada; no se cambió nada.")


@base.command("revisar", help="Compara las tablas con las que el programa necesita y revisa la integridad.")
def revisar() -> None:
    with db.db.connection_context():
        try:
            db.require_schema()
        except db.SchemaError as error:
            raise click.ClickException(str(error)) from None
        problems = [*db.unsafe_settings(), *schema.differences(), *schema.damage()]
    for problem in problems:
        click.echo(f"- {problem}")
    if problems:
        raise click.ClickException(f"La base de datos tiene {len(problems)} problema(s).")
    click.echo(f"La base de datos está bien (versión {db.SCHEMA_VERSION}).")


@base.command("secreto", help="Crea el archivo secreto de la instancia, si no existe.")
def secreto() -> None:
    path = config.create_secret(Path(current_app.config["INSTANCIA"]))
    click.echo(f"El secreto está en {path}. Guárdelo también con los respaldos, cifrado.")
