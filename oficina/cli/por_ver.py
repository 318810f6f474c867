"""What somebody should look at although the delivery was taken: the last block of ``flask importar``, for cron to find."""

from collections.abc import Iterator

import click

from ..entregas import Resultado
from ..entregas.origen import a_la_vista
from .cifras import cuantas, miles
from .novedades import doblar

# The script of docs/importar.md looks for this very line.
TITULO = "Por ver:"
NOMBRES = 5


def mostrar(resultado: Resultado, cuentas: int) -> None:
    """``cuentas`` are the accounts that the delivery left to be reviewed."""
    if resultado.publicada and resultado.titulares and not cuentas:
        click.echo(f"\n{cambian(resultado)}; ninguna cuenta queda por revisar por eso.")
    lineas = [*archivos(resultado), *titulares(resultado, cuentas), *por_identificar(resultado)]
    if lineas:
        click.echo(f"\n{TITULO}")
        for linea in lineas:
            click.echo(doblar(linea))


def archivos(resultado: Resultado) -> Iterator[str]:
    if sin_leer := [nombre for nombre in resultado.avisos.por_archivo if nombre not in resultado.archivos]:
        yield f"{cuantas(len(sin_leer), 'archivo')} sin leer: {enumerar(sin_leer)}"
    rechazados = resultado.rechazos.por_archivo
    if vacios := [nombre for nombre, conteo in resultado.archivos.items() if not (conteo.filas or rechazados[nombre])]:
        yield f"{cuantas(len(vacios), 'archivo')} sin ninguna fila: {enumerar(vacios)}"


def titulares(resultado: Resultado, cuentas: int) -> Iterator[str]:
    if cuentas:
        quedan = cuantas(cuentas, "cuenta queda", "cuentas quedan")
        yield f"{cambian(resultado)}; {quedan} por revisar: flask cuentas buscar --por-revisar"
    elif resultado.simulada and resultado.titulares:
        yield f"{cambian(resultado)}; si alguna cuenta lo tiene, quedaría por revisar"


def cambian(resultado: Resultado) -> str:
    return cuantas(resultado.titulares, "código cambia de titular", "códigos cambian de titular")


def por_identificar(resultado: Resultado) -> Iterator[str]:
    if pagos := sum(conteo.por_identificar for conteo in resultado.archivos.values()):
        yield f"{cuantas(pagos, 'pago')} por identificar; los que sigan así: flask entregas por-identificar"


def enumerar(nombres: list[str]) -> str:
    visibles = ", ".join(map(a_la_vista, nombres[:NOMBRES]))
    return f"{visibles} y {miles(len(nombres) - NOMBRES)} más" if len(nombres) > NOMBRES else visibles
