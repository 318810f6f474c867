"""``flask entregas``: the record of what was taken in, what of it nobody could identify, the way back from the last one."""

from collections.abc import Iterable

import click
import peewee
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from .. import db
from ..audit import operator
from ..entregas import NoSeDeshaceError
from ..entregas import deshacer as deshacer_entrega
from ..entregas.origen import a_la_vista
from ..models import Entrega
from . import fallas, tablas
from .avance import Avance
from .cifras import dinero, duracion, miles, momento
from .cuentas import confirmar, si
from .recaudos import por_identificar

A_LA_VISTA = 20
SIN_CERRAR = "En curso, o interrumpida: si ninguna importación está corriendo, se interrumpió, y la próxima la limpia."


@click.group("entregas", cls=AppGroup, invoke_without_command=True)
@click.option("--todas", is_flag=True, help=f"Todas, y no solo las {A_LA_VISTA} últimas.")
@click.pass_context
@with_appcontext
def entregas(ctx: click.Context, todas: bool) -> None:
    """Las entregas importadas: sin más palabras, la lista de las últimas."""
    if ctx.invoked_subcommand:
        return
    with db.db.connection_context():
        db.require_schema()
        query = Entrega.select().order_by(Entrega.id.desc())
        registros = list(query if todas else query.limit(A_LA_VISTA))
        cuantas = Entrega.select().count()
    if not registros:
        click.echo("Todavía no se ha importado ninguna entrega. Importe la primera con: flask importar RUTA")
        return
    for linea in lista(registros):
        click.echo(linea)
    if cuantas > len(registros):
        click.echo(f"\nSon las últimas {len(registros)} de {miles(cuantas)}. Véalas todas con: flask entregas --todas")


entregas.add_command(por_identificar)


def lista(registros: Iterable[Entrega]) -> Iterable[str]:
    """Two lines a delivery, so that all of it fits in 80 columns."""
    registros = list(registros)
    filas = [
        [
            str(registro.id),
            momento(registro.publicada or registro.iniciada),
            *((miles(total(registro, "filas")), facturas(registro)) if registro.archivos else ("", "")),
            duracion(registro.duracion_ms / 1000) if registro.archivos else "",
            estado(registro),
        ]
        for registro in registros
    ]
    encabezado, *lineas = tablas.tabla(["n.º", "cuándo", "filas", "facturas", "duración", "estado"], filas)
    yield encabezado
    sangria = " " * (max(3, *(len(fila[0]) for fila in filas)) + 2)
    for registro, linea in zip(registros, lineas, strict=True):
        yield linea
        yield f"{sangria}{a_la_vista(registro.nombre)}, por {registro.quien}"
    if any(registro.estado == "abierta" for registro in registros):
        yield f"\n(*) {SIN_CERRAR}"


def estado(registro: Entrega) -> str:
    if registro.estado == "abierta":
        return "en curso (*)"
    return "en parte" if registro.estado == "publicada" and total(registro, "rechazadas") else registro.estado


def total(registro: Entrega, que: str) -> int:
    return sum(conteo.get(que, 0) for conteo in registro.archivos.values())


def facturas(registro: Entrega) -> str:
    """The money of its bills, of those that were good."""
    conteo = registro.archivos.get("facturas")
    return dinero(conteo["suma"]) if conteo else "—"


# -- one of them ------------------------------------------------------------------------------------


def encontrar(numero: int) -> Entrega:
    registro = Entrega.get_or_none(Entrega.id == numero)
    if registro is None:
        raise click.ClickException(f"No hay una entrega {numero}. Vea cuáles hay con: flask entregas")
    return registro


@entregas.command("ver", help="Muestra todo lo que quedó escrito de una entrega.")
@click.argument("numero", type=int)
def ver(numero: int) -> None:
    with db.db.connection_context():
        db.require_schema()
        registro = encontrar(numero)
        ultima = Entrega.ultima()
    click.echo(f"Entrega {registro.id}: {a_la_vista(registro.nombre)}")
    click.echo(f"Estado:     {en_palabras(registro, ultima)}")
    click.echo(f"La importó: {registro.quien}")
    click.echo(f"Comenzó:    {momento(registro.iniciada)}")
    if registro.publicada:
        click.echo(f"Publicada:  {momento(registro.publicada)}")
    if not registro.archivos:
        return
    click.echo(f"Duración:   {duracion(registro.duracion_ms / 1000)}")
    click.echo(f"Huella:     {registro.huella}\n")
    for linea in detalle(registro):
        click.echo(linea)


def en_palabras(registro: Entrega, ultima: Entrega | None) -> str:
    if registro.estado == "abierta":
        return SIN_CERRAR.lower()
    if registro.estado != "publicada":
        return {
            "rechazada": "rechazada; no se publicó nada",
            "interrumpida": "interrumpida; no se publicó nada",
            "deshecha": "deshecha; lo que trajo ya no se ve",
        }[registro.estado]
    que = "publicada en parte" if total(registro, "rechazadas") else "publicada"
    return f"{que}; es la última" if ultima and ultima.id == registro.id else f"{que}; hay otra posterior"


def detalle(registro: Entrega) -> Iterable[str]:
    resumen = registro.archivos
    comparada = registro.estado != "rechazada"
    yield from tablas.cuentas(resumen, tablas.CUENTAS if comparada else ("filas", "rechazadas"), (*tablas.RARAS, "avisos"))
    if comparada:
        yield ""
        yield from tablas.sumas(resumen)
        yield from tablas.notas(resumen)
        if total(registro, "por_identificar"):
            yield "Los que sigan así se ven con: flask entregas por-identificar"
        yield from tablas.de_todos(registro.de_todos)
    yield "\nSHA-256 de los archivos"
    # As sha256sum writes them.
    yield from (f"{conteo['sha256']}  {a_la_vista(nombre)}" for nombre, conteo in resumen.items())


# -- the way back -----------------------------------------------------------------------------------


@entregas.command("deshacer")
@click.argument("numero", type=int)
@si
@click.option(
    "--esperar", type=click.IntRange(0, 86_400), default=0, metavar="SEGUNDOS", help="A que termine otra importación."
)
def deshacer(numero: int, si: bool, esperar: int) -> None:
    """Deshace la última entrega publicada: los clientes vuelven a ver lo de antes.

    Código de salida: 0 deshecha; 1 no se puede o no se quiso; 3 otra importación está en curso; 4 no se pudo terminar.
    """
    try:
        with fallas.en_palabras():
            revisar(encontrar(numero))
            confirmar(f"¿Deshacer la entrega {numero}?", si)
            click.echo()
            with Avance() as avance:
                dias_pago = current_app.config["ENTREGAS_DIAS_PAGO"]
                deshacer_entrega(numero, operator(), avance, espera=esperar, dias_pago=dias_pago)
    except NoSeDeshaceError as error:
        raise click.ClickException(str(error)) from None
    except click.Abort:  # nobody answers: the words of click are English
        raise click.ClickException("No se hizo nada.") from None
    except fallas.FallaError as falla:
        decir_falla(falla, numero)
    with db.db.connection_context():
        ultima = Entrega.ultima()
    click.echo(f"La entrega {numero} quedó deshecha. {los_clientes_ven(ultima)}")


def revisar(registro: Entrega) -> None:
    """Tell what will be taken back. Raises NoSeDeshaceError where that cannot be."""
    if registro.estado != "publicada":
        raise NoSeDeshaceError(f"La entrega {registro.id} no está publicada ({registro.estado}): no hay nada que deshacer.")
    resumen = registro.archivos
    click.echo(f"Entrega {registro.id}: {a_la_vista(registro.nombre)}, publicada el {momento(registro.publicada)}\n")
    for linea in tablas.cuentas(resumen, ("nuevas", "cambiadas"), ("quitadas",)):
        click.echo(linea)
    click.echo("\nAl deshacerla, las filas nuevas dejan de verse, y las cambiadas y quitadas vuelven a verse como antes.")


def decir_falla(falla: fallas.FallaError, numero: int) -> None:
    """The undoing itself is done at once; what may be left is the cleaning, which the next import does."""
    try:
        with db.db.connection_context():
            deshecha = encontrar(numero).estado == "deshecha"
    except peewee.PeeweeException:
        raise fallas.Unfinished(f"{falla.motivo}. Después puede ver cómo quedó con: flask entregas\n{falla.remedio}") from None
    if not deshecha:
        raise fallas.Unfinished(f"{falla.motivo}: la entrega {numero} sigue publicada, completa. {falla.remedio}")
    click.echo(f"{falla.motivo} durante la limpieza; la próxima importación la termina.", err=True)


def los_clientes_ven(ultima: Entrega | None) -> str:
    if ultima is None:
        return "No queda ninguna publicada."
    return f"La última es ahora la {ultima.id} ({a_la_vista(ultima.nombre)}), publicada el {momento(ultima.publicada)}."
