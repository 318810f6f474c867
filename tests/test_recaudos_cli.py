"""``flask entregas por-identificar``: the payments of banks that wait, on the screen and in a file."""

import tracemalloc

import pytest
from fabrica import publica
from test_entregas import PREDIO, escribir
from test_entregas_cli import filas, leer
from test_recaudos import DIA, archivo

from oficina.cli import recaudos
from oficina.models import Recaudo, RecaudoVersion

CONOCIDO = {
    "predios": [PREDIO],
    "pagos": [{"id": "P1", "codigo": "00012", "fecha": DIA, "valor": "1000"}],
}


@pytest.fixture
def por_identificar(runner):
    def comando(*opciones):
        return runner.invoke(args=["entregas", "por-identificar", *opciones])

    return comando


def un_recaudo(numero=1, **datos):
    """A payment of a bank that waits."""
    fields = {"fecha": DIA, "valor": 84_350_00, "referencia": "0000004567", "banco": "007", "canal": "banco"}
    return publica(Recaudo, RecaudoVersion, id=f"007{numero:037}", entidad="Bancolombia", **(fields | datos))


def test_without_any_it_says_so(por_identificar):
    salida = por_identificar()
    assert (salida.exit_code, salida.output) == (0, "No hay pagos de bancos por identificar.\n")


def test_the_oldest_come_first_with_their_number_and_sum(por_identificar):
    un_recaudo(1)
    un_recaudo(2, fecha="2026-09-03", valor=10_000_50, referencia="AB-12", banco="001")
    un_recaudo(3, referencia="P1", pago="P1")
    salida = por_identificar()
    assert salida.exit_code == 0
    assert salida.output.splitlines() == [
        "día               valor        banco  referencia",
        "03/09/2026  $ 10.000,50  Bancolombia       AB-12",
        "10/11/2026     $ 84.350  Bancolombia        4567",
        "",
        "2 pagos por identificar, por $ 94.350,50.",
    ]


@pytest.mark.parametrize("referencia", ["", "0" * 48])
def test_one_without_reference_is_told(por_identificar, referencia):
    un_recaudo(referencia=referencia)
    assert "Bancolombia   (ninguna)\n" in por_identificar().output


def test_of_many_the_screen_has_the_first_ones_and_the_file_all(por_identificar, tmp_path):
    for numero in range(recaudos.A_LA_VISTA + 1):
        un_recaudo(numero, referencia=f"{numero + 1:020}")
    salida = por_identificar()
    assert len(filas(salida, "10/11/2026")) == recaudos.A_LA_VISTA
    assert "51 pagos por identificar, por $ 4.301.850." in salida.output
    assert "flask entregas por-identificar --csv ARCHIVO" in salida.output
    ruta = tmp_path / "pendientes.csv"
    assert f"Lista completa: {ruta}" in por_identificar("--csv", str(ruta)).output
    leidas = leer(ruta)
    assert [fila["referencia"] for fila in leidas] == [str(numero) for numero in range(1, 52)]
    assert leidas[0] == {"día": DIA, "valor": "84350,00", "banco": "Bancolombia", "referencia": "1"} | {
        "identificación": f"007{0:037}"
    }


def test_the_file_is_the_owner_s_and_replaces_the_one_of_before(por_identificar, tmp_path):
    ruta = tmp_path / "pendientes.csv"
    ruta.write_text("de ayer", encoding="utf-8")
    ruta.chmod(0o644)
    por_identificar("--csv", str(ruta))
    assert leer(ruta) == []
    assert ruta.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [ruta]


def test_a_reference_is_no_formula_for_a_spreadsheet(por_identificar, tmp_path):
    un_recaudo(referencia="=1+1")
    por_identificar("--csv", str(tmp_path / "p.csv"))
    assert leer(tmp_path / "p.csv")[0]["referencia"] == "'=1+1"


def test_where_the_file_cannot_be_written_it_says_why(por_identificar, tmp_path):
    un_recaudo()
    for ruta, motivo in ((tmp_path / "no" / "existe.csv", "no existe el archivo o la carpeta"), (tmp_path, "es una carpeta")):
        salida = por_identificar("--csv", str(ruta))
        assert salida.exit_code == 4
        assert f"El sistema no pudo leer o escribir {ruta} ({motivo})" in salida.output


def test_however_many_there_are_they_are_not_held_in_memory(app):
    filas = [
        {"id": f"{n:040}", "fecha": DIA, "valor": 1, "referencia": f"{n:048}", "banco": "007", "alta": 0, "baja": 2**31 - 1}
        for n in range(20_000)
    ]
    for inicio in range(0, len(filas), 1000):
        RecaudoVersion.insert_many(filas[inicio : inicio + 1000]).execute()
    tracemalloc.start()
    try:
        assert sum(1 for _ in recaudos.esperan()) == len(filas)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_an_import_that_leaves_some_names_the_command(runner, por_identificar, tmp_path):
    escribir(tmp_path / "noche", CONOCIDO)
    (tmp_path / "noche" / "banco.txt").write_text(archivo([("4567", 84_350_00)]), encoding="ascii")
    salida = runner.invoke(args=["importar", str(tmp_path / "noche")])
    assert "\nPor ver:\n  1 pago por identificar; los que sigan así: flask entregas por-identificar\n" in salida.output
    assert "Pagos por identificar: 1, banco.txt\n" in salida.output
    assert filas(por_identificar(), "10/11/2026") == [["10/11/2026", "$", "84.350", "Bancolombia", "4567"]]


def test_an_import_that_leaves_none_does_not(runner, tmp_path):
    escribir(tmp_path / "noche", CONOCIDO)
    assert "por-identificar" not in runner.invoke(args=["importar", str(tmp_path / "noche")]).output
