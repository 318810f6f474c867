"""Tables of text: what a delivery held and changed, file by file."""

from collections.abc import Iterator, Mapping, Sequence

from ..entregas.columnas import PREDIOS
from ..entregas.origen import a_la_vista
from .cifras import dinero, miles

Resumen = Mapping[str, Mapping]
CUENTAS = ("filas", "nuevas", "cambiadas", "iguales", "rechazadas")
# Only where there are any.
RARAS = ("omitidas", "quitadas")
ANCHO_NOMBRE = 24


def tabla(encabezado: Sequence[str], filas: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines as wide as their content; the first column to the left, the others to the right."""
    anchos = [max(map(len, columna)) for columna in zip(encabezado, *filas, strict=True)]
    for primera, *otras in (encabezado, *filas):
        celdas = [f"{celda:>{ancho}}" for celda, ancho in zip(otras, anchos[1:], strict=True)]
        yield "  ".join([f"{primera:<{anchos[0]}}", *celdas]).rstrip()


def cuentas(resumen: Resumen, columnas: Sequence[str] = CUENTAS, raras: Sequence[str] = RARAS) -> Iterator[str]:
    """Counts of rows per file."""
    columnas = [*columnas, *(rara for rara in raras if any(conteo.get(rara) for conteo in resumen.values()))]
    filas = [[corto(nombre), *(miles(conteo.get(c, 0)) for c in columnas)] for nombre, conteo in resumen.items()]
    return tabla(["archivo", *columnas], filas)


def sumas(resumen: Resumen) -> Iterator[str]:
    """Money per file: what the rows of the delivery had before, and what they have with it; nothing for predios alone."""
    filas = []
    for nombre, conteo in resumen.items():
        if nombre != PREDIOS.nombre:
            antes, despues = conteo.get("antes", 0), conteo.get("suma", 0)
            filas.append([corto(nombre), dinero(antes), "→", dinero(despues), dinero(despues - antes)])
    return tabla(["dinero", "antes", "", "después", "diferencia"], filas) if filas else iter(())


def notas(resumen: Resumen) -> Iterator[str]:
    """What only payments have to tell, after a blank line."""
    lineas = []
    for nombre, conteo in resumen.items():
        if conciliadas := conteo.get("conciliadas"):
            lineas.append(f"Pagos que otra fuente también trajo (no se repiten): {miles(conciliadas)}, {corto(nombre)}")
        if por_identificar := conteo.get("por_identificar"):
            lineas.append(f"Pagos por identificar: {miles(por_identificar)}, {corto(nombre)}")
    return iter(["", *lineas] if lineas else [])


def de_todos(registro: dict[str, int]) -> Iterator[str]:
    """What a delivery changed beyond its files."""
    if registro["titulares"]:
        yield f"Códigos que cambiaron de titular: {miles(registro['titulares'])}"
    if registro["identificados"]:
        yield f"Pagos de bancos que esperaban y se identificaron: {miles(registro['identificados'])}"


def corto(nombre: str) -> str:
    """The name of a file; that of a bank's is as the bank wants it."""
    visible = a_la_vista(nombre)
    return visible if len(visible) <= ANCHO_NOMBRE else f"{visible[: ANCHO_NOMBRE - 1]}…"
