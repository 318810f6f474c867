"""Coercive collection processes of the demo, one per stage and then again."""

from datetime import date, timedelta

from .demo_historia import Ficha, Historia
from .demo_nombres import OFICINA
from .demo_tarifas import pesos

# State: unpaid bills, days since the process began, days since it was notified.
ETAPAS = {
    "notificado": (9, 60, 12),
    "persuasivo": (5, 45, None),
    "librado": (7, 20, None),
    "excepciones": (11, 120, 75),
    "ejecucion": (13, 220, 170),
    "medidas": (16, 300, 250),
    "acuerdo": (14, 330, 290),
    "terminado": (12, 310, 260),
}
PAGAN = {"acuerdo": "abona", "terminado": "termina"}
TERMINO = 21  # days to pay or object, about fifteen working ones
COSTAS = 4850000
MEDIDAS = "Embargo de los dineros que tenga en cuentas bancarias, decretado y comunicado a los bancos."
CONTACTO = f"Oficina de Cobro Coactivo, {OFICINA}, 608 555 0110, cobrocoactivo@aguaclara.example"


def fila(ficha: Ficha, suya: Historia, corte: str, hoy: date) -> tuple:
    """The row of a process, its figures at the day ``corte`` of the latest bill."""
    estado = ficha.proceso
    _, hace, notificado_hace = ETAPAS[estado]
    fecha = hoy - timedelta(hace)
    notificado = hoy - timedelta(notificado_hace) if notificado_hace else None
    listadas = suya.saldadas if estado == "terminado" else suya.pendientes
    cobradas = [pendiente for pendiente in listadas if pendiente.dia < fecha.toordinal()]
    capital, mora, costas = min(suya.capital, sum(p.cargo for p in cobradas)), suya.mora, COSTAS if notificado else 0
    if estado == "terminado":
        capital = mora = costas = 0
    return (
        f"PC-{fecha.year}-{ficha.indice:06d}",
        ficha.codigo,
        "" if estado == "persuasivo" else f"MP-{fecha.year}-{ficha.indice:06d}",
        fecha,
        estado,
        notificado or "",
        notificado + timedelta(TERMINO) if notificado else "",
        *(pesos(valor) for valor in (capital, mora, costas)),
        corte,
        " ".join(pendiente.numero for pendiente in cobradas),
        MEDIDAS if estado == "medidas" else "",
        CONTACTO,
    )
