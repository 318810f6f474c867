"""The bill by mail, for those who asked for it (*Quiero recibir la factura por correo electrónico*): queued after a delivery.

Each bill once for each account, whatever is repeated or interrupted: the row that says so is written with the mail. Only to
addresses that were confirmed, for a mail that goes astray tells somebody else's bill; and nothing of a code that is limited.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from peewee import IntegrityError

from . import mail
from .db import fetch, transactional, utcnow
from .documentos import enlace
from .formats import fecha, hoy, periodo
from .models import FacturaAvisada, UltimaFactura

DIAS = 45
LOTE = 1000
# Who is to be told of which codes, as it is now: also the condition under which a mail is queued.
QUIEN_SQL = """
SELECT c.id, c.correo, a.codigo FROM cuenta c JOIN asociacion a ON a.cuenta_id = c.id
 WHERE c.factura_por_correo = 1 AND c.correo_confirmado IS NOT NULL AND c.bloqueada IS NULL AND c.eliminada IS NULL
   AND a.ve_hasta IS NULL AND {} ORDER BY a.codigo LIMIT ?
"""
LOTE_SQL = QUIEN_SQL.format("a.codigo > ?")
UNO_SQL = QUIEN_SQL.format("a.codigo = ?")


@dataclass
class Cuentas:
    """What a run did, by code; one that has no bill, an old one or a paid one is among ``sin_pendiente``."""

    encoladas: int = 0
    estaban: int = 0
    sin_pendiente: int = 0
    avisados: set[int] = field(default_factory=set)


def avisar(cuentas: Cuentas) -> None:
    """Queue a mail for each new bill, counting in ``cuentas`` as it goes."""
    for codigo in codigos():
        cuenta_id, nueva = encolar(codigo)
        if nueva is None:
            cuentas.sin_pendiente += 1
        elif nueva:
            cuentas.encoladas += 1
            cuentas.avisados.add(cuenta_id)
        else:
            cuentas.estaban += 1


def codigos() -> Iterator[str]:
    """The codes of those who want it, with no transaction open in between."""
    last = ""
    while rows := fetch(LOTE_SQL, last, LOTE):
        yield from (codigo for _, _, codigo in rows)
        last = rows[-1][2]


def encolar(codigo: str) -> tuple[int, bool | None]:
    """Whom the latest bill of a code is for, and whether it was told now; None where there is nothing to tell."""
    factura = por_avisar(codigo)
    if factura is None:
        return 0, None
    rows = fetch(UNO_SQL, codigo, 1)
    if not rows:
        return 0, None
    cuenta_id = rows[0][0]
    if (
        FacturaAvisada.select()
        .where((FacturaAvisada.cuenta == cuenta_id) & (FacturaAvisada.factura == factura.numero))
        .exists()
    ):
        return cuenta_id, False
    try:
        return cuenta_id, escribir(factura)
    except IntegrityError:  # another run was quicker
        return cuenta_id, False


def por_avisar(codigo: str) -> UltimaFactura | None:
    """The latest bill of a code, where it is recent and something of it is owed."""
    factura = UltimaFactura.de(codigo)
    if factura is None or factura.expedida <= hoy() - timedelta(days=DIAS):
        return None
    return factura if factura.por_pagar else None


@transactional
def escribir(factura: UltimaFactura) -> bool | None:
    """Queue the mail of a bill for whoever has its code by now, with the row that says so. Raises IntegrityError."""
    rows = fetch(UNO_SQL, factura.codigo, 1)
    if not rows:
        return None
    cuenta_id, correo, codigo = rows[0]
    FacturaAvisada.create(cuenta=cuenta_id, factura=factura.numero, avisada=utcnow())
    mail.queue(
        "factura_nueva",
        correo,
        codigo=codigo,
        factura=factura.numero,
        mes=periodo(factura.periodo),
        valor=factura.por_pagar,
        vence=fecha(factura.vence),
        vencida=factura.estado(hoy()) == "vencida",
        enlace=enlace.de_factura(factura.numero, codigo, factura.vence),
    )
    return True
