"""Paying online: choosing the bills, going to the gateway, and what came of it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from fabrica import CLAVE, consultas, pago_en_linea, un_intento, un_pago, un_predio, una_cuenta, una_factura
from flask import Response
from paginas import igual, texto
from pasarelas import simulador
from test_get_never_writes import huella

from oficina import access, cobros
from oficina.db import utcnow
from oficina.documentos import enlace
from oficina.formats import fecha, hoy
from oficina.models import Asociacion, Bitacora, Intento, Movimiento, PagoAbierto, Sesion
from oficina.models.intento import OCUPAN, SIN_PAGO

UNO, DOS, TRES = "100200300", "100200301", "100200302"
GATEWAY = "http://127.0.0.1:8900"
YA_PAGO = "Inicie sesión para ver cómo terminó su pago. Si ya pagó, no pague otra vez"
PSE = "presenta un proceso de pago cuya transacción se encuentra PENDIENTE de recibir confirmación"
NO_PAGUE = "Su banco aún no responde; no pague otra vez"
SUMAR, PAGAR = "Actualizar el total", "main form[action='/pagar']"
pytestmark = pytest.mark.ajustes(PASARELA="simulada")


@pytest.fixture
def rosa(navegador):
    """Two codes: $ 84.350 is owed of one, $ 20.000 of the other."""
    un_predio(DOS, direccion="KR 5 12 40")
    cuenta = una_cuenta(codigos=[UNO, DOS])
    una_factura(UNO, numero="F1", vence=hoy() + timedelta(days=5))
    una_factura(DOS, numero="F2", vence=hoy() - timedelta(days=5), total=20_000_00)
    navegador.ya_dentro(cuenta)
    return cuenta


def comienza(navegador, *codigos: str, **fields):
    """Choose and go on; the page that comes, and the attempt where one began."""
    navegador.abre("/pagar?" + "&".join(f"codigo={codigo}" for codigo in codigos))
    page = navegador.envia(PAGAR, boton="Ir a pagar", estado=None, **fields)
    return page, Intento.select().order_by(Intento.id.desc()).first()


def campos(page) -> dict[str, str]:
    return {field["name"]: field["value"] for field in page.select("form[data-enviar] input")}


def datos(page) -> dict[str, str]:
    return {name.text: " ".join(name.find_next("dd").text.split()) for name in page.select("#_estado dt")}


# -- choosing -----------------------------------------------------------------------------------------


def test_the_link_to_pay_a_bill_leads_to_choosing_with_it_chosen(navegador, rosa):
    page = navegador.abre("/facturas/F2/pago")
    assert page.url == f"/pagar?codigo={DOS}"
    assert [box["value"] for box in page.select("input[type=checkbox][checked]")] == [DOS]


@pytest.mark.ajustes(PASARELA="enlace")
def test_without_a_gateway_each_bill_has_its_page_as_always(navegador, rosa):
    assert navegador.abre("/facturas/F1/pago").url == "/facturas/F1/pago"
    assert navegador.abre(f"/pagar?codigo={DOS}&codigo={UNO}").url == "/facturas/F1/pago"
    assert navegador.abre("/pagar?elegir=1").url == "/facturas"
    navegador.abre("/salir")
    token = navegador.pagina.valor("csrf_token")
    answer = navegador.pide("POST", "/pagar", data={"codigo": DOS, "total": 20_000_00, "csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/facturas/F2/pago")
    assert not Intento.select().exists()


@pytest.mark.ajustes(PASARELA="enlace")
@pytest.mark.parametrize("estado", OCUPAN)
def test_without_a_gateway_any_more_what_was_begun_comes_before_the_portal(navegador, rosa, estado):
    mine = un_intento({UNO: "F1"}, rosa, estado)
    other = un_intento({DOS: "F2"}, None, estado)
    for address in ("/facturas/F1/pago", f"/pagar?codigo={UNO}"):
        assert navegador.abre(address).url == f"/pagar/{mine.publico}"
    for address in ("/facturas/F2/pago", f"/pagar?codigo={DOS}"):
        page = navegador.abre(address)
        assert page.url == f"/facturas?codigo={DOS}"
        assert "no pague otra vez" in page.avisos
        assert other.publico not in str(page.soup)


def test_it_says_what_is_paid_to_whom_and_where(navegador, rosa):
    page = navegador.abre("/pagar")
    assert page.h1 == "Pagar en línea"
    labels = [" ".join(label.text.split()) for label in page.select("label.opcion")]
    assert labels[0].startswith(f"Código {UNO}, CL 10 5 20")
    assert f"Factura F2 de noviembre de 2026. Venció el {fecha(hoy() - timedelta(days=5))}. $ 20.000" in labels[1]
    assert page.lee("#_suma .valor") == "1 factura $ 84.350"
    for said in (
        "Acueducto y Alcantarillado de Aguaclara",
        "NIT 900123818-0",
        "Simulador de pagos",
        "en el navegador sea 127.0.0.1",
    ):
        assert said in page.lee("#_suma")
    assert "aquí no le pedimos datos de su banco ni de su tarjeta" in page.texto
    assert page.lee("#_suma button") == "Ir a pagar $ 84.350"


def test_the_sum_follows_the_choice_with_and_without_javascript(navegador, rosa):
    navegador.abre("/pagar")
    swapped = navegador.htmx("GET", "/pagar?elegir=1&codigo=100200300&codigo=100200301", "_suma")
    assert "2 facturas" in swapped.texto
    fresh = navegador.abre(f"/pagar?elegir=1&codigo={UNO}&codigo={DOS}")
    igual(*(BeautifulSoup(html, "html5lib") for html in (swapped.html, str(fresh.select("#_suma")[0]))))
    assert fresh.lee("#_suma .valor") == "2 facturas $ 104.350"
    assert navegador.envia(PAGAR, boton=SUMAR, codigo=None).lee("#_suma p") == "Elija al menos una factura."
    assert not navegador.pagina.select("#_suma button, input[checked]")
    assert navegador.envia(PAGAR, boton=SUMAR, codigo=DOS).lee("#_suma .valor") == "1 factura $ 20.000"
    assert navegador.pagina.url == f"/pagar?elegir=1&codigo={DOS}"


def test_the_sum_names_what_is_in_it(navegador, rosa):
    page = navegador.abre(f"/pagar?codigo={UNO}&codigo={DOS}")
    assert [texto(line) for line in page.select("#_suma li")] == [f"Código {UNO}, $ 84.350", f"Código {DOS}, $ 20.000"]


@pytest.mark.parametrize("abonado", [1_00, 64_350_00])
def test_another_choice_than_the_one_summed_up_is_shown_before_it_is_paid(navegador, rosa, abonado):
    """Also where both cost the same."""
    un_pago(UNO, factura="F1", valor=abonado)
    navegador.abre(f"/pagar?codigo={UNO}")
    page = navegador.envia(PAGAR, boton="Ir a pagar", estado=422, codigo=DOS)
    assert "Cambió lo marcado: revise el total y oprima otra vez." in page.lee("#resumen")
    assert texto(page.select("#_suma li")[0]).startswith(f"Código {DOS}, ")
    assert not Intento.select().exists()
    navegador.envia(PAGAR, boton="Ir a pagar")
    assert [line.codigo for line in Intento.get().facturas()] == [DOS]


def test_with_javascript_the_button_waits_for_the_sum(navegador, rosa):
    page = navegador.abre("/pagar")
    (choice,) = page.select("fieldset[hx-get]")
    assert [texto(found) for found in page.select(choice["hx-disable"])] == ["Ir a pagar $ 84.350"]


def test_the_way_back_leads_to_the_bill_being_paid(navegador, rosa):
    back = 'main .enlaces a[href^="/facturas"]'
    assert navegador.abre(f"/pagar?codigo={DOS}").select(back)[0]["href"] == f"/facturas?codigo={DOS}"
    assert navegador.abre("/pagar?elegir=1").select(back)[0]["href"] == "/facturas"
    un_intento({DOS: "F2"}, rosa)
    assert comienza(navegador, DOS)[0].select(back)[0]["href"] == f"/facturas?codigo={DOS}"


def test_a_code_of_nobody_or_of_somebody_else_is_not_found(navegador, rosa):
    una_cuenta("tomas@correo.example", codigos=[TRES])
    una_factura(TRES)
    for codigo in (TRES, "nada"):
        navegador.abre(f"/pagar?codigo={UNO}&codigo={codigo}", 404)
        navegador.abre("/pagar")
        assert navegador.envia(PAGAR, boton="Ir a pagar", estado=None, codigo=codigo).estado == 404
    assert not Intento.select().exists()


def test_one_bill_needs_no_choice(navegador, rosa):
    un_pago(DOS, factura="F2", valor=20_000_00)
    page = navegador.abre("/pagar")
    assert not page.select("input[type=checkbox]")
    assert page.lee("#_suma button") == "Ir a pagar $ 84.350"
    assert f"Código {DOS} , KR 5 12 40: su última factura ya está pagada." in page.texto


def test_one_bill_is_there_to_choose_where_another_was_asked_for_that_cannot_be_paid(navegador, rosa):
    un_intento({UNO: "F1"}, rosa, "pendiente")
    page = navegador.abre(f"/pagar?codigo={UNO}")
    assert [box["value"] for box in page.select("input[type=checkbox]")] == [DOS]
    assert navegador.envia(PAGAR, boton=SUMAR, codigo=DOS).lee("#_suma button") == "Ir a pagar $ 20.000"


def test_what_cannot_be_paid_says_why(navegador, rosa):
    cuenta = una_cuenta("tomas@correo.example", codigos=[f"40{n}" for n in range(6)])
    una_factura("400", numero="G0")
    una_factura("401", numero="G1")
    una_factura("402", numero="G2", total=-5_00)
    una_factura("403", numero="G3", expedida="2020-10-16")
    Asociacion.update(ve_hasta="2020-10-20", revisar=utcnow()).where(Asociacion.predio == "403").execute()
    una_factura("404", numero="G4")
    mine, other = un_intento({"400": "G0"}, cuenta, "pendiente"), un_intento({"401": "G1"}, None, "revision")
    un_intento({"404": "G4"}, cuenta)
    page = navegador.otro().ya_dentro(cuenta).abre("/pagar")
    said = " ".join(item.text for item in page.select("main li"))
    for why in (
        "su banco aún no responde; no",
        "revisando un pago; no",
        "no debe pagar",
        "otro titular",
        "aún no tiene facturas",
    ):
        assert why in said
    assert [link["href"] for link in page.select("main li a")] == [f"/pagar/{mine.publico}"]
    assert other.publico not in str(page.soup)
    assert "Hace poco usted comenzó a pagarla" in page.texto
    assert page.lee("#_suma .valor") == "1 factura $ 84.350"


def test_nothing_owed_leaves_nothing_to_press(navegador, rosa):
    for codigo, factura in ((UNO, "F1"), (DOS, "F2")):
        un_pago(codigo, factura=factura)
    page = navegador.abre("/pagar")
    assert "No hay facturas que se puedan pagar ahora." in page.texto
    assert not page.select("main form")


def test_many_codes_ask_the_base_no_more_than_six_times(navegador):
    codes = [f"{n:06}" for n in range(60)]
    cuenta = una_cuenta(codigos=codes)
    bills = {codigo: una_factura(codigo, total=1_00).numero for codigo in codes}
    un_intento({codes[0]: bills[codes[0]]}, cuenta, "pendiente")
    navegador.ya_dentro(cuenta)
    with consultas() as statements:
        answer = navegador.pide("GET", f"/pagar?codigo={codes[-1]}&codigo={codes[3]}")
    assert 0 < len(statements) <= 6, statements
    page = navegador.abre(f"/pagar?codigo={codes[-1]}&codigo={codes[3]}")
    assert answer.status_code == 200
    assert page.lee("#_suma .valor") == "2 facturas $ 2"
    assert "Los otros 10 de su cuenta se pagan desde la factura de cada uno." in page.texto


# -- beginning ----------------------------------------------------------------------------------------


def test_going_on_begins_one_attempt_for_the_chosen_bills(navegador, rosa):
    page, intento = comienza(navegador, UNO, DOS)
    assert page.url == f"/pagar/{intento.publico}/salida"
    assert (intento.cuenta_id, intento.correo, intento.estado) == (rosa.id, rosa.correo, "creado")
    assert (intento.valor, intento.pasarela) == (104_350_00, "simulada")
    assert [(line.codigo, line.factura, line.valor) for line in intento.facturas()] == [
        (UNO, "F1", 84_350_00),
        (DOS, "F2", 20_000_00),
    ]


def test_what_changed_meanwhile_is_shown_again_before_it_is_paid(navegador, rosa):
    navegador.abre(f"/pagar?codigo={UNO}")
    un_pago(UNO, factura="F1", valor=350_00)
    page = navegador.envia(PAGAR, boton="Ir a pagar", estado=422)
    assert "Lo que se debe cambió" in page.lee("#resumen")
    assert not Intento.select().exists()
    assert navegador.envia(PAGAR, boton="Ir a pagar $ 84.000").h1.startswith("Va a pagar en")


@pytest.mark.parametrize("total", ["", "abc", "-1", "0", "8435001", "9" * 5000, "99999999999999999999", "8435000.00"])
def test_a_total_that_was_never_shown_begins_nothing(navegador, rosa, total):
    navegador.abre(f"/pagar?codigo={UNO}")
    page = navegador.envia(PAGAR, boton="Ir a pagar", estado=422, total=total)
    assert page.select("#resumen")
    assert not Intento.select().exists()


def test_choosing_nothing_or_what_is_paid_says_so(navegador, rosa):
    navegador.abre("/pagar")
    assert "Elija al menos una factura" in navegador.envia(PAGAR, boton="Ir a pagar", estado=422, codigo=None).lee("#resumen")
    navegador.abre("/pagar")
    un_pago(UNO, factura="F1")
    assert "Elija al menos una factura" in navegador.envia(PAGAR, boton="Ir a pagar", estado=422).lee("#resumen")


@pytest.mark.ajustes(PASARELA="simulada", LIMITES=True)
def test_beginning_is_limited_by_account(navegador, rosa):
    navegador.abre(f"/pagar?codigo={UNO}")
    data = {"csrf_token": navegador.pagina.valor("csrf_token"), "codigo": UNO, "sumado": UNO, "total": 1}
    answers = [navegador.pide("POST", "/pagar", data=data).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_second_press_leads_to_the_payment_that_was_begun(navegador, rosa):
    _, intento = comienza(navegador, UNO)
    page, again = comienza(navegador, UNO, DOS)
    assert (again.id, page.estado, page.h1) == (intento.id, 422, "Usted ya comenzó a pagar")
    ways = [(link.text, link["href"], "outline" in link["class"]) for link in page.select("main a.boton")]
    assert ways == [
        ("Ver cómo va ese pago", f"/pagar/{intento.publico}", False),
        ("Volver a Simulador de pagos", f"/pagar/{intento.publico}/salida", True),
    ]
    assert page.texto.index("Ver cómo va") < page.texto.index("Solo si no alcanzó a pagar") < page.texto.index("Volver a S")
    page = navegador.envia("main form", boton="Empezar de nuevo")
    assert page.h1.startswith("Va a pagar en")
    assert Intento.get_by_id(intento.id).estado == "cancelado"
    assert Intento.select().order_by(Intento.id.desc()).first().valor == 104_350_00


@pytest.mark.parametrize("estado", ["pendiente", "revision"])
@pytest.mark.parametrize("propio", [True, False])
def test_while_the_bank_does_not_answer_there_is_no_way_to_pay_again(navegador, rosa, estado, propio):
    navegador.abre(f"/pagar?codigo={UNO}")
    intento = un_intento({UNO: "F1"}, rosa if propio else None, estado, cus="1122334455")
    page = navegador.envia(PAGAR, boton="Ir a pagar", estado=422)
    assert "no pague otra vez" in page.h1
    assert not page.select("main form")
    assert PSE in page.texto
    for private in (intento.referencia, intento.cus, intento.publico):
        assert (private in str(page.soup)) == propio
    navegador.abre("/salir")
    data = {"codigo": UNO, "sumado": UNO, "total": 84_350_00, "de_nuevo": 1, "csrf_token": navegador.pagina.valor("csrf_token")}
    answer = navegador.pide("POST", "/pagar", data=data)
    assert answer.status_code == 422
    assert "no pague otra vez</h1>" in answer.text
    assert Intento.select().count() == 1


def test_a_session_that_ended_at_the_button_keeps_the_choice(navegador, rosa):
    navegador.abre(f"/pagar?codigo={UNO}&codigo={DOS}")
    rosa.cerrar_sesiones()
    page = navegador.envia(PAGAR, boton="Ir a pagar")
    assert page.h1 == "Iniciar sesión"
    assert "Su sesión terminó antes de empezar el pago: no se le cobró nada." in page.avisos
    assert "por seguridad" not in page.texto
    page = navegador.envia("/ingresar", correo=rosa.correo, clave=CLAVE)
    assert [box["value"] for box in page.select("input[type=checkbox][checked]")] == [UNO, DOS]
    assert not Intento.select().exists()


def test_what_somebody_else_began_may_be_paid_all_the_same(navegador, rosa):
    other = un_intento({UNO: "F1"})
    page, _ = comienza(navegador, UNO)
    assert (page.estado, page.h1) == (422, "Alguien comenzó a pagar esta factura")
    assert other.publico not in str(page.soup)
    assert other.referencia not in str(page.soup)
    assert navegador.envia(boton="Pagar de todas formas").h1.startswith("Va a pagar en")
    assert Intento.get_by_id(other.id).estado == "cancelado"
    assert PagoAbierto.get_by_id(UNO).intento_id != other.id


@pytest.mark.parametrize("estado", OCUPAN)
def test_a_bill_that_is_being_paid_is_not_called_owed(navegador, rosa, estado):
    for codigo, factura, label in ((UNO, "F1", "Por pagar"), (DOS, "F2", "Vencida")):
        addresses = (
            f"/facturas?codigo={codigo}",
            f"/facturas/detalle/{factura}",
            f"/pago-rapido/{enlace.pasajero(factura, codigo)}",
        )
        assert [navegador.abre(address).lee("p.estado") for address in addresses] == [label] * 3
        un_intento({codigo: factura}, rosa, estado)
        assert [navegador.abre(address).lee("p.estado") for address in addresses] == ["Pago en curso"] * 3


# -- going there --------------------------------------------------------------------------------------


def test_the_form_to_payu_is_posted_and_takes_nothing_of_ours_along(navegador, rosa):
    page, intento = comienza(navegador, UNO)
    (form,) = page.select("form[data-enviar]")
    assert (form["method"], form["action"]) == ("post", f"{GATEWAY}/ppp-web-gateway-payu/")
    assert form.select_one("button").text == "Continuar a Simulador de pagos"
    sent = campos(page)
    assert (sent["referenceCode"], sent["amount"], sent["buyerEmail"]) == (intento.referencia, "84350.00", rosa.correo)
    assert sent["responseUrl"].endswith(f"/pagar/{intento.publico}?volvio=1")
    assert "csrf_token" not in sent


@pytest.mark.ajustes(SIMULADOR_PROTOCOLO="wompi")
def test_the_form_to_wompi_is_a_get(navegador, rosa):
    page, intento = comienza(navegador, UNO)
    (form,) = page.select("form[data-enviar]")
    assert (form["method"], form["action"]) == ("get", f"{GATEWAY}/p/")
    assert (campos(page)["reference"], campos(page)["amount-in-cents"]) == (intento.referencia, "8435000")


def test_only_the_page_to_the_gateway_may_send_a_form_there(navegador, rosa):
    page, intento = comienza(navegador, UNO)
    (policy,) = page.cabeceras.getlist("Content-Security-Policy")
    assert f"form-action 'self' {GATEWAY};" in policy
    assert policy.replace(f" {GATEWAY}", "") == access.CSP
    for name, value in access.HEADERS.items():
        assert len(page.cabeceras.getlist(name)) == 1
        assert name == "Content-Security-Policy" or page.cabeceras[name] == value
    for address in ("/pagar", f"/pagar/{intento.publico}", "/facturas"):
        assert navegador.abre(address).cabeceras.getlist("Content-Security-Policy") == [access.CSP]


def test_a_gateway_may_take_the_form_on_to_another_of_its_hosts(app):
    response = access.may_send_forms_to(Response(), "https://checkout.payulatam.com/ppp-web-gateway-payu/")
    policy = response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://checkout.payulatam.com https://*.payulatam.com;" in policy


@pytest.mark.parametrize("estado", ["pendiente", "aprobado", "rechazado", "vencido", "cancelado", "revision", "reversado"])
def test_only_what_was_just_begun_goes_to_the_gateway(navegador, rosa, estado):
    intento = intento_en(estado, rosa)
    assert navegador.abre(f"/pagar/{intento.publico}/salida").url == f"/pagar/{intento.publico}"


def test_a_gateway_whose_keys_were_taken_away_leaves_the_page(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa, pasarela="payu")
    page = navegador.abre(f"/pagar/{intento.publico}/salida")
    assert page.h1 == "Esperando la respuesta de la pasarela de pagos"


def test_without_account_the_gateway_gets_only_the_mail(navegador, rosa):
    intento = un_intento({UNO: "F1"}, correo="pagador@correo.example")
    sent = campos(navegador.otro().abre(f"/pagar/{intento.publico}/salida"))
    assert sent["buyerEmail"] == "pagador@correo.example"
    assert rosa.nombres not in "".join(sent.values())
    assert campos(navegador.abre(f"/pagar/{intento.publico}/salida")) == sent


# -- what came of it ----------------------------------------------------------------------------------


def intento_en(estado: str, cuenta=None, **campos) -> Intento:
    if estado == "aprobado":
        return pago_en_linea({UNO: "F1"}, cuenta, **campos)
    if estado != "reversado":
        return un_intento({UNO: "F1"}, cuenta, estado, **campos)
    intento = pago_en_linea({UNO: "F1"}, cuenta, **campos)
    Intento.update(estado="reversado").where(Intento.id == intento.id).execute()
    row = Movimiento.get(Movimiento.intento == intento)
    back = row.__data__ | {"id": None, "tipo": "reverso", "valor": -row.valor, "saldo": 0}
    Movimiento.create(**back)
    return Intento.get_by_id(intento.id)


ENCABEZADOS = {
    "creado": "Esperando la respuesta de Simulador de pagos",
    "pendiente": NO_PAGUE,
    "revision": "Estamos revisando su pago; no pague otra vez",
    "aprobado": "Pago recibido",
    "reversado": "El pago se devolvió",
    "rechazado": "El pago no se hizo",
    "vencido": "El pago no se hizo",
    "cancelado": "El pago quedó sin hacer",
}


@pytest.mark.parametrize("con_cuenta", [True, False])
@pytest.mark.parametrize("estado", ENCABEZADOS)
def test_every_state_says_what_it_is_and_what_to_do(navegador, rosa, estado, con_cuenta):
    intento = intento_en(estado, rosa if con_cuenta else None, correo=rosa.correo)
    navegador = navegador if con_cuenta else navegador.otro()
    page = navegador.abre(f"/pagar/{intento.publico}")
    assert page.h1 == ENCABEZADOS[estado]
    assert datos(page)["Número del pago"] == intento.referencia
    assert f"Código {UNO} Factura F1 $ 84.350" in page.texto
    failed = estado in ("rechazado", "vencido", "cancelado")
    looks = estado in ("creado", "pendiente") or failed
    (root,) = page.select("#_estado")
    assert root.has_attr("hx-get") == looks
    seconds = [meta["content"] for meta in page.select("head noscript meta[http-equiv=refresh]")]
    assert seconds == ["20" if failed else "10"] * looks
    assert root.get("hx-trigger") == {True: "every 20s", False: "every 3s" if looks else None}[failed]
    retry = [link["href"] for link in page.select("#_estado a") if link.text == "Intentar de nuevo"]
    assert retry == ([f"/pagar?codigo={UNO}" if con_cuenta else "/pago-rapido"] if failed else [])
    assert ("no pague otra vez: llame" in page.texto) == failed
    receipt = [link["href"] for link in page.select("#_estado a") if link["href"].endswith(".pdf")]
    assert receipt == ([f"/pagar/comprobante-{intento.publico}.pdf"] if estado in ("aprobado", "reversado") else [])
    for private in (rosa.correo, rosa.nombres, rosa.documento, "CL 10 5 20"):
        assert private not in page.texto
    assert page.cabeceras["Cache-Control"] == "no-store"


def test_the_receipt_tells_all_of_the_payment(navegador, rosa):
    paid = utcnow().replace(year=2026, month=11, day=25, hour=3, minute=7)
    intento = pago_en_linea({UNO: "F1", DOS: "F2"}, rosa, pagado=paid)
    Movimiento.update(pagado=paid).execute()
    page = navegador.abre(f"/pagar/{intento.publico}")
    told = datos(page)
    assert told["Fecha y hora, en Colombia"] == "24 de noviembre de 2026, 10:07 p. m."
    assert told["Medio de pago"] == "PSE, Banco del Llano"
    assert (told["CUS (seguimiento del banco)"], told["Autorización"]) == ("1122334455", "778899")
    assert told["Estado"] == "Recibido; en proceso de aplicación"
    rows = [texto(row) for row in page.select("#_estado table tr")]
    assert rows == [f"Código {UNO} Factura F1 $ 84.350", f"Código {DOS} Factura F2 $ 20.000", "Total pagado $ 104.350"]


def test_once_a_delivery_has_it_the_payment_is_applied(navegador, rosa):
    intento = pago_en_linea({UNO: "F1"}, rosa)
    un_pago(UNO, id="P7", factura="F1", fecha=hoy())
    Movimiento.update(pago="P7").execute()
    page = navegador.abre(f"/pagar/{intento.publico}")
    assert datos(page)["Estado"] == f"Aplicado el {fecha(hoy())}"
    assert "proceso de aplicación" not in page.texto


def test_what_was_not_owed_is_a_balance_in_favour(navegador, rosa):
    intento = pago_en_linea({UNO: "F1"}, rosa)
    Movimiento.update(saldo=4_350_00).execute()
    page = navegador.abre(f"/pagar/{intento.publico}")
    assert "De lo que pagó, $ 4.350 no se debían: quedan como saldo a su favor." in page.texto


def test_the_reason_of_the_gateway_is_told(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa, "rechazado", motivo="Fondos insuficientes <b>")
    assert "Esto respondió: «Fondos insuficientes <b>»" in navegador.abre(f"/pagar/{intento.publico}").texto


def test_pending_shows_the_words_of_pse(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa, "pendiente", cus="998877")
    text = navegador.abre(f"/pagar/{intento.publico}").texto
    assert f"En este momento su pago # {intento.referencia} {PSE}" in text
    assert "preguntar por el estado de la transacción: 998877" in text


def test_the_page_looks_again_by_itself_and_changes_only_when_there_is_news(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa)
    page = navegador.abre(f"/pagar/{intento.publico}")
    (root,) = page.select("#_estado")
    assert root["hx-trigger"] == "every 3s"
    with consultas() as statements:
        assert navegador.htmx("GET", root["hx-get"], "_estado", 204).html == ""
    assert len(statements) <= 2
    navegador.igual_que_fresca(navegador.htmx("GET", page.url, "_estado"), page.url)
    Intento.update(estado="revision").execute()
    news = navegador.htmx("GET", root["hx-get"], "_estado")
    (swapped,) = news.pagina.select("#_estado")
    assert not swapped.has_attr("hx-get")
    assert swapped["data-decir"] == swapped.h1.text == ENCABEZADOS["revision"]


@pytest.mark.parametrize("estado", SIN_PAGO)
def test_an_approval_that_comes_late_is_seen_during_the_first_hour(navegador, rosa, estado):
    intento = un_intento({UNO: "F1"}, rosa, estado)
    (root,) = navegador.abre(f"/pagar/{intento.publico}").select("#_estado")
    navegador.htmx("GET", root["hx-get"], "_estado", 204)
    Intento.update(creado=utcnow() - timedelta(minutes=61)).execute()
    old = navegador.htmx("GET", root["hx-get"], "_estado")
    assert not old.pagina.select("#_estado[hx-get]")
    assert "esta página cambia sola" not in texto(old.pagina)
    intento.delete_instance(recursive=True)
    intento_en("aprobado", rosa, publico=intento.publico)
    assert navegador.htmx("GET", root["hx-get"], "_estado").pagina.select("h1")[0].text == "Pago recibido"


def test_what_was_left_undone_is_not_offered_first_again(navegador, rosa):
    page = navegador.abre(f"/pagar/{un_intento({UNO: 'F1'}, rosa, 'cancelado').publico}")
    assert "Si alcanzó a pagarlo, no pague otra vez: esta página cambia sola cuando lo sepamos." in page.texto
    (retry,) = [link for link in page.select("#_estado a") if link.text == "Intentar de nuevo"]
    assert "outline" in retry["class"]


@pytest.mark.parametrize("rest", ["", "&transactionState=7&referenceCode=1", "?id=1-1&env=test"])
def test_back_from_the_gateway_it_waits_and_does_not_send_there_again(navegador, rosa, rest):
    intento = un_intento({UNO: "F1"}, rosa)
    address = f"/pagar/{intento.publico}"
    big = "#_estado > p > a.boton"
    assert navegador.abre(address).lee(big) == "Volver a Simulador de pagos"
    page = navegador.abre(f"{address}?volvio=1{rest}")
    assert page.h1 == ENCABEZADOS["creado"]
    assert page.lee("#_estado .aviso").startswith("No pague otra vez. Esta página cambia sola cuando sepamos la respuesta.")
    assert not page.select(big)
    (undone,) = page.select("#_estado details")
    assert undone.summary.text == "No alcancé a pagar"
    assert undone.a["href"] == f"{address}/salida"
    (root,) = page.select("#_estado")
    navegador.htmx("GET", root["hx-get"], "_estado", 204)
    navegador.igual_que_fresca(navegador.htmx("GET", root["hx-get"] + "x", "_estado"), f"{address}?volvio=1")


@pytest.mark.parametrize("correo", ["pagador@correo.example", None])
@pytest.mark.parametrize(("estado", "said"), [("creado", "también le llega el comprobante"), ("revision", "Le escribiremos")])
def test_a_mail_is_promised_where_there_is_an_address(navegador, rosa, estado, said, correo):
    intento = un_intento({UNO: "F1"}, None, estado, correo=correo)
    assert (said in navegador.abre(f"/pagar/{intento.publico}").texto) == (correo is not None)


def test_money_in_favour_leaves_something_to_do(navegador, rosa):
    intento = intento_en("aprobado", rosa)
    assert "No tiene que hacer nada más." in navegador.abre(f"/pagar/{intento.publico}").texto
    Movimiento.update(saldo=1_00).execute()
    assert "No tiene que hacer nada más." not in navegador.abre(f"/pagar/{intento.publico}").texto


def test_who_was_given_the_money_back_learns_where_it_goes(navegador, rosa):
    page = navegador.abre(f"/pagar/{intento_en('reversado', rosa).publico}")
    assert "El dinero vuelve a usted, no a otra factura: pregunte a su banco cuándo. Si no le llega, llame al" in page.texto


@pytest.mark.parametrize(("minutes", "seconds"), [(6, 15), (90, 60)])
def test_it_looks_less_often_as_time_passes(navegador, rosa, minutes, seconds):
    intento = un_intento({UNO: "F1"}, rosa, "pendiente", creado=utcnow() - timedelta(minutes=minutes))
    page = navegador.abre(f"/pagar/{intento.publico}")
    assert page.select("#_estado")[0]["hx-trigger"] == f"every {seconds}s"
    assert page.select("noscript meta[http-equiv=refresh]")[0]["content"] == str(seconds)


def test_the_payment_of_an_account_is_its_own(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa)
    other = navegador.otro().ya_dentro(una_cuenta("tomas@correo.example"))
    for address in (f"/pagar/{intento.publico}", f"/pagar/{intento.publico}/salida"):
        other.abre(address, 404)
    other.abre("/salir")
    token = other.pagina.valor("csrf_token")
    assert other.pide("POST", f"/pagar/{intento.publico}/cancelacion", data={"csrf_token": token}).status_code == 404
    assert Intento.get_by_id(intento.id).estado == "creado"


@pytest.mark.parametrize("rest", ["", "/salida", "?volvio=1&" + "transactionState=4&" * 40])
def test_who_comes_back_signed_out_signs_in_and_is_at_the_payment(navegador, rosa, rest):
    intento = un_intento({UNO: "F1"}, rosa)
    other = navegador.otro()
    assert other.abre(f"/pagar/{intento.publico}{rest}").url == "/ingresar"
    page = other.envia("/ingresar", correo=rosa.correo, clave=CLAVE)
    assert page.url == f"/pagar/{intento.publico}" + ("?volvio=1" if "volvio" in rest else "")


def test_a_page_that_looks_again_after_the_session_ended_leads_to_sign_in(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa)
    page = navegador.abre(f"/pagar/{intento.publico}")
    rosa.cerrar_sesiones()
    answer = navegador.htmx("GET", page.select("#_estado")[0]["hx-get"], "_estado", 401)
    assert answer.cabeceras["HX-Redirect"] == "/ingresar"
    page = navegador.abre("/ingresar")
    assert YA_PAGO in page.texto
    assert "por seguridad" not in page.texto


@pytest.mark.parametrize("rest", ["", "?volvio=1"])
def test_who_comes_back_signed_out_is_not_invited_to_pay_again(navegador, rosa, rest):
    other = navegador.otro()
    assert other.abre("/ingresar").select('main a[href="/pago-rapido"]')
    other.abre(f"/pagar/{un_intento({UNO: 'F1'}, rosa).publico}{rest}")
    for page in (other.pagina, other.envia("/ingresar", estado=422, correo=rosa.correo, clave="otra")):
        assert YA_PAGO in page.texto
        assert not page.select('main a[href="/pago-rapido"]')
    other.abre("/pagar")
    assert YA_PAGO not in other.pagina.texto


def test_the_mailed_password_opens_no_payment(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa)
    Sesion.update(nivel="temporal").execute()
    assert navegador.abre(f"/pagar/{intento.publico}").url == "/contrasena"


@pytest.mark.parametrize("estado", ENCABEZADOS)
def test_opening_and_looking_again_writes_nothing(navegador, rosa, estado):
    intento = intento_en(estado, rosa)
    before = huella()
    for address in ("/pagar", "/facturas/F1/pago", f"/pagar/{intento.publico}", f"/pagar/{intento.publico}/salida"):
        for headers in ({}, {"HX-Request": "true"}):
            assert navegador.pide("GET", address, headers=headers).status_code in (200, 303)
    assert huella() == before


# -- giving up ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("con_cuenta", [True, False])
def test_what_the_gateway_knows_nothing_of_can_be_given_up(navegador, rosa, con_cuenta):
    intento = un_intento({UNO: "F1"}, rosa if con_cuenta else None)
    navegador = navegador if con_cuenta else navegador.otro()
    navegador.abre(f"/pagar/{intento.publico}")
    page = navegador.envia(boton="Sí, dejarlo sin hacer")
    assert (page.h1, page.avisos) == ("El pago quedó sin hacer", "")
    assert not PagoAbierto.select().exists()


@pytest.mark.parametrize("estado", ["pendiente", "aprobado"])
def test_too_late_to_give_up_says_so(navegador, rosa, estado):
    intento = un_intento({UNO: "F1"}, rosa)
    navegador.abre(f"/pagar/{intento.publico}")
    intento.delete_instance(recursive=True)
    late = intento_en(estado, rosa, publico=intento.publico)
    page = navegador.envia(boton="Sí, dejarlo sin hacer")
    assert page.h1 == ENCABEZADOS[estado]
    assert "Ese pago ya no se puede dejar" in page.avisos
    assert Intento.get_by_id(late.id).estado == estado


# -- the whole way ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gateway():
    with simulador() as simulator:
        yield simulator


@pytest.mark.parametrize("protocolo", ["payu", "wompi"])
@pytest.mark.parametrize(("resultado", "h1"), [("aprobar", "Pago recibido"), ("rechazar", "El pago no se hizo")])
def test_a_bill_is_paid_at_the_gateway(app, navegador, rosa, gateway, protocolo, resultado, h1):
    app.config.update(SIMULADOR_URL=gateway.url, SIMULADOR_PROTOCOLO=protocolo)
    page, intento = comienza(navegador, UNO)
    (form,) = page.select("form[data-enviar]")
    back = gateway.recorrer(form["action"], form["method"], campos(page), resultado)
    assert urlsplit(back).path == f"/pagar/{intento.publico}"
    assert navegador.abre(f"{urlsplit(back).path}?{urlsplit(back).query}").h1.startswith("Esperando la respuesta")
    Intento.update(proximo=utcnow()).execute()
    cobros.pasada(app.config)
    assert navegador.abre(f"/pagar/{intento.publico}").h1 == h1


def test_giving_it_up_on_its_page_is_written_down_as_its_customers(navegador, rosa):
    intento = un_intento({UNO: "F1"}, rosa)
    token = navegador.abre(f"/pagar/{intento.publico}").soup.find("input", {"name": "csrf_token"})["value"]
    navegador.pide("POST", f"/pagar/{intento.publico}/cancelacion", data={"csrf_token": token})
    row = Bitacora.get(Bitacora.evento == "pago_cancelado")
    assert (row.cuenta_id, row.actor) == (rosa.id, "cliente")
