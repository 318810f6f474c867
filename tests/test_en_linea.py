"""What was paid online counts at once, and is the same payment when a delivery brings it: never twice, never lost."""

from datetime import timedelta

import fabrica
import pytest
from test_entregas import FACTURA, PREDIO, en_csv
from test_recaudos import archivo

from oficina import entregas
from oficina.db import utcnow
from oficina.documentos.copias import impedimento
from oficina.formats import hoy
from oficina.models import (
    Asociacion,
    Entrega,
    Factura,
    Intento,
    Movimiento,
    Pago,
    PagoAbierto,
    PagoVersion,
    RecaudoVersion,
    UltimaFactura,
)

CODIGO, OTRO = "00012", "00013"
TOTAL = 84_350_00
EXPEDIDA = hoy() - timedelta(days=10)
BILL = FACTURA | {"referencia": "4567", "expedida": str(EXPEDIDA), "vence": str(hoy() + timedelta(days=5))}
BASE = {
    "predios": [PREDIO, PREDIO | {"codigo": OTRO}],
    "facturas": [BILL, BILL | {"numero": "F2", "codigo": OTRO, "referencia": "4568"}],
}


@pytest.fixture
def entregar(app, tmp_path):
    """Import files of a delivery, given as rows by name, and a bank's file of today."""
    veces = iter(range(100))

    def importar(banco=None, **archivos):
        carpeta = tmp_path / f"entrega{next(veces)}"
        carpeta.mkdir()
        for nombre, filas in archivos.items():
            (carpeta / f"{nombre}.csv").write_text(en_csv(filas), encoding="utf-8")
        if banco:
            (carpeta / "banco.txt").write_text(archivo(banco, dia=str(hoy())), encoding="ascii")
        resultado = entregas.importar(carpeta, "sistemas:ana")
        assert resultado.publicada, [r.motivo for r in resultado.rechazos]
        return resultado.entrega

    importar(**BASE)
    return importar


@pytest.fixture
def intento(entregar):
    """F1 paid online."""
    return fabrica.pago_en_linea({CODIGO: "F1"})


def pago(**datos):
    """A row of pagos.csv: of the whole bill, by internet, today."""
    fields = {"id": "P1", "codigo": CODIGO, "factura": "F1", "fecha": str(hoy()), "valor": "84350", "canal": "internet"}
    return fields | {"referencia_pasarela": ""} | datos


def debe(codigo=CODIGO):
    """What is owed, and what of it was paid online that no delivery has."""
    factura = UltimaFactura.de(codigo)
    return factura.total - factura.abonado, factura.en_linea


def aplicados():
    """Of each row of the ledger, the payment that it is."""
    return [row.pago for row in Movimiento.select().order_by(Movimiento.id)]


def devuelve(intento):
    """The gateway gives the payment back."""
    for row in list(Movimiento.select().where(Movimiento.intento == intento.id)):
        row.id, row.tipo, row.valor, row.saldo, row.pago = None, "reverso", -row.valor, -row.saldo, None
        row.save(force_insert=True)


# -- the same payment -------------------------------------------------------------------------------


def test_it_counts_at_once_and_once(entregar, intento):
    assert debe() == (0, TOTAL)
    entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    assert debe() == (0, 0)
    assert aplicados() == ["P1"]


def test_the_id_of_the_transaction_tells_as_well(entregar, intento):
    entregar(pagos=[pago(referencia_pasarela=intento.transaccion)])
    assert debe() == (0, 0)


@pytest.mark.parametrize("canal", ["internet", "banco", "", "débito"])
def test_with_the_reference_the_channel_and_the_day_do_not_matter(entregar, intento, canal):
    day = str(hoy() - timedelta(days=9))
    entregar(pagos=[pago(canal=canal, fecha=day, referencia_pasarela=intento.referencia)])
    assert debe() == (0, 0)


@pytest.mark.parametrize("canal", ["internet", ""])
@pytest.mark.parametrize("factura", ["F1", "", "F0"])
def test_a_system_that_keeps_no_reference_tells_by_code_value_and_day(entregar, intento, canal, factura):
    entregar(pagos=[pago(canal=canal, factura=factura)])
    assert aplicados() == ["P1"]


@pytest.mark.parametrize("canal", ["banco", "oficina", "corresponsal", "débito"])
def test_a_payment_at_the_counter_of_the_same_value_is_another(entregar, intento, canal):
    entregar(pagos=[pago(canal=canal)])
    assert debe() == (-TOTAL, TOTAL)
    assert aplicados() == [None]


@pytest.mark.parametrize(
    "datos",
    [
        *({"valor": "84349"}, {"codigo": OTRO}, {"referencia_pasarela": "OVDEOTRO00001"}),
        {"fecha": str(hoy() - timedelta(days=1))},  # before the attempt began
    ],
)
def test_another_value_code_reference_or_day_is_another_payment(entregar, intento, datos):
    entregar(pagos=[pago(**datos)])
    assert aplicados() == [None]


@pytest.mark.parametrize(("dias", "es"), [(0, True), (5, True), (6, False)])
def test_the_billing_system_may_date_it_some_days_later(entregar, intento, dias, es):
    Movimiento.update(fecha=hoy() - timedelta(days=dias)).execute()
    entregar(pagos=[pago()])
    assert aplicados() == ["P1" if es else None]


def test_one_that_was_approved_days_later_may_be_of_the_day_it_began(entregar):
    fabrica.pago_en_linea({CODIGO: "F1"}, creado=utcnow() - timedelta(days=3))
    entregar(pagos=[pago(fecha=str(hoy() - timedelta(days=3)))])
    assert aplicados() == ["P1"]


def test_our_reference_with_another_code_is_not_this_payment(entregar, intento):
    entregar(pagos=[pago(codigo=OTRO, factura="F2", referencia_pasarela=intento.referencia)])
    assert debe() == (0, TOTAL)
    assert aplicados() == [None]


def test_our_reference_with_another_value_is_this_payment_at_that_value(entregar, intento):
    """That it differs is for ``flask pagos conciliar`` to tell."""
    entregar(pagos=[pago(valor="80000", referencia_pasarela=intento.referencia)])
    assert debe() == (4_350_00, 0)


def test_a_payment_divided_among_bills_counts_whole(entregar, intento):
    entregar(
        pagos=[pago(id=f"P{n}", valor=valor, referencia_pasarela=intento.referencia) for n, valor in ((1, "84000"), (2, "350"))]
    )
    assert debe() == (0, 0)


def test_several_codes_of_one_attempt_are_each_their_own(entregar):
    intento = fabrica.pago_en_linea({CODIGO: "F1", OTRO: "F2"})
    entregar(pagos=[pago(id="P2", codigo=OTRO, factura="F2", referencia_pasarela=intento.referencia)])
    assert (debe(CODIGO), debe(OTRO)) == ((0, TOTAL), (0, 0))
    entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    assert (debe(CODIGO), debe(OTRO)) == ((0, 0), (0, 0))


# -- never twice ------------------------------------------------------------------------------------


def test_one_payment_of_a_delivery_is_one_made_online(entregar):
    """Paid twice, of which one has come."""
    for _ in range(2):
        fabrica.pago_en_linea({CODIGO: "F1"})
    entregar(pagos=[pago()])
    assert sorted(aplicados(), key=str) == [None, "P1"]
    assert debe() == (-TOTAL, TOTAL)
    entregar(pagos=[pago(id="P2")])
    assert sorted(aplicados()) == ["P1", "P2"]
    assert debe() == (-TOTAL, 0)


def test_the_reference_goes_before_the_value(entregar):
    """Whichever was paid first."""
    fabrica.pago_en_linea({CODIGO: "F1"})
    second = fabrica.pago_en_linea({CODIGO: "F1"})
    entregar(pagos=[pago(referencia_pasarela=second.referencia), pago(id="P2")])
    assert aplicados() == ["P2", "P1"]


@pytest.mark.parametrize("keeps", [True, False])
def test_the_same_delivery_again_changes_nothing(entregar, intento, keeps):
    row = pago(referencia_pasarela=intento.referencia if keeps else "")
    for _ in range(3):
        entregar(pagos=[row])
        assert debe() == (0, 0)
    entregar(predios=[PREDIO])
    assert debe() == (0, 0)


def test_one_known_by_its_value_keeps_its_place_once_a_reference_comes(entregar, intento):
    entregar(pagos=[pago()])
    entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    assert (debe(), aplicados()) == ((0, 0), ["P1"])


def test_a_delivery_taken_back_makes_it_count_again(entregar, intento):
    number = entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    entregas.deshacer(number, "sistemas:ana")
    assert debe() == (0, TOTAL)
    entregar(predios=[PREDIO])
    assert debe() == (0, TOTAL)
    entregar(pagos=[pago(id="P7", referencia_pasarela=intento.referencia)])
    assert (debe(), aplicados()) == ((0, 0), ["P7"])


def test_a_delivery_that_is_refused_leaves_it_in_process(entregar, intento, tmp_path):
    folder = tmp_path / "mala"
    folder.mkdir()
    (folder / "pagos.csv").write_text(en_csv([pago(referencia_pasarela=intento.referencia), pago(id="P2", valor="x")]))
    assert not entregas.importar(folder, "sistemas:ana").publicada
    assert debe() == (0, TOTAL)


# -- a bank tells of it first -----------------------------------------------------------------------


def de_internet():
    """The payments of banks' files came by internet."""
    for table in (PagoVersion, RecaudoVersion):
        table.update(canal="internet").execute()


def test_a_payment_that_a_bank_tells_of_is_not_taken_for_one_by_internet(entregar, intento):
    entregar(banco=[("4567", TOTAL)])
    ((canal,),) = Pago.select(Pago.canal).tuples()
    assert canal == "banco"
    assert aplicados() == [None]


@pytest.mark.parametrize("canal", ["internet", "banco"])
@pytest.mark.parametrize("keeps", [True, False])
def test_the_billing_systems_row_in_place_of_the_banks_is_the_same_payment(entregar, intento, canal, keeps):
    entregar(banco=[("4567", TOTAL)])
    de_internet()
    entregar(predios=[PREDIO])
    (del_banco,) = Pago.select()
    assert (debe(), aplicados()) == ((0, 0), [del_banco.id])
    number = entregar(pagos=[pago(canal=canal, referencia_pasarela=intento.referencia if keeps else "")])
    assert [row.id for row in Pago.select()] == ["P1"]
    assert (debe(), aplicados()) == ((0, 0), ["P1"])
    entregas.deshacer(number, "sistemas:ana")
    assert (debe(), aplicados()) == ((0, 0), [del_banco.id])


# -- given back -------------------------------------------------------------------------------------


def test_one_given_back_before_any_delivery_is_owed_again(entregar, intento):
    devuelve(intento)
    assert debe() == (TOTAL, 0)
    entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    assert debe() == (TOTAL, -TOTAL)
    assert aplicados() == ["P1", None]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_what_is_given_back_comes_as_a_negative_payment(entregar, intento, keeps, together):
    reference = intento.referencia if keeps else ""
    rows = [pago(referencia_pasarela=reference), pago(id="P2", valor="-84350", referencia_pasarela=reference)]
    if not together:
        entregar(pagos=rows[:1])
    devuelve(intento)
    assert debe() == (TOTAL, 0 if together else -TOTAL)
    entregar(pagos=rows)
    assert debe() == (TOTAL, 0)
    assert aplicados() == ["P1", "P2"]


# -- what is owed -----------------------------------------------------------------------------------


def test_of_a_bill_issued_after_the_payment_it_counts_no_more(entregar):
    """The billing system issued it with what was owed by then."""
    fabrica.pago_en_linea({CODIGO: "F1"}, fecha=hoy() - timedelta(days=3))
    new = BILL | {"numero": "F9", "periodo": "2026-11", "expedida": str(hoy() - timedelta(days=1)), "total": "90000"}
    entregar(facturas=[new])
    assert debe() == (90_000_00, 0)
    entregar(pagos=[pago(fecha=str(hoy() - timedelta(days=3)))])
    assert debe() == (90_000_00, 0)


def test_a_payment_of_an_older_bill_after_a_new_one_was_issued_counts(entregar):
    new = BILL | {"numero": "F9", "periodo": "2026-11", "expedida": str(hoy() - timedelta(days=1)), "total": "90000"}
    entregar(facturas=[new])
    fabrica.pago_en_linea({CODIGO: "F1"})
    assert debe() == (90_000_00 - TOTAL, TOTAL)


def test_what_was_paid_too_much_is_no_part_of_the_bill(entregar, intento):
    fabrica.pago_en_linea({CODIGO: "F1"})
    last = Movimiento.select().order_by(Movimiento.id.desc()).first()
    Movimiento.update(saldo=TOTAL).where(Movimiento.id == last.id).execute()
    assert debe() == (0, TOTAL)


def test_whoever_lost_the_code_sees_only_what_was_theirs(entregar):
    cuenta = fabrica.una_cuenta(codigos=[CODIGO])
    Asociacion.update(revisar=utcnow() - timedelta(days=5), ve_hasta=EXPEDIDA).execute()
    new = BILL | {"numero": "F9", "periodo": "2026-11", "expedida": str(hoy() - timedelta(days=1))}
    entregar(facturas=[new])
    fabrica.pago_en_linea({CODIGO: "F9"})
    fabrica.un_intento({CODIGO: "F9"}, estado="pendiente")
    seen = UltimaFactura.de(CODIGO, limitada=True)
    assert (seen.numero, seen.abonado, seen.en_linea, seen.abierto) == ("F1", 0, 0, None)
    assert cuenta.pagos_en_proceso() == []
    theirs = fabrica.pago_en_linea({CODIGO: "F1"}, cuenta)
    assert UltimaFactura.de(CODIGO, limitada=True).en_linea == TOTAL
    assert [row.publico for row in cuenta.pagos_en_proceso()] == [theirs.publico]


def test_an_attempt_for_the_bill_that_a_former_holder_sees_is_told_to_them(entregar):
    fabrica.una_cuenta(codigos=[CODIGO])
    Asociacion.update(revisar=utcnow(), ve_hasta=hoy()).execute()
    fabrica.un_intento({CODIGO: "F1"}, estado="pendiente")
    assert UltimaFactura.de(CODIGO, limitada=True).abierto == "pendiente"


# -- on the pages, before, during and after ---------------------------------------------------------


def test_the_panel_says_the_same_debt_at_every_moment(entregar, navegador):
    navegador.ya_dentro(fabrica.una_cuenta(codigos=[CODIGO]))

    def panel():
        page = navegador.abre("/facturas")
        return page.lee(".estado"), "en proceso de aplicación" in page.texto

    assert panel() == ("Por pagar", False)
    intento = fabrica.pago_en_linea({CODIGO: "F1"})
    assert panel() == ("Pagada", True)
    number = entregar(pagos=[pago(referencia_pasarela=intento.referencia)])
    assert panel() == ("Pagada", False)
    entregas.deshacer(number, "sistemas:ana")
    assert panel() == ("Pagada", True)
    entregar(pagos=[pago()])
    assert panel() == ("Pagada", False)
    devuelve(intento)
    assert panel() == ("Por pagar", False)


def test_many_payments_without_deliveries_of_payments_cost_one_question(entregar):
    for _ in range(5):
        fabrica.pago_en_linea({CODIGO: "F1"})
    with fabrica.consultas() as statements:
        entregar(predios=[PREDIO])
    assert sum("movimiento" in sql for sql in statements) == 1
    assert Entrega.select().count() == 2


def test_the_copy_says_why_a_bank_would_not_take_it(entregar):
    factura = Factura.get_by_id("F1")
    intento = fabrica.un_intento({CODIGO: "F1"})
    assert impedimento(factura, limitada=False) is None
    for state in ("pendiente", "revision"):
        Intento.update(estado=state).execute()
        assert impedimento(factura, limitada=False) == "en curso"
    PagoAbierto.delete().execute()
    intento = fabrica.pago_en_linea({CODIGO: "F1"})
    assert impedimento(factura, limitada=False) == "pagada"
    entregar(pagos=[pago(factura="F0", fecha=str(EXPEDIDA), referencia_pasarela=intento.referencia)])
    devuelve(intento)
    assert impedimento(factura, limitada=False) == "devuelto"
