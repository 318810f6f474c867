"""The receipt of a payment made online, as a PDF. The same payment gives the same document until something happens to it."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from peewee import JOIN

from ..models import Factura, Intento, Movimiento, Pago
from ..models.base import as_day
from ..pasarelas import de_nombre
from .factura import acotada, logo

# In any other there is nothing to give a receipt of.
CON_COMPROBANTE = ("aprobado", "reversado")


@dataclass(frozen=True, slots=True)
class Asiento:
    """What the ledger says of an attempt; money in centavos.

    ``pago`` is a row of the transaction that counts, or of the last one where all were given back. ``pagos``: how many were
    not, ``recibido`` their money and ``saldo`` the part of it for which there was no debt. Of their ``filas`` rows
    ``aplicadas`` are payments of a delivery too, the last of the day ``aplicado``.
    """

    pago: Movimiento
    devuelto: datetime | None
    pagos: int
    recibido: int
    saldo: int
    filas: int
    aplicadas: int
    aplicado: date | None

    @classmethod
    def de(cls, intento: Intento) -> "Asiento":
        """Only of one that was approved once: it has rows."""
        rows = list(
            Movimiento.select(Movimiento, Pago.fecha.alias("dia"))
            .join(Pago, JOIN.LEFT_OUTER, on=(Movimiento.pago == Pago.id))
            .where(Movimiento.intento == intento.id)
            .order_by(Movimiento.id)
            .objects()
        )
        back = {row.transaccion: row.momento for row in rows if row.tipo == "reverso"}
        live = [row for row in rows if row.transaccion not in back]
        days = [as_day(row.dia) for row in live if row.dia]
        return cls(
            pago=acotada(live[0] if live else [row for row in rows if row.tipo == "pago"][-1]),
            devuelto=max(back.values(), default=None),
            pagos=len({row.transaccion for row in live}),
            recibido=sum(row.valor for row in live),
            saldo=sum(row.saldo for row in live),
            filas=len(live),
            aplicadas=len(days),
            aplicado=max(days, default=None),
        )


def nombre(intento: Intento) -> str:
    """The name of its file."""
    return f"comprobante-{intento.referencia}.pdf"


def html_de(intento: Intento) -> str:
    """The receipt of an attempt in one of CON_COMPROBANTE, as ``render`` makes a PDF of it.

    Of persons it says nothing but codes and numbers of bills. The caller answers for who may see it.
    """
    config = current_app.config
    lineas = [acotada(linea) for linea in intento.facturas()]
    pasarela = de_nombre(config, intento.pasarela)
    months = Factura.select(Factura.numero, Factura.periodo).where(Factura.numero.in_([linea.factura for linea in lineas]))
    # By the environment and not by render_template: the worker makes it too, for the mail.
    return current_app.jinja_env.get_template("pdf/comprobante.html").render(
        intento=intento,
        asiento=Asiento.de(intento),
        lineas=lineas,
        periodos=dict(months.tuples()),
        pasarela=pasarela.titulo if pasarela else intento.pasarela.capitalize(),
        logo=logo(),
        marca={name.removeprefix("MARCA_").lower(): v for name, v in config.items() if name.startswith("MARCA_")},
    )
