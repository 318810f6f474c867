"""``flask cuentas``: the acts of the systems area on accounts, each confirmed and audited."""

from collections.abc import Callable

import click
from flask.cli import AppGroup
from peewee import fn

from .. import audit, db, mail
from ..audit import operator
from ..formats import fecha, instante
from ..models import Asociacion, Bitacora, Cuenta, Factura, Sesion
from ..models.base import as_day
from ..models.predio import normalizar_codigo

cuentas = AppGroup("cuentas", help="Las cuentas de los clientes. Cada acto se confirma y queda en la bitácora.")
DECIDIR = """
Por cada código, decida con el documento del cliente a la vista:
  flask cuentas revisado CODIGO          la cuenta lo conserva y ve todo otra vez
  flask cuentas retirar-codigo CODIGO    la cuenta lo pierde y el titular nuevo puede registrarse con él"""
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


def cambio(asociacion: Asociacion) -> str:
    """Since when a code waits for a decision about its holder, and what the account that has it sees meanwhile."""
    sees = "ve todas las facturas"
    if asociacion.limitada:
        last = (Factura.predio == asociacion.codigo) & (Factura.expedida <= asociacion.ve_hasta)
        until = as_day(Factura.select(fn.MAX(Factura.expedida)).where(last).scalar())
        sees = f"ve las facturas expedidas hasta el {fecha(until)}" if until else "no ve ninguna factura"
    return f"cambió de titular el {instante(asociacion.revisar)}; esta cuenta {sees}"


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
            if por_revisar:
                for row in cuenta.asociaciones().where(Asociacion.revisar.is_null(False)).order_by(Asociacion.predio):
                    click.echo(f"        {row.codigo}  {cambio(row)}")
    nothing = "No hay códigos por revisar." if por_revisar else "No hay cuentas con ese dato."
    click.echo(f"{len(found)} cuenta(s)." if found else nothing)
    if por_revisar and found:
        click.echo(DECIDIR)


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
        flagged = {row.codigo: row for row in found.asociaciones().where(Asociacion.revisar.is_null(False))}
        for codigo in found.codigos():
            click.echo(f"  {codigo.codigo}  {codigo.direccion}  {'principal' if codigo.principal else ''}")
            if codigo.codigo in flagged:
                click.echo(f"    POR REVISAR: {cambio(flagged[codigo.codigo])}")
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
        others = [other.codigo for other in row.cuenta.codigos() if other.codigo != codigo]
        if row.principal and others and not row.revisar:
            raise click.ClickException(
                f"{codigo} es el código principal. Haga principal otro primero: flask cuentas cambiar-principal"
            )
        warning = "" if others else " Es el único: la cuenta queda sin códigos."
        if row.principal and others:
            warning = f" Su código principal pasa a ser {others[0]}."
        confirmar(f"¿Retirar el código {codigo} de la cuenta {row.cuenta.id} ({row.cuenta.correo})?{warning}", si)
        acto(row.cuenta, "codigo_retirado", lambda: row.cuenta.perder(codigo), codigo)
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
        question = f"¿La cuenta {row.cuenta.id} ({row.cuenta.correo}) conserva el código {codigo} y ve todas sus facturas?"
        confirmar(f"El código {codigo} {cambio(row)}.\n{question}", si)
        flagged = Asociacion.update(revisar=None, ve_hasta=None).where(Asociacion.predio == codigo)
        acto(row.cuenta, "titular_revisado", flagged.execute, codigo)
    click.echo(f"El código {codigo} quedó revisado: la cuenta {row.cuenta.id} lo conserva y ve todas sus facturas.")


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
