"""The signed link with which a bill is paid: what it is, and where bills on paper carry it."""

import io
import re
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import papel
import pypdf
import pytest
from fabrica import un_intento, un_pago, un_predio, una_factura
from facturas_tipo import TIPOS

from oficina.documentos import documento_de, enlace, html_de, render, verificacion
from oficina.documentos.factura import IMPEDIMENTOS, direccion_de_pago
from oficina.formats import BOGOTA
from oficina.models import Factura, Predio
from oficina.muestra import EMPRESA

CODIGO, NUMERO, VENCE = "100200300", "F00012345", date(2026, 12, 15)
EN_LINEA = {"PASARELA": "simulada", "URL_PUBLICA": "http://localhost"}
pytestmark = pytest.mark.ajustes(**EN_LINEA)


def al_instante(monkeypatch, when: datetime) -> None:
    monkeypatch.setattr(enlace.time, "time", when.timestamp)


def entregada(factura: Factura) -> Factura:
    return Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()


# -- the token ----------------------------------------------------------------------------------------


def test_the_same_bill_has_the_same_link_on_any_day(app, monkeypatch):
    links = set()
    for day in (1, 10, 20):
        al_instante(monkeypatch, datetime(2026, 11, day, 12, tzinfo=BOGOTA))
        links.add(enlace.de_factura(NUMERO, CODIGO, VENCE))
    assert len(links) == 1


def test_it_serves_until_the_end_of_its_last_day_in_colombia(app, monkeypatch):
    token = enlace.de_factura(NUMERO, CODIGO, VENCE)
    last = VENCE + timedelta(days=app.config["PAGO_ENLACE_DIAS"])
    al_instante(monkeypatch, datetime(last.year, last.month, last.day, 23, 59, tzinfo=BOGOTA))
    assert enlace.leer(token) == enlace.Enlace(NUMERO, CODIGO)
    al_instante(monkeypatch, datetime(last.year, last.month, last.day, tzinfo=BOGOTA) + timedelta(days=1))
    assert enlace.leer(token) is None


@pytest.mark.parametrize("settings", [{"PAGO_ENLACE_DIAS": 0}, {"PAGO_RAPIDO": False}, {"PASARELA": "enlace"}])
def test_bills_carry_none_where_a_setting_says_so(app, settings):
    app.config |= settings
    assert enlace.de_factura(NUMERO, CODIGO, VENCE) is None
    assert "apunte la cámara" not in html_de(entregada(una_factura()))


def test_it_is_short_and_needs_no_escaping(app):
    token = enlace.de_factura(NUMERO, CODIGO, VENCE)
    assert re.fullmatch(r"[\w.-]{20,90}", token)


@pytest.mark.parametrize("numero", ["FV 7/1", "Ñ-1", "💧", "1" * 30, "?a=b&c#d", "../x", "."])
def test_a_bill_of_any_number_is_found_by_its_link(app, navegador, numero):
    una_factura(CODIGO, numero=numero, vence=date.today() + timedelta(5))
    path = urlsplit(direccion_de_pago(Factura.get())).path
    assert numero in navegador.abre(path).texto


def test_every_changed_sign_makes_it_worthless(app):
    token = enlace.de_factura(NUMERO, CODIGO, date.today())
    assert enlace.leer(token)
    for place, sign in enumerate(token[:-1]):
        for other in {"A", "b", "-", "."} - {sign}:
            assert enlace.leer(token[:place] + other + token[place + 1 :]) is None, place


def test_the_link_of_a_bill_is_nobody_elses(app):
    mine, other = (enlace.de_factura(numero, CODIGO, date.today()).rpartition(".") for numero in (NUMERO, "F00012346"))
    assert enlace.leer(f"{mine[0]}.{other[2]}") is None


def test_a_new_secret_ends_it(app):
    token = enlace.de_factura(NUMERO, CODIGO, date.today())
    app.config["SECRET_KEY"] = "otro secreto, tan largo y tan al azar como el primero"
    assert enlace.leer(token) is None


@pytest.mark.parametrize("token", ["", ".", "inventado", "ñ", "\0", "a" * 5000, "W10.x", ".eJw.x"])
def test_what_is_no_token_is_none(app, token):
    assert enlace.leer(token) is None


# -- on paper -----------------------------------------------------------------------------------------


@pytest.fixture
def poppler():
    papel.hay_poppler()


@pytest.mark.ajustes(**EMPRESA | EN_LINEA)
@pytest.mark.parametrize("tipo", TIPOS, ids=lambda tipo: tipo.__name__)
def test_a_telephone_reads_the_link_from_the_page_and_so_does_a_click(app, poppler, tipo):
    factura = entregada(tipo())
    pdf = render(html_de(factura))
    address = direccion_de_pago(factura)
    for resolution in (150, 300):
        assert address in papel.qr(pdf, resolution)
    assert "Pague en línea: apunte la cámara" in papel.texto(pdf)
    links = [note.get_object()["/A"]["/URI"] for note in pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"]]
    assert address in links


@pytest.mark.ajustes(**EMPRESA | EN_LINEA)
@pytest.mark.parametrize("tipo", TIPOS, ids=lambda tipo: tipo.__name__)
def test_no_bill_takes_more_pages_for_it(app, poppler, tipo):
    factura = entregada(tipo())
    with_it = papel.paginas(render(html_de(factura)))
    app.config["PASARELA"] = "enlace"
    assert papel.paginas(render(html_de(factura))) == with_it


def test_the_longest_codes_and_numbers_are_read_too(app, poppler):
    app.config["URL_PUBLICA"] = "https://oficinavirtual.acueductoyalcantarillado-aguaclara.example"
    factura = entregada(una_factura("1" * 20, numero="F" + "9" * 29, total=99_999_999_00))
    pdf = render(html_de(factura))
    assert papel.paginas(pdf) == 1
    assert direccion_de_pago(factura) in papel.qr(pdf, 200)


@pytest.mark.parametrize("motivo", IMPEDIMENTOS)
def test_a_copy_that_cannot_be_paid_carries_none(app, motivo):
    html = html_de(entregada(una_factura()), impedimento=motivo)
    assert "/pago-rapido/" not in html


@pytest.mark.parametrize("total", [0, -100_00])
def test_a_bill_that_owes_nothing_carries_none(app, total):
    assert "/pago-rapido/" not in html_de(entregada(una_factura(total=total)))


def test_it_goes_once_the_bill_is_paid_replaced_or_of_another_holder(app):
    factura = una_factura(CODIGO, vence=date.today() + timedelta(5))
    assert "/pago-rapido/" in documento_de(entregada(factura), limitada=False)
    assert "/pago-rapido/" not in documento_de(entregada(factura), limitada=True)
    un_pago(CODIGO, factura=factura.numero)
    assert "/pago-rapido/" not in documento_de(entregada(factura), limitada=False)


def test_while_a_payment_is_under_way_the_copy_carries_none(app):
    factura = una_factura(CODIGO, vence=date.today() + timedelta(5))
    un_intento({CODIGO: factura.numero}, estado="pendiente")
    assert "/pago-rapido/" not in documento_de(entregada(factura), limitada=False)


def test_where_to_pay_online_is_told_as_it_is_here(app):
    factura = entregada(una_factura())
    assert "localhost/pago-rapido, con el código de usuario y el número de la factura" in html_de(factura)
    app.config["PAGO_RAPIDO"] = False
    assert "la Oficina Virtual (localhost), con su cuenta" in html_de(factura)
    app.config["PASARELA"] = "enlace"
    assert app.config["PAGO_URL"] in html_de(factura)


def test_the_code_to_verify_stays_beside_it(app, poppler):
    factura = entregada(una_factura())
    assert verificacion.direccion(factura.numero) in papel.qr(render(html_de(factura)), 200)


def test_the_link_on_paper_leads_to_the_bill_masked(app, navegador):
    un_predio(CODIGO)
    factura = una_factura(CODIGO, vence=date.today() + timedelta(5))
    page = navegador.abre(urlsplit(direccion_de_pago(factura)).path)
    assert "R. E. G. P." in page.texto
    assert "GARCÍA" not in page.texto
