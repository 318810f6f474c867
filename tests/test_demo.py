"""The demo delivery: believable, exact, and the same each time."""

import csv
from collections import Counter, defaultdict
from datetime import date

import fabrica
import pytest

from oficina import entregas
from oficina.entregas.columnas import ARCHIVOS, DINERO
from oficina.entregas.demo import codigos_de_muestra, escribir
from oficina.entregas.demo_tarifas import servicios
from oficina.entregas.valores import Formato
from oficina.models import Asociacion, Factura, Mandamiento, UltimaFactura
from oficina.models.mandamiento import ESTADOS

HOY = date(2026, 11, 24)
centavos = DINERO.lector(Formato())


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    carpeta = tmp_path_factory.mktemp("demo")
    escribir(carpeta, 300, hoy=HOY)
    return carpeta


@pytest.fixture
def importada(app, demo):
    return entregas.importar(demo, "sistemas:ana")


def filas(carpeta, nombre):
    with (carpeta / f"{nombre}.csv").open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo, delimiter=";"))


def test_the_same_seed_and_date_give_the_same_bytes(demo, tmp_path):
    escribir(tmp_path / "igual", 300, hoy=HOY)
    escribir(tmp_path / "otra", 300, semilla=2, hoy=HOY)
    for archivo in ARCHIVOS:
        nombre = f"{archivo.nombre}.csv"
        assert (tmp_path / "igual" / nombre).read_bytes() == (demo / nombre).read_bytes()
        assert (tmp_path / "otra" / nombre).read_bytes() != (demo / nombre).read_bytes()


def test_every_bill_adds_up(demo):
    sumas = defaultdict(int)
    for linea in filas(demo, "conceptos"):
        sumas[linea["numero"]] += centavos(linea["valor"])
    facturas = filas(demo, "facturas")
    assert {factura["numero"]: centavos(factura["total"]) for factura in facturas} == sumas
    assert all(centavos(factura["total"]) % 100 == 0 for factura in facturas)


def test_each_bill_begins_with_what_the_one_before_left(demo):
    pagado = Counter()
    for pago in filas(demo, "pagos"):
        pagado[pago["factura"]] += centavos(pago["valor"])
    anteriores = {}
    for factura in filas(demo, "facturas"):
        anterior = anteriores.get(factura["codigo"])
        if anterior:
            resto = centavos(anterior["total"]) - pagado[anterior["numero"]]
            assert centavos(factura["saldo_anterior"]) == resto
            assert factura["lectura_anterior"] == anterior["lectura_actual"]
            assert factura["desde"] > anterior["hasta"]
        anteriores[factura["codigo"]] = factura


def test_tariffs_are_those_of_the_worked_example():
    lineas, suma = servicios(2024, "residencial", 2, 19)
    assert [linea[5] for linea in lineas] == [
        *("8512,35", "37095,52", "6955,41", "-18243,15"),
        *("4706,10", "25508,48", "4782,84", "-12085,83"),
    ]
    assert suma == 57_231_72


@pytest.mark.parametrize(
    ("uso", "estrato", "consumo", "rangos"),
    [
        ("residencial", 1, 16, ["Cargo fijo", "Consumo básico", "Subsidio estrato 1 (70 %)"]),
        ("residencial", 4, 33, ["Cargo fijo", "Consumo básico", "Consumo complementario", "Consumo suntuario"]),
        ("residencial", 6, 0, ["Cargo fijo", "Contribución de solidaridad (60 %)"]),
        ("comercial", 0, 40, ["Cargo fijo", "Consumo", "Contribución de solidaridad (50 %)"]),
        ("industrial", 0, 40, ["Cargo fijo", "Consumo", "Contribución de solidaridad (30 %)"]),
        ("oficial", 0, 40, ["Cargo fijo", "Consumo"]),
    ],
)
def test_who_gets_a_subsidy_and_who_contributes(uso, estrato, consumo, rangos):
    lineas, _ = servicios(2026, uso, estrato, consumo)
    assert [linea[1] for linea in lineas if linea[0] == "acueducto"] == rangos


def test_it_is_taken_in_without_a_word(importada, demo):
    assert (list(importada.rechazos), list(importada.avisos)) == ([], [])
    assert importada.archivos["predios"].nuevas == 300
    assert importada.archivos["facturas"].suma == importada.archivos["conceptos"].suma
    repetida = entregas.importar(demo, "sistemas:ana")
    assert all(conteo.iguales == conteo.filas for conteo in repetida.archivos.values())


def test_it_has_a_bit_of_everything(importada, demo):
    predios = filas(demo, "predios")
    assert {predio["estado"] for predio in predios} >= {"activo", "suspendido", "cortado"}
    assert any(predio["codigo"].startswith("0") for predio in predios)
    assert {predio["codigo"] for predio in predios} - {factura["codigo"] for factura in filas(demo, "facturas")}
    assert {proceso.estado for proceso in Mandamiento.select()} == set(ESTADOS)
    conceptos = {linea["concepto"] for linea in filas(demo, "conceptos")}
    assert {"Reconexión del servicio", "Medidor nuevo, cuota 3 de 36", "Medidor nuevo, cuota 26 de 36"} <= conceptos
    usos = {predio["codigo"]: predio["uso"] for predio in predios}
    assert all(bool(factura["cude"]) == (usos[factura["codigo"]] != "residencial") for factura in filas(demo, "facturas"))
    ultimas = [UltimaFactura.de(predio["codigo"]) for predio in predios]
    estados = Counter(ultima.estado(HOY) for ultima in ultimas if ultima)
    assert all(estados[estado] >= 15 for estado in ("pagada", "pendiente", "vencida"))
    assert max(factura.expedida for factura in Factura.select(Factura.expedida)) < HOY


@pytest.mark.parametrize("hoy", [date(2026, 1, 1), date(2026, 11, 7), date(2027, 3, 31), date(2028, 2, 29)])
def test_even_a_tiny_one_has_the_codes_to_try(app, tmp_path, hoy):
    escribir(tmp_path, 14, hoy=hoy)
    entregas.importar(tmp_path, "sistemas:ana")
    muestra = codigos_de_muestra(hoy)
    codigos = [muestra[caso] for caso in ("principal", "vencida", "pagada", "libre")]
    assert len(set(codigos)) == 4
    ultimas = [UltimaFactura.de(codigo) for codigo in codigos]
    assert [ultima.estado(hoy) for ultima in ultimas] == ["pendiente", "vencida", "pagada", "pendiente"]
    assert muestra["factura_libre"] == ultimas[3].numero
    assert Mandamiento.select().where(Mandamiento.predio == muestra["vencida"], Mandamiento.estado != "terminado").exists()


def test_codes_of_an_account_are_not_offered(importada, app):
    antes = codigos_de_muestra(HOY)
    fabrica.una_cuenta(codigos=[antes["principal"], antes["libre"]])
    despues = codigos_de_muestra(HOY)
    assert not {a.codigo for a in Asociacion.select()} & set(despues.values())


def test_an_empty_base_has_none(app):
    assert set(codigos_de_muestra(HOY).values()) == {None}


def test_the_command_writes_it_and_says_how_to_import_it(runner, tmp_path):
    salida = runner.invoke(args=["demo", str(tmp_path / "muestra"), "--predios", "20", "--semilla", "3"])
    assert salida.exit_code == 0
    assert f"flask importar {tmp_path / 'muestra'}" in salida.output
    assert (tmp_path / "muestra/predios.csv").exists()
    assert runner.invoke(args=["importar", str(tmp_path / "muestra")]).exit_code == 0
