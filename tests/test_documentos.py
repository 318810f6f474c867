"""The bill as a PDF: everything it says, whatever is in it, and what happens when it cannot be made."""

import fcntl
import re
import shutil
import subprocess
import time
from datetime import date

import pytest
from fabrica import un_predio, una_factura

from oficina.documentos import RenderError, html_de, render
from oficina.documentos import factura as documento
from oficina.documentos import pdf as renderer
from oficina.models import Factura, Predio

LINES = (
    {"concepto": "Cargo fijo", "cantidad": 1000, "unidad": "mes", "tarifa": 85_123_500, "valor": 8_512_35},
    {"concepto": "Consumo básico", "cantidad": 16_000, "unidad": "m³", "tarifa": 23_184_700, "valor": 37_095_52},
    {"concepto": "Subsidio consumo básico (40 %)", "valor": -14_838_21},
    {"servicio": "alcantarillado", "concepto": "Vertimiento", "cantidad": 16_500, "unidad": "m³", "valor": 25_508_48},
    {"servicio": "otros", "concepto": "Ajuste al peso", "valor": 28},
)


@pytest.fixture(autouse=True)
def poppler():
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext no está instalado (poppler-utils)")


def delivered(factura: Factura) -> Factura:
    """The bill as a page finds it, with its predio."""
    return Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()


def pdf_de(factura: Factura) -> bytes:
    return render(html_de(factura))


def run(program: str, pdf: bytes, *options: str) -> str:
    done = subprocess.run([program, *options, "-", *(["-"] if program == "pdftotext" else [])], input=pdf, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def text_of(pdf: bytes) -> str:
    """The text with its blanks made one, as a reader sees it."""
    return re.sub(r"\s+", " ", run("pdftotext", pdf, "-layout"))


def pages_of(pdf: bytes) -> int:
    return int(re.search(r"^Pages:\s+(\d+)", run("pdfinfo", pdf), re.MULTILINE)[1])


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
    assert pages_of(pdf) == 1
    text = text_of(pdf)
    expected = """FV-20461|100200300|ROSA ELENA GARCÍA PEÑA|CL 10 5 20|Centro|Aguaclara|Residencial|2 (bajo)|01|0105-0230
        |A19-004512|Noviembre de 2026|12/10/2026|10/11/2026|(30 días)|16 de noviembre de 2026|15 de diciembre de 2026
        |22 de diciembre de 2026|1.200 m³|1.214 m³|14 m³|Real|0045671234|$ 12.345,67|$ 1.234,00|$ 56.278,42
        |Acueducto|Cargo fijo|$ 8.512,35|Consumo básico|$ 2.318,47|$ 37.095,52|-$ 14.838,21|Subtotal acueducto|$ 30.769,66
        |Alcantarillado|16,5 m³|$ 25.508,48|Otros cobros|Ajuste al peso|$ 0,28|may 26|7,5 m³|oct 26|nov 26|$ 42.698,75
        |Acueducto y Alcantarillado de Aguaclara E.S.P.|NIT 900123818-0|Calle 10 n.º 5-20|608 555 0100
        |presta mérito ejecutivo|artículo 130|pagos.aguaclara.example|Copia informativa descargada de la Oficina Virtual el"""
    missing = [bit for bit in re.sub(r"\s*\n\s*", "", expected).split("|") if bit not in text]
    assert missing == []
    assert re.search(r"Facturas vencidas 2\b", text)
    assert "abr 26" not in text  # only the previous six


def test_its_metadata_name_the_bill_and_the_utility(app):
    pdf = pdf_de(delivered(una_factura(numero="FV-7")))
    info = run("pdfinfo", pdf)
    assert re.search(r"^Title:\s+factura-FV-7$", info, re.MULTILINE)
    assert re.search(r"^Author:\s+Acueducto y Alcantarillado de Aguaclara E\.S\.P\.$", info, re.MULTILINE)
    assert re.search(r"^Page size:\s+612 x 792 pts \(letter\)$", info, re.MULTILINE)
    assert b"/Lang" in pdf


def test_the_fonts_of_the_text_go_in_the_file(app):
    fonts = run("pdffonts", pdf_de(delivered(una_factura())))
    assert set(re.findall(r"\+(\S+)", fonts)) == {"DejaVuSansCondensed", "DejaVuSansCondensed-Bold"}


def test_a_bill_with_only_what_is_required_has_its_pdf(app):
    un_predio(barrio=None, municipio=None, estrato=None, ciclo=None, ruta=None, medidor=None, uso="oficial")
    empty = ("desde", "hasta", "suspension", "lectura_anterior", "lectura_actual", "consumo", "lectura_tipo")
    factura = una_factura(total=-1_200_50, **dict.fromkeys(empty))
    text = text_of(pdf_de(delivered(factura)))
    assert "-$ 1.200,50" in text
    assert "saldo a su favor" in text
    assert "None" not in text


def test_an_electronic_document_shows_its_cude_and_is_no_informative_copy(app):
    text = text_of(pdf_de(delivered(una_factura(cude="ab12" * 24))))
    assert "ab12" * 24 in text
    assert "Documento equivalente electrónico" in text
    assert "Copia informativa" not in text


def test_a_long_bill_goes_on_to_more_pages(app):
    lines = [{"servicio": "aseo", "concepto": f"Concepto número {n}", "valor": n * 100} for n in range(1, 131)]
    pdf = pdf_de(delivered(una_factura(lineas=lines)))
    assert pages_of(pdf) > 2
    text = text_of(pdf)
    assert all(f"Concepto número {n} " in text for n in range(1, 131))
    assert text.count("Código 100200300 · Página") == pages_of(pdf)


def test_hostile_text_stays_text(app):
    un_predio(
        nombre="<img src=file:///etc/passwd>", direccion="</td></table><pdf:barcode value=1>{{ 7*7 }}", barrio="&lt;b&gt;"
    )
    text = text_of(pdf_de(delivered(una_factura())))
    assert "<img src=file:///etc/passwd>" in text
    assert "</td></table><pdf:barcode value=1>{{ 7*7 }}" in text
    assert "&lt;b&gt;" in text
    assert "root:" not in text


def test_names_from_anywhere_keep_their_letters(app):
    un_predio(nombre="Ștefan Łukasz Ğül Ελένη Дмитрий")
    assert "Ștefan Łukasz Ğül Ελένη Дмитрий" in text_of(pdf_de(delivered(una_factura())))


def test_the_longest_texts_of_the_schema_stay_on_the_page(app):
    un_predio(nombre="W" * 120, direccion="W" * 160, barrio="W" * 80, municipio="W" * 60, ruta="W" * 30, medidor="W" * 30)
    pdf = pdf_de(
        delivered(una_factura(lineas=({"concepto": "W" * 120, "valor": 99_999_999_999_999},), total=99_999_999_999_999))
    )
    words = re.findall(r'xMin="([\d.]+)" .*?xMax="([\d.]+)"', run("pdftotext", pdf, "-bbox"))
    assert words
    assert min(float(left) for left, _ in words) >= 35
    assert max(float(right) for _, right in words) <= 577


def test_a_document_cannot_read_the_disk(app):
    pdf = renderer.render("<p>aquí <img src='file:///etc/passwd'> <img src='../../../../etc/passwd'></p>")
    assert "root:" not in text_of(pdf)


def test_an_endless_text_ends_in_an_error(app, monkeypatch):
    monkeypatch.setattr(renderer, "SECONDS", 2)
    factura = delivered(una_factura())
    factura.predio.nombre = "x" * 200_000
    begun = time.monotonic()
    with pytest.raises(RenderError):
        pdf_de(factura)
    assert time.monotonic() - begun < 6


def test_a_process_that_dies_is_an_error(app, monkeypatch, tmp_path):
    child = tmp_path / "muere.py"
    child.write_text("import os\nos.kill(os.getpid(), 9)\n")
    monkeypatch.setattr(renderer, "CHILD", child)
    with pytest.raises(RenderError, match="status -9"):
        renderer.render("<p>x</p>")


def test_more_than_two_at_a_time_wait_and_then_give_up(app, monkeypatch):
    monkeypatch.setattr(renderer, "PATIENCE", 0.2)
    renderer.render("<p>x</p>")  # makes the slots
    folder = renderer.Path(app.config["INSTANCIA"]) / "cache"
    with (folder / "pdf-0.lock").open() as one, (folder / "pdf-1.lock").open() as other:
        fcntl.flock(one, fcntl.LOCK_EX)
        assert renderer.render("<p>y</p>").startswith(b"%PDF-")
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RenderError, match="no slot"):
            renderer.render("<p>z</p>")
        assert renderer.render("<p>y</p>").startswith(b"%PDF-")  # made already


def test_only_earlier_bills_of_the_same_code_are_compared(app):
    una_factura("999", expedida=date(2026, 10, 1))
    una_factura(expedida=date(2026, 12, 1))
    mine = una_factura(periodo="2026-10", expedida=date(2026, 10, 16), consumo=None, lineas=LINES)
    assert documento.anteriores(una_factura()) == [documento.Consumo("2026-10", None, mine.total)]
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
