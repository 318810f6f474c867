"""What a bank wrote is taken as it wrote it, or the file is refused with the line and the reason."""

import hashlib
import io
import random
import tomllib
import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oficina.config import ConfigError
from oficina.entregas.asobancaria import (
    Encabezado,
    LecturaRecaudos,
    Recaudo,
    canal,
    digito_de_verificacion,
    identificador,
)
from oficina.entregas.bancos import BANCOS, CANALES, Perfil, entidad, perfiles
from oficina.entregas.origen import Origen
from oficina.entregas.resultado import Resultado
from oficina.models.pago import CANALES as PALABRAS

MUESTRAS = Path(__file__).parent / "asobancaria"
EJEMPLO = (MUESTRAS / "ejemplo.txt").read_bytes()
LINEAS = EJEMPLO.splitlines(keepends=True)
ENCABEZADO, LOTE, PRIMERO, SEGUNDO, TERCERO, CIERRE, FINAL = LINEAS


@dataclass
class Leido:
    lectura: LecturaRecaudos
    pagos: list[Recaudo]
    resultado: Resultado
    sha256: str
    avances: list[int]

    @property
    def rechazos(self):
        return [(r.linea, r.columna, r.valor, r.motivo) for r in self.resultado.rechazos]

    @property
    def avisos(self):
        return [(a.linea, a.columna, a.valor) for a in self.resultado.avisos]


def leer(datos: bytes, cuantas: int = 5000) -> Leido:
    resultado, avances = Resultado("prueba"), []
    origen = Origen("banco.txt", len(datos), lambda: io.BytesIO(datos))
    with LecturaRecaudos(origen, resultado, avances.append) as lectura:
        pagos = [pago for bloque in lectura.bloques(cuantas) for pago in bloque]
        return Leido(lectura, pagos, resultado, lectura.sha256(), avances)


def muestra(nombre: str) -> Leido:
    return leer((MUESTRAS / nombre).read_bytes())


def cambiada(linea: bytes, desde: int, texto: str) -> bytes:
    """A line with ``texto`` at a position counted from 1, as the layout counts."""
    puesto = texto.encode("latin-1")
    return linea[: desde - 1] + puesto + linea[desde - 1 + len(puesto) :]


def con(*lineas: bytes) -> Leido:
    return leer(b"".join(lineas))


def detalle(secuencia: int, valor: int = 100, referencia: int = 0) -> bytes:
    return f"06{referencia:048}{valor:014}0101{'':0>12}0010000{secuencia:07}".ljust(162).encode() + b"\r\n"


def control(tipo: str, registros: int, valor: int, lote: str = "") -> bytes:
    return f"{tipo}{registros:09}{valor:018}{lote}".ljust(162).encode() + b"\r\n"


# -- what is taken ----------------------------------------------------------------------------------


def test_the_documented_example():
    leido = muestra("ejemplo.txt")
    assert leido.rechazos == leido.avisos == []
    assert leido.lectura.encabezado == Encabezado(
        nit="9001238180",
        fecha="2025-12-02",
        banco="001",
        cuenta="00000000062912613",
        fecha_archivo="2025-12-03",
        hora="0830",
        modificador="A",
        tipo_cuenta="01",
    )
    assert leido.pagos[2] == Recaudo(
        linea=5,
        lote="0001",
        referencia="000000000000000000000000000000000004568000123458",
        valor=13190000,
        procedencia="03",
        medio="15",
        secuencia="0000004",
        causal="   ",
    )
    assert [pago.valor for pago in leido.pagos] == [8435000, 4210000, 13190000]
    assert (leido.lectura.leidas, leido.lectura.suma) == (3, 25835000)
    assert [canal(pago) for pago in leido.pagos] == ["banco", "internet", "internet"]
    assert leido.sha256 == hashlib.sha256(EJEMPLO).hexdigest()
    assert sum(leido.avances) == len(EJEMPLO)


def test_blanks_at_the_end_of_lines_mean_nothing():
    cortadas, anchas = muestra("sin_relleno.txt"), leer(EJEMPLO.replace(b"\r\n", b"   " * 40 + b"\r\n"))
    assert cortadas.rechazos == anchas.rechazos == []
    assert cortadas.pagos == anchas.pagos == muestra("ejemplo.txt").pagos


@pytest.mark.parametrize("final", [b"", b"\x1a", b"\r\n\x1a", b"\r\n\r\n  \r\n", b"\n"])
def test_ends_that_banks_write(final):
    assert leer(EJEMPLO.rstrip() + final).rechazos == []


def test_a_file_that_an_editor_saved_again():
    assert leer(b"\xef\xbb\xbf" + EJEMPLO).rechazos == []


def test_agrario_bill_number_alone_and_last_record_not_padded():
    leido = muestra("agrario.txt")
    assert leido.rechazos == leido.avisos == []
    perfil = perfiles({})(leido.lectura.encabezado.banco)
    assert perfil.campo == "numero"
    assert [perfil.candidatas(pago.referencia)[0] for pago in leido.pagos] == [
        "2511000017",
        "2511000025",
        "2511000033",
        "2511000041",
    ]
    assert leido.pagos[3].valor == 9990050
    assert canal(leido.pagos[2]) == "débito"


def test_bogota_concatenates_and_has_two_batches():
    leido = muestra("bogota.txt")
    assert leido.rechazos == leido.avisos == []
    perfil = perfiles({})("001")
    assert perfil.campo == "numero"
    assert [perfil.candidatas(pago.referencia)[0] for pago in leido.pagos] == ["2511000050", "2511000068", "2511000076"]
    assert [(pago.lote, pago.secuencia) for pago in leido.pagos] == [
        ("0001", "0000002"),
        ("0001", "0000003"),
        ("0002", "0000002"),
    ]
    assert len({identificador(leido.lectura.encabezado, pago) for pago in leido.pagos}) == 3


def test_returned_and_empty_payments_are_told_and_left_out_but_counted():
    leido = muestra("devueltos.txt")
    assert leido.rechazos == []
    assert [pago.linea for pago in leido.pagos] == [3, 6, 7]
    assert leido.avisos == [
        (4, "causal de devolución", "R02"),
        (5, "valor", "0"),
        (6, "procedencia y medio", "0999"),  # once, though line 7 has it too
    ]
    assert canal(leido.pagos[1]) == "banco"
    assert (leido.lectura.leidas, leido.lectura.suma) == (5, 14000000)


def test_a_day_without_payments():
    leido = con(ENCABEZADO, LOTE, control("08", 0, 0, "0001"), control("09", 0, 0))
    assert leido.rechazos == leido.pagos == []
    assert leido.lectura.encabezado.fecha == "2025-12-02"


def test_what_nothing_depends_on_is_only_told():
    encabezado = cambiada(cambiada(cambiada(ENCABEZADO, 12, "7"), 49, "2460"), 54, "  ")
    leido = con(encabezado, *LINEAS[1:])
    assert leido.rechazos == []
    assert leido.avisos == [(1, "NIT", "9001238187"), (1, "hora del archivo", "2460"), (1, "tipo de cuenta", "  ")]


def test_blocks():
    resultado = Resultado("prueba")
    origen = Origen("banco.txt", len(EJEMPLO), lambda: io.BytesIO(EJEMPLO))
    with LecturaRecaudos(origen, resultado, lambda _: None) as lectura:
        assert lectura.encabezado is None
        bloques = lectura.bloques(2)
        assert len(next(bloques)) == 2
        assert lectura.encabezado.banco == "001"
        # Of the whole file, though two lines of it were not asked for.
        assert lectura.sha256() == hashlib.sha256(EJEMPLO).hexdigest()


# -- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nombre", "rechazo"),
    [
        (
            "suma_distinta.txt",
            (
                7,
                "valor total",
                "000000000025835001",
                "El control del archivo dice $ 258.350,01 y los pagos suman $ 258.350,00.",
            ),
        ),
        (
            "cuenta_distinta.txt",
            (6, "registros", "000000002", "El control del lote dice 2 pagos (registros 06) y vienen 3."),
        ),
        ("lote_distinto.txt", (6, "lote", "0002", "El control debe tener el número del lote que cierra, 0001.")),
        ("secuencia_repetida.txt", (4, "secuencia", "0000002", "Está repetida en el lote.")),
        (
            "formato_1998.txt",
            (1, "", "", "Es un archivo Asobancaria 1998 (128 caracteres). El portal toma el de 2001 (162): pídalo al banco."),
        ),
    ],
)
def test_files_that_are_refused(nombre, rechazo):
    assert muestra(nombre).rechazos == [rechazo]


def test_a_truncated_file():
    leido = muestra("cortado.txt")
    assert leido.rechazos == [
        (5, "", "", "La línea está cortada: tiene 16 caracteres y sus datos ocupan 94."),
        (5, "", "", "El archivo está incompleto: falta el control del archivo (registro 09)."),
    ]


@pytest.mark.parametrize("hasta", range(1, 7))
def test_a_file_cut_after_any_line_is_incomplete(hasta):
    leido = con(*LINEAS[:hasta])
    assert leido.rechazos[-1] == (hasta, "", "", "El archivo está incompleto: falta el control del archivo (registro 09).")


@pytest.mark.parametrize("datos", [b"", b"\r\n  \n\x1a"])
def test_an_empty_file(datos):
    leido = leer(datos)
    assert leido.rechazos == [(1, "", "", "El archivo está vacío.")]
    assert leido.lectura.encabezado is None


@pytest.mark.parametrize("datos", [b"codigo;valor\n1;2\n", b"PK\x03\x04" + bytes(500_000), b"\xff" * 200_000])
def test_a_file_of_another_kind_is_refused_at_once(datos):
    leido = leer(datos)
    assert len(leido.rechazos) == 1
    assert "no comienza por el encabezado" in leido.rechazos[0][3]


def test_a_line_that_never_ends_is_not_kept_in_memory():
    datos = ENCABEZADO + b"06" * 10_000_000
    tracemalloc.start()
    leido = leer(datos)
    pico = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [rechazo[0] for rechazo in leido.rechazos] == [2, 2]
    assert pico < 2_000_000


def test_blanks_without_end_hide_nothing():
    assert leer(EJEMPLO + b" " * 100_000 + PRIMERO).rechazos == [
        (8, "", "", "Hay datos después del control del archivo (registro 09).")
    ]


def test_a_1998_detail_in_a_2001_file_is_named():
    leido = con(ENCABEZADO, b"02" + b"0" * 126 + b"\r\n", b"02" + b"0" * 126 + b"\r\n")
    assert len(leido.rechazos) == 1
    assert "1998" in leido.rechazos[0][3]


@pytest.mark.parametrize(
    ("lineas", "esperado"),
    [
        ([ENCABEZADO, PRIMERO, CIERRE, control("09", 1, 8435000)], [(2, "tipo de registro", "06")]),
        ([ENCABEZADO, CIERRE, control("09", 0, 0)], [(2, "tipo de registro", "08"), (3, "tipo de registro", "09")]),
        ([ENCABEZADO, LOTE, PRIMERO, control("09", 1, 8435000)], [(4, "tipo de registro", "09")]),
        (
            [ENCABEZADO, LOTE, PRIMERO, LOTE, SEGUNDO, control("08", 1, 4210000, "0001"), control("09", 2, 12645000)],
            [(4, "tipo de registro", "05")],
        ),
        ([ENCABEZADO, ENCABEZADO, *LINEAS[1:]], [(2, "tipo de registro", "01")]),
        ([*LINEAS, PRIMERO, PRIMERO], [(8, "", "")]),
        ([*LINEAS, *LINEAS], [(8, "", "")]),
        ([ENCABEZADO, b"07 algo\r\n", *LINEAS[1:]], [(2, "tipo de registro", "07")]),
        ([ENCABEZADO, control("09", 0, 0)], [(2, "tipo de registro", "09")]),
    ],
    ids=["06 sin 05", "08 sin 05", "09 sin 08", "05 sin 08", "dos 01", "06 tras 09", "otro archivo", "07", "sin lotes"],
)
def test_records_out_of_order(lineas, esperado):
    assert [rechazo[:3] for rechazo in con(*lineas).rechazos] == esperado


@pytest.mark.parametrize(
    ("desde", "texto", "columna", "valor"),
    [
        (3, "900123-818", "NIT", "900123-818"),
        (13, "20250229", "fecha de recaudo", "20250229"),
        (13, "2025W011", "fecha de recaudo", "2025W011"),
        (21, " 01", "entidad recaudadora", " 01"),
        (24, "62912613-00000000", "cuenta", "62912613-00000000"),
        (41, "20251301", "fecha del archivo", "20251301"),
        (53, " ", "modificador", " "),
        (53, "ñ", "modificador", "ñ"),
    ],
)
def test_a_header_without_which_payments_are_not_identified(desde, texto, columna, valor):
    leido = con(cambiada(ENCABEZADO, desde, texto), *LINEAS[1:])
    assert [rechazo[:3] for rechazo in leido.rechazos] == [(1, columna, valor)]
    assert leido.pagos == []
    assert leido.lectura.encabezado is None


def test_all_faults_of_a_header_are_told_at_once():
    leido = con(cambiada(cambiada(ENCABEZADO, 3, "X"), 53, "*"), *LINEAS[1:])
    assert [rechazo[1] for rechazo in leido.rechazos] == ["NIT", "modificador"]


@pytest.mark.parametrize(
    ("desde", "texto", "columna", "valor"),
    [
        (3, "Ñ", "referencia", "Ñ00000000000000000000000000000000004567800123457"),
        (51, "-0000004210000", "valor", "-0000004210000"),
        (51, "      42100,00", "valor", "      42100,00"),
        (51, "0000000421000²", "valor", "0000000421000²"),
        (88, "    003", "secuencia", "    003"),
        (88, "0000001", "secuencia", "0000001"),
        (3, "\x00", "", ""),
        (163, "algo más", "", ""),
    ],
)
def test_a_detail_that_is_refused(desde, texto, columna, valor):
    linea = cambiada(SEGUNDO.rstrip(b"\r\n"), desde, texto) + b"\r\n"
    leido = con(*LINEAS[:3], linea, *LINEAS[4:])
    # One fault, one rejection: the controls say nothing where an amount could not be read.
    assert [rechazo[:3] for rechazo in leido.rechazos] == [(4, columna, valor)]
    assert [pago.linea for pago in leido.pagos] == [3, 5]
    assert leido.lectura.leidas == 3


def test_two_faults_of_a_line_are_both_told():
    linea = cambiada(cambiada(SEGUNDO, 51, "X"), 88, "X")
    assert [rechazo[1] for rechazo in con(*LINEAS[:3], linea, *LINEAS[4:]).rechazos] == ["valor", "secuencia"]


def test_a_batch_without_number_is_told_once():
    leido = con(ENCABEZADO, cambiada(LOTE, 16, "  A1"), *LINEAS[2:])
    assert [rechazo[:3] for rechazo in leido.rechazos] == [(2, "lote", "  A1")]
    assert leido.pagos == []


def test_batches_with_the_same_number_go_on_counting():
    """Otherwise two payments would have one identification."""
    lote = [LOTE, detalle(2), control("08", 1, 100, "0001")]
    sigue = [LOTE, detalle(3), control("08", 1, 100, "0001")]
    assert con(ENCABEZADO, *lote, *sigue, control("09", 2, 200)).rechazos == []
    repite = con(ENCABEZADO, *lote, *lote, control("09", 2, 200))
    assert [rechazo[:3] for rechazo in repite.rechazos] == [(6, "secuencia", "0000002")]


def test_sequences_may_skip():
    leido = con(ENCABEZADO, LOTE, detalle(2), detalle(9), control("08", 2, 200, "0001"), control("09", 2, 200))
    assert leido.rechazos == []


def test_controls_must_be_digits():
    leido = con(*LINEAS[:5], cambiada(CIERRE, 3, "        3"), FINAL)
    assert [rechazo[:3] for rechazo in leido.rechazos] == [(6, "registros", "        3")]


def test_the_greatest_amounts_are_exact():
    mayor = 10**14 - 1
    leido = con(
        ENCABEZADO, LOTE, detalle(2, mayor), detalle(3, mayor), control("08", 2, 2 * mayor, "0001"), control("09", 2, 2 * mayor)
    )
    assert leido.rechazos == []
    assert leido.lectura.suma == 199_999_999_999_998


# -- large files, damaged files ---------------------------------------------------------------------


class Generado(io.RawIOBase):
    """A file that is made while it is read, so that it takes no memory of its own."""

    def __init__(self, cuantos: int):
        super().__init__()
        self.partes = self._partes(cuantos)
        self.resto = b""

    def _partes(self, cuantos):
        yield ENCABEZADO + LOTE
        for secuencia in range(2, cuantos + 2):
            yield detalle(secuencia, 8435050, secuencia)
        yield control("08", cuantos, cuantos * 8435050, "0001") + control("09", cuantos, cuantos * 8435050)

    def read(self, cuanto=-1):
        while len(self.resto) < cuanto and (parte := next(self.partes, b"")):
            self.resto += parte
        dado, self.resto = self.resto[:cuanto], self.resto[cuanto:]
        return dado


def test_twenty_thousand_payments_in_constant_memory():
    resultado = Resultado("prueba")
    tracemalloc.start()
    with LecturaRecaudos(Origen("grande.txt", 0, lambda: Generado(20_000)), resultado, lambda _: None) as lectura:
        cuantos = sum(len(bloque) for bloque in lectura.bloques(1000))
        pico = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not list(resultado.rechazos)
    assert cuantos == lectura.leidas == 20_000
    assert lectura.suma == 168_701_000_000
    assert pico < 3_000_000


ARCHIVOS = [path.read_bytes() for path in sorted(MUESTRAS.glob("*.txt"))]


@pytest.mark.parametrize("semilla", range(40))
def test_damaged_files_are_refused_and_never_break_the_reading(semilla):
    azar = random.Random(semilla)
    for _ in range(25):
        datos = bytearray(azar.choice(ARCHIVOS))
        for _ in range(azar.randint(1, 6)):
            lugar = azar.randrange(len(datos))
            match azar.randrange(4):
                case 0:
                    datos[lugar] = azar.randrange(256)
                case 1:
                    del datos[lugar : lugar + azar.randint(1, 200)]
                case 2:
                    datos[lugar:lugar] = azar.randbytes(azar.randint(1, 30))
                case 3:
                    datos[lugar:lugar] = datos[azar.randrange(len(datos)) :][:164]
            datos = datos or bytearray(b" ")
        leido = leer(bytes(datos), 2)
        assert leido.sha256 == hashlib.sha256(datos).hexdigest()
        assert all(pago.valor > 0 and pago.referencia.isascii() for pago in leido.pagos)
        if leido.lectura.encabezado:
            claves = [identificador(leido.lectura.encabezado, pago) for pago in leido.pagos]
            assert len(set(claves)) == len(claves)


@pytest.mark.parametrize("linea", range(7))
def test_no_digit_that_counts_can_change_unseen(linea):
    """Every digit of amounts, counts, batches and sums: another one is refused."""
    lugares = {2: range(50, 64), 3: range(50, 64), 4: range(50, 64), 5: range(2, 33), 6: range(2, 29), 1: range(15, 19)}
    for lugar in lugares.get(linea, ()):
        otra = bytearray(LINEAS[linea])
        otra[lugar] = ord("0") + (otra[lugar] - ord("0") + 1) % 10
        assert con(*LINEAS[:linea], bytes(otra), *LINEAS[linea + 1 :]).rechazos, f"position {lugar + 1}"


# -- identification, channels, names ----------------------------------------------------------------


def test_the_same_line_has_the_same_identification_and_no_other():
    leido = muestra("ejemplo.txt")
    encabezado, pago = leido.lectura.encabezado, leido.pagos[0]
    clave = identificador(encabezado, pago)
    assert clave == "00120251202A0000000006291261300010000002"
    assert len(clave) == 40
    # Made again on another day, with other lines before it.
    assert clave == identificador(replace(encabezado, fecha_archivo="2025-12-04", hora="1000"), pago._replace(linea=9))
    otras = [
        identificador(replace(encabezado, modificador="B"), pago),
        identificador(replace(encabezado, fecha="2025-12-03"), pago),
        identificador(replace(encabezado, banco="007"), pago),
        identificador(replace(encabezado, cuenta="10000000062912613"), pago),
        identificador(encabezado, pago._replace(lote="0002")),
        identificador(encabezado, pago._replace(secuencia="0000003")),
    ]
    assert len({clave, *otras}) == 7


def test_an_account_is_the_same_however_it_is_padded():
    otro = con(cambiada(ENCABEZADO, 24, "62912613         "), *LINEAS[1:])
    assert otro.lectura.encabezado == muestra("ejemplo.txt").lectura.encabezado


def test_channels_are_words_of_a_payment():
    assert set(CANALES.values()) <= set(PALABRAS)
    assert CANALES["01", "24"] == "débito"
    assert CANALES["03", "25"] == "internet"


def test_names_of_banks():
    assert entidad("040") == "Banco Agrario"
    assert entidad("099") == "Entidad 099"
    assert all(len(entidad(codigo)) <= 60 for codigo in BANCOS)


# Those of public bodies and banks; the remainders 0 and 1 are the last two.
NITS = [
    "8999990941",
    "8909049961",
    "8001972684",
    "8999990619",
    "8600029644",
    "8909039388",
    "9001238180",
    "8600000000",
    "8001001001",
]


@pytest.mark.parametrize("nit", NITS)
def test_check_digit(nit):
    assert digito_de_verificacion(nit[:9]) == int(nit[9])


# -- profiles ---------------------------------------------------------------------------------------

CEROS = "0" * 48


@pytest.mark.parametrize(
    ("perfil", "referencia", "candidatas"),
    [
        (Perfil(), "2511000017".rjust(48, "0"), ["2511000017", "2511000017".rjust(48, "0")]),
        (Perfil(), "AB0017".rjust(48, "0"), ["AB0017", "AB0017".rjust(48, "0")]),
        (Perfil(), "AB0017".ljust(48), ["AB0017"]),
        (Perfil(), CEROS, [CEROS]),
        (Perfil(), " " * 48, [""]),
        (Perfil(ancho=20), "17".rjust(48, "0"), ["17".rjust(20, "0"), "17", "17".rjust(48, "0")]),
        (Perfil(ancho=8), "2511000017".rjust(48, "0"), ["2511000017", "2511000017".rjust(48, "0")]),
        (Perfil(ancho=10), CEROS, [CEROS]),
        (Perfil(quitar_ceros=False), "17".rjust(48, "0"), ["17".rjust(48, "0")]),
        (Perfil(desde=39, largo=10, quitar_ceros=False), "0000456780".rjust(48, "9"), ["0000456780"]),
        (Perfil(desde=39), "0000456780".rjust(48, "9"), ["456780", "0000456780"]),
        (Perfil(desde=1, largo=25), "17".rjust(25, "0") + "9" * 23, ["17", "17".rjust(25, "0")]),
    ],
)
def test_what_a_reference_is_looked_up_as(perfil, referencia, candidatas):
    assert perfil.candidatas(referencia) == candidatas


def ajustes(texto: str) -> dict:
    return tomllib.loads(texto).get("entregas", {}).get("bancos", {})


def test_profiles_of_the_settings_file():
    de = perfiles(
        ajustes("""
        [entregas.bancos.007]
        campo = "codigo"
        desde = 29
        largo = 10
        ancho = 10

        [entregas.bancos.001]
        quitar_ceros = false
        """)
    )
    assert de("007") == Perfil(campo="codigo", desde=29, largo=10, ancho=10)
    # As a whole: nothing of the built-in profile is left.
    assert de("001") == Perfil(quitar_ceros=False)
    assert de("040") == Perfil(campo="numero")
    assert de("999") == Perfil(campo="referencia")


@pytest.mark.parametrize(
    ("texto", "dice"),
    [
        ("[entregas.bancos.agrario]\n", "tres dígitos"),
        ("[entregas.bancos.40]\n", "tres dígitos"),
        ("[entregas.bancos]\n040 = 'numero'", "debe ser una tabla"),
        ("[entregas.bancos.040]\ncampos = 'numero'", "no existe «campos»"),
        ("[entregas.bancos.040]\ncampo = 'factura'", "referencia, numero, codigo"),
        ("[entregas.bancos.040]\ncampo = 1", "«campo» debe ser un texto"),
        ("[entregas.bancos.040]\nlargo = '25'", "«largo» debe ser un número entero"),
        ("[entregas.bancos.040]\nlargo = true", "«largo» debe ser un número entero"),
        ("[entregas.bancos.040]\nlargo = 2.5", "«largo» debe ser un número entero"),
        ("[entregas.bancos.040]\nquitar_ceros = 1", "«quitar_ceros» debe ser true o false"),
        ("[entregas.bancos.040]\ndesde = 0", "entre las posiciones 1 y 48"),
        ("[entregas.bancos.040]\ndesde = 49", "entre las posiciones 1 y 48"),
        ("[entregas.bancos.040]\ndesde = 30\nlargo = 20", "entre las posiciones 1 y 48"),
        ("[entregas.bancos.040]\nlargo = -1", "entre las posiciones 1 y 48"),
        ("[entregas.bancos.040]\nancho = 49", "entre 0 y 48"),
    ],
)
def test_a_profile_that_cannot_be_understood(texto, dice):
    with pytest.raises(ConfigError, match=dice) as error:
        perfiles(ajustes(texto))
    assert "[entregas.bancos." in error.value.message
