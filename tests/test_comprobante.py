"""The receipt of a payment made online: what it says as PDF, and who gets it."""

import io
import re
from datetime import date, datetime

import papel
import pypdf
import pytest
from fabrica import pago_en_linea, un_intento, un_pago, una_cuenta, una_factura

from oficina.documentos import render
from oficina.documentos.comprobante import html_de
from oficina.models import Factura, Intento, Movimiento
from oficina.models.intento import ABIERTOS, SIN_PAGO

CODIGO, OTRO = "100200300", "100200301"
PAGADO = datetime(2026, 11, 24, 1, 5)  # in Colombia it was still the 23rd
TOLD = {"referencia": "OV7K3MQ9XT2B4C", "pagado": PAGADO, "transaccion": "a7f9-0012"}


@pytest.fixture(autouse=True)
def poppler():
    papel.hay_poppler()


def pagado(**datos) -> Intento:
    return pago_en_linea({CODIGO: una_factura(CODIGO, numero="FV-1").numero}, **(TOLD | {"pruebas": 0} | datos))


def texto(intento: Intento) -> str:
    return papel.texto(render(html_de(intento))).replace("\xa0", " ").replace("\u202f", " ")


def aplica(intento: Intento, codigo: str, fecha: date) -> None:
    """A delivery brings the payment of a code."""
    mine = (Movimiento.intento == intento.id) & (Movimiento.codigo == codigo)
    Movimiento.update(pago=un_pago(codigo, fecha=fecha).id).where(mine).execute()


def otra_fila(intento: Intento, **datos) -> Movimiento:
    """One more row of the ledger, like the first but for ``datos``."""
    first = Movimiento.select().where(Movimiento.intento == intento.id).order_by(Movimiento.id).first()
    return Movimiento.create(**({name: value for name, value in first.__data__.items() if name != "id"} | datos))


def devuelve(intento: Intento) -> None:
    otra_fila(intento, tipo="reverso", valor=-intento.valor, momento=datetime(2026, 11, 25, 15, 0), pagado=None)
    intento.estado = "reversado"
    intento.save()


# -- what it says -------------------------------------------------------------------------------------


@pytest.mark.ajustes(PASARELA="simulada")
def test_it_says_what_was_paid_and_how(app):
    text = texto(pagado())
    expected = """Comprobante de pago en línea n.º OV7K3MQ9XT2B4C|Acueducto y Alcantarillado de Aguaclara E.S.P.|NIT 900123818-0
        |Recibido; en proceso de aplicación|23 de noviembre de 2026, 8:05 p. m.|Simulador de pagos|PSE
        |Banco del Llano|1122334455|778899|a7f9-0012|100200300|FV-1|Noviembre de 2026|Total pagado $ 84.350
        |608 555 0100|atencion@aguaclara.example"""
    assert [bit for bit in re.sub(r"\s*\n\s*", "", expected).split("|") if bit not in text] == []
    for word in ("DEVUELTO", "PRUEBA", "Saldo a su favor", "None"):
        assert word not in text


def test_it_is_a_page_with_its_fonts_its_title_and_its_language(app):
    pdf = render(html_de(pagado()))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == "Comprobante de pago OV7K3MQ9XT2B4C"
    assert reader.metadata.author == "Acueducto y Alcantarillado de Aguaclara E.S.P."
    assert reader.trailer["/Root"]["/Lang"] == "es"
    assert (papel.paginas(pdf), reader.pages[0].mediabox[2:]) == (1, [612, 792])
    assert papel.letras(pdf) == {"DejaVuSansCondensed", "DejaVuSansCondensed-Bold"}
    assert len(pdf) < 50_000


@pytest.mark.parametrize("con_cuenta", [True, False], ids=["with account", "without"])
def test_it_names_no_person_and_no_place(app, con_cuenta):
    cuenta = una_cuenta(codigos=[CODIGO])
    text = texto(pagado(cuenta=cuenta if con_cuenta else None, correo="quien@correo.example"))
    for personal in ("ROSA", "Rosa", "GARCÍA", "40123456", "CL 10 5 20", "Centro", "3105550123", "correo.example"):
        assert personal not in text


def test_it_says_when_a_delivery_had_it(app):
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero, OTRO: una_factura(OTRO).numero}, **TOLD)
    aplica(intento, CODIGO, date(2026, 11, 24))
    text = texto(intento)
    assert "Recibido; en proceso de aplicación" in text
    assert "1 de 2 ya lo está. No pague otra vez." in text
    aplica(intento, OTRO, date(2026, 11, 26))
    text = texto(intento)
    assert "Aplicado el 26 de noviembre de 2026" in text
    assert "en proceso" not in text


def test_one_that_was_given_back_says_so_plainly_with_what_was_told_when_it_was_paid(app):
    intento = pagado()
    devuelve(intento)
    text = texto(intento)
    assert "DEVUELTO el 25 de noviembre de 2026, 10:00 a. m." in text
    assert "no sirve como prueba de pago" in papel.texto(render(html_de(intento)), "-raw")
    assert "23 de noviembre de 2026, 8:05 p. m." in text
    assert "Total devuelto $ 84.350" in text
    for word in ("Total pagado", "Recibido", "en proceso"):
        assert word not in text


def test_one_of_the_sandbox_says_so(app):
    assert "PAGO DE PRUEBA: NO SE MOVIÓ DINERO" in texto(pagado(pruebas=1))


def test_what_was_not_owed_is_the_customers(app):
    intento = pagado()
    Movimiento.update(saldo=20_000_00).execute()
    text = texto(intento)
    assert "Saldo a su favor: $ 20.000" in text
    assert "Esta factura ya estaba pagada, del todo o en parte: $ 20.000 de este pago no se debían y son suyos." in text
    assert "no tiene que hacer nada más" not in text


def test_a_second_payment_with_the_same_number_is_told(app):
    intento = pagado()
    otra_fila(intento, transaccion="b2", saldo=intento.valor)
    text = texto(intento)
    assert "Fueron 2 pagos, $ 168.700 en total." in text
    assert "$ 84.350 de estos pagos no se debían" in text


def test_with_one_given_back_the_other_counts(app):
    intento = pagado()
    otra_fila(intento, transaccion="b2", cus="99887766")
    otra_fila(intento, tipo="reverso", valor=-intento.valor)
    text = texto(intento)
    assert "99887766" in text
    assert "1122334455" not in text
    for word in ("DEVUELTO", "más de un pago"):
        assert word not in text


def test_what_the_gateway_did_not_tell_is_a_dash(app):
    intento = pagado(medio="", banco=None, cus="", autorizacion=None)
    text = texto(intento)
    assert text.count("—") == 4
    assert "None" not in text


@pytest.mark.ajustes(PASARELA="enlace", ENTORNO="desarrollo")
def test_it_can_be_had_after_the_keys_of_the_gateway_were_taken_away(app):
    assert "Payu" in texto(pagado(pasarela="payu"))


def test_a_bill_that_is_published_no_more_has_no_month(app):
    intento = pagado()
    assert Factura.get_by_id("FV-1").periodo == "2026-11"
    intento.facturas().model.update(factura="FV-0").execute()
    text = texto(intento)
    assert "FV-0" in text
    assert "Noviembre de 2026" not in text


def test_many_bills_take_more_pages_and_all_are_there(app):
    codes = {f"{code}": una_factura(f"{code}").numero for code in range(3000, 3060)}
    pdf = render(html_de(pago_en_linea(codes)))
    text = papel.texto(pdf).replace("\xa0", " ")
    assert papel.paginas(pdf) == 2
    assert [numero for numero in codes.values() if numero not in text] == []
    assert "$ 5.061.000" in text


def test_the_longest_and_the_strangest_stay_on_the_page(app):
    long = {"codigo": "W" * 20, "numero": "<b>" + "W" * 26 + "&"}
    bill = una_factura(long["codigo"], numero=long["numero"], total=99_999_999_999_999)
    told = {
        "transaccion": "W" * 60,
        "banco": "W" * 76 + "\u202e<i>",
        "medio": "W" * 40,
        "cus": "W" * 40,
        "autorizacion": "W" * 40,
    }
    pdf = render(html_de(pago_en_linea({bill.codigo: bill.numero}, referencia="W" * 24, **told)))
    assert papel.paginas(pdf) == 1
    assert min(left for left, _ in papel.palabras(pdf)) >= 35
    assert max(right for _, right in papel.palabras(pdf)) <= 577
    assert "<b>" in papel.texto(pdf, "-raw")


def test_the_same_payment_is_the_same_document(app):
    intento = pagado()
    assert html_de(intento) == html_de(Intento.get_by_id(intento.id))


# -- who gets it --------------------------------------------------------------------------------------


def test_its_customer_gets_it_under_its_name(app, navegador):
    cuenta = una_cuenta(codigos=[CODIGO])
    intento = pagado(cuenta=cuenta)
    file = navegador.ya_dentro(cuenta).abre(f"/pagar/comprobante-{intento.publico}.pdf")
    assert file.cabeceras["Content-Type"] == "application/pdf"
    assert file.cabeceras["Content-Disposition"] == "inline; filename=comprobante-OV7K3MQ9XT2B4C.pdf"
    assert file.cabeceras["Cache-Control"] == "no-store"
    assert "OV7K3MQ9XT2B4C" in papel.texto(file.cuerpo)


def test_one_without_account_is_had_by_its_address(app, navegador):
    intento = pagado()
    assert navegador.abre(f"/pagar/comprobante-{intento.publico}.pdf").cuerpo.startswith(b"%PDF-")
    navegador.abre("/pagar/comprobante-inventado.pdf", 404)


def test_another_customer_gets_none(app, navegador):
    intento = pagado(cuenta=una_cuenta(codigos=[CODIGO]))
    navegador.ya_dentro(una_cuenta("tomas@correo.example")).abre(f"/pagar/comprobante-{intento.publico}.pdf", 404)


def test_one_that_was_given_back_is_had_too(app, navegador):
    intento = pagado()
    devuelve(intento)
    assert "DEVUELTO" in papel.texto(navegador.abre(f"/pagar/comprobante-{intento.publico}.pdf").cuerpo)


@pytest.mark.parametrize("estado", [*ABIERTOS, *SIN_PAGO, "revision"])
def test_without_a_payment_there_is_none(app, navegador, estado):
    intento = un_intento({CODIGO: una_factura(CODIGO).numero}, None, estado)
    navegador.abre(f"/pagar/comprobante-{intento.publico}.pdf", 404)
