"""The bill as a PDF: everything it says, as the law asks, whatever is in it."""

import io
import re
import time
from datetime import date, datetime, timedelta
from itertools import pairwise

import facturas_tipo
import papel
import pypdf
import pytest
from fabrica import consultas, un_pago, un_predio, una_entrega, una_factura
from facturas_tipo import TIPOS

from oficina.documentos import factura as documento
from oficina.documentos import html_de, render, verificacion
from oficina.formats import cantidad, fecha, fecha_corta, metros_cubicos, periodo, pesos, pesos_exactos, tarifa
from oficina.models import SIN_BAJA, Entrega, Factura, FacturaVersion, Predio
from oficina.muestra import EMPRESA

LINES = (
    {"concepto": "Cargo fijo", "cantidad": 1000, "unidad": "mes", "tarifa": 85_123_500, "valor": 8_512_35},
    {"concepto": "Consumo básico", "cantidad": 16_000, "unidad": "m³", "tarifa": 23_184_700, "valor": 37_095_52},
    {"concepto": "Subsidio consumo básico (40 %)", "valor": -14_838_21},
    {"servicio": "alcantarillado", "concepto": "Vertimiento", "cantidad": 16_500, "unidad": "m³", "valor": 25_508_48},
    {"servicio": "otros", "concepto": "Ajuste al peso", "valor": 28},
)


@pytest.fixture(autouse=True)
def poppler():
    papel.hay_poppler()


def delivered(factura: Factura) -> Factura:
    """The bill as a page finds it, with its predio."""
    return Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()


def pdf_de(factura: Factura) -> bytes:
    return render(html_de(factura))


def test_the_pdf_says_everything_the_bill_has(app):
    for month in range(4, 11):
        una_factura(periodo=f"2026-{month:02}", expedida=date(2026, month, 16), consumo=month * 1500, lineas=LINES[:1])
    factura = una_factura(
        numero="FV-20461",
        lineas=LINES,
        saldo_anterior=12_345_67,
        facturas_vencidas=2,
        intereses=1_234_00,
        total=56_278_42,
        referencia="0045671234",
    )
    pdf = pdf_de(delivered(factura))
    assert papel.paginas(pdf) == 1
    text = papel.texto(pdf)
    expected = """FV-20461|100200300|ROSA ELENA GARCÍA PEÑA|CL 10 5 20|Centro|Aguaclara|Residencial|2 (bajo)|01|0105-0230
        |A19-004512|Noviembre de 2026|12/10/2026|10/11/2026|(30 días)|16 de noviembre de 2026|15 de diciembre de 2026
        |22 de diciembre de 2026|1.200 m³|1.214 m³|14 m³|Real|0045671234|$ 12.345,67|$ 1.234,00|$ 56.278,42
        |Acueducto|Cargo fijo|$ 8.512,35|Consumo básico|$ 2.318,47|$ 37.095,52|-$ 14.838,21|$ 30.769,66
        |Alcantarillado|16,5 m³|$ 25.508,48|Otros cobros|Ajuste al peso|$ 0,28|may 26|7,5 m³|oct 26|nov 26|$ 42.699
        |Acueducto y Alcantarillado de Aguaclara E.S.P.|NIT 900123818-0|Calle 10 n.º 5-20|608 555 0100
        |presta mérito ejecutivo|artículo 130|pagos.aguaclara.example|Copia informativa de la Oficina Virtual"""
    missing = [bit for bit in re.sub(r"\s*\n\s*", "", expected).split("|") if bit not in text]
    assert missing == []
    assert re.search(r"Facturas anteriores sin pagar: 2\b", text)
    assert "abr 26" not in text  # only the previous six


@pytest.mark.parametrize("tipo", TIPOS, ids=lambda tipo: tipo.__name__)
def test_each_kind_of_bill_says_all_its_data(app, tipo):
    factura = tipo()
    predio, lineas = factura.predio, list(factura.lineas())
    consumos = documento.anteriores(factura)
    pdf = pdf_de(factura)
    text = papel.texto(pdf).replace("\xa0", " ")
    expected = [
        *(factura.numero, factura.referencia, predio.codigo, predio.nombre, predio.direccion, predio.barrio),
        *(predio.municipio, predio.ciclo, predio.ruta, predio.medidor, predio.uso.capitalize()),
        *(periodo(factura.periodo).capitalize(), fecha_corta(factura.desde), fecha_corta(factura.hasta)),
        *(fecha(factura.expedida), fecha(factura.vence), fecha(factura.suspension)),
        *(pesos(factura.total), pesos_exactos(factura.saldo_anterior), pesos_exactos(factura.intereses)),
        *(metros_cubicos(factura.lectura_anterior), metros_cubicos(factura.lectura_actual)),
        *(metros_cubicos(factura.consumo), factura.lectura_tipo.capitalize()),
        *(pesos_exactos(servicio.subtotal) for servicio in documento.servicios_de(factura.lineas())),
        *(linea.concepto for linea in lineas),
        *(pesos_exactos(linea.valor) for linea in lineas),
        *(f"{cantidad(n.cantidad)} {n.unidad} × {tarifa(n.tarifa)}" for n in lineas if n.tarifa),
        *(consumo.mes for consumo in consumos),
        *(metros_cubicos(consumo.consumo) for consumo in consumos),
        *(pesos(consumo.valor) for consumo in consumos),
        *("Dónde y cómo pagar", "Reclamos", "artículo 154", "presta mérito ejecutivo", "artículo 130"),
    ]
    assert len(consumos) == 6
    assert [bit for bit in expected if bit.replace("\xa0", " ") not in text] == []
    assert re.search(rf"Facturas anteriores sin pagar: {factura.facturas_vencidas}\b", text)
    assert (papel.paginas(pdf) > 1) == (tipo is facturas_tipo.larga)
    assert min(left for left, _ in papel.palabras(pdf)) >= 35
    assert max(right for _, right in papel.palabras(pdf)) <= 577


MENSAJES = {
    "FACTURA_MENSAJE": "Cierre bien la llave.\nRevise su tanque.",
    "FACTURA_CALIDAD": "IRCA: 0,0 %. Continuidad: 24 horas.",
    "FACTURA_PUNTOS": "en Punto Ceiba",
    "FACTURA_FIRMA": "Elisa Moreno Vaca, gerente",
    "FACTURA_PROVEEDOR": "Facturación de Aguaclara",
}


@pytest.mark.ajustes(**MENSAJES)
def test_the_words_of_the_utility_are_on_each_bill(app):
    text = papel.texto(pdf_de(delivered(una_factura())))
    for words in ("Cierre bien la llave.", "Revise su tanque.", "IRCA: 0,0 %.", "Punto Ceiba", "Firma: Elisa Moreno Vaca"):
        assert words in text
    assert "Facturación de Aguaclara" not in text  # only on electronic documents


@pytest.mark.ajustes(FACTURA_MENSAJE="Mensaje largo de la empresa. " * 300)
def test_a_message_however_long_is_printed_whole(app):
    pdf = pdf_de(delivered(una_factura()))
    assert papel.paginas(pdf) > 1
    assert papel.texto(pdf).count("Mensaje largo") == 300


def test_without_a_reading_the_bill_says_that_it_is_an_average_and_of_what(app):
    text = papel.texto(pdf_de(facturas_tipo.promedio()))
    assert "no se midió: se cobra un promedio" in text
    assert "artículo 146" in text
    assert "El promedio de los 6 periodos anteriores que se muestran abajo es 12 m³" in text.replace("\xa0", " ")
    assert "no se midió" not in papel.texto(pdf_de(facturas_tipo.ordinaria()))


def test_what_is_owed_from_before_is_told_apart(app):
    text = papel.texto(pdf_de(facturas_tipo.vencida())).replace("\xa0", " ")
    for row in ("Deuda anterior $ 69.777,00", "Intereses de mora $ 1.047,00", "Reconexión del servicio $ 38.700,00"):
        assert row in text
    assert "Facturas anteriores sin pagar: 3" in text
    assert "El servicio de este predio está suspendido." in text


def test_debt_that_the_lines_carry_is_not_taken_for_more(app):
    lines = ({"concepto": "Cargo fijo", "valor": 2_000_00}, {"servicio": "otros", "concepto": "Saldo", "valor": 1_000_00})
    text = papel.texto(pdf_de(delivered(una_factura(saldo_anterior=1_000_00, total=3_000_00, lineas=lines))))
    assert "Deuda anterior (incluida en el total): $ 1.000,00" in text.replace("\xa0", " ")


def test_the_last_payment_before_it_was_issued_is_printed(app):
    factura = delivered(una_factura())
    assert "Último pago" not in html_de(factura)
    for day, value in ((date(2026, 10, 20), 16_326_00), (date(2026, 9, 20), 1_00), (date(2026, 11, 17), 2_00)):
        un_pago(fecha=day, valor=value)
    un_pago(fecha=date(2026, 11, 1), valor=-5_00)
    un_pago("999", fecha=date(2026, 11, 1))
    text = papel.texto(pdf_de(factura)).replace("\xa0", " ")
    assert "Último pago: 20/10/2026, $ 16.326, Banco de Aguaclara" in text


def test_the_copy_of_a_code_with_another_holder_says_nothing_of_the_holder(app):
    factura = facturas_tipo.comercial()
    un_pago(factura.codigo, fecha=date(2026, 10, 20), entidad="Banco Morichal")
    mine = papel.texto(pdf_de(factura))
    text = papel.texto(render(html_de(factura, con_titular=False)))
    for words in ("EL TRIGAL", "900555123", "Banco Morichal", "Activo"):
        assert words in mine
        assert words not in text


def test_the_document_of_the_holder_is_printed_only_where_the_tax_authority_asks(app):
    un_predio(documento="40123456")
    assert "40123456" not in papel.texto(pdf_de(delivered(una_factura())))
    assert "40123456" in papel.texto(pdf_de(delivered(una_factura(cude="c" * 96))))


def test_a_bill_without_earlier_ones_says_so_and_draws_nothing(app):
    document = html_de(delivered(una_factura()))
    assert "No hay periodos anteriores publicados." in document
    assert "Consumo por periodo" not in document


def test_the_comparison_tells_the_average_and_which_periods_were_not_read(app):
    una_factura(periodo="2026-09", expedida=date(2026, 9, 16), consumo=10_000)
    una_factura(periodo="2026-10", expedida=date(2026, 10, 16), consumo=13_500, lectura_tipo="promedio")
    text = papel.texto(pdf_de(delivered(una_factura())), "-raw").replace("\xa0", " ")
    assert "Promedio de los 2 anteriores: 11,8 m³. El valor no incluye deuda ni intereses." in text
    assert "oct 26 13,5 m³ promedio nov 26 14 m³ Valor" in text


@pytest.mark.ajustes(FACTURA_CARGOS="Reconexión: $ 32.500.")
def test_the_price_of_reconnection_is_told_before_it_is_charged(app):
    assert "Suspensión y reconexión Reconexión: $ 32.500." in papel.texto(pdf_de(delivered(una_factura())), "-raw")


@pytest.mark.ajustes(**EMPRESA)
@pytest.mark.parametrize(("lines", "size"), [(10, "8.5pt"), (15, "7.5pt")])
def test_a_short_bill_has_bigger_type_and_both_fit_one_page(app, lines, size):
    for month in range(5, 11):
        una_factura(periodo=f"2026-{month:02}", expedida=date(2026, month, 16))
    services = ("acueducto", "alcantarillado", "otros")
    rows = [{"servicio": services[n * 3 // lines], "concepto": f"Concepto {n}", "valor": 100} for n in range(lines)]
    document = html_de(delivered(una_factura(lineas=rows)))
    assert f"font-size: {size}; line-height" in document
    assert papel.paginas(render(document)) == 1


def test_the_kinds_of_bills_agree_with_their_meter_and_follow_each_other(app):
    for tipo in TIPOS:
        bills = list(Factura.select().where(Factura.predio == tipo().codigo).order_by(Factura.expedida))
        assert all(bill.lectura_actual in (None, bill.lectura_anterior + bill.consumo) for bill in bills)
        assert all(after.desde == before.hasta + timedelta(1) for before, after in pairwise(bills))
        assert all(after.lectura_anterior == before.lectura_actual for before, after in pairwise(bills))
        assert [line.concepto for line in bills[-2].lineas()][:4] == [line.concepto for line in bills[-1].lineas()][:4]


def test_its_metadata_name_the_bill_and_the_utility(app):
    reader = pypdf.PdfReader(io.BytesIO(pdf_de(delivered(una_factura(numero="FV-7")))))
    assert reader.metadata.title == "Factura FV-7, noviembre de 2026"
    assert reader.metadata.author == "Acueducto y Alcantarillado de Aguaclara E.S.P."
    assert reader.metadata.subject == "Factura de servicios públicos de noviembre de 2026, código 100200300"
    assert reader.metadata.keywords == "factura, servicios públicos, Aguaclara"
    assert reader.trailer["/Root"]["/Lang"] == "es"
    assert reader.outline == []
    assert reader.pages[0].mediabox[2:] == [612, 792]


def test_it_is_read_in_the_order_in_which_it_is_seen(app):
    text = papel.texto(pdf_de(facturas_tipo.ordinaria()), "-raw")
    words = (
        "Aguaclara E.S.P.",
        "Código de usuario",
        "n.º 2611000135",
        "ROSA ELENA",
        "Lectura anterior",
        "Concepto Cantidad",
        "Acueducto Subtotal",
        "Otros cobros",
        "Comparación",
        "Reclamos",
        "mérito ejecutivo",
        "Desprendible",
    )
    places = [text.index(word) for word in words]
    assert places == sorted(places)


@pytest.mark.parametrize("tipo", TIPOS, ids=lambda tipo: tipo.__name__)
def test_the_fonts_of_the_text_go_in_the_file_and_it_is_small(app, tipo):
    pdf = pdf_de(tipo())
    fonts = re.findall(r"\+(\S+) +TrueType +\S+ +yes yes yes ", papel.run("pdffonts", pdf).decode())
    assert set(fonts) == {"DejaVuSansCondensed", "DejaVuSansCondensed-Bold"}
    assert papel.letras(pdf) == set(fonts)  # Helvetica is named in the file, as reportlab does, but nothing is written in it
    assert len(pdf) < 60_000


@pytest.mark.ajustes(URL_PUBLICA="https://oficina.aguaclara.example")
def test_the_same_data_give_the_same_document_on_any_day(app, monkeypatch):
    factura = delivered(facturas_tipo.ordinaria())
    before = html_de(factura)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert html_de(delivered(factura)) == before
    finally:
        monkeypatch.undo()
        time.tzset()


def entrega(day: int, **datos) -> int:
    when = datetime(2026, 11, day, 22, 7)
    return una_entrega(iniciada=when, publicada=when, **datos)


def test_it_says_of_which_day_the_data_of_the_company_are(app):
    factura = una_factura()
    assert "Información de la empresa al" not in html_de(delivered(factura))  # no delivery brought it
    first, second = entrega(16), entrega(18)
    FacturaVersion.update(alta=first, baja=second).where(FacturaVersion.numero == factura.numero).execute()
    row = FacturaVersion.select().dicts().get()
    FacturaVersion.insert(**row | {"alta": second, "baja": SIN_BAJA, "total": 1_000_00}).execute()
    assert "Información de la empresa al 18 de noviembre de 2026" in html_de(delivered(factura))
    later = entrega(20)
    assert "al 18 de noviembre de 2026" in html_de(delivered(factura))  # the later one said nothing of this bill
    Entrega.update(estado="deshecha").where(Entrega.id.in_([second, later])).execute()
    assert "al 16 de noviembre de 2026" in html_de(delivered(factura))


def test_a_document_takes_few_queries(app):
    factura = facturas_tipo.ordinaria()
    with consultas() as statements:
        html_de(factura)
    assert len(statements) == 4  # with the one of the bill and its predio, five


def test_a_bill_with_only_what_is_required_has_its_pdf(app):
    un_predio(barrio=None, municipio=None, estrato=None, ciclo=None, ruta=None, medidor=None, uso="oficial")
    empty = ("desde", "hasta", "suspension", "lectura_anterior", "lectura_actual", "consumo", "lectura_tipo")
    factura = una_factura(total=-1_200_50, **dict.fromkeys(empty))
    pdf = pdf_de(delivered(factura))
    text = papel.texto(pdf)
    assert "-$ 1.200,50" in text
    assert "Tiene un saldo a su favor de $ 1.200,50: no debe pagar esta factura." in papel.texto(pdf, "-raw").replace(
        "\xa0", " "
    )
    assert "15 de diciembre" not in text
    assert "15/12/2026" not in text
    assert "None" not in text


@pytest.mark.ajustes(**MENSAJES)
def test_an_electronic_document_shows_its_cude_and_is_no_informative_copy(app):
    text = papel.texto(pdf_de(facturas_tipo.comercial()))
    assert facturas_tipo.CUDE in text
    assert "Documento equivalente electrónico n.º 2611000902" in text
    assert "Representación gráfica del documento equivalente electrónico" in text
    assert "Proveedor y programa: Facturación de Aguaclara" in text
    assert "Copia informativa" not in text


def test_without_a_cude_nothing_pretends_to_be_electronic(app):
    text = papel.texto(pdf_de(facturas_tipo.ordinaria()))
    assert "Factura de servicios públicos n.º 2611000135" in text
    assert "Copia informativa de la Oficina Virtual" in text
    assert not re.search("CUDE|DIAN|electrónic", text)


def test_a_long_bill_goes_on_to_more_pages(app):
    lines = [{"servicio": "aseo", "concepto": f"Concepto número {n}", "valor": n * 100} for n in range(1, 131)]
    pdf = pdf_de(delivered(una_factura(lineas=lines)))
    assert papel.paginas(pdf) == 3
    text = papel.texto(pdf)
    assert all(f"Concepto número {n} " in text for n in range(1, 131))
    assert text.count("Código 100200300 · Página") == 3


@pytest.mark.parametrize("lines", [16, 22, 31, 34, 36, 39, 72])
def test_wherever_a_bill_breaks_no_heading_is_left_alone(app, lines):
    rows = [{"servicio": "acueducto", "concepto": f"Concepto {n}", "valor": n * 100} for n in range(1, lines)]
    rows += [{"servicio": "otros", "concepto": f"Otro {n}", "valor": n * 100} for n in range(1, 5)]
    una_factura(expedida=date(2026, 10, 16))
    pdf = pdf_de(delivered(una_factura(lineas=rows)))
    pages = papel.run("pdftotext", pdf, "-layout").decode().split("\f")[:-1]
    for page in pages:
        assert not re.search(r"^(Acueducto|Otros cobros) {3,}.*\n+(?! *(Concepto|Otro) \d)", page, re.MULTILINE)
        assert ("Comparación" in page) == ("nov 26" in page) == ("mérito ejecutivo" in page)
        if re.search(r"^Concepto \d", page, re.MULTILINE):
            assert re.search(r"^Acueducto {3,}", page, re.MULTILINE)


HOSTILE = (
    "<img src=file:///etc/passwd>",
    "<img src='http://127.0.0.1:9/x.png'>",
    "</td></table><pdf:barcode value=1>{{ 7*7 }}",
    "</style><style>@import url(file:///etc/passwd)",
    'x" style="background-image: url(file:///etc/passwd)',
    "<pdf:insertpdf src=file:///x.pdf>",
    "<pdf:nextpage><!-- ",
    "<![CDATA[ <script>alert(1)</script>",
    "&lt;b&gt; &#0; &#60;b&#62;",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(app, hostile):
    un_predio(nombre=hostile, direccion=hostile, barrio=hostile)
    pdf = pdf_de(delivered(una_factura(lineas=[{"concepto": hostile, "valor": 84_350_00}])))
    text = papel.texto(pdf, "-raw")
    assert text.count(re.sub(r"\s+", " ", hostile).strip()) == 4
    assert "root:" not in text
    assert papel.paginas(pdf) == 1


def test_a_hostile_number_reference_and_cude_stay_where_they_are(app):
    un_predio("C1")
    hostile = '"><img src=x>&#241;'
    factura = una_factura("C1", numero=hostile, referencia=hostile, cude=hostile)
    pdf = pdf_de(delivered(factura))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == f"Factura {hostile}, noviembre de 2026"
    assert papel.texto(pdf, "-raw").count(hostile) >= 5
    (dian,) = papel.qr(pdf) - {verificacion.direccion(hostile)}
    assert dian == "https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey=%22%3E%3Cimg%20src%3Dx%3E%26%23241%3B"


def test_signs_that_turn_the_direction_or_have_no_ink_are_not_printed(app):
    un_predio(nombre="ROSA\u202e ANELE\u2066 \x07\x0bGARCÍA\u200f", direccion="سلام שלום 12", barrio="a" + "\u0301" * 79)
    text = papel.texto(pdf_de(delivered(una_factura())), "-raw")
    assert "ROSA ANELE GARCÍA" in text
    assert "12" in text
    assert papel.paginas(pdf_de(delivered(una_factura()))) == 1


def test_a_field_without_end_is_cut_where_the_schema_cuts_it(app):
    factura = delivered(una_factura())
    factura.predio.nombre = "x" * 200_000
    factura.predio.direccion = "CL 1 " * 40_000
    factura.cude = "c" * 200_000
    begun = time.monotonic()
    document = html_de(factura)
    assert len(document) < 40_000
    assert papel.paginas(render(document)) == 1
    assert time.monotonic() - begun < 5
    assert "x" * 119 + "…" in document


def test_names_from_anywhere_keep_their_letters(app):
    un_predio(nombre="Ștefan Łukasz Ğül Ελένη Дмитрий")
    assert "Ștefan Łukasz Ğül Ελένη Дмитрий" in papel.texto(pdf_de(delivered(una_factura())))


def test_the_longest_texts_of_the_schema_stay_on_the_page(app):
    un_predio(nombre="W" * 120, direccion="W" * 160, barrio="W" * 80, municipio="W" * 60, ruta="W" * 30, medidor="W" * 30)
    pdf = pdf_de(
        delivered(una_factura(lineas=({"concepto": "W" * 120, "valor": 99_999_999_999_999},), total=99_999_999_999_999))
    )
    words = papel.palabras(pdf)
    assert min(left for left, _ in words) >= 35
    assert max(right for _, right in words) <= 577


def test_only_earlier_bills_of_the_same_code_are_compared(app):
    una_factura("999", expedida=date(2026, 10, 1))
    una_factura(expedida=date(2026, 12, 1))
    mine = una_factura(periodo="2026-10", expedida=date(2026, 10, 16), consumo=None, lineas=LINES)
    assert documento.anteriores(una_factura()) == [documento.Consumo("2026-10", None, mine.total, estimado=False)]
    assert documento.anteriores(mine) == []


@pytest.mark.parametrize(
    ("more", "rows"),
    [((), (True, True)), (("s",), (False, True)), (("i",), (True, False)), (("s", "i"), (False, False))],
)
def test_old_balance_and_interest_are_printed_once_however_they_came(app, more, rows):
    extra = {"s": ("Deuda anterior", 1_000_00), "i": ("Intereses", 50_00)}
    lines = [{"servicio": "acueducto", "concepto": "Cargo fijo", "valor": 2_000_00}]
    lines += [{"servicio": "otros", "concepto": extra[key][0], "valor": extra[key][1]} for key in more]
    factura = una_factura(saldo_anterior=1_000_00, intereses=50_00, total=3_050_00, lineas=lines)
    missing = factura.total - sum(line["valor"] for line in lines)
    assert tuple(documento.deuda(factura, missing).values()) == rows
