"""Paying online can be read and used by everybody, in each of its states: light over one engine, dark over the other."""

from datetime import timedelta

import fabrica
import pytest
from gestos import con_pasarela, ingresa, llena, oprime, reclamo, titulo

from oficina import db
from oficina.documentos import enlace
from oficina.formats import hoy
from oficina.models import Asociacion, Intento, Movimiento, PagoAbierto
from oficina.models.intento import OCUPAN, SIN_PAGO

pytestmark = con_pasarela
PRONTO = hoy() + timedelta(days=9)
NO_PAGUE = "Su banco aún no responde; no pague otra vez"


@pytest.fixture
def rosa(app):
    """Bills that can be paid, being paid by herself and by others, paid, and of another holder now."""
    cuenta = fabrica.una_cuenta(codigos=[f"100{n}" for n in range(1, 9)])
    numbers = {f"100{n}": fabrica.una_factura(f"100{n}", vence=PRONTO).numero for n in range(1, 8)}
    fabrica.un_intento({"1003": numbers["1003"]}, cuenta)
    fabrica.un_intento({"1004": numbers["1004"]}, None)
    fabrica.un_intento({"1005": numbers["1005"]}, cuenta, "pendiente")
    fabrica.un_intento({"1006": numbers["1006"]}, None, "revision")
    Asociacion.update(ve_hasta="2020-10-20", revisar=db.utcnow()).where(Asociacion.predio == "1007").execute()
    cuenta.numeros = numbers
    return cuenta


def pasa_a(estado: str) -> None:
    """What the worker would do meanwhile to the attempts that are open."""
    Intento.update(estado=estado).where(Intento.estado.in_(OCUPAN)).execute()


def eleccion(page, cuenta):
    ingresa(page, cuenta)
    titulo(page, "Inicio")
    for query in ("", "?elegir=1", "?codigo=1001&codigo=1002&codigo=1003"):
        page.goto(f"/pagar{query}")
        yield f"choosing {query}"
    for codigo in ("1003", "1005", "1006"):
        page.goto(f"/facturas?codigo={codigo}")
        yield f"bill {codigo}"
        page.goto(f"/facturas/detalle/{cuenta.numeros[codigo]}")
        yield f"page of bill {codigo}"
    page.goto("/pagar?codigo=1001")
    page.eval_on_selector("[name=total]", "input => { input.value = '1'; }")
    oprime(page, "Ir a pagar $\u00a084.350")
    reclamo(page, "Lo que se debe cambió")
    yield "the value changed"
    for codigo, heading in (("1003", "Usted ya comenzó a pagar"), ("1004", "Alguien comenzó a pagar esta factura")):
        page.goto(f"/pagar?codigo={codigo}")
        oprime(page, "Ir a pagar $\u00a084.350")
        titulo(page, heading)
        yield heading
    for codigo in ("1003", "1004"):
        page.goto(f"/pagar?codigo={codigo}")
        pasa_a("pendiente")
        oprime(page, "Ir a pagar $\u00a084.350")
        titulo(page, NO_PAGUE)
        yield f"pending meanwhile {codigo}"
        pasa_a("creado")


def salida(page, cuenta):
    """Where it does not go on at once."""
    ingresa(page, cuenta)
    titulo(page, "Inicio")
    page.add_init_script("HTMLFormElement.prototype.requestSubmit = () => {}")
    page.goto(f"/pagar/{Intento.get(Intento.cuenta == cuenta.id).publico}/salida")
    titulo(page, "Va a pagar en Simulador de pagos")
    yield "on the way to the gateway"


def test_choosing_what_to_pay_is_accessible(repasa, rosa):
    repasa(eleccion, rosa)


def test_the_way_to_the_gateway_is_accessible(repasa, rosa):
    repasa(salida, rosa)


def resultados(page, cuenta):
    ingresa(page, cuenta)
    titulo(page, "Inicio")
    bills = {codigo: fabrica.una_factura(codigo, vence=PRONTO).numero for codigo in ("1001", "1002")}
    told = {"cus": "1122334455", "banco": "Banco del Llano", "motivo": "Fondos insuficientes"}
    for estado in (*OCUPAN, *SIN_PAGO):
        PagoAbierto.delete().execute()
        page.goto(f"/pagar/{fabrica.un_intento(bills, cuenta, estado, **told).publico}")
        if estado == "creado":
            page.get_by_text("No voy a pagar ahora").click()
        yield estado
    PagoAbierto.delete().execute()
    paid = fabrica.pago_en_linea(bills, cuenta)
    for url in (f"/pagar/{paid.publico}", "/pagos", "/facturas?codigo=1001"):
        page.goto(url)
        yield f"approved {url}"
    Movimiento.update(saldo=84_350_00).execute()
    page.goto(f"/pagar/{paid.publico}")
    yield "nothing of it was owed"
    for row in list(Movimiento.select()):
        row.id, row.tipo, row.valor, row.saldo = None, "reverso", -row.valor, -row.saldo
        row.save(force_insert=True)
    Intento.update(estado="reversado").where(Intento.id == paid.id).execute()
    for url in (f"/pagar/{paid.publico}", "/pagos"):
        page.goto(url)
        yield f"given back {url}"


def test_what_came_of_a_payment_is_accessible(repasa, app):
    repasa(resultados, fabrica.una_cuenta(codigos=["1001", "1002"]))


def rapido(page):
    for url in ("/", "/ingresar", "/pago-rapido", "/pago-rapido/inventado"):
        page.goto(url)
        yield f"quick {url}"
    old = fabrica.una_factura("1001", periodo="2026-10", expedida="2026-10-16", vence=PRONTO)
    bill = fabrica.una_factura("1001", vence=PRONTO)
    page.goto("/pago-rapido")
    oprime(page, "Buscar la factura")
    reclamo(page, "Escriba el código")
    yield "quick, with nothing"
    llena(page, codigo="1001", numero="otro")
    oprime(page, "Buscar la factura")
    reclamo(page, "No encontramos una factura")
    yield "quick, unknown"
    page.goto(f"/pago-rapido/{enlace.pasajero(old.numero, '1001')}")
    yield "quick, a newer bill"
    page.goto(f"/pago-rapido/{enlace.pasajero(bill.numero, '1001')}")
    yield "quick, bill"
    oprime(page, "Pagar $\u00a084.350")
    reclamo(page, "Escriba su correo")
    yield "quick, without mail"
    intento = fabrica.un_intento({"1001": bill.numero})
    llena(page, correo="vecina@correo.example")
    oprime(page, "Pagar $\u00a084.350")
    page.get_by_role("button", name="Pagar de todas formas").wait_for()
    yield "quick, somebody began"
    for estado in ("pendiente", "revision"):
        Intento.update(estado=estado).execute()
        page.reload()
        yield f"quick, {estado}"
    page.goto(f"/pagar/{intento.publico}")
    yield "without account, in doubt"
    fabrica.un_pago("1001", factura=bill.numero)
    page.goto(f"/pago-rapido/{enlace.pasajero(bill.numero, '1001')}")
    yield "quick, paid"


def test_paying_without_an_account_is_accessible(repasa, app):
    repasa(rapido)
