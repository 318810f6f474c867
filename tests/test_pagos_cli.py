"""``flask pagos``: what the treasury sees and does, and what cron gets to know."""

import csv
import getpass
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from fabrica import pago_en_linea, un_intento, un_pago, una_cuenta, una_factura
from servidores import puerto_libre
from test_conciliacion import TOTAL, intento_de, proceso, sim, un_aviso  # noqa: F401 fixtures
from test_entregas_cli import proceso as orden_aparte  # noqa: F401 a fixture
from test_exportacion import BANCO, CREADO, DIA, leer, pagar, reversar

from oficina import db
from oficina.cobros import avisos, exportacion
from oficina.formats import fecha_corta, hoy
from oficina.models import Bitacora, Correo, Intento, Movimiento, PagoAbierto

CODIGO = "100200300"
AJENA = "OV222222222222"
YO = f"sistemas:{getpass.getuser()}"

pytestmark = pytest.mark.ajustes(PASARELA="simulada", **BANCO)


@pytest.fixture
def pagos(runner):
    def comando(*palabras, escribe=None):
        return runner.invoke(args=["pagos", *palabras], input=escribe)

    return comando


# -- exportar ------------------------------------------------------------------------------------------


@pytest.fixture
def exportar(pagos, tmp_path):
    def comando(*opciones):
        return pagos("exportar", "--carpeta", str(tmp_path), *opciones)

    return comando


def test_a_day_is_written_and_told(exportar, tmp_path):
    pagar("1", 100_00)
    intento = pagar("2", 50_05)
    reversar(intento)
    salida = exportar("--dia", str(DIA), "--formato", "ambos")
    assert salida.exit_code == 0, salida.output
    lineas = salida.output.splitlines()
    assert lineas[0] == "Pagos en línea del 20/11/2026"
    assert [linea.split() for linea in lineas[3:6]] == [
        ["pagos", "2", "$", "150,05"],
        ["reversos", "1", "-$", "50,05"],
        ["neto", "$", "100"],
    ]
    assert "Reversos, que el formato Asobancaria no lleva" in salida.output
    assert f"{intento.referencia}       2" in salida.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("pagos-en-linea-2026-11-20.csv", "pagos-en-linea-2026-11-20-control.csv"),
        *("recaudos-en-linea-2026-11-20.txt", "recaudos-en-linea-2026-11-20-control.csv"),
    }
    sha = exportacion.guardar(tmp_path / "x", (tmp_path / "pagos-en-linea-2026-11-20.csv").read_bytes()).sha256
    assert f"{sha}  {tmp_path}/pagos-en-linea-2026-11-20.csv" in salida.output


def test_the_csv_alone_needs_no_bank(app, exportar, tmp_path):
    app.config["PAGO_BANCO_CODIGO"] = ""
    assert exportar("--dia", str(DIA)).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 2
    salida = exportar("--dia", str(DIA), "--formato", "asobancaria")
    assert salida.exit_code == 2
    assert "PAGO_BANCO_CODIGO" in salida.output
    assert "--formato csv" not in salida.output


def test_of_two_files_none_is_written_where_one_cannot_be_and_it_is_told(app, exportar, tmp_path):
    app.config["PAGO_BANCO_CODIGO"] = ""
    salida = exportar("--dia", str(DIA), "--formato", "ambos")
    assert (salida.exit_code, list(tmp_path.iterdir())) == (2, [])
    for told in ("No se escribió ningún archivo. PAGO_BANCO_CODIGO", "--formato csv"):
        assert told in salida.output


def test_a_folder_that_is_not_there_is_told_in_spanish(pagos, tmp_path):
    (tmp_path / "archivo").touch()
    for cual in ("no-hay", "archivo"):
        salida = pagos("exportar", "--dia", str(DIA), "--carpeta", str(tmp_path / cual))
        assert salida.exit_code == 2
        assert f"No existe la carpeta «{tmp_path / cual}»" in salida.output


def test_again_it_is_the_same_and_a_change_is_told(exportar, tmp_path):
    pagar()
    exportar("--dia", str(DIA))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert "AVISO" not in exportar("--dia", str(DIA)).output
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    pagar("2")
    salida = exportar("--dia", str(DIA))
    assert "AVISO: había otro distinto, que se reemplazó: pagos-en-linea-2026-11-20.csv" in salida.stderr


def test_yesterday_is_what_is_exported_where_nobody_says(exportar, tmp_path, monkeypatch):
    ayer = hoy() - timedelta(1)
    monkeypatch.setattr(exportacion, "terminado", lambda dia: True)  # also in the first ten minutes of a day
    pagar(fecha=ayer)
    assert exportar().exit_code == 0
    assert len(leer((tmp_path / f"pagos-en-linea-{ayer}.csv").read_bytes())) == 1


def test_a_day_that_is_not_over_only_as_partial(exportar, tmp_path):
    pagar(fecha=hoy())
    salida = exportar("--dia", str(hoy()))
    assert salida.exit_code == 1
    assert "no ha terminado" in salida.output
    assert list(tmp_path.iterdir()) == []
    salida = exportar("--dia", str(hoy()), "--parcial")
    assert salida.exit_code == 0
    assert "(parcial: el día no ha terminado)" in salida.output
    assert (tmp_path / f"pagos-en-linea-{hoy()}-parcial.csv").exists()
    salida = exportar("--dia", str(hoy() + timedelta(1)), "--parcial")
    assert (salida.exit_code, "no ha llegado" in salida.output) == (1, True)


def test_test_money_goes_only_where_it_is_asked_for(exportar, tmp_path):
    pagar(pruebas=1)
    assert "No van los del ambiente de pruebas: 1." in exportar("--dia", str(DIA)).output
    assert leer((tmp_path / "pagos-en-linea-2026-11-20.csv").read_bytes()) == []
    exportar("--dia", str(DIA), "--pruebas")
    assert len(leer((tmp_path / "pagos-en-linea-2026-11-20-pruebas.csv").read_bytes())) == 1


def test_without_a_folder_it_is_one_of_the_instance(app, pagos):
    assert pagos("exportar", "--dia", str(DIA)).exit_code == 0
    folder = Path(app.config["INSTANCIA"]) / "exportados"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "pagos-en-linea-2026-11-20.csv").exists()


@pytest.mark.parametrize("dia", ["ayer", "20261120", "2026-02-30", "20/11/2026"])
def test_a_day_that_is_none_is_refused(exportar, dia):
    salida = exportar("--dia", dia)
    assert (salida.exit_code, f"«{dia}» no es un día que exista" in salida.output) == (2, True)


def test_a_disk_that_cannot_be_written_is_told(exportar, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exportacion, "guardar", full)
    salida = exportar("--dia", str(DIA))
    assert salida.exit_code == 4
    assert f"No queda espacio en el disco de {tmp_path} (" in salida.output


# -- conciliar -----------------------------------------------------------------------------------------


def test_nothing_to_compare_is_well(sim, pagos):  # noqa: F811
    salida = pagos("conciliar")
    assert salida.exit_code == 0
    assert salida.output.endswith("No hubo pagos en línea.\n\nTodo concuerda.\n")


def test_what_is_found_is_told_by_its_kind_and_leaves_1(sim, pagos):  # noqa: F811
    intento = intento_de()
    sim.pago(intento.referencia, TOTAL)
    un_aviso(AJENA, avisos.SIN_INTENTO)
    salida = pagos("conciliar")
    assert salida.exit_code == 1, salida.output
    assert [linea.split() for linea in salida.output.splitlines() if linea.startswith(fecha_corta(hoy()))] == [
        [fecha_corta(hoy()), "$", "84.350", "$", "84.350", "$", "0"]
    ]
    assert "Preguntado: 1 pagos" in salida.output
    assert "Aprobados o devueltos en la pasarela que aquí faltaban: se acaban de anotar: 1" in salida.output
    assert f"  {intento.referencia}  {fecha_corta(hoy())}  {CODIGO}  $ 84.350" in salida.output.splitlines()
    assert avisos.SIN_INTENTO in salida.output
    assert "Por mirar: 2." in salida.output
    assert pagos("conciliar", "--hasta", str(hoy() - timedelta(1))).exit_code == 0


def test_a_balance_alone_is_well(pagos):
    pago_en_linea({CODIGO: una_factura(CODIGO).numero})
    Movimiento.update(saldo=50_00).execute()
    salida = pagos("conciliar", "--sin-preguntar")
    assert salida.exit_code == 0
    assert "Saldos a favor (no hay que corregir nada): 1" in salida.output
    assert "pasarela" not in salida.output.splitlines()[3]
    assert "Preguntando" not in salida.output


def test_a_gateway_that_is_away_leaves_4_and_the_rest_is_told(app, pagos):
    app.config["SIMULADOR_URL"] = f"http://127.0.0.1:{puerto_libre()}"
    intento = intento_de()
    un_aviso("X-9", avisos.SIN_INTENTO)
    salida = pagos("conciliar")
    assert salida.exit_code == 4
    assert "X-9" in salida.output
    assert f"La pasarela no respondió por 1 pago ({intento.referencia}; motivo: 127.0.0.1:" in salida.output


def test_the_findings_are_written_too(pagos, tmp_path):
    intento = intento_de("revision", revisar="=Otro valor")
    un_aviso("=X", avisos.SIN_INTENTO)
    ruta = tmp_path / "hallazgos.csv"
    assert pagos("conciliar", "--sin-preguntar", "--archivo", str(ruta)).exit_code == 1
    assert ruta.stat().st_mode & 0o777 == 0o600
    with ruta.open(encoding="utf-8-sig", newline="") as abierto:
        one, two = csv.DictReader(abierto, delimiter=";")
    assert (one["referencia"], one["código"], one["valor"]) == (intento.referencia, CODIGO, "84350,00")
    assert (one["detalle"], two["referencia"], two["valor"]) == ("'=Otro valor", "'=X", "")


def test_where_the_findings_cannot_be_written_they_are_still_told(pagos, tmp_path):
    un_aviso(AJENA, avisos.SIN_INTENTO)
    ruta = tmp_path / "no-hay" / "hallazgos.csv"
    salida = pagos("conciliar", "--sin-preguntar", "--archivo", str(ruta))
    assert (salida.exit_code, AJENA in salida.stdout, str(ruta) in salida.stderr) == (4, True, True)


def test_days_in_the_wrong_order_are_refused(pagos):
    salida = pagos("conciliar", "--desde", "2026-11-20", "--hasta", "2026-11-19")
    assert (salida.exit_code, "--desde es posterior" in salida.output) == (2, True)


# -- ver, listar ---------------------------------------------------------------------------------------


def test_all_of_one_is_shown(pagos):
    cuenta = una_cuenta(codigos=[CODIGO])
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero}, cuenta, transaccion="T-1", revisar="Saldo a favor.")
    delivered = un_pago(CODIGO, valor=TOTAL, referencia_pasarela=intento.referencia)
    Movimiento.update(pago=delivered.id, saldo=50_00).execute()
    for event, detail in (("pago_iniciado", ""), ("pago_aprobado", " T-1")):
        fields = {"momento": db.utcnow(), "actor": "pasarela", "detalle": intento.referencia + detail}
        Bitacora.create(evento=event, cuenta_id=cuenta.id, **fields)
    Bitacora.create(evento="pago_otro", cuenta_id=cuenta.id, momento=db.utcnow(), actor="pasarela", detalle="OV1")
    un_aviso(intento.referencia, avisos.HECHO)
    for name in (intento.referencia, "T-1", intento.publico):
        salida = pagos("ver", name)
        assert salida.exit_code == 0
        for told in (
            f"Pago {intento.referencia}: aprobado, por $ 84.350",
            "cuenta 512321, en pruebas",
            "POR REVISAR: Saldo a favor.",
            "saldo a favor: $ 50",
            f"en el sistema comercial: pago {delivered.id}",
            avisos.HECHO,
            "pago_iniciado",
            "pago_aprobado  pasarela  T-1",
        ):
            assert told in salida.output, told
        assert "pago_otro" not in salida.output
        assert cuenta.correo not in salida.output
        assert cuenta.documento not in salida.output


def test_it_ends_quietly_when_nobody_reads(orden_aparte):  # noqa: F811
    intento = intento_de()
    lectura, escritura = os.pipe()
    os.close(lectura)
    hecho = orden_aparte("pagos", "ver", intento.referencia, stdout=escritura, stderr=subprocess.PIPE, text=True)
    os.close(escritura)
    assert hecho.communicate(timeout=60)[1] == ""


def test_one_just_begun_is_shown_too(pagos):
    intento = intento_de(proximo=db.utcnow())
    salida = pagos("ver", intento.referencia)
    assert salida.exit_code == 0
    assert "Se vuelve a preguntar a la pasarela" in salida.output
    assert "Movimientos" not in salida.output


@pytest.mark.parametrize("orden", [("ver",), ("cerrar", "--si"), ("revisado", "--nota", "x")])
def test_one_that_is_not_there_is_told(pagos, orden):
    salida = pagos(*orden, "OV0123456789AB")
    assert (salida.exit_code, "No hay un pago en línea con «OV0123456789AB»" in salida.output) == (1, True)


def test_they_are_listed_newest_first_by_what_is_asked(pagos):
    una_factura("7")
    first = pagar("1", creado=CREADO)
    bills = {codigo: una_factura(codigo).numero for codigo in ("2", "3")}
    second = un_intento(bills, estado="revision", revisar="Otro valor.", creado=CREADO + timedelta(1))

    def listados(*opciones):
        salida = pagos("listar", *opciones)
        assert salida.exit_code == 0
        return [linea.split()[0] for linea in salida.output.splitlines()[1:]]

    assert listados() == [second.referencia, first.referencia]
    assert listados("--estado", "aprobado") == [first.referencia]
    assert listados("--revisar") == [second.referencia]
    assert listados("--codigo", "3") == [second.referencia]
    assert listados("--hasta", "2026-11-20") == [first.referencia]
    assert listados("--desde", "2026-11-21") == [second.referencia]
    assert "2 +1  POR REVISAR" in pagos("listar", "--revisar").output
    assert pagos("listar", "--codigo", "7").output == "No hay pagos en línea así.\n"


# -- cerrar, revisado ----------------------------------------------------------------------------------


@pytest.fixture
def en_revision(app):
    return intento_de("revision", revisar="El simulador dice otra cosa que este intento: el valor.")


def test_one_in_revision_is_closed_when_a_person_says_so(pagos, en_revision):
    salida = pagos("cerrar", en_revision.referencia, escribe="n\n")
    assert (salida.exit_code, Intento.get().estado) == (1, "revision")
    salida = pagos("cerrar", en_revision.referencia, escribe="s\n")
    assert salida.exit_code == 0
    assert "el valor." in salida.output
    assert (Intento.get().estado, Intento.get().revisar, PagoAbierto.select().count()) == ("rechazado", None, 0)
    (fila,) = Bitacora.select()
    assert (fila.evento, fila.actor, fila.detalle) == ("pago_rechazado", YO, en_revision.referencia)


def test_one_that_ended_while_it_waited_has_only_its_mark_to_be_taken_away(pagos):
    intento = intento_de("vencido", revisar="Otro valor")
    assert f"flask pagos revisado {intento.referencia}" in pagos("cerrar", intento.referencia, "--si").output
    assert pagos("revisado", intento.referencia, "--nota", "No entró dinero").exit_code == 0


def test_no_other_is_closed(pagos):
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero})
    salida = pagos("cerrar", intento.referencia, "--si")
    assert (salida.exit_code, "no está en revisión: está aprobado" in salida.output) == (1, True)


def test_a_mark_is_taken_away_with_a_note(pagos):
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero}, revisar="Saldo a favor.")
    assert pagos("revisado", intento.referencia).exit_code == 2
    assert pagos("revisado", intento.referencia, "--nota", " ").exit_code == 2
    salida = pagos("revisado", intento.referencia, "--nota", "Se abonó a diciembre")
    assert (salida.exit_code, Intento.get().revisar) == (0, None)
    assert Bitacora.get().detalle == f"{intento.referencia} Se abonó a diciembre"
    assert Bitacora.get().actor == YO
    assert "Se abonó a diciembre" in pagos("ver", intento.referencia).output
    salida = pagos("revisado", intento.referencia, "--nota", "Otra vez")
    assert (salida.exit_code, "no está por revisar" in salida.output) == (1, True)
    assert Correo.select().count() == 0


def test_one_in_revision_has_to_be_closed_first(pagos, en_revision):
    salida = pagos("revisado", en_revision.referencia, "--nota", "Sí")
    assert (salida.exit_code, f"flask pagos cerrar {en_revision.referencia}" in salida.output) == (1, True)
    assert Intento.get().revisar
