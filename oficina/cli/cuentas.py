"""``flask cuentas``: the acts of the systems area on accounts, each confirmed and audited."""

from collections.abc import Callable

import click
from flask.cli import AppGroup
from peewee import fn

from .. import audit, db, mail
from ..audit import operator
from ..formats import instante
from ..models import Asociacion, Bitacora, Cuenta, Sesion
from ..models.predio import normalizar_codigo

cuentas = AppGroup("cuentas", help="Las cuentas de los clientes. Cada acto se confirma y queda en la bitácora.")
si = click.option("--si", is_flag=True, help="No preguntar.")


def encontrar(cuenta: str) -> Cuenta:
    """By e-mail, customer code or number of the account, in this order. Raises ClickException."""
    found = Cuenta.get_or_none(Cuenta.correo == cuenta.lower())
    if found is None and (row := Asociacion.get_or_none(Asociacion.predio == normalizar_codigo(cuenta))):
        found = row.cuenta
    if found is None and cuenta.isdigit() and len(cuenta) < 10:
        found = Cuenta.get_or_none(Cuenta.id == int(cuenta))
    if found is None or found.eliminada:
        raise click.ClickException(f"No hay una cuenta con «{cuenta}». Búsquela con: flask cuentas buscar TEXTO")
    return found


def confirmar(pregunta: str, si: bool) -> None:
    if si:
        return
    answer = click.prompt(f"{pregunta} [s/N]", default="n", show_default=False)
    if answer.strip().lower() not in ("s", "si", "sí", "y"):
        raise click.ClickException("No se hizo nada.")


def acto(cuenta: Cuenta, evento: str, hacer: Callable[[], object], codigo: str | None = None) -> None:
    """Do it and write it down, in one transaction."""
    with db.write():
        hacer()
        audit.record(evento, cuenta.id, codigo, actor=operator())


@cuentas.command("buscar", help="Busca por parte del correo, nombre, documento o código.")
@click.argument("texto", default="")
@click.option("--por-revisar", is_flag=True, help="Solo las que tienen un código que cambió de titular.")
def buscar(texto: str, por_revisar: bool) -> None:
    with db.db.connection_context():
        query = Cuenta.select().where(Cuenta.eliminada.is_null())
        if texto:
            with_code = Asociacion.select(Asociacion.cuenta).where(Asociacion.predio == texto.upper())
            columns = (Cuenta.correo, Cuenta.nombres, Cuenta.apellidos, Cuenta.documento)
            matches = Cuenta.id.in_(with_code)
            for column in columns:
                # SQLite's LOWER leaves tildes and ñ as they are.
                for text in {texto.lower(), texto.upper(), texto.capitalize()}:
                    matches |= column.contains(text) | fn.LOWER(column).contains(text)
            query = query.where(matches)
        if por_revisar:
            query = query.where(Cuenta.id.in_(Asociacion.select(Asociacion.cuenta).where(Asociacion.revisar.is_null(False))))
        found = list(query.order_by(Cuenta.id).limit(50))
    for cuenta in found:
        click.echo(f"{cuenta.id:>6}  {cuenta.correo}  {cuenta.nombre}  {cuenta.documento_tipo} {cuenta.documento}")
    click.echo(f"{len(found)} cuenta(s)." if found else "No hay cuentas con ese dato.")


@cuentas.command("ver", help="Muestra una cuenta, sus códigos y lo último de su bitácora.")
@click.argument("cuenta")
def ver(cuenta: str) -> None:
    with db.db.connection_context():
        found = encontrar(cuenta)
        click.echo(f"Cuenta {found.id}: {found.nombre}, {found.documento_tipo} {found.documento}")
        confirmed = f"confirmado el {instante(found.correo_confirmado)}" if found.correo_confirmado else "sin confirmar"
        click.echo(f"Correo: {found.correo} ({confirmed})")
        click.echo(f"Celular: {found.celular}   Creada: {instante(found.creada)}")
        if found.bloqueada:
            click.echo(f"BLOQUEADA desde el {instante(found.bloqueada)}")
        click.echo(f"Sesiones abiertas: {Sesion.select().where(Sesion.cuenta == found.id).count()}")
        flagged = {row.codigo for row in found.asociaciones().where(Asociacion.revisar.is_null(False))}
        for codigo in found.codigos():
            notes = [
                word
                for word, true in (("principal", codigo.principal), ("CAMBIÓ DE TITULAR", codigo.codigo in flagged))
                if true
            ]
            click.echo(f"  {codigo.codigo}  {codigo.direccion}  {', '.join(notes)}")
        for row in Bitacora.select().where(Bitacora.cuenta_id == found.id).order_by(Bitacora.id.desc()).limit(10):
            click.echo(f"  {instante(row.momento)}  {row.evento}  {row.codigo or ''}  {row.actor}")


@cuentas.command("cambiar-principal", help="Hace principal a otro de los códigos asociados a la cuenta.")
@click.argument("cuenta")
@click.argument("codigo")
@si
def cambiar_principal(cuenta: str, codigo: str, si: bool) -> None:
    codigo = normalizar_codigo(codigo)
    with db.db.connection_context():
        found = encontrar(cuenta)
        if codigo not in {item.codigo for item in found.codigos()}:
            raise click.ClickException(f"El código {codigo} no está asociado a la cuenta {found.id}. Asócielo primero.")
        confirmar(f"¿Hacer principal el código {codigo} de la cuenta {found.id} ({found.correo})?", si)
        acto(found, "principal_cambiado", lambda: found.hacer_principal(codigo), codigo)
    click.echo(f"El código {codigo} es ahora el principal. Ya se puede retirar el anterior.")


@cuentas.command("retirar-codigo", help="Retira un código de la cuenta que lo tiene; queda libre para registrarse.")
@click.argument("codigo")
@si
def retirar_codigo(codigo: str, si: bool) -> None:
    codigo = normalizar_codigo(codigo)
    with db.db.connection_context():
        row = Asociacion.get_or_none(Asociacion.predio == codigo)
        if row is None:
            raise click.ClickException(f"El código {codigo} no está en ninguna cuenta.")
        others = row.cuenta.asociaciones().where(Asociacion.predio != codigo).exists()
        if row.principal and others:
            raise click.ClickException(
                f"{codigo} es el código principal. Haga principal otro primero: flask cuentas cambiar-principal"
            )
        warning = " Es el único: la cuenta queda sin códigos." if not others else ""
        confirmar(f"¿Retirar el código {codigo} de la cuenta {row.cuenta.id} ({row.cuenta.correo})?{warning}", si)
        acto(row.cuenta, "codigo_retirado", row.delete_instance, codigo)
    click.echo(f"El código {codigo} quedó libre.")


@cuentas.command("revisado", help="Da por revisado el cambio de titular de un código: la cuenta que lo tiene lo conserva.")
@click.argument("codigo")
@si
def revisado(codigo: str, si: bool) -> None:
    codigo = normalizar_codigo(codigo)
    with db.db.connection_context():
        row = Asociacion.get_or_none((Asociacion.predio == codigo) & Asociacion.revisar.is_null(False))
        if row is None:
            raise click.ClickException(f"El código {codigo} no está por revisar.")
        confirmar(f"¿La cuenta {row.cuenta.id} ({row.cuenta.correo}) sigue con el código {codigo}?", si)
        flagged = Asociacion.update(revisar=None).where(Asociacion.predio == codigo)
        acto(row.cuenta, "titular_revisado", flagged.execute, codigo)
    click.echo(f"El código {codigo} quedó revisado.")


@cuentas.command("bloquear", help="Impide entrar a una cuenta y cierra sus sesiones; con --quitar la deja entrar otra vez.")
@click.argument("cuenta")
@click.option("--quitar", is_flag=True, help="Quitar el bloqueo.")
@si
def bloquear(cuenta: str, quitar: bool, si: bool) -> None:
    with db.db.connection_context():
        found = encontrar(cuenta)
        confirmar(f"¿{'Desbloquear' if quitar else 'Bloquear'} la cuenta {found.id} ({found.correo})?", si)
        acto(found, "cuenta_desbloqueada" if quitar else "cuenta_bloqueada", lambda: found.bloquear(not quitar))
    click.echo("La cuenta puede entrar otra vez." if quitar else "La cuenta quedó bloqueada y sus sesiones cerradas.")


@cuentas.command("cerrar-sesiones", help="Cierra todas las sesiones de una cuenta.")
@click.argument("cuenta")
@si
def cerrar_sesiones(cuenta: str, si: bool) -> None:
    with db.db.connection_context():
        found = encontrar(cuenta)
        confirmar(f"¿Cerrar todas las sesiones de la cuenta {found.id} ({found.correo})?", si)
        acto(found, "sesiones_cerradas", found.cerrar_sesiones)
    click.echo("Sesiones cerradas.")


@cuentas.command("eliminar", help="Elimina una cuenta: borra los datos de la persona y libera sus códigos.")
@click.argument("cuenta")
@si
def eliminar(cuenta: str, si: bool) -> None:
    with db.db.connection_context():
        found = encontrar(cuenta)
        confirmar(f"¿Eliminar para siempre la cuenta {found.id} ({found.correo})?", si)
        address = found.correo

        def hacer() -> None:
            found.eliminar()
            mail.queue("cuenta_eliminada", address)

        acto(found, "cuenta_eliminada", hacer)
    click.echo("La cuenta quedó eliminada y sus códigos libres.")
