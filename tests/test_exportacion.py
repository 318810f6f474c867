"""The files of a day's online payments: exact, always the same, and taken by whoever reads them."""

import csv
import hashlib
import io
import os
import stat
from datetime import date, datetime

import pytest
from fabrica import pago_en_linea, una_factura
from test_entregas import en_csv

from oficina import db, entregas
from oficina.cobros import exportacion, verdad
from oficina.config import ConfigError
from oficina.entregas import asobancaria
from oficina.entregas.origen import de_carpeta
from oficina.entregas.resultado import Resultado
from oficina.formats import hoy
from oficina.models import Factura, FacturaVersion, Movimiento, Pago
from oficina.pasarelas.base import Transaccion

DIA = date(2026, 11, 20)
OTRO_DIA = date(2026, 11, 21)
BANCO = {"PAGO_BANCO_CODIGO": "007", "PAGO_BANCO_CUENTA": "62912613", "PAGO_BANCO_TIPO": "corriente"}
CREADO = datetime(2026, 11, 20, 15)
CODIGO = "100200300"

pytestmark = pytest.mark.ajustes(**BANCO)


def pagar(codigo=CODIGO, total=84_350_00, fecha=DIA, **datos):
    """A real payment of a bill of its own."""
    factura = una_factura(codigo, total=total, referencia=datos.pop("factura_referencia", f"45{total // 100:07}"))
    return pago_en_linea({codigo: factura.numero}, fecha=fecha, **({"pruebas": 0, "creado": CREADO} | datos))


def reversar(intento, fecha=DIA):
    for fila in list(Movimiento.select().where(Movimiento.intento == intento)):
        given = {"intento": intento, "transaccion": fila.transaccion, "tipo": "reverso", "codigo": fila.codigo}
        same = {"factura": fila.factura, "referencia": fila.referencia, "valor": -fila.valor, "saldo": -fila.saldo}
        Movimiento.create(**given, **same, fecha=fecha, momento=db.utcnow())


def en_csv_de(dia=DIA):
    return exportacion.en_csv(exportacion.movimientos(dia))


def leer(contenido: bytes):
    return list(csv.DictReader(io.StringIO(contenido.decode(), newline=""), delimiter=";"))


def recaudos(app, dia=DIA):
    filas = [fila for fila in exportacion.movimientos(dia) if fila.tipo == "pago"]
    return exportacion.en_asobancaria(dia, filas, exportacion.Convenio.de(app.config))


# -- CSV ----------------------------------------------------------------------------------------------


def test_a_payment_is_a_row_with_all_that_the_billing_system_needs(app):
    told = {"transaccion": "T-1", "cus": "1122334455", "autorizacion": "778899"}
    intento = pagar(factura_referencia="0000004567", pagado=datetime(2026, 11, 21, 4, 59, 58), **told)
    Movimiento.update(momento=datetime(2026, 11, 21, 4, 59, 59)).execute()
    (fila,) = leer(en_csv_de())
    assert fila == {
        "movimiento": str(Movimiento.get().id),
        "referencia": intento.referencia,
        "transaccion": "T-1",
        "tipo": "pago",
        "codigo": CODIGO,
        "factura": intento.facturas().get().factura,
        "referencia_pago": "0000004567",
        "fecha": "2026-11-20",
        "hora": "23:59:59",
        "valor": "84350,00",
        "saldo_a_favor": "0,00",
        "pasarela": "simulada",
        "medio": "PSE",
        "banco": "Banco del Llano",
        "cus": "1122334455",
        "autorizacion": "778899",
        "pagado_fecha": "2026-11-20",
        "pagado_hora": "23:59:58",
    }


def test_its_form_is_the_canonical_one(app):
    pagar()
    texto = en_csv_de()
    assert not texto.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in texto
    assert texto.decode().splitlines()[0] == ";".join(exportacion.COLUMNAS)


def test_a_reversal_is_a_row_with_the_sign_changed(app):
    reversar(pagar(total=50_05))
    assert [(fila["tipo"], fila["valor"]) for fila in leer(en_csv_de())] == [("pago", "50,05"), ("reverso", "-50,05")]


def test_several_bills_of_one_payment_are_a_row_each(app):
    bills = {codigo: una_factura(codigo, total=valor).numero for codigo, valor in (("1", 100_00), ("2", 200_01))}
    intento = pago_en_linea(bills, fecha=DIA, pruebas=0)
    found = leer(en_csv_de())
    assert [(fila["codigo"], fila["valor"]) for fila in found] == [("1", "100,00"), ("2", "200,01")]
    assert {fila["referencia"] for fila in found} == {intento.referencia}
    assert len({fila["movimiento"] for fila in found}) == 2


@pytest.mark.parametrize("texto", ["=1+1", "+57", "-1", "@SUM(A1)"])
def test_no_text_of_the_gateway_is_a_formula(app, texto):
    pagar(banco=texto, medio=texto, cus=texto, autorizacion=texto, transaccion=texto)
    (fila,) = leer(en_csv_de())
    for columna in ("banco", "medio", "cus", "autorizacion", "transaccion"):
        assert fila[columna] == f"'{texto}"


def test_semicolons_and_quotes_stay_in_their_cell(app):
    pagar(banco='Banco; "El Llano"\nS.A.')
    assert leer(en_csv_de())[0]["banco"] == 'Banco; "El Llano"\nS.A.'


def test_each_movement_is_in_the_file_of_one_day(app):
    days = [DIA, OTRO_DIA, DIA]
    for number, day in enumerate(days, 1):
        pagar(str(number), fecha=day)
    files = [[fila["movimiento"] for fila in leer(en_csv_de(day))] for day in (DIA, OTRO_DIA)]
    assert [len(ids) for ids in files] == [2, 1]
    assert not set(files[0]) & set(files[1])


def test_no_test_money_is_among_the_real(app):
    pagar("1")
    pagar("2", pruebas=1)
    assert [fila["codigo"] for fila in leer(en_csv_de())] == ["1"]
    assert [fila.codigo for fila in exportacion.movimientos(DIA, pruebas=True)] == ["2"]


# -- always the same -----------------------------------------------------------------------------------


def test_what_comes_later_changes_no_byte(app, tmp_path):
    intento = pagar(factura_referencia="0000004567")
    before = en_csv_de(), recaudos(app)
    pagar("9", fecha=OTRO_DIA)
    reversar(intento, OTRO_DIA)
    # A delivery brings the payment, and the bill with another reference; then it is undone.
    bill = Factura.get_by_id(intento.facturas().get().factura)
    changed = {"numero": bill.numero, "codigo": CODIGO, "periodo": bill.periodo, "expedida": str(bill.expedida)}
    changed |= {"vence": str(bill.vence), "total": "84350", "referencia": "99"}
    delivered = {"id": "P1", "codigo": CODIGO, "fecha": "2026-11-20", "valor": "84350"}
    delivered["referencia_pasarela"] = intento.referencia
    (tmp_path / "facturas.csv").write_text(en_csv([changed]), encoding="utf-8")
    (tmp_path / "pagos.csv").write_text(en_csv([delivered]), encoding="utf-8")
    resultado = entregas.importar(tmp_path, "sistemas:ana")
    assert resultado.publicada
    assert Movimiento.select().where(Movimiento.pago == "P1").count() == 1
    assert (en_csv_de(), recaudos(app)) == before
    entregas.deshacer(resultado.entrega, "sistemas:ana")
    assert (en_csv_de(), recaudos(app)) == before
    FacturaVersion.delete().execute()
    assert (en_csv_de(), recaudos(app)) == before


class Cuenta:
    titulo, comercio, pruebas = "Pasarela", "512321", False


def transaccion(intento, id_, estado="aprobada", **datos):
    said = {"referencia": intento.referencia, "estado": estado, "valor": intento.valor, "moneda": "COP"}
    return Transaccion(id=id_, comercio="512321", pruebas=False, **said, **datos)


def test_each_row_keeps_what_the_gateway_told_of_its_own_transaction(app):
    factura = una_factura(CODIGO, referencia="0000004567")
    intento = pago_en_linea({CODIGO: factura.numero}, pruebas=0, fecha=DIA)
    Movimiento.delete().execute()
    one, two = transaccion(intento, "T1", cus="111", banco="Uno"), transaccion(intento, "T2", cus="222", banco="Dos")
    verdad.aplicar(Cuenta, intento.id, [one])
    verdad.aplicar(Cuenta, intento.id, [one, two])
    rows = leer(exportacion.en_csv(exportacion.movimientos(hoy())))
    assert [(row["transaccion"], row["cus"], row["banco"]) for row in rows] == [("T1", "111", "Uno"), ("T2", "222", "Dos")]
    assert [row["saldo_a_favor"] for row in rows] == ["0,00", "84350,00"]
    assert {row["referencia_pago"] for row in rows} == {"0000004567"}
    given = transaccion(intento, "T1", "reversada", cus="111")
    verdad.aplicar(Cuenta, intento.id, [given, two])
    last = leer(exportacion.en_csv(exportacion.movimientos(hoy())))[-1]
    assert (last["tipo"], last["transaccion"], last["referencia_pago"]) == ("reverso", "T1", "0000004567")


def test_a_bill_that_is_gone_is_known_by_its_number(app):
    intento = pagar()
    FacturaVersion.delete().execute()
    Movimiento.update(referencia=None).execute()
    assert leer(en_csv_de())[0]["referencia_pago"] == intento.facturas().get().factura


# -- Asobancaria ---------------------------------------------------------------------------------------


def test_the_file_is_exactly_as_the_format_says(app):
    pagar("1", 84_350_00, factura_referencia="0000456780", medio="PSE", autorizacion="778899")
    pagar("2", 42_100_50, factura_referencia="AB-12", medio="VISA", autorizacion="A-12")
    pagar("3", 131_900_00, factura_referencia="456800", medio="EFECTY", autorizacion=None)
    pagar("4", 1_00, factura_referencia="7", medio="NEQUI", autorizacion="123456789")
    one, two, three, four = (f"{fila.id % 1_000_000:06}" for fila in exportacion.movimientos(DIA))
    expected = [
        "01" + "9001238180" + "20261120" + "007" + "00000000062912613" + "20261120" + "2359" + "Z" + "02",
        "05" + "0009001238180" + "0001",
        "06" + "0" * 42 + "456780" + "00000008435000" + "0315" + one + "778899" + "000" + "0000" + "0000002",
        "06" + "0" * 43 + "AB-12" + "00000004210050" + "0125" + two + "000012" + "000" + "0000" + "0000003",
        "06" + "0" * 42 + "456800" + "00000013190000" + "0101" + three + "000000" + "000" + "0000" + "0000004",
        "06" + "0" * 47 + "7" + "00000000000100" + "0115" + four + "456789" + "000" + "0000" + "0000005",
        "08" + "000000004" + "000000000025835150" + "0001",
        "09" + "000000004" + "000000000025835150",
    ]
    assert recaudos(app) == "".join(f"{linea:<162}\r\n" for linea in expected).encode()


@pytest.mark.ajustes(PAGO_GLN="7709998000018")
def test_with_a_gln_the_batch_is_of_its_service(app):
    assert recaudos(app).decode().splitlines()[1].rstrip() == "0577099980000180001"


def test_our_own_reader_takes_it(app, tmp_path):
    pagar("1", 84_350_00, factura_referencia="0000456780")
    reversar(pagar("2", 50_01, factura_referencia="456781"))
    (tmp_path / "recaudos.txt").write_bytes(recaudos(app))
    resultado = Resultado("prueba")
    (origen,) = de_carpeta(tmp_path, entregas.Opciones(), resultado)
    with asobancaria.LecturaRecaudos(origen, resultado, lambda leidos: None) as lectura:
        leidos = [recaudo for bloque in lectura.bloques() for recaudo in bloque]
    assert (list(resultado.rechazos), list(resultado.avisos)) == ([], [])
    assert [(leido.referencia.lstrip("0"), leido.valor) for leido in leidos] == [("456780", 84_350_00), ("456781", 50_01)]
    assert [asobancaria.canal(leido) for leido in leidos] == ["internet", "internet"]
    assert lectura.encabezado == asobancaria.Encabezado(
        "9001238180", "2026-11-20", "007", "00000000062912613", "2026-11-20", "2359", "Z", "02"
    )


def test_a_delivery_of_it_finds_the_bills_and_is_the_same_payment(app, tmp_path):
    for number in (0, 1):
        pagar(str(number + 1), 100_00 + number, factura_referencia=f"456{number}")
    (tmp_path / "recaudos.txt").write_bytes(recaudos(app))
    resultado = entregas.importar(tmp_path, "sistemas:ana")
    assert (list(resultado.rechazos), list(resultado.avisos)) == ([], [])
    found = [(pago.codigo, pago.valor) for pago in Pago.select().order_by(Pago.valor)]
    assert found == [("1", 100_00), ("2", 100_01)]
    assert Movimiento.select().where(Movimiento.pago.is_null(False)).count() == 2


def test_a_day_without_payments_is_a_file_too(app, tmp_path):
    (tmp_path / "recaudos.txt").write_bytes(recaudos(app))
    assert list(entregas.importar(tmp_path, "sistemas:ana").rechazos) == []
    assert leer(en_csv_de()) == []


def test_the_csv_given_back_as_payments_is_the_same_payments(app, tmp_path):
    pagar("1", 84_350_00)
    reversar(pagar("2", 50_01))
    told = [
        {
            "id": f"COM-{fila['movimiento']}",
            **{name: fila[name] for name in ("codigo", "factura", "fecha", "valor")},
            **{"canal": "internet", "entidad": fila["banco"], "referencia_pasarela": fila["referencia"]},
        }
        for fila in leer(en_csv_de())
    ]
    (tmp_path / "pagos.csv").write_text(en_csv(told), encoding="utf-8")
    resultado = entregas.importar(tmp_path, "sistemas:ana")
    assert list(resultado.rechazos) == []
    assert {fila.pago for fila in Movimiento.select()} == {fila["id"] for fila in told}
    assert all(Pago.get_by_id(fila.pago).valor == fila.valor for fila in Movimiento.select())


@pytest.mark.parametrize(
    "ajuste",
    [
        {"PAGO_BANCO_CODIGO": ""},
        {"PAGO_BANCO_CODIGO": "7"},
        {"PAGO_BANCO_CUENTA": ""},
        {"PAGO_BANCO_CUENTA": "629-126"},
        {"PAGO_BANCO_CUENTA": "1" * 18},
        {"MARCA_NIT": "900123818"},
        {"MARCA_NIT": "900123818-1"},
    ],
)
def test_without_a_setting_it_says_which(app, ajuste):
    with pytest.raises(ConfigError, match=next(iter(ajuste))):
        exportacion.Convenio.de(app.config | ajuste)


def test_a_reference_that_the_format_cannot_hold_is_told(app):
    pagar(factura_referencia="AÑO-1")
    with pytest.raises(ConfigError, match="AÑO-1"):
        recaudos(app)


# -- the files -----------------------------------------------------------------------------------------


def test_controls_stand_in_a_file_beside_each(app, tmp_path):
    pagar("1", 100_00)
    reversar(pagar("2", 50_05))
    filas = exportacion.movimientos(DIA)
    archivos = exportacion.exportar(tmp_path, DIA, filas, ("csv", "asobancaria"), app.config)
    names = [archivo.ruta.name for archivo in archivos]
    assert names == [
        "pagos-en-linea-2026-11-20.csv",
        "pagos-en-linea-2026-11-20-control.csv",
        "recaudos-en-linea-2026-11-20.txt",
        "recaudos-en-linea-2026-11-20-control.csv",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for archivo in archivos:
        assert archivo.sha256 == hashlib.sha256(archivo.ruta.read_bytes()).hexdigest()
        assert stat.S_IMODE(archivo.ruta.stat().st_mode) == 0o600
    (control,) = leer(archivos[1].ruta.read_bytes())
    assert control == {
        **{"archivo": names[0], "dia": "2026-11-20", "pagos": "2", "valor_pagos": "150,05", "reversos": "1"},
        **{"valor_reversos": "-50,05", "neto": "100,00", "sha256": archivos[0].sha256},
    }
    (control,) = leer(archivos[3].ruta.read_bytes())
    assert (control["pagos"], control["reversos"], control["neto"]) == ("2", "0", "150,05")


def test_it_tells_what_had_the_name_before(app, tmp_path):
    pagar()

    def antes():
        return exportacion.exportar(tmp_path, DIA, exportacion.movimientos(DIA), ("csv",), app.config)[0].antes

    assert [antes(), antes()] == ["", "igual"]
    pagar("2")
    assert antes() == "distinto"


def test_what_cannot_be_written_leaves_what_was_there(app, tmp_path, monkeypatch):
    ruta = tmp_path / "a.csv"
    exportacion.guardar(ruta, b"antes")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        exportacion.guardar(ruta, b"despues")
    assert ruta.read_bytes() == b"antes"
    assert list(tmp_path.iterdir()) == [ruta]


def test_a_day_is_over_ten_minutes_into_the_next(monkeypatch):
    for now, over in (
        (datetime(2026, 11, 21, 5, 9, 59), False),
        (datetime(2026, 11, 21, 5, 10), True),
        (datetime(2026, 11, 20, 12), False),
    ):
        monkeypatch.setattr(exportacion, "utcnow", lambda now=now: now)
        assert exportacion.terminado(DIA) is over
