"""Untidy files, one for each kind of untidiness, are read as the tidy one is; what is ambiguous is refused with its reason."""

import hashlib
import io
import random
import struct
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from oficina.entregas.codificacion import BUFFER
from oficina.entregas.columnas import CONCEPTOS, FACTURAS, PAGOS, PREDIOS
from oficina.entregas.lectura import TOTALES, Lectura
from oficina.entregas.libro import LIBRO_DESCOMPRIMIDO
from oficina.entregas.opciones import Opciones, lectores
from oficina.entregas.origen import Origen
from oficina.entregas.resultado import A_MANO, Resultado

MUESTRAS = Path(__file__).parent / "entregas"
PRIMERO = ("P-1", "01000532", "2611000006", "2026-11-18", 8435000, "débito", "Banco de Bogotá", None)
SEGUNDO = ("P-2", "10000509", "2611000007", "2026-11-19", -125050, "corresponsal", "Punto «Ñandú»", None)


class Leido:
    """What came out of a file: line numbers and rows, and whatever was told on the way."""

    def __init__(self, contenido, archivo=PAGOS, opciones=None, tipo="csv", cuantas=5000):
        opciones = opciones or Opciones()
        self.resultado, self.avances = Resultado("prueba"), []
        origen = Origen("prueba", len(contenido), lambda: io.BytesIO(contenido), tipo)
        with Lectura(archivo, origen, opciones, self.resultado, self.avances.append) as leyendo:
            bloques = list(leyendo.bloques(cuantas))
            self.leidas, self.sha256 = leyendo.leidas, leyendo.sha256()
        self.lineas = [linea for lineas, _ in bloques for linea in lineas]
        self.filas = [fila for _, filas in bloques for fila in filas]
        leer = lectores(archivo, opciones)
        self.valores = lambda: [tuple(uno(texto) for uno, texto in zip(leer, fila, strict=True)) for fila in self.filas]
        self.rechazos = [(r.linea, r.motivo) for r in self.resultado.rechazos]
        self.avisos = [(a.linea, a.motivo) for a in self.resultado.avisos]


def leer_muestra(nombre, **como):
    return Leido((MUESTRAS / nombre).read_bytes(), **como)


def una_tabla(*filas, encabezado="codigo;nombre;direccion;uso"):
    return "\n".join([encabezado, *filas, ""]).encode()


# -- what is taken ----------------------------------------------------------------------------------

IGUALES = {
    "canonico.csv": [2, 3],
    "marca-de-utf8.csv": [2, 3],
    "windows-1252.dat": [2, 3],
    "coma.csv": [2, 3],
    "barra.txt": [2, 3],
    "tabulador.txt": [2, 3],
    "crlf.csv": [2, 3],
    "cr.csv": [2, 3],
    "sin-salto-final.csv": [2, 3],
    "comillas.csv": [2, 3],
    "lineas-vacias.csv": [4, 7],
    "separador-final.csv": [2, 3],
    "blancos.csv": [2, 3],
    "miles.csv": [2, 3],
    "pesos.csv": [2, 3],
    "negativo-al-final.csv": [2, 3],
    "fechas-con-barras.csv": [2, 3],
    "fechas-seguidas.csv": [2, 3],
    "encabezados.csv": [2, 3],
    "palabras.csv": [2, 3],
    "otro-orden.csv": [2, 3],
    "fin-de-dos.txt": [2, 3],
}


@pytest.mark.parametrize("cuantas", [5000, 1])
@pytest.mark.parametrize("nombre", IGUALES)
def test_an_untidy_file_is_read_as_the_tidy_one(nombre, cuantas):
    leido = leer_muestra(nombre, cuantas=cuantas)
    assert (leido.rechazos, leido.avisos) == ([], [])
    assert leido.valores() == [PRIMERO, SEGUNDO]
    assert (leido.lineas, leido.leidas) == (IGUALES[nombre], 2)
    contenido = (MUESTRAS / nombre).read_bytes()
    assert leido.sha256 == hashlib.sha256(contenido).hexdigest()
    assert sum(leido.avances) == len(contenido)


def test_a_value_in_quotes_may_have_breaks_separators_and_quotes():
    leido = leer_muestra("saltos-entre-comillas.csv")
    assert [fila[6] for fila in leido.filas] == ['Banco de "Bogotá";\n\nprincipal', "Punto «Ñandú»"]
    assert (leido.lineas, leido.rechazos) == ([2, 5], [])


def test_a_column_of_the_utility_is_left_out_with_a_warning():
    leido = leer_muestra("columna-de-mas.csv")
    assert leido.valores() == [PRIMERO, SEGUNDO]
    assert [(a.linea, a.columna) for a in leido.resultado.avisos] == [(1, "Cajero")]


@pytest.mark.parametrize("cuantas", [5000, 1])
@pytest.mark.parametrize(
    ("nombre", "lineas", "textos"),
    [
        ("total-al-final.csv", [5], ["TOTAL 83.099,50"]),
        ("dos-totales.csv", [4, 5], ["Subtotal 83.099,50", "83.099,50"]),
        ("total-corto.csv", [4], ["Total registros: 2"]),
    ],
)
def test_totals_at_the_end_are_left_out_and_told(nombre, lineas, textos, cuantas):
    leido = leer_muestra(nombre, cuantas=cuantas)
    assert (leido.valores(), leido.rechazos, leido.leidas) == ([PRIMERO, SEGUNDO], [], 2)
    assert [(a.linea, a.valor) for a in leido.resultado.avisos] == list(zip(lineas, textos, strict=True))


# -- what is refused --------------------------------------------------------------------------------

NO_SE_LEEN = {
    "ni-una-ni-otra.dat": (3, "no está en UTF-8 ni en Windows-1252"),
    "marca-y-1252.dat": (2, "está en UTF-8, pero esta línea no"),
    "utf-16.dat": (1, "UTF-16"),
    "nulos.dat": (3, "caracteres de control"),
    "html.dat": (1, "página web"),
    "excel-con-otro-nombre.dat": (1, "otra extensión"),
    "excel-antiguo.dat": (1, "guárdela como .xlsx"),
    "vacio.csv": (1, "vacío"),
    "solo-lineas-vacias.csv": (1, "vacío"),
    "sin-encabezado.csv": (1, "No se reconoció ningún nombre de columna"),
    "separador-dudoso.csv": (1, "El separador puede ser punto y coma o coma"),
    "faltan-columnas.csv": (1, "Falta esta columna"),
    "columna-repetida.csv": (1, "la dan «codigo» y «Código»"),
}


@pytest.mark.parametrize("nombre", NO_SE_LEEN)
def test_a_file_that_cannot_be_read_in_one_way_is_refused(nombre):
    linea, motivo = NO_SE_LEEN[nombre]
    leido = leer_muestra(nombre)
    assert [rechazo[0] for rechazo in leido.rechazos] == [linea]
    assert motivo in leido.rechazos[0][1]
    assert leido.filas == []
    assert leido.sha256 == hashlib.sha256((MUESTRAS / nombre).read_bytes()).hexdigest()


def test_mixed_encodings_are_told_with_a_line_of_each():
    ((linea, motivo),) = leer_muestra("mezcla.dat").rechazos
    assert linea == 3
    assert "la línea 3 parece estar en UTF-8 y la 2 en Windows-1252" in motivo


def test_a_setting_decides_what_the_bytes_do_not():
    leido = leer_muestra("mezcla.dat", opciones=Opciones(codificacion="windows-1252"))
    assert leido.rechazos == []
    assert [fila[6] for fila in leido.filas] == ["Banco de Bogotá", "Punto Â«Ã‘andÃºÂ»"]
    ((linea, motivo),) = leer_muestra("windows-1252.dat", opciones=Opciones(codificacion="utf-8")).rechazos
    assert linea == 2
    assert "UTF-8" in motivo


@pytest.mark.parametrize("nombre", ["comillas-sin-cerrar.csv", "comillas-mal-puestas.csv"])
def test_bad_quotes_are_told_where_they_begin(nombre):
    leido = leer_muestra(nombre)
    assert [rechazo[0] for rechazo in leido.rechazos] == [3]
    assert "comillas" in leido.rechazos[0][1]
    assert leido.valores() == [PRIMERO]


def test_rows_of_another_width_are_rejected_one_by_one():
    leido = leer_muestra("anchos.csv")
    assert leido.rechazos == [
        (2, "La fila tiene 3 columnas y el encabezado 7."),
        (4, "La fila tiene 9 columnas y el encabezado 7."),
    ]
    assert (leido.lineas, leido.leidas) == ([3], 3)


@pytest.mark.parametrize("cuantas", [5000, 1])
def test_totals_that_are_not_at_the_end_are_rejected(cuantas):
    leido = leer_muestra("total-en-medio.csv", cuantas=cuantas)
    assert leido.rechazos == [(3, "Parece una fila de totales, pero no está al final del archivo.")]
    assert leido.valores() == [PRIMERO, SEGUNDO]
    muchos = leer_muestra("muchos-totales.csv", cuantas=cuantas)
    assert [linea for linea, _ in muchos.rechazos] == [4, 5, 6, 7]


def test_however_many_totals_there_are_they_are_not_held_in_memory():
    """Nor given all at once: whoever asks for the blocks takes what was said of each."""
    contenido = una_tabla("1;Ana;Calle 1;residencial", *["Total;;;"] * 20_000)
    resultado, tomados = Resultado("prueba"), []
    origen = Origen("prueba", len(contenido), lambda: io.BytesIO(contenido))
    with Lectura(PREDIOS, origen, Opciones(), resultado, lambda _: None) as leyendo:
        for _ in leyendo.bloques(1000):
            tomados.append(len(resultado.rechazos))
            assert len(leyendo.totales) <= TOTALES + 1
            resultado.rechazos.vaciar()
    assert max(tomados) == 1000
    assert sum(tomados) + len(resultado.rechazos) == 20_000
    assert leyendo.leidas == 20_001


def test_what_does_not_fit_in_memory_is_kept_in_the_folder_of_the_work(tmp_path):
    resultado = Resultado("prueba", trabajo=tmp_path / "no-existe")
    for linea in range(A_MANO):
        resultado.avisar("predios", linea, "", "", "")
    with pytest.raises(FileNotFoundError, match="no-existe"):
        resultado.avisar("predios", A_MANO, "", "", "")


def test_a_row_that_only_lacks_its_key_is_no_total():
    leido = leer_muestra("fila-sin-id.csv")
    assert (leido.lineas, leido.avisos) == ([2, 3, 4], [])
    assert leido.filas[2][:2] == ("", "10000509")


def test_a_customer_may_be_called_total():
    leido = Leido(una_tabla("1;Total;Calle 1;residencial", ";Total Hogar;Calle 2;comercial"), PREDIOS)
    assert (leido.lineas, leido.avisos) == ([2, 3], [])


def test_the_encoding_is_known_before_the_first_row():
    """A letter of Windows-1252 past everything that is read at once."""
    relleno = [f"{n};Ana;Calle {n} {'x' * 200};residencial" for n in range(8000)]
    cuerpo = una_tabla("0;Peña;Calle 1;residencial", *relleno)
    ultima = "9;Muñoz;Calle 2;comercial\n"
    assert len(cuerpo) > BUFFER
    assert [linea for linea, _ in Leido(cuerpo + ultima.encode("cp1252"), PREDIOS).rechazos] == [2]
    leido = Leido(cuerpo.decode().encode("cp1252") + ultima.encode("cp1252"), PREDIOS)
    assert leido.rechazos == []
    assert (leido.filas[0][1], leido.filas[-1][1], leido.lineas[-1]) == ("Peña", "Muñoz", 8003)


def test_a_letter_cut_by_the_buffer_is_no_fault():
    for resto in range(3):
        cabeza = una_tabla("1;" + "x" * (100 + resto))
        relleno = b"1;Ana;Calle;residencial\n" * (BUFFER // 24)
        texto = cabeza + relleno
        texto += b"2;" + "ñ".encode() * 60 + b";Calle;residencial\n"
        assert [linea for linea, _ in Leido(texto, PREDIOS).rechazos] == [2]


def test_a_line_without_end_is_refused():
    ((linea, motivo),) = Leido(una_tabla("1;" + "x" * 3 * BUFFER), PREDIOS).rechazos
    assert "demasiado larga" in motivo
    assert linea == 2


def test_headers_of_the_utility_are_mapped_and_left_out():
    opciones = Opciones(columnas={"predios": {"nrosuscriptor": "codigo", "codigo": "", "tipouso": "uso"}})
    tabla = una_tabla("7;1;Ana;Calle 1;residencial", encabezado="Codigo;Nro. Suscriptor;Nombre;Dirección;TIPO_USO")
    leido = Leido(tabla, PREDIOS, opciones)
    assert (leido.rechazos, leido.avisos) == ([], [])
    assert [fila[0] for fila in leido.filas] == ["1"]


def test_a_file_that_grows_while_it_is_read_is_refused():
    contenidos = iter([una_tabla("1;Ana;Calle 1;residencial"), una_tabla("1;Ana;Calle 1;residencial", "2;B;C;oficial")])
    origen = Origen("predios.csv", 60, lambda: io.BytesIO(next(contenidos)))
    resultado = Resultado("prueba")
    with Lectura(PREDIOS, origen, Opciones(), resultado, lambda _: None) as leyendo:
        list(leyendo.bloques())
    assert ["cambió mientras se leía" in r.motivo for r in resultado.rechazos] == [True]


# -- spreadsheets -----------------------------------------------------------------------------------


def un_libro(filas):
    """An .xlsx whose first sheet has these rows, given as XML; the rest of it as a spreadsheet wrote it."""
    hoja = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{filas}</sheetData></worksheet>'
    salida = io.BytesIO()
    with zipfile.ZipFile(MUESTRAS / "libro.xlsx") as modelo, zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as libro:
        contenidos = {nombre: modelo.read(nombre) for nombre in modelo.namelist()}
        for nombre, contenido in (contenidos | {"xl/worksheets/sheet1.xml": hoja}).items():
            libro.writestr(nombre, contenido)
    return salida.getvalue()


def que_declara(libro, octetos):
    """The first part of a spreadsheet says that it is so big once opened."""
    declarado = bytearray(libro)
    struct.pack_into("<I", declarado, declarado.index(b"PK\x01\x02") + 24, octetos)
    return bytes(declarado)


def una_fila(numero, *celdas):
    """A row: texts, numbers, or the XML of a cell with ``@`` where its place goes."""
    xml = ""
    for letra, celda in zip("ABCDEFGHIJ", celdas, strict=False):
        if isinstance(celda, str) and not celda.startswith("<"):
            celda = f'<c r="@" t="inlineStr"><is><t>{celda}</t></is></c>'
        elif isinstance(celda, int | float):
            celda = f'<c r="@"><v>{celda!r}</v></c>'
        xml += (celda or "").replace("@", f"{letra}{numero}")
    return f'<row r="{numero}">{xml}</row>'


NOMBRES = una_fila(1, "numero", "servicio", "concepto", "cantidad", "tarifa", "valor")


def un_concepto(*celdas, **como):
    return Leido(un_libro(NOMBRES + una_fila(2, *celdas)), CONCEPTOS, tipo="xlsx", **como)


def test_a_spreadsheet_is_read_as_the_tidy_file():
    leido = leer_muestra("libro.xlsx", tipo="xlsx", opciones=Opciones(anchos={"codigo": 8}))
    assert leido.rechazos == []
    assert leido.valores() == [PRIMERO, SEGUNDO]
    assert (leido.lineas, leido.leidas) == ([3, 4], 2)
    assert [(a.linea, a.valor) for a in leido.resultado.avisos] == [(6, "TOTAL 83099,5")]
    contenido = (MUESTRAS / "libro.xlsx").read_bytes()
    assert leido.sha256 == hashlib.sha256(contenido).hexdigest()
    assert sum(leido.avances) == len(contenido)


@pytest.mark.parametrize("decimal", ["", "coma", "punto"])
def test_numbers_of_cells_are_never_ambiguous(decimal):
    opciones = Opciones(decimal=decimal)
    leido = un_concepto(2611000006, "aseo", "Barrido", 18.125, 2318.471, 84.35, opciones=opciones)
    assert leido.valores() == [("2611000006", None, "aseo", "Barrido", 18125, None, 23184710, 8435)]
    leido = un_concepto(1, "aseo", "Barrido", 18500, 0.30000000000000004, 84350.100000000006, opciones=opciones)
    assert leido.valores()[0][4:] == (18500000, None, 3000, 8435010)


MALAS_CELDAS = [
    ('<c r="@" t="e"><v>#N/A</v></c>', "#N/A"),
    ('<c r="@" t="b"><v>1</v></c>', "#¡LOGICO!"),
    ('<c r="@" t="d"><v>2026-11-03T00:00:00</v></c>', None),
]


@pytest.mark.parametrize(("celda", "texto"), MALAS_CELDAS[:-1])
def test_errors_and_truths_of_cells_are_refused(celda, texto):
    leido = un_concepto("1", "aseo", celda, 1, 1, 84350)
    assert leido.filas[0][3] == texto
    with pytest.raises(ValueError, match="viene de la hoja de cálculo"):
        leido.valores()


def test_a_day_where_no_day_belongs_is_refused():
    filas = un_libro(NOMBRES + una_fila(2, MALAS_CELDAS[-1][0], "aseo", "Barrido", 1, 1, 1))
    assert Leido(filas, CONCEPTOS, tipo="xlsx").filas[0][0] == "#¡FECHA!"


def test_a_number_too_long_for_a_spreadsheet_is_no_key():
    leido = un_concepto(12345678901234567, "aseo", "Barrido", 1, 1, 1)
    with pytest.raises(ValueError, match="notación científica"):
        leido.valores()


def test_what_is_not_even_a_number_is_refused():
    leido = un_concepto("1", "aseo", "Barrido", '<c r="@"><v>NaN</v></c>', 1, 1)
    with pytest.raises(ValueError, match="Debe ser un número"):
        leido.valores()


def test_days_of_cells_may_be_numbers():
    encabezado = una_fila(1, "numero", "codigo", "periodo", "expedida", "vence", "total")
    leido = Leido(un_libro(encabezado + una_fila(2, "F1", 12, 202611, 46332, 20261121, 84350)), FACTURAS, tipo="xlsx")
    valores = dict(zip(FACTURAS.nombres, leido.valores()[0], strict=True))
    assert (valores["expedida"], valores["vence"], valores["periodo"]) == (str(date(2026, 11, 6)), "2026-11-21", "2026-11")


@pytest.mark.parametrize(
    ("contenido", "linea", "motivo"),
    [
        (b"", None, "dañado"),
        (b"PK\x03\x04 nada", None, "dañado"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "contraseña"),
        (un_libro(""), 1, "vacío"),
        (un_libro(NOMBRES + una_fila(2, '<c r="@"><f>1+1</f><v></v></c>')), 2, "fórmulas sin calcular"),
        (un_libro(NOMBRES + una_fila(2, '<c r="@"><f>1+1</f></c>')), 2, "fórmulas sin calcular"),
        (un_libro(NOMBRES + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), None, "1048576 filas por 16384 columnas"),
        (un_libro(NOMBRES + "<row><c><v>1</v></c></row>"), None, "no dice el lugar"),
        (que_declara(un_libro(NOMBRES), LIBRO_DESCOMPRIMIDO), None, "pasa de 256 MB"),
        (un_libro(NOMBRES)[:-30], None, "dañado"),
    ],
    ids=lambda valor: valor if isinstance(valor, str) else "",
)
def test_a_spreadsheet_that_cannot_be_trusted_is_refused(contenido, linea, motivo):
    leido = Leido(contenido, CONCEPTOS, tipo="xlsx")
    assert [rechazo[0] for rechazo in leido.rechazos] == [linea]
    assert motivo in leido.rechazos[0][1]
    assert (leido.filas, leido.sha256) == ([], hashlib.sha256(contenido).hexdigest())


# -- chance -----------------------------------------------------------------------------------------

PIEZAS = [
    b"",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xc3\xb1",
    b"\x1a",
    b"TOTAL",
    b"\t",
    b"\xef\xbb\xbf",
    b"9" * 50,
]


@pytest.mark.parametrize("semilla", range(300))
def test_whatever_comes_is_read_or_refused(semilla):
    azar = random.Random(semilla)
    nombre = azar.choice([*IGUALES, *NO_SE_LEEN, "mezcla.dat", "dos-totales.csv", "libro.xlsx"])
    contenido = bytearray((MUESTRAS / nombre).read_bytes())
    for _ in range(azar.randint(1, 6)):
        donde = azar.randint(0, len(contenido))
        contenido[donde : donde + azar.choice((0, 1, 3, 40))] = azar.choice([*PIEZAS, azar.randbytes(3)])
    opciones = Opciones(codificacion=azar.choice(["", "utf-8", "windows-1252"]))
    tipo = "xlsx" if nombre.endswith(".xlsx") else "csv"
    leido = Leido(bytes(contenido), opciones=opciones, tipo=tipo, cuantas=azar.choice((1, 2, 5000)))
    assert all(len(fila) == len(PAGOS.columnas) for fila in leido.filas)
    assert leido.lineas == sorted(set(leido.lineas))
    assert len(leido.filas) <= leido.leidas
    assert leido.sha256 == hashlib.sha256(contenido).hexdigest()
    for uno, textos in zip(lectores(PAGOS, opciones), zip(*leido.filas, strict=True), strict=False):
        for texto in textos:
            with suppress(ValueError):
                uno(texto)
