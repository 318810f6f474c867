"""Tables of text: what a delivery held and changed, file by file."""

from collections.abc import Iterator, Mapping, Sequence

from ..entregas.columnas import PREDIOS
from .cifras import dinero, miles

Resumen = Mapping[str, Mapping]
CUENTAS = ("filas", "nuevas", "cambiadas", "iguales", "rechazadas")
# Only where there are any.
RARAS = ("omitidas", "quitadas")


def tabla(encabezado: Sequence[str], filas: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines as wide as their content; the first column to the left, the others to the right."""
    anchos = [max(map(len, columna)) for columna in zip(encabezado, *filas, strict=True)]
    for primera, *otras in (encabezado, *filas):
        celdas = [f"{celda:>{ancho}}" for celda, ancho in zip(otras, anchos[1:], strict=True)]
        yield "  ".join([f"{primera:<{anchos[0]}}", *celdas]).rstrip()


def cuentas(resumen: Resumen, columnas: Sequence[str] = CUENTAS, raras: Sequence[str] = RARAS) -> Iterator[str]:
    """Counts of rows per file."""
    columnas = [*columnas, *(rara for rara in raras if any(conteo.get(rara) for conteo in resumen.values()))]
    filas = [[nombre, *(miles(conteo.get(c, 0)) for c in columnas)] for nombre, conteo in resumen.items()]
    return tabla(["archivo", *columnas], filas)


def sumas(resumen: Resumen) -> Iterator[str]:
    """Money per file: what the rows of the delivery had before, and what they have with it; nothing for predios alone."""
    filas = []
    for nombre, conteo in resumen.items():
        if nombre != PREDIOS.nombre:
            antes, despues = conteo.get("antes", 0), conteo.get("suma", 0)
            filas.append([nombre, dinero(antes), "→", dinero(despues), dinero(despues - antes)])
    return tabla(["dinero", "antes", "", "después", "diferencia"], filas) if filas else iter(())
