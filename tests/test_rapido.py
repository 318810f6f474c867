"""Pago rápido: who holds a bill pays it without an account; who does not learns nothing."""

import re
import time
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from fabrica import consultas, pago_en_linea, un_intento, un_pago, un_predio, una_cuenta, una_factura
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer
from paginas import igual
from test_get_never_writes import huella

from oficina import captcha, db, entregas, limits, proof
from oficina.documentos import enlace
from oficina.models import Asociacion, Entrega, FacturaVersion, Intento, IntentoFactura, PagoAbierto
from oficina.rapido import busqueda
from oficina.rapido.mascara import HIDDEN, direccion_oculta, iniciales
from oficina.rapido.routes import AGOTADO, CAMBIO, NO_COINCIDEN, REEMPLAZADA

CODIGO, NUMERO = "100200300", "FV0012345"
pytestmark = pytest.mark.ajustes(PASARELA="simulada", SIMULADOR_PROTOCOLO="wompi")
payu = pytest.mark.ajustes(SIMULADOR_PROTOCOLO="payu")
con_limites = pytest.mark.ajustes(LIMITES=True, CAPTCHA=True)


@pytest.fixture
def factura(app):
    una_factura(CODIGO, numero="FV0011111", periodo="2026-10", expedida=date(2026, 10, 16), vence=date(2026, 11, 15))
    return una_factura(CODIGO, numero=NUMERO)


def busca(navegador, codigo=CODIGO, numero=NUMERO, estado=200, **mas):
    navegador.abre("/pago-rapido")
    return navegador.envia("/pago-rapido", estado=estado, codigo=codigo, numero=numero, **mas)


def sin_lo_escrito(pagina, *escrito: str) -> str:
    text = re.sub(r'(name="csrf_token"[^>]*value="|X-CSRFToken": ")[^"]*', r"\1", pagina.cuerpo.decode())
    for word in escrito:
        text = text.replace(f'value="{word}"', 'value=""')
    return text


def paga(navegador, estado=303, **campos):
    """Press the button of the page that is open; the bare answer."""
    form = navegador.pagina.select("form[action^='/pago-rapido/']")[0]
    data = {field["name"]: field.get("value", "") for field in form.select("input")} | campos
    answer = navegador.pide("POST", form["action"], data=data)
    assert answer.status_code == estado, answer.text[:2000]
    return answer


# -- whether there is one -----------------------------------------------------------------------------


@pytest.mark.parametrize("ajuste", [{"PAGO_RAPIDO": False}, {"PASARELA": "enlace"}])
def test_where_it_is_off_there_is_no_such_page_and_nothing_leads_to_it(app, navegador, factura, ajuste):
    token = enlace.pasajero(NUMERO, CODIGO)
    app.config |= ajuste
    for address in ("/pago-rapido", f"/pago-rapido/{token}"):
        assert navegador.pide("GET", address).status_code == 404
    for address in ("/", "/ingresar"):
        assert not navegador.abre(address).select("a[href='/pago-rapido']")


def test_the_front_page_and_the_log_in_lead_to_it_after_what_comes_first(navegador):
    actions = [link["href"] for link in navegador.abre("/").select(".accion")]
    assert actions == ["/datos", "/facturas", "/pago-rapido"]
    assert navegador.abre("/ingresar").select("a[href='/pago-rapido']")


# -- finding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("codigo", "numero"), [(CODIGO, NUMERO), (" 100.200-300 ", "fv 00 12-345")])
def test_code_and_number_as_people_type_them_lead_to_the_bill(navegador, factura, codigo, numero):
    page = busca(navegador, codigo, numero)
    assert re.fullmatch(r"/pago-rapido/[\w.-]+", page.url)
    for told in ("R. E. G. P.", "CL 10 •••", CODIGO, NUMERO, "noviembre de 2026", "$ 84.350", "15 de diciembre de 2026"):
        assert told in page.texto


def test_only_masked_data_are_shown_whatever_was_delivered(navegador, factura):
    una_cuenta("rosa@correo.example", codigos=[CODIGO])
    page = busca(navegador)
    html = page.cuerpo.decode()
    for secret in ("GARCÍA", "García", "ROSA", "40123456", "CL 10 5 20", "5 20", "Centro", "A19-004512", "rosa@", "0105-0230"):
        assert secret not in html
    assert page.valor("correo") == ""


@pytest.mark.parametrize(
    ("nombre", "letras"),
    [("ROSA ELENA GARCÍA PEÑA", "R. E. G. P."), ("ñ  'ana", "ñ."), ("", ""), ("ACUEDUCTO S.A.S.", "A. S."), ("<b>x", "")],
)
def test_initials(nombre, letras):
    assert iniciales(nombre) == letras


@pytest.mark.parametrize(
    ("direccion", "oculta"),
    [
        ("CL 10 5 20", "CL 10 •••"),
        ("  Calle  10A # 23-45", "Calle  10A •••"),
        ("CL 12 B SUR 14 A 33 MZ 4 CS 18", "CL 12 •••"),
        ("Cra. 15#23-45 Apto 2", "Cra. 15 •••"),
        ("CL 10#23-45 CENTRO", "CL 10 •••"),
        ("CALLE10 23-45 APTO 301", "CALLE10 •••"),
        ("CL10#23-45 BRR CENTRO", "CL10 •••"),
        ("CL 10523", "CL •••"),
        ("CL 10B23", "CL •••"),
        ("CL10BIS 5", "CL •••"),
        ("CALLE REAL 5 20", "CALLE •••"),
        ("MZ A CASA 12", "MZ A •••"),
        ("MZ-A CASA-5 URB. X", "MZ •••"),
        ("CALLEJÓN 4", "•••"),
        ("CASA 5", "•••"),
        ("LOTE 5", "•••"),
        ("FINCA LA ESPERANZA", "•••"),
        ("VILLAMARIA", "•••"),
        ("10 23-45", "•••"),
        ("", "•••"),
    ],
)
def test_an_address_keeps_its_street_and_nothing_of_the_house(direccion, oculta):
    assert direccion_oculta(direccion) == oculta


PARTES = st.sampled_from(
    ["CL", "Calle", "CRA.", "MZ", "LOTE", "CASA", "AP", " ", "  ", "#", "-", ".", "A", "bis", "Ñ", "٣", "²"]
)


@given(st.lists(st.one_of(PARTES, st.integers(0, 9999).map(str), st.text(max_size=3)), max_size=12).map("".join))
def test_of_any_address_no_figure_after_the_first_ones_is_shown(direccion):
    oculta = direccion_oculta(direccion)
    assert oculta.endswith(HIDDEN)
    shown = oculta.removesuffix(HIDDEN).strip()
    assert len(re.findall(r"\d+", shown)) <= 1
    assert re.fullmatch(r"[^\W\d]*\.? *[0-9]{0,3}[A-Za-z]?", shown)
    assert direccion.strip().startswith(shown)


def test_an_unknown_code_and_a_wrong_number_get_the_same_answer(navegador, factura):
    un_predio("200200200")  # without bills
    answers = []
    for codigo, numero in ((CODIGO, "FV0099999"), ("999999999", NUMERO), ("200200200", NUMERO)):
        page = busca(navegador.otro(), codigo, numero, 422)
        assert NO_COINCIDEN in page.texto
        answers.append(sin_lo_escrito(page, codigo, numero))
    assert answers[0] == answers[1] == answers[2]


def test_an_unknown_code_and_a_wrong_number_take_the_same_statements(app, factura):
    with app.test_request_context("/pago-rapido", method="POST"):
        asked = []
        for codigo, numero in ((CODIGO, "FV0099999"), ("999999999", NUMERO), (CODIGO, "")):
            with consultas() as statements:
                assert busqueda.buscar(codigo, numero, None, None) == busqueda.Rechazo()
            asked.append(list(statements))
    assert asked[0] == asked[1] == asked[2]


def test_the_number_of_an_older_bill_of_the_code_says_so_and_shows_neither(navegador, factura):
    page = busca(navegador, numero="FV0011111", estado=422)
    assert REEMPLAZADA in page.texto
    assert NUMERO not in page.texto


def test_the_number_of_another_code_is_as_wrong_as_any(navegador, factura):
    una_factura("200200200", numero="FV0077777")
    assert NO_COINCIDEN in busca(navegador, numero="FV0077777", estado=422).texto


@pytest.mark.parametrize(
    "fields",
    [{"codigo": ""}, {"numero": ""}, {"numero": " - "}, {"codigo": "1" * 41}, {"numero": "1" * 41}, {"codigo": "' OR 1=1 --"}],
)
def test_what_is_missing_or_no_code_is_told_in_spanish(navegador, factura, fields):
    page = busca(navegador, **({"codigo": CODIGO, "numero": NUMERO} | fields), estado=422)
    assert page.select("#resumen")
    assert re.search("Escriba|Escríbalos", page.lee("#resumen"))


# -- limits -------------------------------------------------------------------------------------------


@con_limites
def test_after_five_tries_with_a_code_from_one_address_there_are_no_more_that_day(navegador, factura):
    for _ in range(5):
        busca(navegador, numero="X1", estado=422)
    page = busca(navegador, estado=429)
    assert AGOTADO in page.texto
    una_factura("200200200", numero="FV0077777")
    assert busca(navegador, "200200200", "FV0077777").url != "/pago-rapido", "another code is not touched by it"


@con_limites
def test_tries_from_everywhere_on_a_code_are_counted_together_whether_it_exists_or_not(app, factura, monkeypatch):
    monkeypatch.setattr(busqueda, "FREE_BY_CODE", 1000)
    for codigo in (CODIGO, "999999999"):
        results = []
        for host in range(70):
            with app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": f"192.0.2.{host}"}):
                results.append(busqueda.buscar(codigo, "X1", None, None))
        assert [result.agotado for result in results] == [False] * 60 + [True] * 10


@pytest.mark.ajustes(LIMITES=True)
def test_pago_rapido_registration_and_one_more_code_count_their_tries_together(app, factura):
    def tries(host, many, who=None):
        with app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": f"192.0.2.{host}"}):
            ask = (lambda: proof.holds_bill(CODIGO, "X1", who)) if who else lambda: busqueda.buscar(CODIGO, "X1", None, None)
            return [ask() for _ in range(many)]

    def proves(host, who=None):
        with app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": f"192.0.2.{host}"}):
            return proof.holds_bill(CODIGO, NUMERO, who or limits.address())

    assert tries(1, 2) == [busqueda.Rechazo()] * 2
    tries(1, 3, "192.0.2.1")
    assert tries(1, 1) == [busqueda.Rechazo(agotado=True)]
    assert not proves(1)
    assert proves(1, "cuenta 2"), "the holder is not stopped by others at their address"
    assert proves(2)
    tries(3, 5, "cuenta 3")
    assert not proves(4, "cuenta 3"), "an account has no more from another address"


@pytest.mark.ajustes(LIMITES=True)
def test_of_all_tries_with_a_code_there_are_sixty_a_day_wherever_they_are_made(app, factura, monkeypatch):
    monkeypatch.setattr(busqueda, "FREE_BY_CODE", 1000)

    def from_host(host, ask):
        with app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": f"192.0.2.{host}"}):
            return ask()

    for host in range(30):
        from_host(host, lambda: busqueda.buscar(CODIGO, "X1", None, None))
        from_host(host, lambda: proof.holds_bill(CODIGO, "X1", limits.address()))
    assert from_host(40, lambda: busqueda.buscar(CODIGO, NUMERO, None, None)) == busqueda.Rechazo(agotado=True)
    assert not from_host(41, lambda: proof.holds_bill(CODIGO, NUMERO, limits.address()))


@pytest.mark.ajustes(LIMITES=True)
@pytest.mark.parametrize("numero", [NUMERO, "FV0011111"])
def test_who_finds_their_bill_again_and_again_can_still_register(app, factura, numero):
    with app.test_request_context("/", method="POST"):
        for _ in range(70):
            assert busqueda.buscar(CODIGO, numero, None, None) not in (busqueda.Rechazo(), busqueda.Rechazo(agotado=True))
        assert proof.holds_bill(CODIGO, NUMERO, limits.address())


@con_limites
def test_many_tries_with_one_code_ask_for_the_security_code_and_lock_nobody_out(navegador, factura, monkeypatch):
    monkeypatch.setattr(proof, "TRIES", 100)
    for _ in range(10):
        busca(navegador, numero="X1", estado=422)
    other = navegador.otro()
    page = busca(other, numero=NUMERO, estado=422)
    assert page.select(".captcha")
    other.pagina = page
    nonce, _ = captcha._open(page.valor("captcha"))
    other.envia("/pago-rapido", "Buscar la factura", digitos=captcha._digits(nonce))
    assert NUMERO in other.pagina.texto


@con_limites
def test_another_picture_without_javascript_keeps_what_was_typed(navegador, factura, monkeypatch):
    monkeypatch.setattr(proof, "TRIES", 100)
    for _ in range(10):
        busca(navegador, numero="X1", estado=422)
    before = busca(navegador, estado=422).valor("captcha")
    page = navegador.envia("/pago-rapido", "Otra imagen", codigo=CODIGO, numero=NUMERO)
    assert (page.valor("codigo"), page.valor("numero")) == (CODIGO, NUMERO)
    assert page.valor("captcha") not in ("", before)


@con_limites
def test_who_tries_many_codes_from_one_address_waits_longer_and_longer(app, factura):
    with app.test_request_context("/", method="POST"):
        results = [busqueda.buscar(f"9{place}", "X1", None, None) for place in range(32)]
    assert [bool(result.esperar) for result in results] == [False] * 30 + [True] * 2


@con_limites
def test_waiting_is_said_with_the_seconds(navegador, app, factura, monkeypatch):
    monkeypatch.setattr(busqueda, "FREE_BY_ADDRESS", 1)
    busca(navegador, numero="X1", estado=422)
    page = busca(navegador, estado=429)
    assert int(page.cabeceras["Retry-After"]) <= 30
    assert re.search(r"espere \d+ segundos", page.texto)


@con_limites
def test_right_tries_cost_no_waiting(app, factura):
    with app.test_request_context("/", method="POST"):
        for place in range(40):
            una_factura(f"3{place:02}", numero=f"W{place}")
            assert isinstance(busqueda.buscar(f"3{place:02}", f"W{place}", None, None), str)


# -- in place -----------------------------------------------------------------------------------------


def test_with_htmx_the_bill_comes_in_place_of_the_form(navegador, factura):
    navegador.abre("/pago-rapido")
    answer = navegador.htmx("POST", "/pago-rapido", "", codigo=CODIGO, numero=NUMERO)
    address = answer.cabeceras["HX-Push-Url"]
    fresh = navegador.abre(address)
    part, whole = (BeautifulSoup(str(soup.select_one("#_factura")), "html5lib") for soup in (answer.soup, fresh.soup))
    igual(part, whole)


def test_with_htmx_a_wrong_number_says_so_in_its_place(navegador, factura):
    navegador.abre("/pago-rapido")
    answer = navegador.htmx("POST", "/pago-rapido", "_buscar", 422, codigo=CODIGO, numero="X1")
    navegador.envia("/pago-rapido", estado=422, codigo=CODIGO, numero="X1")
    igual(answer.pagina, navegador.pagina.soup)


# -- the page of a link -------------------------------------------------------------------------------


def pagina_de(navegador, estado=200, numero=NUMERO):
    return navegador.abre(f"/pago-rapido/{enlace.pasajero(numero, CODIGO)}", estado)


def test_opening_its_pages_writes_nothing(navegador, factura):
    links = ["/pago-rapido", f"/pago-rapido/{enlace.pasajero(NUMERO, CODIGO)}", "/pago-rapido/inventado"]
    before = huella()
    for address in links:
        navegador.pide("GET", address)
        navegador.pide("GET", address, headers={"HX-Request": "true"})
    assert huella() == before


def test_a_paid_bill_owes_nothing_and_has_no_button(navegador, factura):
    un_pago(CODIGO, factura=NUMERO)
    page = busca(navegador)
    assert "No se debe nada" in page.texto
    assert not page.select("form[action^='/pago-rapido/']")


def test_a_bill_paid_online_is_being_applied(navegador, factura):
    pago_en_linea({CODIGO: NUMERO})
    page = pagina_de(navegador)
    assert "en proceso de aplicación" in page.texto
    assert not page.select("form[action^='/pago-rapido/']")


def test_a_bill_with_credit_owes_nothing(navegador, app):
    una_factura(CODIGO, numero=NUMERO, total=-500_00)
    page = pagina_de(navegador)
    assert "No se debe nada" in page.texto
    assert "$ 0" in page.lee(".valor")


@pytest.mark.parametrize("estado", ["pendiente", "revision"])
def test_while_the_bank_is_silent_there_is_no_button(navegador, factura, estado):
    un_intento({CODIGO: NUMERO}, una_cuenta(codigos=[CODIGO]), estado)
    page = pagina_de(navegador)
    assert "no pague otra vez" in page.texto
    assert not page.select("form[action^='/pago-rapido/']")


def test_a_link_of_a_replaced_bill_says_so_and_shows_neither(navegador, factura):
    page = pagina_de(navegador, numero="FV0011111")
    assert "ya no es la última" in page.texto
    for number in ("FV0011111", NUMERO, "$", "R. E."):
        assert number not in page.texto


def test_a_link_of_a_bill_that_was_withdrawn_says_so(navegador, factura):
    link = f"/pago-rapido/{enlace.pasajero(NUMERO, CODIGO)}"
    FacturaVersion.delete().execute()
    assert "ya no es la última" in navegador.abre(link).texto


def test_a_number_that_is_another_codes_by_now_is_not_shown(navegador, factura):
    token = enlace.pasajero(NUMERO, "200200200")
    una_factura("200200200", numero="FV0088888")
    assert "$" not in navegador.abre(f"/pago-rapido/{token}").texto


@pytest.mark.parametrize("how", ["forged", "cut", "invented", "other purpose"])
def test_a_forged_link_says_that_it_does_not_serve(app, navegador, factura, how):
    good = enlace.pasajero(NUMERO, CODIGO)
    payload, _, signature = good.rpartition(".")
    other = URLSafeSerializer(app.config["SECRET_KEY"], salt="confirmar-correo").dumps([NUMERO, CODIGO, 10**9])
    token = {"forged": f"{payload}.{signature[::-1]}", "cut": good[:-1], "invented": "inventado", "other purpose": other}[how]
    page = navegador.abre(f"/pago-rapido/{token}", 404)
    assert "Ese enlace no sirve" in page.texto
    assert page.select("a[href='/pago-rapido']")
    response = navegador.pide("POST", f"/pago-rapido/{token}", data={"csrf_token": csrf(navegador), "total": "8435000"})
    assert response.status_code == 404
    assert not Intento.select().exists()


def csrf(navegador) -> str:
    return navegador.abre("/pago-rapido").valor("csrf_token")


def test_a_link_that_was_just_made_serves_half_an_hour(app, navegador, factura, monkeypatch):
    token, now = enlace.pasajero(NUMERO, CODIGO), time.time()
    monkeypatch.setattr(enlace.time, "time", lambda: now + 29 * 60)
    assert enlace.leer(token)
    monkeypatch.setattr(enlace.time, "time", lambda: now + 31 * 60)
    assert navegador.pide("GET", f"/pago-rapido/{token}").status_code == 404


# -- after a change of holder -------------------------------------------------------------------------


def sin_titular(page) -> bool:
    """Whether a page with the bill says nothing of the holder."""
    told = [term.text for term in page.select(".panel-factura dt")]
    assert told[-3:] == ["Código de usuario", "Número de factura", "Fecha de vencimiento"]
    hidden = told[:-3] == []
    assert hidden or told[:-3] == ["Titular", "Dirección"]
    assert hidden == all(word not in page.texto for word in ("T. L.", "R. E. G. P.", HIDDEN))
    return hidden


@pytest.mark.parametrize("marca", [{"ve_hasta": date(2026, 10, 31)}, {"revisar": db.utcnow()}])
def test_while_a_change_of_holder_is_not_decided_the_bill_is_paid_without_saying_whose_it_is(navegador, factura, marca):
    una_cuenta(codigos=[CODIGO])
    assert not sin_titular(pagina_de(navegador))
    Asociacion.update(marca).execute()
    assert sin_titular(pagina_de(navegador))
    assert paga(navegador).location.startswith("/pagar/")


DE_ROSA, DE_TOMAS = ("ROSA ELENA GARCÍA PEÑA;40123456", "TOMÁS LARA;79555111")
LLEGA = "numero;codigo;periodo;expedida;vence;total\n"
SUYA = f"{NUMERO};{CODIGO};2026-11;2026-11-16;2026-12-15;84350\n"
OTRA = f"FV0055555;{CODIGO};2026-12;2026-12-16;2027-01-15;90000\n"


@pytest.fixture
def entregar(app, tmp_path):
    """Take in a delivery of a day (UTC), with the code of one holder and these bills; its number."""

    def importar(dia: str, titular: str, facturas: str = "") -> int:
        predio = f"{CODIGO};{titular};CL 10 5 20;comercial\n"
        (tmp_path / "predios.csv").write_text(f"codigo;nombre;documento;direccion;uso\n{predio}", encoding="utf-8")
        (tmp_path / "facturas.csv").write_text(LLEGA + facturas, encoding="utf-8")
        resultado = entregas.importar(tmp_path, "sistemas:ana")
        assert resultado.publicada, resultado.rechazos
        Entrega.update(publicada=f"{dia} 12:00:00").where(Entrega.id == resultado.entrega).execute()
        return resultado.entrega

    return importar


def test_the_link_of_a_former_holder_does_not_say_who_came_after(navegador, entregar):
    entregar("2026-11-17", DE_ROSA, SUYA)
    assert not sin_titular(pagina_de(navegador))
    entregar("2026-11-20", DE_TOMAS)
    assert sin_titular(pagina_de(navegador))
    assert sin_titular(busca(navegador)), "they know the number of it too"


def test_nor_where_the_bill_was_delivered_before_its_day(navegador, entregar):
    entregar("2026-11-14", DE_ROSA, SUYA)
    entregar("2026-11-15", DE_TOMAS)
    assert sin_titular(pagina_de(navegador))


def test_nor_once_later_deliveries_have_made_it_forgotten(navegador, entregar):
    entregar("2026-11-17", DE_ROSA, SUYA)
    entregar("2026-11-20", DE_TOMAS)
    entregar("2026-11-21", DE_TOMAS)
    entregar("2026-11-22", DE_TOMAS)
    assert sin_titular(pagina_de(navegador))


@pytest.mark.parametrize("juntos", [True, False])
def test_nor_when_the_bill_is_delivered_again_corrected(navegador, entregar, juntos):
    entregar("2026-11-17", DE_ROSA, SUYA)
    if not juntos:
        entregar("2026-11-20", DE_TOMAS)
    entregar("2026-11-21", DE_TOMAS, SUYA.replace("84350", "80000"))
    entregar("2026-11-22", DE_TOMAS)
    entregar("2026-11-23", DE_TOMAS)
    page = pagina_de(navegador)
    assert "$ 80.000" in page.texto
    assert sin_titular(page)


def test_the_next_bill_is_the_new_holders(navegador, entregar):
    entregar("2026-11-17", DE_ROSA, SUYA)
    entregar("2026-11-20", DE_TOMAS)
    entregar("2026-12-17", DE_TOMAS, OTRA)
    page = pagina_de(navegador, numero="FV0055555")
    assert not sin_titular(page)
    assert "T. L." in page.texto


def test_a_bill_that_comes_with_its_new_holder_is_theirs(navegador, entregar):
    entregar("2026-11-17", DE_ROSA, SUYA)
    entregar("2026-12-17", DE_TOMAS, OTRA)
    assert "T. L." in pagina_de(navegador, numero="FV0055555").texto


def test_taking_the_delivery_back_shows_the_former_holder_again(navegador, entregar):
    entregar("2026-11-17", DE_ROSA, SUYA)
    entregas.deshacer(entregar("2026-11-20", DE_TOMAS), "sistemas:ana")
    assert "R. E. G. P." in pagina_de(navegador).texto
    entregar("2026-11-21", DE_ROSA)
    assert "R. E. G. P." in pagina_de(navegador).texto


# -- paying -------------------------------------------------------------------------------------------


def test_paying_begins_an_attempt_without_account_and_goes_on_to_the_gateway(navegador, factura):
    page = pagina_de(navegador)
    for told in ("Simulador de pagos", "127.0.0.1", "no se mueve dinero"):
        assert told in page.texto
    answer = paga(navegador, correo=" Vecina@Correo.example ")
    intento = Intento.get()
    assert answer.location == f"/pagar/{intento.publico}/salida"
    assert (intento.cuenta_id, intento.correo, intento.valor, intento.estado) == (
        None,
        "vecina@correo.example",
        84_350_00,
        "creado",
    )
    (line,) = intento.facturas()
    assert (line.codigo, line.factura, line.valor) == (CODIGO, NUMERO, 84_350_00)


def test_somebody_signed_in_who_pays_so_pays_without_account_too(navegador, factura):
    navegador.ya_dentro(una_cuenta(codigos=["200200200"]))
    pagina_de(navegador)
    paga(navegador)
    assert Intento.get().cuenta_id is None


def test_the_mail_is_optional_but_a_wrong_one_is_told(navegador, factura):
    pagina_de(navegador)
    answer = paga(navegador, 422, correo="vecina@")
    assert "Escriba el correo completo" in answer.text
    assert not Intento.select().exists()
    paga(navegador, correo="")
    assert Intento.get().correo is None


@payu
def test_payu_wants_a_mail(navegador, factura):
    page = pagina_de(navegador)
    assert "lo pide para enviarle su comprobante" in page.texto
    assert "Escriba su correo electrónico" in paga(navegador, 422, correo="").text
    assert not Intento.select().exists()
    paga(navegador, correo="vecina@correo.example")


def test_a_value_that_changed_meanwhile_is_shown_again(navegador, factura):
    pagina_de(navegador)
    un_pago(CODIGO, factura=NUMERO, valor=50_000_00)
    answer = paga(navegador, 409)
    assert CAMBIO in answer.text
    assert 'name="total" value="3435000"' in answer.text
    assert not Intento.select().exists()


@pytest.mark.parametrize("total", ["", "0", "-1", "1", "8435001", "9" * 30, "84350.00", "x"])
def test_another_value_than_the_one_owed_pays_nothing(navegador, factura, total):
    pagina_de(navegador)
    assert CAMBIO in paga(navegador, 409, total=total).text
    assert not Intento.select().exists()
    assert not PagoAbierto.select().exists()


def test_a_bill_that_was_paid_meanwhile_is_not_paid_again(navegador, factura):
    pagina_de(navegador)
    un_pago(CODIGO, factura=NUMERO)
    assert "No se debe nada" in paga(navegador, 409).text


def test_a_bill_that_was_replaced_meanwhile_is_not_paid(navegador, factura):
    pagina_de(navegador)
    una_factura(CODIGO, numero="FV0055555", expedida=factura.expedida + timedelta(30))
    answer = paga(navegador, 409)
    assert "ya no es la última" in answer.text
    assert "FV0055555" not in answer.text


def test_an_attempt_just_begun_is_given_up_only_when_asked(navegador, factura):
    first = un_intento({CODIGO: NUMERO})
    navegador.abre("/")
    token = enlace.pasajero(NUMERO, CODIGO)
    page = navegador.abre(f"/pago-rapido/{token}")
    assert "se empezó hace poco" in page.texto
    data = {"csrf_token": page.valor("csrf_token"), "total": "8435000"}
    assert navegador.pide("POST", f"/pago-rapido/{token}", data=data).status_code == 409
    assert Intento.select().count() == 1
    assert paga(navegador, de_nuevo="1").location != f"/pagar/{first.publico}/salida"
    assert Intento.get_by_id(first.id).estado == "cancelado"
    assert PagoAbierto.get().intento_id != first.id


@pytest.mark.parametrize("estado", ["pendiente", "revision"])
def test_an_attempt_of_which_the_gateway_knows_is_not_given_up_whatever_is_asked(navegador, factura, estado):
    pagina_de(navegador)
    un_intento({CODIGO: NUMERO}, estado=estado)
    answer = paga(navegador, 409, de_nuevo="1")
    assert "no pague otra vez" in answer.text
    assert Intento.get().estado == estado
    assert IntentoFactura.select().count() == 1


def test_who_else_began_to_pay_is_not_told(navegador, factura):
    cuenta = una_cuenta("rosa@correo.example", codigos=[CODIGO])
    first = un_intento({CODIGO: NUMERO}, cuenta)
    html = pagina_de(navegador).cuerpo.decode()
    for secret in (first.publico, first.referencia, "rosa@"):
        assert secret not in html


@pytest.mark.ajustes(LIMITES=True)
def test_beginning_again_and_again_is_stopped(navegador, factura):
    pagina_de(navegador)
    for _ in range(20):
        paga(navegador, 409, total="1")
    paga(navegador, 429, total="8435000")
