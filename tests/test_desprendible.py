"""The slip of a bill: its barcode is read from the page as a bank reads it, and is missing where a bank would refuse it."""

import re
from datetime import date

import facturas_tipo
import papel
import pytest
import zxingcpp
from fabrica import un_pago, una_factura
from facturas_tipo import TIPOS

from oficina.documentos import barras, copias, html_de, render, verificacion
from oficina.documentos.barras import gs1
from oficina.documentos.factura import IMPEDIMENTOS
from oficina.models import Factura, Predio

GLN = "7709998000018"
BANCO = {"PAGO_GLN": GLN, "PAGO_LARGO_REFERENCIA": 12}
WIDTH = 540  # points between the margins of the page


@pytest.fixture(autouse=True)
def poppler():
    papel.hay_poppler()


def ejemplo(**datos):
    """The worked example of the agreement with the bank, changed."""
    fields = {"gln": GLN, "referencia": "4567800123456", "centavos": 84_350_00, "vence": date(2025, 12, 15)}
    return gs1(**{**fields, "largo_referencia": 18, "largo_valor": 10} | datos)


def pdf_de(factura: Factura, **options) -> bytes:
    row = Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()
    return render(html_de(row, **options))


def test_the_fields_are_as_the_bank_wants_them():
    code = ejemplo()
    assert code.texto == "(415)7709998000018(8020)000004567800123456(3900)0000084350(96)20251215"
    assert code.datos.replace(barras.FNC1, "\x1d") == (
        "\x1d41577099980000188020000004567800123456\x1d39000000084350\x1d9620251215"
    )


def test_the_bars_are_those_of_the_standard():
    modules = ejemplo().modulos
    assert sum(width for _, width in modules) == 409
    # Start C and FNC1, the check digit 52 and the stop sign, as widths of bars and spaces.
    widths = "".join(str(width) for _, width in modules)
    assert widths.startswith("211232" + "411131")
    assert widths.endswith("213311" + "2331112")
    assert [bar for bar, _ in modules[:2]] == [True, False]


@pytest.mark.parametrize(
    "datos",
    [
        {"gln": ""},
        {"centavos": 84_350_01},
        {"centavos": 0},
        {"centavos": -84_350_00},
        {"referencia": "FV-20461"},
        {"referencia": "²³"},
        {"referencia": "4" * 19},
        {"centavos": 10_000_000_000_00},
    ],
    ids=lambda datos: next(iter(datos)),
)
def test_there_is_none_where_a_bank_would_refuse_it(datos):
    assert ejemplo(**datos) is None


@pytest.mark.parametrize("largo_referencia", [2, 13, 23, 24])
@pytest.mark.parametrize("largo_valor", [4, 9, 13, 14])
def test_whatever_the_lengths_it_fits_the_page_with_its_quiet_zones(largo_referencia, largo_valor):
    code = ejemplo(
        referencia="1" * largo_referencia, centavos=9_999_00, largo_referencia=largo_referencia, largo_valor=largo_valor
    )
    assert code.ancho + 2 * 10 * barras.MODULE < WIDTH


@pytest.mark.ajustes(**BANCO)
@pytest.mark.parametrize("tipo", TIPOS, ids=lambda tipo: tipo.__name__)
def test_a_bank_reads_reference_value_and_due_date(app, tipo):
    factura = tipo()
    pdf = pdf_de(factura)
    hri = f"(415){GLN}(8020){factura.referencia:0>12}(3900){factura.total // 100:010}(96){factura.vence:%Y%m%d}"
    for resolution in (200, 300):
        (read,) = papel.barras(pdf, resolution)
        assert read.content_type == zxingcpp.ContentType.GS1
        assert read.symbology_identifier == "]C1"
        assert read.text == hri
        assert read.orientation == 0
    assert hri in papel.texto(pdf)


@pytest.mark.ajustes(PAGO_GLN=GLN, PAGO_LARGO_REFERENCIA=24, PAGO_LARGO_VALOR=14)
def test_the_longest_barcode_is_read_too(app):
    (read,) = papel.barras(pdf_de(una_factura(referencia="1" * 24)))
    assert read.text == f"(415){GLN}(8020){'1' * 24}(3900)00000000084350(96)20261215"


@pytest.mark.ajustes(**BANCO)
def test_a_code_of_odd_lengths_is_read_too(app):
    app.config |= {"PAGO_LARGO_REFERENCIA": 11, "PAGO_LARGO_VALOR": 9}
    (read,) = papel.barras(pdf_de(una_factura(referencia="12345")))
    assert read.text == f"(415){GLN}(8020)00000012345(3900)000084350(96)20261215"


@pytest.mark.ajustes(**BANCO)
@pytest.mark.parametrize(
    "datos", [{"total": 84_350_50}, {"total": 0}, {"total": -100_00}, {"referencia": "FV-1"}, {"referencia": "1" * 13}]
)
def test_a_bill_that_a_bank_would_refuse_has_a_slip_without_bars(app, datos):
    factura = una_factura(**datos)
    pdf = pdf_de(factura)
    assert papel.barras(pdf) == []
    text = papel.texto(pdf)
    assert ("Desprendible de pago" in text) == (factura.total > 0)
    assert ("Este desprendible no sirve para pagar: no debe pagar esta factura." in text) == (factura.total <= 0)
    assert ("Esta factura no lleva código de barras" in text) == (factura.total > 0)
    assert "(8020)" not in text


def test_without_a_gln_there_are_no_bars(app):
    pdf = pdf_de(una_factura())
    assert papel.barras(pdf) == []
    assert "Desprendible de pago" in papel.texto(pdf)
    assert "código de barras" not in papel.texto(pdf)


@pytest.mark.ajustes(**BANCO)
def test_a_copy_that_is_no_longer_to_be_paid_says_why_it_has_no_bars(app):
    factura = una_factura()
    assert len(papel.barras(pdf_de(factura))) == 1
    for impedimento, motivo in IMPEDIMENTOS.items():
        pdf = pdf_de(factura, impedimento=impedimento)
        assert papel.barras(pdf) == []
        text = papel.texto(pdf)
        assert "NO PAGUE CON ESTA COPIA" in text
        assert f"Este desprendible no sirve para pagar. {motivo}" in text
        assert not re.search("Total a pagar|Pague hasta|córtelo", text)


def test_why_a_copy_is_not_to_be_paid_is_told_by_what_was_delivered_and_the_day(app, monkeypatch):
    old = una_factura(expedida=date(2026, 10, 16), vence=date(2026, 11, 15))
    monkeypatch.setattr(copias, "hoy", lambda: date(2026, 11, 15))
    assert copias.impedimento(old, limitada=False) is None
    assert copias.impedimento(old, limitada=True) == "otro titular"
    monkeypatch.setattr(copias, "hoy", lambda: date(2026, 11, 16))
    assert copias.impedimento(old, limitada=False) == "vencida"
    new = una_factura()
    assert copias.impedimento(old, limitada=False) == "reemplazada"
    un_pago(valor=50_00)
    assert copias.impedimento(new, limitada=False) == "abonada"
    un_pago(valor=new.total)
    assert copias.impedimento(new, limitada=False) == "pagada"
    assert copias.impedimento(una_factura(total=0), limitada=True) is None


@pytest.mark.ajustes(**BANCO)
def test_the_slip_is_whole_at_the_foot_of_the_first_page_however_long_the_bill(app):
    pdf = pdf_de(facturas_tipo.larga())
    pages = papel.run("pdftotext", pdf, "-layout").decode().split("\f")[:-1]
    assert len(pages) > 1
    slip = pages[0][pages[0].index("Desprendible de pago") :]
    for bit in ("304011890", "2611001189", "261100118974", "Noviembre de 2026", "15/12/2026", "1.903.473", "(96)20261215"):
        assert bit in slip
    assert "Desprendible" not in "".join(pages[1:])
    assert [papel.barras(pdf, page=n) for n in range(2, len(pages) + 1)] == [[]] * (len(pages) - 1)


def top_of(pdf: bytes, word: str) -> float:
    return float(re.search(rf'yMin="([\d.]+)" [^>]*>{word}<', papel.run("pdftotext", pdf, "-bbox").decode())[1])


@pytest.mark.ajustes(PAGO_GLN=GLN, PAGO_LARGO_REFERENCIA=24, PAGO_LARGO_VALOR=14, MARCA_NOMBRE="Empresa " * 15)
def test_the_longest_texts_of_a_slip_do_not_reach_the_bill(app):
    lines = [{"concepto": f"Concepto {n}", "valor": 100} for n in range(60)]
    pdf = pdf_de(
        una_factura("9" * 20, numero="8" * 30, referencia="7" * 24, total=999_999_999_999_00, lineas=lines, periodo="2026-09")
    )
    assert top_of(pdf, "Desprendible") > 628
    assert len(papel.barras(pdf)) == 1


@pytest.mark.ajustes(URL_PUBLICA="https://oficina.aguaclara.example")
def test_the_qr_leads_to_the_page_that_verifies_this_bill(app):
    factura = una_factura(numero="FV 7/1")
    pdf = pdf_de(factura)
    for resolution in (200, 300):
        assert papel.qr(pdf, resolution) == {verificacion.direccion("FV 7/1")}
    text = papel.texto(pdf, "-raw")
    assert verificacion.codigo("FV 7/1") in text
    assert "oficina.aguaclara.example/verificar" in text


@pytest.mark.ajustes(URL_PUBLICA="https://oficina.aguaclara.example")
def test_an_electronic_document_has_the_qr_of_the_tax_authority(app):
    factura = facturas_tipo.comercial()
    dian = f"https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={factura.cude}"
    for resolution in (200, 300):
        assert papel.qr(pdf_de(factura), resolution) == {dian, verificacion.direccion(factura.numero)}
