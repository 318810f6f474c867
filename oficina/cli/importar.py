"""``flask importar`` and ``flask demo``: take in a delivery, write one to try the portal with."""

import os
import sys
from datetime import datetime
from pathlib import Path

import click
import peewee
from flask import current_app
from flask.cli import with_appcontext

from .. import db
from ..audit import operator
from ..entregas import OcupadoError, Opciones, Resultado
from ..entregas import importar as importar_entrega
from ..entregas.demo import escribir
from ..entregas.opciones import POR_NOMBRE
from ..entregas.origen import legible
from ..models import Asociacion, Entrega
from . import fallas, novedades, por_ver, tablas
from .avance import Avance
from .cifras import cuantas, duracion, miles, momento

SALIDAS = """\b
Código de salida:
  0  publicada (con --simular: se publicaría)
  1  rechazada; no se publicó nada
  2  orden mal escrita, o no hay ninguna entrega en RUTA
  3  otra importación está en curso
  4  no se pudo terminar (disco lleno, base caída, interrupción);
     los datos anteriores siguen completos
  5  publicada en parte, con --parcial: hubo filas rechazadas
"""


@click.command("importar", epilog=SALIDAS)
# Asked for below: the words of click for what is missing are English.
@click.argument("ruta", metavar="RUTA", required=False, type=click.Path(path_type=Path))
@click.option("--simular", is_flag=True, help="Decir qué cambiaría, sin escribir nada.")
@click.option("--parcial", is_flag=True, help="Publicar las filas buenas aunque otras se rechacen.")
@click.option(
    "--esperar",
    type=click.IntRange(0, 86_400),
    default=0,
    metavar="SEGUNDOS",
    help="Cuánto esperar a que termine otra importación; si no se dice, nada.",
)
@with_appcontext
def importar(ruta: Path | None, simular: bool, parcial: bool, esperar: int) -> None:
    """Importa la entrega que está en RUTA, una carpeta o un .zip: entera o nada."""
    if ruta is None:
        raise click.UsageError("Falta RUTA: la carpeta de la entrega, o un .zip de ella.")
    parcial = parcial or current_app.config["ENTREGAS_PARCIAL"]
    inicio = db.utcnow()
    click.echo(f"{'Simulación de' if simular else 'Entrega de'} {legible(ruta)}, {momento(inicio)}")
    try:
        with fallas.en_palabras():
            exigir_ruta(ruta)
            resultado = tomar(ruta, simular, parcial, esperar)
            por_revisar = cuentas_por_revisar(resultado)
    except fallas.FallaError as falla:
        decir_falla(falla, ruta, simular, inicio)
        return
    codigo = codigo_de(resultado)
    try:
        mostrar(resultado, codigo, parcial)
        por_ver.mostrar(resultado, por_revisar)
    except BrokenPipeError:
        # Nobody reads; what came of the delivery is told by the exit code all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(codigo)


def exigir_ruta(ruta: Path) -> None:
    if not ruta.exists():
        raise fallas.NoDelivery(f"No existe {legible(ruta)}.")
    if ruta.is_file() and ruta.suffix.lower() != ".zip":
        raise fallas.NoDelivery(f"{legible(ruta)} es un archivo: dé la carpeta que lo contiene, o un .zip.")


def tomar(ruta: Path, simular: bool, parcial: bool, esperar: int) -> Resultado:
    ajustes = current_app.config
    modo = {
        "simular": simular,
        "parcial": parcial,
        "ocultar": ajustes["ENTREGAS_TITULAR"] == "ocultar",
        "trabajo": Path(ajustes["INSTANCIA"]),
    }
    opciones, quien = Opciones.de(ajustes), operator()
    with Avance(simular) as avance:
        try:
            return importar_entrega(ruta, quien, opciones, avance, **modo)
        except OcupadoError:
            if not esperar:
                raise
        click.echo(f"Otra importación está en curso; se espera a que termine, hasta {duracion(esperar)}.")
        return importar_entrega(ruta, quien, opciones, avance, **modo, espera=esperar)


def cuentas_por_revisar(resultado: Resultado) -> int:
    """How many accounts this delivery left for the staff to look at."""
    if not (resultado.publicada and resultado.titulares):
        return 0
    publicada = Entrega.get_by_id(resultado.entrega).publicada
    return Asociacion.select(Asociacion.cuenta).where(Asociacion.revisar >= publicada).distinct().count()


def codigo_de(resultado: Resultado) -> int:
    if not resultado.rechazos:
        return fallas.PUBLICADA
    return fallas.EN_PARTE if resultado.por_partes else fallas.RECHAZADA


# -- what came of it --------------------------------------------------------------------------------


def mostrar(resultado: Resultado, codigo: int, parcial: bool) -> None:
    resumen = resultado.resumen()["archivos"]
    comparada = resultado.publicada or resultado.simulada
    click.echo()
    columnas = tablas.CUENTAS if comparada else ("filas", "rechazadas")
    for linea in tablas.cuentas(resumen, columnas):
        click.echo(linea)
    if comparada:
        click.echo()
        for linea in (*tablas.sumas(resumen), *tablas.notas(resumen)):
            click.echo(linea)
    instancia = Path(current_app.config["INSTANCIA"])
    novedades.mostrar("Avisos", resultado.avisos, instancia / f"avisos-{resultado.nombre}.csv")
    novedades.mostrar("Rechazos", resultado.rechazos, instancia / f"rechazos-{resultado.nombre}.csv")
    if comparada and resultado.identificados:
        click.echo(f"\n{cuantas(resultado.identificados, 'pago')} de bancos que esperaban ya se sabe de quién son.")
    click.echo()
    if resultado.simulada:
        decir_simulada(resultado, codigo)
    elif resultado.publicada:
        decir_publicada(resultado)
    else:
        # Without lines of bills that could not be read, --parcial would publish half a bill.
        remedio = (
            ". Con lo que no se pudo leer, ni --parcial publica las demás" if parcial else ", o use --parcial para las buenas"
        )
        click.echo(
            f"Entrega {resultado.entrega} RECHAZADA: no se publicó nada; los clientes siguen viendo lo de antes.\n"
            f"Corrija las filas rechazadas e impórtela otra vez{remedio}.",
            err=True,
        )


def decir_simulada(resultado: Resultado, codigo: int) -> None:
    veredicto = {
        fallas.PUBLICADA: "se publicaría completa",
        fallas.RECHAZADA: "se rechazaría, y no se publicaría nada",
        fallas.EN_PARTE: f"se publicaría en parte: quedarían fuera {lo_que_queda_fuera(resultado)}",
    }
    click.echo(f"SIMULACIÓN: no se escribió nada. La entrega {veredicto[codigo]}.")
    click.echo(f"La simulación tardó {duracion(resultado.duracion_ms / 1000)}.")


def decir_publicada(resultado: Resultado) -> None:
    tiempo = duracion(resultado.duracion_ms / 1000)
    if resultado.rechazos:
        click.echo(
            f"Entrega {resultado.entrega} publicada EN PARTE en {tiempo}: quedaron fuera\n{lo_que_queda_fuera(resultado)}."
        )
    else:
        click.echo(f"Entrega {resultado.entrega} publicada en {tiempo}.")


def lo_que_queda_fuera(resultado: Resultado) -> str:
    """``3 filas rechazadas y 12 que dependen de ellas, y 1 archivo de un banco``."""
    conteos = [conteo for nombre, conteo in resultado.archivos.items() if nombre in POR_NOMBRE]
    rechazadas, omitidas = sum(c.rechazadas for c in conteos), sum(c.omitidas for c in conteos)
    bancos = sum(nombre not in POR_NOMBRE and nombre in resultado.rechazos.por_archivo for nombre in resultado.archivos)
    partes = [cuantas(rechazadas, "fila rechazada", "filas rechazadas")] if rechazadas else []
    partes += [f"{miles(omitidas)} que dependen de ellas"] if omitidas else []
    filas = " y ".join(partes)
    return ", y ".join(filter(None, (filas, cuantas(bancos, "archivo de un banco", "archivos de bancos") if bancos else "")))


def decir_falla(falla: fallas.FallaError, ruta: Path, simular: bool, inicio: datetime) -> None:
    """Tell why it could not come to its end; whether customers see the delivery all the same is asked, never supposed."""
    if simular:
        raise fallas.Unfinished(f"{falla.motivo}. Era una simulación: no se había escrito nada.\n{falla.remedio}")
    try:
        publicada = la_publicada(ruta, inicio)
    except peewee.PeeweeException:
        raise fallas.Unfinished(
            f"{falla.motivo}.\nLos clientes ven una entrega completa: la anterior o, si alcanzó a publicarse, esta. "
            f"Después puede comprobarlo con: flask entregas\n{falla.remedio} Importarla otra vez no hace daño."
        ) from None
    if publicada is None:
        raise fallas.Unfinished(
            f"{falla.motivo}: no se publicó nada.\nLos clientes siguen viendo los datos anteriores, completos. {falla.remedio}"
        )
    click.echo(
        f"{falla.motivo}, pero la entrega {publicada.id} ya estaba publicada. Véala con: flask entregas ver {publicada.id}"
    )


def la_publicada(ruta: Path, inicio: datetime) -> Entrega | None:
    """The record of this very import where it was published."""
    with db.db.connection_context():
        return Entrega.get_or_none(
            (Entrega.estado == "publicada")
            & (Entrega.nombre == legible(ruta.resolve().name)[:200])
            & (Entrega.quien == operator())
            & (Entrega.iniciada >= inicio)
        )


@click.command("demo")
@click.argument("carpeta", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--predios", type=click.IntRange(1, 999_999), default=200, show_default=True, help="Cuántos códigos de usuario.")
@click.option("--semilla", type=int, default=1, show_default=True, help="Con la misma semilla y fecha sale lo mismo.")
@with_appcontext
def demo(carpeta: Path | None, predios: int, semilla: int) -> None:
    """Escribe en CARPETA (demo, en la instancia, si no se dice) una entrega de ejemplo, de un municipio inventado."""
    carpeta = carpeta or Path(current_app.config["INSTANCIA"]) / "demo"
    for nombre, filas in escribir(carpeta, predios, semilla).items():
        click.echo(f"{nombre + '.csv':<20}{miles(filas):>12} filas")
    click.echo(f"\nLa entrega de ejemplo está en {carpeta}. Impórtela con: flask importar {carpeta}")
