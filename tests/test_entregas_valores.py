"""A value is read as real systems write it; what could be two values is refused, and the reason says which two."""

import random
import string

import pytest

from oficina.entregas.columnas import ARCHIVOS, CANTIDAD, DINERO, DINERO_POSITIVO, TARIFA, VOLUMEN
from oficina.entregas.opciones import Opciones, lectores
from oficina.entregas.valores import Clave, Codigo, Dia, Entero, Formato, Mes, Opcion, Texto


def leer(tipo, valor, **formato):
    return tipo.lector(Formato(**formato))(valor)


def motivo(tipo, valor, **formato):
    with pytest.raises(ValueError, match=r"\.$") as rechazo:
        leer(tipo, valor, **formato)
    return str(rechazo.value)


# -- money ------------------------------------------------------------------------------------------

PESOS = {
    "84350": 8435000,
    "84350,5": 8435050,
    "84350,50": 8435050,
    "0,28": 28,
    "0.28": 28,
    ",28": 28,
    ".28": 28,
    "84.350": 8435000,
    "84.350,00": 8435000,
    "1.084.350": 108435000,
    "1,084,350": 108435000,
    "84,350.00": 8435000,
    "84350.00": 8435000,
    "84350.5": 8435050,
    "84350.0000": 8435000,
    "84.3500": 8435,
    "$ 84.350": 8435000,
    "$84.350,00": 8435000,
    "$\xa084.350": 8435000,
    "-84.350": -8435000,
    "-$ 84.350": -8435000,
    "$ -84.350": -8435000,
    "−84350": -8435000,
    "(84.350)": -8435000,
    "($ 84.350,00)": -8435000,
    "84.350-": -8435000,
    "000000084350": 8435000,
    "0000000000084350,00": 8435000,
    "-0": 0,
    "999999999999,99": 99999999999999,
}


@pytest.mark.parametrize("texto", PESOS)
def test_money_is_read(texto):
    assert leer(DINERO, texto) == PESOS[texto]


@pytest.mark.parametrize(
    ("texto", "uno", "otro"),
    [
        ("84.35", "84,35", "84350"),
        ("84.3", "84,3", "84300"),
        ("84,350", "84,350", "84350"),
        ("-84.35", "84,35", "84350"),
        ("$ 1.5", "1,5", "1500"),
    ],
)
def test_money_that_could_be_two_amounts_is_refused(texto, uno, otro):
    assert f"puede ser {uno} o {otro}" in motivo(DINERO, texto)


@pytest.mark.parametrize(
    "texto",
    [
        *("mil", "84 350", "84.35.0", "8.4350,00", "1.2345.678", "84,350,00", "84.350.00", "84..350", "84,,5", "84350,", "."),
        *("$", "-", "()", "(84350", "84350)", "84350,505", "1234567890123", "1e5", "8435O", "+84350", "€ 84350", "٣"),
        *("9" * 5000, "." * 5000, "1." * 5000),
    ],
)
def test_what_is_no_amount_is_refused(texto):
    assert "12 cifras enteras y 2 decimales, por ejemplo 84350,5" in motivo(DINERO, texto)


def test_two_signs_are_refused():
    assert "más de un signo" in motivo(DINERO, "(-84350)")
    assert "más de un signo" in motivo(DINERO, "-84350-")


@pytest.mark.parametrize("texto", ["-1", "(1.000)", "1-"])
def test_what_may_not_be_negative_is_refused(texto):
    assert motivo(DINERO_POSITIVO, texto) == "No puede ser negativo."
    assert leer(DINERO_POSITIVO, "-0") == 0


DECIMALES = [
    ("coma", "84.350", 8435000),
    ("coma", "84,350", 8435),
    ("coma", "84,35", 8435),
    ("punto", "84.35", 8435),
    ("punto", "84.350", 8435),
    ("punto", "84,350", 8435000),
    ("punto", "1,084,350.5", 108435050),
    ("punto", "(84.35)", -8435),
]


@pytest.mark.parametrize(("decimal", "texto", "centavos"), DECIMALES)
def test_a_setting_says_which_mark_is_of_decimals(decimal, texto, centavos):
    assert leer(DINERO, texto, decimal=decimal) == centavos


@pytest.mark.parametrize(("decimal", "texto"), [("coma", "84.35"), ("coma", "84350.00"), ("punto", "84350,5")])
def test_what_the_setting_does_not_allow_is_refused(decimal, texto):
    assert f"los decimales van con {decimal}." in motivo(DINERO, texto, decimal=decimal)


def test_reading_is_exact():
    azar = random.Random(2026)
    for _ in range(500):
        centavos = azar.randint(-(10**14) + 1, 10**14 - 1)
        signo, (pesos, resto) = "-" if centavos < 0 else "", divmod(abs(centavos), 100)
        miles = f"{pesos:,}".replace(",", ".")
        for texto in (f"{signo}{pesos},{resto:02}", f"{signo}$ {miles},{resto:02}"):
            assert leer(DINERO, texto) == centavos


# -- volumes, quantities, tariffs -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tipo", "texto", "leido"),
    [
        (VOLUMEN, "18,5", 18500),
        (VOLUMEN, "18.5", 18500),
        (VOLUMEN, "18,125", 18125),
        (VOLUMEN, "0.125", 125),
        (VOLUMEN, "1234.567", 1234567),
        (VOLUMEN, "1.234,5", 1234500),
        (VOLUMEN, "1.234.567", 1234567000),
        (CANTIDAD, "-0,125", -125),
        (TARIFA, "2318,4719", 23184719),
        (TARIFA, "2318.4719", 23184719),
        (TARIFA, "$ 2.318,47", 23184700),
    ],
)
def test_quantities_are_read(tipo, texto, leido):
    assert leer(tipo, texto) == leido


@pytest.mark.parametrize("tipo", [VOLUMEN, CANTIDAD, TARIFA])
def test_a_quantity_that_could_be_two_is_refused(tipo):
    assert "puede ser 18,500 o 18500" in motivo(tipo, "18.500")
    unidad = 10**tipo.decimales
    assert leer(tipo, "18.500", decimal="coma") == 18500 * unidad
    assert leer(tipo, "18.500", decimal="punto") == 18.5 * unidad


def test_pesos_are_no_cubic_metres():
    assert "Debe ser un número" in motivo(VOLUMEN, "$ 18")


def test_whole_numbers():
    assert [leer(Entero(1, 6), texto) for texto in ("1", "06")] == [1, 6]
    for texto in ("0", "7", "1,0", "uno", "", "²", "٣", "9" * 5000):
        assert motivo(Entero(1, 6), texto) == "Debe ser un número entero de 1 a 6."


# -- days and months --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texto",
    [
        *("2026-11-03", "20261103", "03/11/2026", "3/11/2026", "3-11-2026", "03-11-2026"),
        *("2026-11-03 00:00:00", "2026-11-03T00:00:00.000", "03/11/2026 12:00:00 a. m.", "3/11/2026 0:00"),
    ],
)
def test_days_are_read(texto):
    assert leer(Dia(), texto) == "2026-11-03"


@pytest.mark.parametrize(
    ("texto", "razon"),
    [
        ("03/11/26", "cuatro cifras"),
        ("11/30/2026", "el mes sería 30. Si su sistema escribe en otro orden, ponga ENTREGAS_FECHA en mda"),
        ("2026-02-30", "no existe"),
        ("31/11/2026", "no existe"),
        ("2026-13-40", "no existe"),
        ("1026-11-03", "entre 1900 y 2199"),
        ("03/11-2026", "debe escribirse"),
        ("2026-11-3", "debe escribirse"),
        ("3 de noviembre", "debe escribirse"),
        ("46329", "debe escribirse"),
        ("2026-W45-2", "debe escribirse"),
    ],
)
def test_what_is_no_day_is_refused(texto, razon):
    assert razon in motivo(Dia(), texto)


def test_a_setting_says_that_the_month_comes_first():
    assert leer(Dia(), "11/30/2026", fecha="mda") == "2026-11-30"
    assert leer(Dia(), "2026-11-30", fecha="mda") == "2026-11-30"
    assert "ENTREGAS_FECHA en dma" in motivo(Dia(), "30/11/2026", fecha="mda")
    assert "MM/DD/AAAA" in motivo(Dia(), "ayer", fecha="mda")


@pytest.mark.parametrize(
    "texto",
    [
        *("2026-11", "202611", "11/2026", "2026/11", "11-2026", "noviembre de 2026", "NOV-2026", "Noviembre 2026", "nov. 2026"),
        *("2026-11-01", "2026-11-01 00:00:00"),
    ],
)
def test_periods_are_read(texto):
    assert leer(Mes(), texto) == "2026-11"


def test_a_month_of_one_digit():
    assert [leer(Mes(), texto) for texto in ("9/2026", "SEPT-2026", "setiembre de 2026")] == ["2026-09"] * 3


@pytest.mark.parametrize("texto", ["2026-13", "2026-00", "11/26", "2026-11-02", "nov-26", "mar de plata", "no 2026", "112026"])
def test_what_is_no_period_is_refused(texto):
    assert "AAAA-MM" in motivo(Mes(), texto)


# -- texts, keys, words -----------------------------------------------------------------------------


def test_texts_and_keys():
    assert leer(Texto(5), " Peña ") == "Peña"
    assert motivo(Texto(5), "Bogotá D.C.") == "Tiene 11 caracteres y caben 5."
    assert leer(Clave(30), "FE-204518") == "FE-204518"
    assert leer(Clave(30), "N.º7/2") == "N.º7/2"
    assert motivo(Clave(30), "F 1") == "No puede tener espacios."
    assert "caben 5" in motivo(Clave(5), "123456")


def test_codes_are_capitals_and_get_their_zeros_back():
    assert [leer(Codigo(), texto) for texto in ("00ab", "00012", "12")] == ["00AB", "00012", "12"]
    assert [leer(Codigo(), texto, ancho=5) for texto in ("12", "00012", "123456", "a1")] == ["00012", "00012", "123456", "A1"]
    assert [leer(Clave(30), texto, ancho=5) for texto in ("12", "123456", "F-1")] == ["00012", "123456", "F-1"]
    for texto in ("00-12", "1" * 21, "", "Ñ1", "１２"):
        assert "de 1 a 20 dígitos o letras" in motivo(Codigo(), texto)


@pytest.mark.parametrize("texto", ["1,23E+10", "1.23E10", "1E+10", "2,6110000612345E+15"])
@pytest.mark.parametrize("tipo", [Codigo(), Clave(30), Texto(30)])
def test_numbers_that_a_spreadsheet_shortened_are_refused(tipo, texto):
    assert "notación científica" in motivo(tipo, texto)


def test_a_code_may_look_like_a_power():
    assert leer(Codigo(), "12E10") == "12E10"


def test_words_in_any_case_and_the_utility_s_own():
    canales = Opcion(("banco", "débito"))
    assert [leer(canales, texto) for texto in ("débito", "DEBITO", "Débito", " Banco")] == ["débito"] * 3 + ["banco"]
    assert leer(canales, "d.a.", palabras={"D.A.": "débito"}) == "débito"
    assert motivo(canales, "D.A.") == "Debe ser uno de estos: banco, débito."


# -- a column of a file -----------------------------------------------------------------------------


def lector_de(archivo, columna, **opciones):
    ((declarado, leer_columna),) = [
        (c, uno)
        for a in ARCHIVOS
        if a.nombre == archivo
        for c, uno in zip(a.columnas, lectores(a, Opciones(**opciones)), strict=True)
        if c.nombre == columna
    ]
    assert declarado.nombre == columna
    return leer_columna


def test_blanks_are_no_value():
    assert lector_de("facturas", "intereses")("  ") == 0
    assert lector_de("predios", "estado")("\xa0") == "activo"
    assert lector_de("facturas", "total")("") is None
    assert lector_de("predios", "estrato")(" 3 ") == 3


def test_only_a_setting_makes_a_word_empty():
    with pytest.raises(ValueError, match="número"):
        lector_de("facturas", "intereses")("NULL")
    assert lector_de("predios", "barrio")("NULL") == "NULL"
    assert lector_de("facturas", "intereses", vacios=frozenset(["null"]))("NULL") == 0
    assert lector_de("predios", "barrio", vacios=frozenset(["null"]))("Null") is None


@pytest.mark.parametrize("texto", ["#N/A", "#N/D", "#REF!", "#¡REF!", "#¡DIV/0!", "#¿NOMBRE?", "#VALUE!", "#######"])
def test_errors_of_spreadsheets_are_refused_in_every_column(texto):
    for columna in ("nombre", "codigo", "estrato", "barrio"):
        with pytest.raises(ValueError, match="hoja de cálculo"):
            lector_de("predios", columna)(texto)


def test_an_address_is_no_error_of_a_spreadsheet():
    assert lector_de("predios", "direccion")("# 5-20 int. 1") == "# 5-20 int. 1"


def test_whatever_comes_gives_a_value_or_a_reason():
    azar = random.Random(7)
    letras = string.printable + "ñÑ−$\xa0٣²#¡E"
    for archivo in ARCHIVOS:
        for opciones in (Opciones(), Opciones(decimal="punto", fecha="mda", anchos={"codigo": 8, "numero": 10})):
            for columna, leer_columna in zip(archivo.columnas, lectores(archivo, opciones), strict=True):
                for _ in range(200):
                    largo = azar.choice((1, 3, 8, 10, 40))
                    pocas = azar.choice((letras, "0123456789", "0123456789.,-$()/ "))
                    texto = "".join(azar.choices(pocas, k=largo))
                    try:
                        leer_columna(texto)
                    except ValueError as falla:
                        razon = str(falla)
                        if not razon.endswith("."):
                            pytest.fail(f"{archivo.nombre}.{columna.nombre} {texto!r}: {razon}")
