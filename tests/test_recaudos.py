"""Payments of the banks' files are somebody's, once, whoever tells of them first; what nobody knows waits."""

import pytest
from test_entregas import COMPLETA, FACTURA, PREDIO, en_csv

from oficina import entregas
from oficina.entregas import Opciones
from oficina.models import SIN_BAJA, Pago, Recaudo, RecaudoVersion
from oficina.models.base import as_day

NIT = "9001238180"
DIA = "2026-11-10"
BILL = FACTURA | {"referencia": "4567"}
BASE = {"predios": [PREDIO], "facturas": [BILL]}
OTRO = PREDIO | {"codigo": "00013"}
UNO = ("4567", 84_350_00)


@pytest.fixture
def entregar(app, tmp_path):
    """Import files of a delivery, given as rows by name, and banks' files, as references and centavos by name."""
    veces = iter(range(100))

    def importar(bancos=None, opciones=None, **archivos):
        carpeta = tmp_path / f"entrega{next(veces)}"
        carpeta.mkdir()
        parametros = {nombre: archivos.pop(nombre) for nombre in ("simular", "parcial") if nombre in archivos}
        for nombre, filas in archivos.items():
            (carpeta / f"{nombre}.csv").write_text(en_csv(filas), encoding="utf-8")
        for nombre, recaudos in (bancos or {}).items():
            (carpeta / nombre).write_text(recaudos if isinstance(recaudos, str) else archivo(recaudos), encoding="ascii")
        resultado = entregas.importar(carpeta, "sistemas:ana", opciones, **parametros)
        assert len(respondidos()) == len(set(respondidos()))
        return resultado

    return importar


def respondidos():
    """The payments that stand for one of a bank, as often as they do."""
    vivos = RecaudoVersion.select(RecaudoVersion.pago).where(
        RecaudoVersion.baja == SIN_BAJA, RecaudoVersion.pago.is_null(False)
    )
    return [pago for (pago,) in vivos.tuples()]


def archivo(recaudos, dia=DIA, banco="007", modificador="A", de_menos=0):
    """A file of a bank with these payments; ``de_menos`` spoils its total."""
    total = sum(valor for _, valor in recaudos)
    lineas = [
        f"01{NIT}{dia.replace('-', '')}{banco}{629126:017}{dia.replace('-', '')}0830{modificador}01",
        "0577099980000180001",
        *(
            f"06{referencia.zfill(48)}{valor:014}0101{0:06}{0:06}{banco}0012{numero:07}"
            for numero, (referencia, valor) in enumerate(recaudos, 2)
        ),
        f"08{len(recaudos):09}{total - de_menos:018}0001",
        f"09{len(recaudos):09}{total - de_menos:018}",
    ]
    return "".join(f"{linea:<162}\r\n" for linea in lineas)


def pagos():
    return [(p.codigo, p.factura, str(as_day(p.fecha)), p.valor, p.entidad) for p in Pago.select().order_by(Pago.id)]


def test_a_payment_of_a_bank_is_a_payment_of_its_code(entregar):
    resultado = entregar(**BASE, bancos={"bancolombia.txt": [UNO]})
    assert (list(resultado.rechazos), list(resultado.avisos)) == ([], [])
    assert pagos() == [("00012", "F1", DIA, 84_350_00, "Bancolombia")]
    conteo = resultado.archivos["bancolombia.txt"]
    assert (conteo.filas, conteo.nuevas, conteo.por_identificar, conteo.suma) == (1, 1, 0, 84_350_00)
    assert len(conteo.sha256) == 64


def test_it_may_come_alone_for_bills_of_before(entregar):
    entregar(**BASE)
    assert entregar(bancos={"b.txt": [UNO]}).publicada
    assert len(pagos()) == 1


def test_the_same_file_again_changes_nothing(entregar):
    entregar(**BASE, bancos={"b.txt": [UNO]})
    conteo = entregar(bancos={"otra_vez.txt": [UNO]}).archivos["otra_vez.txt"]
    assert (conteo.filas, conteo.nuevas, conteo.iguales) == (1, 0, 1)
    assert len(pagos()) == 1


def test_a_payment_that_the_bank_changed_is_refused(entregar):
    entregar(**BASE, bancos={"b.txt": [UNO]})
    resultado = entregar(bancos={"b.txt": [("4567", 10_00)]})
    assert not resultado.publicada
    assert "ya se tomó" in resultado.rechazos[0].motivo
    assert pagos()[0][3] == 84_350_00


def test_an_unknown_reference_waits_and_is_known_later(entregar):
    conteo = entregar(predios=[PREDIO], bancos={"b.txt": [UNO]}).archivos["b.txt"]
    assert (conteo.nuevas, conteo.por_identificar) == (1, 1)
    assert pagos() == []
    assert Recaudo.get().pago is None
    resultado = entregar(facturas=[BILL])
    assert resultado.identificados == 1
    assert pagos() == [("00012", "F1", DIA, 84_350_00, "Bancolombia")]
    assert Recaudo.get().pago == Pago.get().id


def test_a_reference_of_two_codes_waits(entregar):
    dos = [BILL, BILL | {"numero": "F2", "codigo": "00013"}]
    entregar(predios=[PREDIO, OTRO], facturas=dos, bancos={"b.txt": [UNO]})
    assert pagos() == []


def test_of_several_bills_the_last_issued_by_then_was_paid(entregar):
    tres = [
        BILL | {"numero": numero, "periodo": expedida[:7], "expedida": expedida}
        for numero, expedida in (("F1", "2026-09-03"), ("F2", "2026-10-03"), ("F3", "2026-12-03"))
    ]
    entregar(predios=[PREDIO], facturas=tres, bancos={"b.txt": [UNO]})
    assert pagos()[0][:2] == ("00012", "F2")


PAGO = {"id": "P1", "codigo": "00012", "fecha": "2026-11-11", "valor": "84350", "entidad": "BANCOLOMBIA"}


def test_a_payment_that_the_billing_system_knew_is_not_taken_twice(entregar):
    entregar(**BASE, pagos=[PAGO])
    conteo = entregar(bancos={"b.txt": [UNO]}).archivos["b.txt"]
    assert (conteo.nuevas, conteo.conciliadas) == (1, 1)
    assert [pago[4] for pago in pagos()] == ["BANCOLOMBIA"]
    assert Recaudo.get().pago == "P1"


def test_the_billing_system_takes_the_place_of_the_bank(entregar):
    entregar(**BASE, bancos={"b.txt": [UNO]})
    resultado = entregar(pagos=[PAGO])
    assert resultado.archivos["pagos"].conciliadas == 1
    assert [pago[4] for pago in pagos()] == ["BANCOLOMBIA"]
    assert Recaudo.get().pago == "P1"
    assert entregar(bancos={"b.txt": [UNO]}).archivos["b.txt"].iguales == 1
    assert entregar(pagos=[PAGO]).archivos["pagos"].conciliadas == 0
    assert len(pagos()) == 1


def test_both_in_one_delivery_are_one(entregar):
    entregar(**BASE, pagos=[PAGO], bancos={"b.txt": [UNO]})
    assert len(pagos()) == 1


def test_one_that_waited_is_the_one_that_comes_with_its_bill(entregar):
    entregar(predios=[PREDIO], bancos={"b.txt": [UNO]})
    entregar(facturas=[BILL], pagos=[PAGO])
    assert [p.id for p in Pago.select()] == ["P1"]
    assert Recaudo.get().pago == "P1"


def test_two_equal_payments_are_two(entregar):
    entregar(**BASE, pagos=[PAGO])
    entregar(bancos={"b.txt": [UNO, UNO]})
    assert len(pagos()) == 2
    entregar(pagos=[PAGO | {"id": "P2"}])
    assert [p.id for p in Pago.select().order_by(Pago.id)] == ["P1", "P2"]


def test_a_payment_stands_for_one_of_a_bank(entregar):
    entregar(**BASE, pagos=[PAGO], bancos={"b.txt": [UNO]})
    resultado = entregar(pagos=[PAGO], bancos={"c.txt": archivo([UNO], dia="2026-11-12")})
    assert resultado.archivos["c.txt"].conciliadas == 0
    assert len(pagos()) == 2


def test_a_payment_that_comes_again_is_still_one(entregar):
    entregar(**BASE, pagos=[PAGO])
    resultado = entregar(pagos=[PAGO], bancos={"b.txt": [UNO, UNO]})
    assert resultado.archivos["b.txt"].conciliadas == 1
    assert len(pagos()) == 2


@pytest.mark.parametrize("cambio", [{"factura": "F1"}, {"valor": "1"}, {"codigo": "00013"}])
def test_a_payment_is_what_the_delivery_says(entregar, cambio):
    entregar(**BASE | {"predios": [PREDIO, OTRO]}, pagos=[PAGO])
    archivos = {"pagos": [PAGO | cambio], "bancos": {"b.txt": [UNO]}}
    antes, resultado = entregar(**archivos, simular=True), entregar(**archivos)
    assert antes.archivos == resultado.archivos
    assert resultado.archivos["b.txt"].conciliadas == ("factura" in cambio)


def test_a_bill_is_whose_the_delivery_says(entregar):
    entregar(**BASE | {"predios": [PREDIO, OTRO]})
    archivos = {"facturas": [BILL | {"codigo": "00013"}], "bancos": {"b.txt": [UNO]}}
    antes, resultado = entregar(**archivos, simular=True), entregar(**archivos)
    assert antes.archivos == resultado.archivos
    assert [pago[:2] for pago in pagos()] == [("00013", "F1")]


def test_in_a_dry_run_too_a_payment_of_a_bank_is_one(entregar):
    entregar(**BASE, bancos={"b.txt": [UNO]})
    # More than what is compared at once.
    muchos = [PAGO | {"id": f"X{n}", "valor": str(n + 1)} for n in range(5000)]
    archivos = {"pagos": [PAGO, *muchos, PAGO | {"id": "P2"}]}
    antes, resultado = entregar(**archivos, simular=True), entregar(**archivos)
    assert (antes.archivos["pagos"].conciliadas, resultado.archivos["pagos"].conciliadas) == (1, 1)


LEJOS = [{"fecha": "2026-11-16"}, {"valor": "84349,99"}, {"factura": "F0"}]


@pytest.mark.parametrize("cambio", LEJOS)
def test_what_differs_is_another_payment(entregar, cambio):
    entregar(**BASE, pagos=[PAGO | cambio])
    assert entregar(bancos={"b.txt": [UNO]}).archivos["b.txt"].conciliadas == 0
    assert len(pagos()) == 2


def test_the_days_between_the_two_are_a_setting(entregar):
    entregar(**BASE, pagos=[PAGO | {"fecha": "2026-11-16"}])
    assert entregar(bancos={"b.txt": [UNO]}, opciones=Opciones(dias_pago=6)).archivos["b.txt"].conciliadas == 1


def test_a_bank_may_write_the_code(entregar):
    opciones = Opciones(bancos={"007": {"campo": "codigo", "ancho": 5}})
    entregar(**BASE, bancos={"b.txt": [("12", 500_00)]}, opciones=opciones)
    assert pagos() == [("00012", None, DIA, 500_00, "Bancolombia")]


def test_a_file_with_another_total_stops_the_delivery(entregar):
    resultado = entregar(**BASE, bancos={"b.txt": archivo([UNO], de_menos=1)})
    assert not resultado.publicada
    assert {rechazo.archivo for rechazo in resultado.rechazos} == {"b.txt"}
    assert (pagos(), Recaudo.select().count()) == ([], 0)


def test_only_that_file_is_left_out_of_a_partial_one(entregar):
    bancos = {"malo.txt": archivo([UNO], de_menos=1), "bueno.txt": archivo([UNO], modificador="B")}
    resultado = entregar(**BASE, bancos=bancos, parcial=True)
    assert resultado.publicada
    assert [recaudo.id[11] for recaudo in Recaudo.select()] == ["B"]


def test_two_copies_of_a_file_are_told(entregar):
    resultado = entregar(**BASE, bancos={"a.txt": [UNO], "b.txt": [UNO]})
    assert not resultado.publicada
    assert "otro archivo de la entrega" in resultado.rechazos[0].motivo


def test_a_file_of_another_company_is_warned_of(entregar):
    resultado = entregar(**BASE, bancos={"b.txt": [UNO]}, opciones=Opciones(nit="8920002651"))
    assert [aviso.columna for aviso in resultado.avisos] == ["nit"]
    assert list(entregar(bancos={"b.txt": [UNO]}, opciones=Opciones(nit=NIT)).avisos) == []


def test_a_dry_run_tells_what_would_come_of_them(entregar):
    entregar(**BASE)
    antes = entregar(pagos=[PAGO], bancos={"b.txt": [UNO, ("999", 100)]}, simular=True)
    assert RecaudoVersion.select().count() == 0
    despues = entregar(pagos=[PAGO], bancos={"b.txt": [UNO, ("999", 100)]})
    for nombre in ("pagos", "b.txt"):
        assert antes.archivos[nombre] == despues.archivos[nombre]
    assert (despues.archivos["b.txt"].conciliadas, despues.archivos["b.txt"].por_identificar) == (1, 1)


def test_undoing_brings_the_payment_of_the_bank_back(entregar):
    entregar(**BASE, conceptos=COMPLETA["conceptos"], bancos={"b.txt": [UNO, ("999", 100)]})
    antes = pagos(), [tuple(r) for r in Recaudo.select().order_by(Recaudo.id).tuples()]
    segunda = entregar(pagos=[PAGO], facturas=[BILL | {"numero": "F9", "periodo": "2026-12", "referencia": "999"}])
    assert len(pagos()) == 2
    entregas.deshacer(segunda.entrega, "sistemas:ana")
    assert (pagos(), [tuple(r) for r in Recaudo.select().order_by(Recaudo.id).tuples()]) == antes
