"""A delivery is taken in whole or not at all, and says row by row what it cannot take."""

import hashlib
import re
from pathlib import Path

import fabrica
import pytest

from oficina import entregas
from oficina.entregas import publicacion
from oficina.entregas.columnas import ARCHIVOS
from oficina.models import Asociacion, Concepto, Entrega, Factura, Mandamiento, Pago, Predio
from oficina.models.base import as_day

PREDIO = {"codigo": "00012", "nombre": "Rosa Peña", "direccion": "Calle 10 # 5-20", "uso": "residencial", "estrato": "2"}
FACTURA = {
    "numero": "F1",
    "codigo": "00012",
    "periodo": "2026-10",
    "expedida": "2026-11-03",
    "vence": "2026-11-18",
    "total": "84350",
}
CONCEPTO = {"numero": "F1", "orden": "1", "servicio": "acueducto", "concepto": "Consumo básico", "valor": "84350"}
PAGO = {"id": "P1", "codigo": "00012", "fecha": "2026-11-10", "valor": "84350", "canal": "débito"}
MANDAMIENTO = {
    "proceso": "PC-1",
    "codigo": "00012",
    "fecha": "2026-08-03",
    "estado": "librado",
    "capital": "612400",
    "corte": "2026-11-03",
}
COMPLETA = {
    "predios": [PREDIO],
    "facturas": [FACTURA],
    "conceptos": [CONCEPTO],
    "pagos": [PAGO],
    "mandamientos": [MANDAMIENTO],
}
TABLAS = (Predio, Factura, Concepto, Pago, Mandamiento)


@pytest.fixture
def entregar(app, tmp_path):
    """Import a delivery given as rows by file, or as text by file."""

    def importar(**archivos):
        carpeta = tmp_path / "entrega"
        escribir(carpeta, archivos)
        return entregas.importar(carpeta, "sistemas:ana")

    return importar


def escribir(carpeta, archivos):
    carpeta.mkdir(exist_ok=True)
    for vieja in carpeta.iterdir():
        vieja.unlink()
    for nombre, filas in archivos.items():
        texto = filas if isinstance(filas, str | bytes) else en_csv(filas)
        (carpeta / f"{nombre}.csv").write_bytes(texto.encode() if isinstance(texto, str) else texto)


def en_csv(filas):
    columnas = list(dict.fromkeys(columna for fila in filas for columna in fila))
    return "\n".join(";".join(fila) for fila in [columnas, *([fila.get(c, "") for c in columnas] for fila in filas)]) + "\n"


def rechazos(resultado):
    return [(r.archivo, r.linea, r.columna, r.valor) for r in resultado.rechazos]


def motivos(novedades):
    return " ".join(novedad.motivo for novedad in novedades)


def test_a_delivery_is_published_as_it_came(entregar):
    resultado = entregar(**COMPLETA)
    assert resultado.publicada
    assert (list(resultado.rechazos), list(resultado.avisos)) == ([], [])
    predio = Predio.get_by_id("00012")
    assert (predio.nombre, predio.estrato, predio.estado, predio.barrio) == ("Rosa Peña", 2, "activo", None)
    factura = Factura.get_by_id("F1")
    assert (factura.total, factura.saldo_anterior, factura.referencia) == (84_350_00, 0, "F1")
    assert str(as_day(factura.vence)) == "2026-11-18"
    assert [(linea.orden, linea.valor) for linea in factura.lineas()] == [(1, 84_350_00)]
    assert Pago.get_by_id("P1").canal == "débito"
    assert Mandamiento.get_by_id("PC-1").total == 612_400_00


def test_numbers_keep_every_decimal_they_bring(entregar):
    factura = FACTURA | {"lectura_anterior": "1200,5", "lectura_actual": "1219", "consumo": "18,5", "total": "-0,07"}
    concepto = CONCEPTO | {"cantidad": "18,125", "unidad": "m³", "tarifa": "2318,4719", "valor": "-0,07"}
    assert list(entregar(predios=[PREDIO], facturas=[factura], conceptos=[concepto]).avisos) == []
    leida, linea = Factura.get(), Concepto.get()
    assert (leida.lectura_anterior, leida.lectura_actual, leida.consumo) == (1_200_500, 1_219_000, 18_500)
    assert (leida.total, linea.cantidad, linea.tarifa, linea.valor) == (-7, 18_125, 23_184_719, -7)


def test_the_record_tells_files_counts_and_sums(entregar, tmp_path):
    resultado = entregar(**COMPLETA)
    registro = Entrega.get_by_id(resultado.entrega)
    assert (registro.nombre, registro.quien, registro.huella) == ("entrega", "sistemas:ana", resultado.huella)
    facturas = registro.archivos["facturas"]
    digest = hashlib.sha256((tmp_path / "entrega/facturas.csv").read_bytes()).hexdigest()
    assert facturas == {
        **{"sha256": digest, "filas": 1, "nuevas": 1, "cambiadas": 0, "iguales": 0, "quitadas": 0},
        **{"buenas": 1, "rechazadas": 0, "omitidas": 0, "conciliadas": 0, "por_identificar": 0},
        **{"suma": 84_350_00, "antes": 0, "avisos": 0},
    }
    assert registro.iniciada <= registro.publicada


def test_the_same_delivery_twice_changes_nothing(entregar):
    primera, segunda = entregar(**COMPLETA), entregar(**COMPLETA)
    assert [(c.nuevas, c.cambiadas, c.iguales) for c in primera.archivos.values()] == [(1, 0, 0)] * 5
    assert [(c.nuevas, c.cambiadas, c.iguales) for c in segunda.archivos.values()] == [(0, 0, 1)] * 5
    assert primera.huella == segunda.huella
    assert Entrega.select().count() == 2


def test_a_changed_row_updates_and_an_absent_one_stays(entregar):
    entregar(predios=[PREDIO, PREDIO | {"codigo": "00013"}], facturas=[FACTURA])
    resultado = entregar(predios=[PREDIO | {"nombre": "Rosa Elena Peña", "estado": "cortado"}])
    conteo = resultado.archivos["predios"]
    assert (conteo.filas, conteo.nuevas, conteo.cambiadas, conteo.iguales) == (1, 0, 1, 0)
    assert Predio.get_by_id("00012").estado == "cortado"
    assert (Predio.select().count(), Factura.select().count()) == (2, 1)


def test_the_lines_of_a_bill_come_whole(entregar):
    dos = [CONCEPTO | {"valor": "80000"}, CONCEPTO | {"orden": "2", "valor": "4350"}]
    entregar(predios=[PREDIO], facturas=[FACTURA, FACTURA | {"numero": "F2", "periodo": "2026-09"}], conceptos=dos)
    conteo = entregar(conceptos=[CONCEPTO]).archivos["conceptos"]
    assert (conteo.cambiadas, conteo.quitadas) == (1, 1)
    assert [(linea.orden, linea.valor) for linea in Concepto.select()] == [(1, 84_350_00)]


def test_lines_without_order_are_numbered_as_they_come(entregar):
    lineas = [{c: v for c, v in CONCEPTO.items() if c != "orden"} | {"valor": valor} for valor in ("80000", "4350")]
    assert entregar(predios=[PREDIO], facturas=[FACTURA], conceptos=lineas).publicada
    assert [(linea.orden, linea.valor) for linea in Factura.get().lineas()] == [(1, 80_000_00), (2, 4_350_00)]


def test_there_is_an_end_to_the_lines_of_a_bill(entregar):
    lineas = [CONCEPTO | {"orden": "9999"}, CONCEPTO | {"orden": ""}]
    resultado = entregar(predios=[PREDIO], facturas=[FACTURA], conceptos=lineas)
    assert [r[1:4] for r in rechazos(resultado)] == [(3, "orden", "10000")]


def test_codes_are_capitals_and_keep_their_zeros(entregar):
    assert entregar(predios=[PREDIO | {"codigo": "00ab"}], facturas=[FACTURA | {"codigo": "00Ab"}]).publicada
    assert Factura.get().codigo == "00AB"


def test_what_is_in_the_base_may_be_referred_to(entregar):
    entregar(predios=[PREDIO])
    assert entregar(facturas=[FACTURA]).publicada
    assert entregar(conceptos=[CONCEPTO], pagos=[PAGO], mandamientos=[MANDAMIENTO]).publicada


def test_with_one_bad_row_nothing_is_published(entregar):
    entregar(**COMPLETA)
    resultado = entregar(predios=[PREDIO | {"nombre": "Otra"}, PREDIO | {"codigo": "00013"}], pagos=[PAGO | {"valor": "mil"}])
    assert not resultado.publicada
    assert rechazos(resultado) == [("pagos", 2, "valor", "mil")]
    assert Predio.get().nombre == "Rosa Peña"
    assert [tabla.select().count() for tabla in TABLAS] == [1] * 5


def test_a_failure_while_publishing_undoes_everything(entregar, monkeypatch):
    def falla(*_):
        raise RuntimeError("se fue la luz")

    monkeypatch.setattr(publicacion, "publicar", falla)
    with pytest.raises(RuntimeError):
        entregar(**COMPLETA)
    assert [tabla.select().count() for tabla in TABLAS] == [0] * 5


MALOS = [
    ("predios", {"codigo": ""}, "codigo", "Falta este dato."),
    ("predios", {"codigo": "00-12"}, "codigo", "de 1 a 20 dígitos o letras"),
    ("predios", {"codigo": "1" * 21}, "codigo", "de 1 a 20 dígitos o letras"),
    ("predios", {"nombre": "   "}, "nombre", "Falta este dato."),
    ("predios", {"nombre": "ñ" * 121}, "nombre", "Tiene 121 caracteres y caben 120."),
    ("predios", {"uso": "vivienda"}, "uso", "Debe ser uno de estos: residencial, comercial"),
    ("predios", {"estrato": "7"}, "estrato", "de 1 a 6"),
    ("predios", {"uso": "comercial"}, "estrato", "Solo el uso residencial tiene estrato."),
    ("facturas", {"codigo": "00099"}, "codigo", "no está en la entrega ni en la base"),
    ("facturas", {"numero": "F 1"}, "numero", "No puede tener espacios."),
    ("facturas", {"periodo": "2026-13"}, "periodo", "AAAA-MM"),
    ("facturas", {"vence": "18/11/26"}, "vence", "cuatro cifras"),
    ("facturas", {"vence": "2026-02-30"}, "vence", "no existe"),
    ("facturas", {"expedida": ""}, "expedida", "Falta este dato."),
    ("facturas", {"total": "84.35"}, "total", "84.35"),
    ("facturas", {"total": "84350,505"}, "total", "2 decimales"),
    ("facturas", {"total": "1234567890123"}, "total", "12 cifras"),
    ("facturas", {"consumo": "-3"}, "consumo", "No puede ser negativo."),
    ("conceptos", {"numero": "F9"}, "numero", "no está en la entrega ni en la base"),
    ("conceptos", {"orden": "0"}, "orden", "de 1 a 9999"),
    ("conceptos", {"servicio": "luz"}, "servicio", "acueducto, alcantarillado, aseo, otros"),
    ("pagos", {"codigo": "00099"}, "codigo", "no está en la entrega ni en la base"),
    ("pagos", {"canal": "efectivo"}, "canal", "débito"),
    ("mandamientos", {"codigo": "00099"}, "codigo", "no está en la entrega ni en la base"),
    ("mandamientos", {"estado": "librada"}, "estado", "persuasivo"),
    ("mandamientos", {"capital": "-1"}, "capital", "No puede ser negativo."),
]


@pytest.mark.parametrize(("archivo", "cambio", "columna", "motivo"), MALOS)
def test_a_bad_value_is_told_with_its_line_and_reason(entregar, archivo, cambio, columna, motivo):
    buena = COMPLETA[archivo][0]
    clave = next(iter(buena))
    filas = [buena | {clave: f"{buena[clave]}0"} | ({"numero": "F1", "orden": "7"} if archivo == "conceptos" else {})]
    resultado = entregar(**COMPLETA | {archivo: [*filas, buena | cambio]})
    assert [r[:3] for r in rechazos(resultado) if r[0] == archivo] == [(archivo, 3, columna)]
    assert motivo in motivos(resultado.rechazos)
    assert [tabla.select().count() for tabla in TABLAS] == [0] * 5


@pytest.mark.parametrize("archivo", list(COMPLETA))
def test_a_key_comes_once(entregar, archivo):
    resultado = entregar(**COMPLETA | {archivo: COMPLETA[archivo] * 2})
    assert [r[:2] for r in rechazos(resultado)] == [(archivo, 3)]
    assert motivos(resultado.rechazos) == "Está repetido: ya apareció antes en este archivo."


def test_every_fault_of_every_row_is_told(entregar):
    resultado = entregar(predios=[PREDIO | {"nombre": "", "uso": "x"}, PREDIO | {"codigo": "a b"}], facturas=[FACTURA])
    assert [r[1:3] for r in rechazos(resultado)] == [(2, "nombre"), (2, "uso"), (3, "codigo")]


def test_line_numbers_count_the_breaks_inside_quotes(entregar):
    texto = 'codigo;nombre;direccion;uso\n1;"Rosa\nPeña";Calle 1;residencial\n\n2;Ana;Calle 2;nada\n'
    assert [r[1:3] for r in rechazos(entregar(predios=texto))] == [(5, "uso")]


SIN_LEER = [
    (b"", 1, "vacío"),
    (b"codigo;nombre;direccion\n", 1, "obligatoria"),
    (b"codigo;nombre;direccion;uso;uso\n", 1, "más de una vez"),
    (b"codigo;nombre;direccion;uso\n1;Ana;Calle 1;residencial\n2;Ana\n", 3, "La fila tiene 2 columnas y el encabezado 4."),
    (b'codigo;nombre;direccion;uso\n1;"Ana" x;Calle 1;residencial\n', 2, "comillas"),
    (b"codigo;nombre;direccion;uso\n1;A\x00na;Calle 1;residencial\n", 2, "caracteres de control"),
]


@pytest.mark.parametrize(("texto", "linea", "motivo"), SIN_LEER)
def test_a_file_that_cannot_be_read_is_told(entregar, texto, linea, motivo):
    resultado = entregar(predios=texto)
    assert [(r.archivo, r.linea) for r in resultado.rechazos] == [("predios", linea)]
    assert motivo in motivos(resultado.rechazos)
    assert Predio.select().count() == 0


def test_unknown_columns_and_files_are_warned_of(entregar, tmp_path):
    escribir(tmp_path / "entrega", {})
    resultado = entregar(predios=[PREDIO | {"barrio": "Centro", "color": "azul"}], otros="x\n")
    assert resultado.publicada
    assert [(a.archivo, a.columna) for a in resultado.avisos] == [("otros.csv", ""), ("predios", "color")]
    assert Entrega.get().archivos["predios"]["avisos"] == 1


CUADRAN = [{"total": "84350"}, {"total": "90000", "saldo_anterior": "5650"}, {"total": "90000", "intereses": "5650"}]
CUADRAN += [{"total": "90000", "saldo_anterior": "5000", "intereses": "650"}, {"saldo_anterior": "5000", "intereses": "650"}]


@pytest.mark.parametrize("cambio", CUADRAN)
def test_balance_and_interest_may_be_lines_or_not(entregar, cambio):
    assert list(entregar(predios=[PREDIO], facturas=[FACTURA | cambio], conceptos=[CONCEPTO]).avisos) == []


def test_lines_that_do_not_add_up_are_warned_of(entregar):
    resultado = entregar(predios=[PREDIO], facturas=[FACTURA], conceptos=[CONCEPTO | {"valor": "84350,01"}])
    assert resultado.publicada
    assert [(a.archivo, a.linea, a.columna) for a in resultado.avisos] == [("facturas", 2, "total")]
    assert "no cuadra" in resultado.avisos[0].motivo


RARAS = [({"vence": "2026-11-02"}, "vence"), ({"expedida": "2126-11-03", "vence": "2126-11-18"}, "expedida")]


@pytest.mark.parametrize(("cambio", "columna"), RARAS)
def test_days_that_look_wrong_are_warned_of(entregar, cambio, columna):
    resultado = entregar(predios=[PREDIO], facturas=[FACTURA | cambio])
    assert resultado.publicada
    assert [(a.linea, a.columna) for a in resultado.avisos] == [(2, columna)]


def test_a_file_without_rows_is_warned_of(entregar):
    resultado = entregar(predios=[PREDIO], pagos="id;codigo;fecha;valor\n")
    assert [(a.archivo, a.motivo) for a in resultado.avisos] == [("pagos", "El archivo no trae ninguna fila.")]


def test_stratum_zero_is_none(entregar):
    assert entregar(predios=[PREDIO | {"uso": "comercial", "estrato": "0"}]).publicada
    assert Predio.get().estrato is None


def test_a_second_bill_of_a_period_is_warned_of(entregar):
    otra = FACTURA | {"numero": "F2"}
    resultado = entregar(predios=[PREDIO], facturas=[FACTURA, otra])
    assert [(a.archivo, a.linea, a.columna) for a in resultado.avisos] == [("facturas", 3, "periodo")]
    tercera = entregar(facturas=[FACTURA | {"numero": "F3"}])
    assert [(a.linea, a.columna) for a in tercera.avisos] == [(2, "periodo")]
    assert Factura.select().count() == 3


def test_a_new_holder_flags_the_association(entregar):
    entregar(predios=[PREDIO | {"documento": "100"}, PREDIO | {"codigo": "00013", "documento": "200"}])
    fabrica.una_cuenta(codigos=["00012", "00013"])
    resultado = entregar(predios=[PREDIO | {"documento": "101"}, PREDIO | {"codigo": "00013", "documento": "200"}])
    assert resultado.titulares == 1
    assert {a.codigo: a.revisar is not None for a in Asociacion.select()} == {"00012": True, "00013": False}


MISMO = [
    ({}, {"documento": "100"}),
    ({"documento": "100"}, {}),
    ({"documento": "40.123.456"}, {"documento": "0040123456"}),
    ({}, {"documento": "100", "nombre": "ROSA  PENA"}),
    ({}, {"nombre": "Otra"}),
]
OTRO = [
    ({"documento": "100"}, {"documento": "101"}),
    ({"documento": "100"}, {"nombre": "Otra"}),
    ({}, {"documento": "100", "nombre": "Otra"}),
]


@pytest.mark.parametrize(("antes", "ahora", "cambian"), [(*par, 0) for par in MISMO] + [(*par, 1) for par in OTRO])
def test_who_is_another_holder(entregar, antes, ahora, cambian):
    entregar(predios=[PREDIO | antes])
    assert entregar(predios=[PREDIO | ahora]).titulares == cambian


def test_a_folder_without_files_is_no_delivery(app, tmp_path):
    with pytest.raises(entregas.EntregaError, match=r"predios\.csv"):
        entregas.importar(tmp_path, "sistemas:ana")


def test_progress_goes_to_the_end(app, tmp_path):
    escribir(tmp_path / "entrega", COMPLETA)
    pasos = []
    entregas.importar(tmp_path / "entrega", "sistemas:ana", avance=lambda *paso: pasos.append(paso))
    finales = {nombre: (hecho, total) for nombre, hecho, total, _ in pasos}
    assert list(finales) == ["revisar", "publicar"]
    assert all(hecho == total for hecho, total in finales.values())


# -- in part ----------------------------------------------------------------------------------------

DOS = [PREDIO, PREDIO | {"codigo": "00013"}]
FACTURAS = [FACTURA, FACTURA | {"numero": "F2", "codigo": "00013"}]
LINEAS = [CONCEPTO | {"numero": numero, "orden": orden, "valor": "42175"} for numero in ("F1", "F2") for orden in ("1", "2")]


@pytest.fixture
def en_parte(app, tmp_path):
    def importar(**archivos):
        escribir(tmp_path / "parte", archivos)
        return entregas.importar(tmp_path / "parte", "sistemas:ana", parcial=True)

    return importar


def test_the_good_rows_may_be_published_alone(en_parte):
    resultado = en_parte(
        predios=[*DOS, PREDIO | {"codigo": "00014", "uso": "x"}], pagos=[PAGO, PAGO | {"id": "P2", "valor": "x"}]
    )
    assert resultado.publicada
    assert (Predio.select().count(), Pago.select().count()) == (2, 1)
    assert [(c.filas, c.buenas, c.rechazadas) for c in resultado.archivos.values()] == [(3, 2, 1), (2, 1, 1)]


def test_a_bill_goes_with_all_of_its_lines_or_not_at_all(en_parte):
    lineas = [*LINEAS[:3], LINEAS[3] | {"valor": "x"}]
    resultado = en_parte(predios=DOS, facturas=FACTURAS, conceptos=lineas)
    assert [f.numero for f in Factura.select()] == ["F1"]
    assert [(c.numero, c.orden) for c in Concepto.select()] == [("F1", 1), ("F1", 2)]
    assert (resultado.archivos["conceptos"].omitidas, resultado.archivos["conceptos"].suma) == (1, 84_350_00)
    assert "una de sus líneas se rechazó" in motivos(resultado.rechazos)


def test_a_published_bill_stays_as_it_was_where_a_line_is_bad(en_parte):
    en_parte(predios=DOS, facturas=FACTURAS, conceptos=LINEAS)
    en_parte(conceptos=[CONCEPTO, CONCEPTO | {"orden": "2", "valor": "x"}, CONCEPTO | {"numero": "F2"}])
    assert [(c.numero, c.valor) for c in Concepto.select()] == [("F1", 42_175_00), ("F1", 42_175_00), ("F2", 84_350_00)]


def test_what_is_of_a_rejected_predio_is_rejected_with_it(en_parte):
    resultado = en_parte(
        predios=[DOS[0], DOS[1] | {"uso": "x"}], facturas=FACTURAS, conceptos=LINEAS, pagos=[PAGO | {"codigo": "00013"}]
    )
    assert [f.numero for f in Factura.select()] == ["F1"]
    assert (Concepto.select().count(), Pago.select().count()) == (2, 0)
    assert "El predio de ese código se rechazó." in motivos(resultado.rechazos)


def test_of_two_bills_of_one_number_none_is_published(en_parte):
    resultado = en_parte(predios=DOS, facturas=[*FACTURAS, FACTURA | {"total": "1"}], conceptos=LINEAS)
    assert resultado.publicada
    assert [f.numero for f in Factura.select()] == ["F2"]
    assert {c.numero for c in Concepto.select()} == {"F2"}


SIN_REMEDIO = [
    en_csv([*LINEAS[:3], LINEAS[3] | {"numero": "F 2"}]),
    en_csv([*LINEAS[:3], LINEAS[3] | {"numero": ""}]),
    en_csv(LINEAS) + "F1;3;acueducto\n",
    en_csv(LINEAS) + 'F1;3;acueducto;"Cargo" fijo;1\n',
    "numero;orden;servicio;concepto\nF1;1;acueducto;Cargo fijo\n",
]


@pytest.mark.parametrize("conceptos", SIN_REMEDIO)
def test_lines_that_cannot_be_read_may_be_of_any_bill(en_parte, conceptos):
    resultado = en_parte(predios=DOS, facturas=FACTURAS, conceptos=conceptos)
    assert not resultado.publicada
    assert not resultado.por_partes
    assert [tabla.select().count() for tabla in TABLAS] == [0] * 5


# -- a dry run --------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_the_real_one_does(app, tmp_path, entregar):
    entregar(**COMPLETA)
    cambios = {"predios": [PREDIO | {"nombre": "Otra"}, DOS[1]], "facturas": FACTURAS, "conceptos": LINEAS}
    escribir(tmp_path / "entrega", cambios)
    simulada = entregas.importar(tmp_path / "entrega", "sistemas:ana", simular=True)
    assert (simulada.simulada, simulada.publicada, simulada.entrega) == (True, False, None)
    assert Predio.get_by_id("00012").nombre == "Rosa Peña"
    assert Entrega.select().count() == 1
    assert simulada.archivos == entregar(**cambios).archivos
    assert (simulada.archivos["conceptos"].antes, simulada.archivos["conceptos"].suma) == (84_350_00, 168_700_00)


# -- what the documentation promises ----------------------------------------------------------------


def test_every_column_is_documented():
    texto = (Path(__file__).parent.parent / "docs/entregas.md").read_text(encoding="utf-8")
    for archivo in ARCHIVOS:
        seccion = texto.split(f"### {archivo.nombre}.csv")[1].split("\n##")[0]
        columnas = re.findall(r"^\| `(\w+)` (\*?)", seccion, re.MULTILINE)
        assert columnas == [(c.nombre, "*" if c.obligatoria else "") for c in archivo.columnas]


def test_the_examples_of_the_documentation_are_taken(entregar):
    texto = (Path(__file__).parent.parent / "docs/entregas.md").read_text(encoding="utf-8")
    ejemplos = {a.nombre: texto.split(f"### {a.nombre}.csv")[1].split("```\n")[1] for a in ARCHIVOS}
    resultado = entregar(**ejemplos)
    assert (list(resultado.rechazos), list(resultado.avisos)) == ([], [])
    assert resultado.archivos["conceptos"].filas == 9
