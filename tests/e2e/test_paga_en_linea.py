"""Paying online as customers do: from the bill through the simulator of gateways to the receipt, and each way it can go wrong.

A real worker asks the simulator, a program of its own. Each story also with scripts off.
"""

import contextlib
import io
import re
import threading
import time
from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlsplit

import fabrica
import papel
import pypdf
import pytest
import servidores
from gestos import con_pasarela, decide, llena, oprime, sigue_a_la_pasarela, titulo, va
from pasarelas import simulador
from playwright.sync_api import expect
from test_entregas import FACTURA, PREDIO, en_csv

from oficina import db, entregas, worker
from oficina.formats import hoy
from oficina.models import Intento, Movimiento, UltimaFactura

pytestmark = con_pasarela
UNO, DOS = "1001", "2002"
PRONTO = hoy() + timedelta(days=9)
ESPERANDO = "Esperando la respuesta de Simulador de pagos"
NO_PAGUE = "Su banco aún no responde; no pague otra vez"
A_FAVOR = "De lo que pagó, $\u00a084.350 no se debían: quedan como saldo a su favor"
PAGAR = "click aquí para pagar la factura"
# Where a page could ask for a card, or bring something of another site.
AJENO = "iframe, script[src^=http], [autocomplete^=cc-], [name*=tarjeta], [name*=card], [name*=cvv], [name*=cvc]"


@pytest.fixture(scope="session")
def puertos():
    """The port of the simulator of each portal: each of the two has to know of the other before it starts."""
    return defaultdict(servidores.puerto_libre)


@pytest.fixture
def ajustes(ajustes, motor, puertos):
    """The simulator has another name than the portal, so that browsers take it for the other site that a gateway is."""
    port = puertos[motor, ajustes.get("SIMULADOR_PROTOCOLO")]
    return ajustes | {"SIMULADOR_URL": f"http://localhost:{port}"}


@pytest.fixture(scope="module")
def procesos():
    """Start the simulator at a port, once, for the portal that hears of what is paid there."""
    running = {}
    with contextlib.ExitStack() as stack:

        def start(port: int, portal: str):
            if port not in running:
                running[port] = stack.enter_context(simulador(f"{portal}/pasarela/simulada/aviso", port))
            return running[port]

        yield start


@pytest.fixture
def sim(procesos, ajustes, servidor):
    gateway = procesos(urlsplit(ajustes["SIMULADOR_URL"]).port, servidor)
    gateway.reiniciar()
    gateway.conducta(permitir_doble=False, reintentos=[0.1])
    return gateway


@pytest.fixture
def buzon(app, monkeypatch):
    """The worker, at work until the test ends with shorter pauses; the box of what it mails."""
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.2)
    stop = threading.Event()
    with servidores.smtp() as (url, box):
        app.config["SMTP"] = url
        thread = threading.Thread(target=worker.run, args=(app, stop))
        thread.start()
        yield box
        stop.set()
        thread.join()


def abre(abre_navegador, con_js: bool):
    page = abre_navegador(java_script_enabled=con_js)
    page.con_js = con_js
    return page


@pytest.fixture(params=[True, False], ids=["con_js", "sin_js"])
def telefono(request, abre_navegador, sim, buzon):
    """With and without scripts, for each way that a payment can end."""
    return abre(abre_navegador, request.param)


@pytest.fixture
def turno(motor, abre_navegador, sim, buzon):
    """For the other stories: with scripts over one engine, without over the other."""
    return abre(abre_navegador, motor == "sqlite")


@pytest.fixture
def otro(abre_navegador):
    """Another device, with a wide screen."""
    page = abre_navegador(viewport={"width": 1280, "height": 800}, has_touch=False)
    page.con_js = True
    return page


@pytest.fixture
def rosa(app):
    """Two codes: $ 84.350 is owed of one, $ 20.000 of the other."""
    cuenta = fabrica.una_cuenta(codigos=[UNO, DOS])
    fabrica.una_factura(UNO, numero="F1", vence=PRONTO)
    fabrica.una_factura(DOS, numero="F2", vence=PRONTO, total=20_000_00)
    return cuenta


# -- steps --------------------------------------------------------------------------------------------


def paso(page, encabezado: str) -> None:
    """Wait until the page is the one with this heading, which asks for no card and brings nothing of others."""
    titulo(page, encabezado)
    assert page.locator(AJENO).count() == 0


def abre_la_factura(page, cuenta, codigo: str = UNO) -> None:
    """Sign in on the way to a bill."""
    page.goto(f"/facturas?codigo={codigo}")
    llena(page, correo=cuenta.correo, clave=fabrica.CLAVE)
    oprime(page, "Iniciar sesión")
    paso(page, "Factura")


def va_a_pagar(page, boton: str = "Ir a pagar $\u00a084.350") -> None:
    """From the panel of a bill to the page of the gateway."""
    page.get_by_role("link", name=PAGAR).click()
    paso(page, "Pagar en línea")
    oprime(page, boton)
    sigue_a_la_pasarela(page)


def el_intento() -> Intento:
    """The latest attempt."""
    return Intento.select().order_by(Intento.id.desc()).first()


def espera(pasa) -> None:
    until = time.monotonic() + 15
    while not pasa():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def pasa_un_rato() -> None:
    """The worker asks now about what it would ask soon: gateways tell nothing of what is pending."""
    Intento.update(proximo=db.utcnow()).where(Intento.proximo.is_null(False)).execute()


def queda(page, encabezado: str, estado: str, intento: Intento | None = None) -> None:
    """Back from the gateway, the answer is known; looked at again rather than waiting until the page does."""
    intento = intento or el_intento()
    page.wait_for_url(f"**/pagar/{intento.publico}*")
    espera(lambda: Intento.get_by_id(intento.id).estado == estado)
    page.reload()
    paso(page, encabezado)


def carta(buzon, asunto: str):
    """The mail with a subject, which is awaited."""
    found = []
    espera(lambda: found.extend(letter for letter in buzon.mensajes if letter["Subject"].startswith(asunto)) or found)
    return found[0]


def pdf_de(page, enlace: str) -> bytes:
    """The PDF that a link opens in another window."""
    link = page.get_by_role("link", name=enlace)
    with page.expect_popup() as opened:
        link.click()
    opened.value.close()
    answer = page.request.get(link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def debe(codigo: str = UNO) -> int:
    return UltimaFactura.de(codigo).por_pagar


# -- it goes well -------------------------------------------------------------------------------------


def entrega(tmp_path, nombre: str, **archivos) -> None:
    folder = tmp_path / nombre
    folder.mkdir()
    for name, rows in archivos.items():
        (folder / f"{name}.csv").write_text(en_csv(rows), encoding="utf-8")
    assert entregas.importar(folder, "sistemas:ana").publicada


def comprueba_el_comprobante(page, buzon) -> None:
    """On the page, as PDF, and in the mail."""
    intento = el_intento()
    for said in (intento.referencia, "PSE, Banco del Llano", intento.cus, "en proceso de aplicación", "$\u00a084.350"):
        expect(page.get_by_role("main")).to_contain_text(said)
    assert intento.referencia in papel.texto(pdf_de(page, "Ver el comprobante en PDF"))
    (receipt,) = carta(buzon, "Recibimos su pago de $\u00a084.350").iter_attachments()
    assert intento.referencia in papel.texto(receipt.get_content())


def test_from_the_bill_to_the_receipt_and_shown_once_when_a_delivery_brings_it(telefono, app, buzon, tmp_path):
    bill = FACTURA | {"expedida": str(hoy()), "vence": str(PRONTO), "referencia": "4567"}
    entrega(tmp_path, "octubre", predios=[PREDIO], facturas=[bill])
    codigo = PREDIO["codigo"]
    abre_la_factura(telefono, fabrica.una_cuenta(codigos=[codigo]), codigo)
    va_a_pagar(telefono)
    decide(telefono, "Aprobar")
    queda(telefono, "Pago recibido", "aprobado")
    comprueba_el_comprobante(telefono, buzon)

    va(telefono, "Factura")
    expect(telefono.locator("#_panel .estado")).to_have_text("Pagada")
    expect(telefono.locator("#_panel")).to_contain_text("en proceso de aplicación")
    expect(telefono.get_by_role("link", name=PAGAR)).to_have_count(0)
    va(telefono, "Pagos realizados")
    row = telefono.get_by_role("row").filter(has_text="$\u00a084.350")
    expect(row).to_contain_text("en proceso de aplicación")
    row.get_by_role("link", name="Comprobante").click()
    paso(telefono, "Pago recibido")

    pago = {"id": "P1", "codigo": codigo, "factura": "F1", "fecha": str(hoy()), "valor": "84350", "canal": "internet"}
    entrega(tmp_path, "pagos", pagos=[pago | {"referencia_pasarela": el_intento().referencia}])
    va(telefono, "Pagos realizados")
    expect(row).to_have_count(1)
    expect(row).not_to_contain_text("en proceso de aplicación")
    telefono.goto(f"/pagar/{el_intento().publico}")
    expect(telefono.get_by_role("main")).to_contain_text("Aplicado el")
    assert len(buzon.mensajes) == 1


def falla_y_luego_paga(page, cuenta) -> None:
    abre_la_factura(page, cuenta)
    va_a_pagar(page)
    decide(page, "Rechazar")
    queda(page, "El pago no se hizo", "rechazado")
    page.get_by_role("link", name="Intentar de nuevo").click()
    paso(page, "Pagar en línea")
    oprime(page, "Ir a pagar $\u00a084.350")
    sigue_a_la_pasarela(page)
    decide(page, "Aprobar")
    queda(page, "Pago recibido", "aprobado")
    assert (debe(), Intento.select().count(), Movimiento.select().count()) == (0, 2, 1)


def test_rejected_then_tried_again_and_approved(telefono, rosa):
    falla_y_luego_paga(telefono, rosa)


@pytest.mark.ajustes(SIMULADOR_PROTOCOLO="wompi")
def test_through_wompi_too_rejected_then_approved_with_its_receipt(turno, rosa, buzon):
    falla_y_luego_paga(turno, rosa)
    comprueba_el_comprobante(turno, buzon)


def test_several_bills_are_paid_in_one_go(turno, rosa, buzon):
    abre_la_factura(turno, rosa)
    turno.get_by_role("link", name="Pagar varias facturas").click()
    paso(turno, "Pagar en línea")
    turno.get_by_label(f"Código {DOS}").check()
    if not turno.con_js:
        oprime(turno, "Actualizar el total")
    expect(turno.locator("#_suma .valor")).to_contain_text("2 facturas $\u00a0104.350")
    oprime(turno, "Ir a pagar $\u00a0104.350")
    sigue_a_la_pasarela(turno)
    decide(turno, "Aprobar")
    queda(turno, "Pago recibido", "aprobado")
    for said in (f"Código {UNO}", f"Código {DOS}", "$\u00a0104.350"):
        expect(turno.locator(".cuenta")).to_contain_text(said)
    assert (debe(UNO), debe(DOS)) == (0, 0)
    va(turno, "Pagos realizados")
    expect(turno.get_by_role("row").filter(has_text="en proceso de aplicación")).to_have_count(2)
    assert carta(buzon, "Recibimos su pago de $\u00a0104.350")


def test_the_button_waits_until_the_sum_is_that_of_the_choice(abre_navegador, rosa, sim):
    page = abre_navegador()
    waiting = []
    page.route("**/pagar?elegir=1*", lambda route: waiting.append(route))
    abre_la_factura(page, rosa)
    page.goto(f"/pagar?codigo={UNO}")
    button = page.get_by_role("button", name=re.compile("^Ir a pagar"))
    expect(button).to_be_enabled()
    page.get_by_label(f"Código {DOS}").check()
    expect(button).to_be_disabled()
    with page.expect_request(f"**/pagar?elegir=1&codigo={DOS}"):
        page.get_by_label(f"Código {UNO}").uncheck()
    expect(button).to_be_disabled()
    waiting[-1].continue_()
    expect(button).to_have_text("Ir a pagar $\u00a020.000")
    expect(button).to_be_enabled()
    page.unroute_all(behavior="ignoreErrors")


def test_a_choice_whose_sum_never_came_is_not_paid_as_if_it_had(turno, rosa):
    abre_la_factura(turno, rosa)
    turno.goto(f"/pagar?codigo={UNO}")
    turno.route("**/pagar?elegir=1*", lambda route: route.abort())
    turno.get_by_label(f"Código {DOS}").check()
    oprime(turno, "Ir a pagar $\u00a084.350")
    expect(turno.locator("#resumen")).to_contain_text("Cambió lo marcado: revise el total y oprima otra vez.")
    expect(turno.locator("#_suma .valor")).to_contain_text("2 facturas $\u00a0104.350")
    assert not Intento.select().exists()
    turno.problemas[:] = [line for line in turno.problemas if "ailed to " not in line]


# -- without an account -------------------------------------------------------------------------------


def paga_sin_cuenta(page) -> None:
    llena(page, correo="vecina@correo.example")
    oprime(page, "Pagar $\u00a084.350")
    sigue_a_la_pasarela(page)
    decide(page, "Aprobar")
    queda(page, "Pago recibido", "aprobado")


def test_whoever_holds_a_bill_pays_it_from_the_home_page_without_an_account(turno, rosa, buzon):
    turno.goto("/")
    turno.get_by_role("link", name="Pago rápido").click()
    paso(turno, "Pago rápido")
    llena(turno, codigo=UNO, numero="F1")
    oprime(turno, "Buscar la factura")
    expect(turno.get_by_role("main")).to_contain_text("R. E. G. P.")
    paso(turno, "Pago rápido")
    paga_sin_cuenta(turno)
    assert carta(buzon, "Recibimos su pago")["To"] == "vecina@correo.example"
    assert el_intento().referencia in papel.texto(pdf_de(turno, "Ver el comprobante en PDF"))
    assert debe() == 0


def test_the_link_on_a_bill_leads_to_paying_it(turno, rosa, otro, buzon):
    abre_la_factura(otro, rosa)
    bill = pypdf.PdfReader(io.BytesIO(pdf_de(otro, "click aquí para ver la factura")))
    address = next(url for note in bill.pages[0]["/Annots"] if "/pago-rapido/" in (url := note.get_object()["/A"]["/URI"]))
    turno.goto(urlsplit(address).path)
    paso(turno, "Pago rápido")
    paga_sin_cuenta(turno)
    otro.reload()
    expect(otro.locator("#_panel .estado")).to_have_text("Pagada")


# -- it does not go so well ---------------------------------------------------------------------------


def test_while_the_bank_is_silent_nobody_pays_again_and_the_page_changes_by_itself(telefono, rosa, otro, sim, buzon, motor):
    abre_la_factura(telefono, rosa)
    va_a_pagar(telefono)
    decide(telefono, "Dejar pendiente")
    paso(telefono, ESPERANDO)
    pasa_un_rato()
    queda(telefono, NO_PAGUE, "pendiente")
    expect(telefono.get_by_role("main")).to_contain_text(f"preguntar por el estado de la transacción: {el_intento().cus}")

    abre_la_factura(otro, rosa)
    expect(otro.locator("#_panel")).to_contain_text(NO_PAGUE)
    expect(otro.get_by_role("link", name=PAGAR)).to_have_count(0)
    otro.get_by_role("link", name="Ver el pago").click()
    paso(otro, "Pagar en línea")
    expect(otro.get_by_role("button", name=re.compile("84.350"))).to_have_count(0)
    otro.goto("/pago-rapido")
    llena(otro, codigo=UNO, numero="F1")
    oprime(otro, "Buscar la factura")
    expect(otro.get_by_role("main")).to_contain_text(NO_PAGUE)
    expect(otro.get_by_role("main").get_by_role("button")).to_have_count(0)

    sim.despues(el_intento().referencia, "aprobar")
    if motor == "mariadb" and not telefono.con_js:  # the ten seconds of the browser are waited for once
        queda(telefono, "Pago recibido", "aprobado")
    expect(telefono.get_by_role("heading", level=1)).to_have_text("Pago recibido", timeout=15_000)
    expect(telefono).to_have_title(re.compile("^Pago recibido"))
    assert carta(buzon, "Recibimos su pago")
    otro.reload()
    expect(otro.get_by_role("main")).to_contain_text("No se debe nada de esta factura")


def test_given_up_at_the_gateway_it_is_gone_on_with_or_begun_anew(telefono, rosa):
    abre_la_factura(telefono, rosa)
    va_a_pagar(telefono)
    decide(telefono, "Abandonar")
    paso(telefono, ESPERANDO)
    va(telefono, "Factura")
    telefono.get_by_role("link", name="Seguir con el pago").click()
    paso(telefono, "Pagar en línea")
    oprime(telefono, "Ir a pagar $\u00a084.350")
    paso(telefono, "Usted ya comenzó a pagar")
    telefono.get_by_role("link", name="Volver a Simulador de pagos").click()
    sigue_a_la_pasarela(telefono)
    decide(telefono, "Abandonar")
    paso(telefono, ESPERANDO)
    telefono.get_by_text("No alcancé a pagar").click()
    oprime(telefono, "Sí, dejarlo sin hacer")
    paso(telefono, "El pago quedó sin hacer")
    telefono.get_by_role("link", name="Intentar de nuevo").click()
    paso(telefono, "Pagar en línea")
    oprime(telefono, "Ir a pagar $\u00a084.350")
    sigue_a_la_pasarela(telefono)
    decide(telefono, "Aprobar")
    queda(telefono, "Pago recibido", "aprobado")
    assert [one.estado for one in Intento.select().order_by(Intento.id)] == ["cancelado", "aprobado"]
    assert debe() == 0


def test_a_bill_paid_twice_is_one_payment_and_money_in_favour(telefono, rosa, otro, buzon):
    """Rosa pays; somebody of her house, who holds the bill, will not wait."""
    abre_la_factura(telefono, rosa)
    va_a_pagar(telefono)
    otro.goto("/pago-rapido")
    llena(otro, codigo=UNO, numero="F1")
    oprime(otro, "Buscar la factura")
    expect(otro.get_by_role("main")).to_contain_text("Si alcanzó a pagar, no pague otra vez")
    llena(otro, correo="vecina@correo.example")
    oprime(otro, "Pagar de todas formas")
    sigue_a_la_pasarela(otro)
    decide(otro, "Aprobar")
    queda(otro, "Pago recibido", "aprobado")
    mine = Intento.get(Intento.cuenta == rosa.id)
    decide(telefono, "Aprobar")
    queda(telefono, "Pago recibido", "aprobado", mine)
    expect(telefono.get_by_role("main")).to_contain_text(A_FAVOR)
    assert sorted((row.valor, row.saldo) for row in Movimiento.select()) == [(84_350_00, 0), (84_350_00, 84_350_00)]
    assert mine.referencia in carta(buzon, "Revise el pago en línea").get_content()
    va(telefono, "Factura")
    expect(telefono.locator("#_panel .estado")).to_have_text("Pagada")


def test_two_windows_at_the_gateway_that_charges_twice(turno, rosa, sim, buzon):
    sim.conducta(permitir_doble=True)
    abre_la_factura(turno, rosa)
    va_a_pagar(turno)
    second = turno.context.new_page()
    second.con_js = turno.con_js
    second.goto(f"/pagar/{el_intento().publico}/salida")
    sigue_a_la_pasarela(second)
    for page in (turno, second):
        decide(page, "Aprobar")
    espera(lambda: Movimiento.select().count() == 2)
    queda(second, "Pago recibido", "aprobado")
    for said in ("Recibimos su pago de $\u00a0168.700", "Se recibieron 2 pagos con este número", A_FAVOR):
        expect(second.get_by_role("main")).to_contain_text(said)
    assert carta(buzon, "Revise el pago en línea")
    assert debe() == 0


def test_closed_right_after_approving_the_bill_is_paid_all_the_same(turno, rosa, abre_navegador, buzon):
    abre_la_factura(turno, rosa)
    va_a_pagar(turno)
    with turno.expect_response(lambda answer: answer.status == 303):
        decide(turno, "Aprobar")
    turno.close()
    assert carta(buzon, "Recibimos su pago")
    later = abre_navegador(java_script_enabled=turno.con_js)
    abre_la_factura(later, rosa)
    expect(later.locator("#_panel .estado")).to_have_text("Pagada")
    assert debe() == 0


def test_what_the_gateway_gives_back_is_owed_again(turno, rosa, sim, buzon):
    abre_la_factura(turno, rosa)
    va_a_pagar(turno)
    decide(turno, "Aprobar")
    queda(turno, "Pago recibido", "aprobado")
    sim.despues(el_intento().referencia, "reversar")
    queda(turno, "El pago se devolvió", "reversado")
    assert "se deben de nuevo" in carta(buzon, "Se devolvió su pago").get_content()
    assert el_intento().referencia in carta(buzon, "Revise el pago en línea").get_content()
    va(turno, "Pagos realizados")
    refund = turno.get_by_role("row").filter(has_text="Devolución")
    refund.get_by_role("link", name="Ver el pago").click()
    turno.get_by_role("link", name="Ver cuánto debe").click()
    paso(turno, "Factura")
    expect(turno.locator("#_panel .estado")).to_have_text("Por pagar")
    expect(turno.get_by_role("link", name=PAGAR)).to_be_visible()
    assert debe() == 84_350_00


# -- with the keyboard alone --------------------------------------------------------------------------


def tabula(page, texto: str, tecla: str = "Enter") -> None:
    """Press Tab until something with this text has the focus, then a key."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if texto in page.evaluate("document.activeElement.textContent || document.activeElement.name || ''"):
            page.keyboard.press(tecla)
            return
    pytest.fail(f"Tab does not reach {texto}")


def test_with_the_keyboard_alone(turno, rosa):
    turno.goto("/facturas")
    titulo(turno, "Iniciar sesión")
    for name, value in (("correo", rosa.correo), ("clave", fabrica.CLAVE)):
        tabula(turno, name, "Home")
        turno.keyboard.type(value)
    turno.keyboard.press("Enter")
    titulo(turno, "Factura")
    tabula(turno, PAGAR)
    titulo(turno, "Pagar en línea")
    tabula(turno, "Ir a pagar", "Space")
    if not turno.con_js:
        titulo(turno, "Va a pagar en Simulador de pagos")
        tabula(turno, "Continuar a", "Space")
    titulo(turno, "Pagar con PayU, de mentira")
    tabula(turno, "Aprobar", "Space")
    queda(turno, "Pago recibido", "aprobado")
    with turno.expect_popup():
        tabula(turno, "Ver el comprobante en PDF")
    turno.bring_to_front()
    tabula(turno, "Finalizar")
    titulo(turno, "Inicio")
