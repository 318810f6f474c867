"""A PDF made already is handed out before the view; whoever may not see it, or sees it otherwise, gets what the view says."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fabrica import consultas, pago_en_linea, un_intento, un_pago, una_cuenta, una_entrega, una_factura

from oficina import access, cache
from oficina.db import utcnow
from oficina.facturas import atajo
from oficina.formats import hoy
from oficina.models import Asociacion, ConceptoVersion, Cuenta, FacturaVersion, Intento, Movimiento, PagoAbierto, Sesion
from oficina.models.cuenta import Vista

NUMERO = "F-20461"
PDF = f"/facturas/factura-{NUMERO}.pdf"


@pytest.fixture
def rosa(navegador):
    """Signed in, with a bill whose PDF she has opened."""
    cuenta = una_cuenta(codigos=["1001"])
    una_factura("1001", numero=NUMERO, vence=hoy() + timedelta(days=5))
    navegador.ya_dentro(cuenta)
    assert navegador.pide("GET", PDF).status_code == 200
    return cuenta


def pide(navegador, **options):
    """The answer, and how many queries it took: one by the shortcut, more by the view."""
    with consultas() as asked:
        answer = navegador.pide("GET", PDF, **options)
    return answer, sum("SELECT" in statement for statement in asked)


def por_el_atajo(navegador) -> bool:
    answer, queries = pide(navegador)
    assert answer.status_code == 200
    return queries == 1


def test_the_second_time_it_says_the_same_with_one_query(navegador, rosa):
    fast, one = pide(navegador)
    slow, many = pide(navegador, query_string="por=la-vista")
    assert (one, many > 1) == (1, True)
    assert fast.data == slow.data
    assert fast.data.startswith(b"%PDF-")
    assert sorted(fast.headers.items()) == sorted(slow.headers.items())


def test_another_customer_gets_the_404_of_the_view(navegador, rosa):
    other = navegador.otro().ya_dentro(una_cuenta("tomas@correo.example", codigos=["2001"]))
    assert pide(other)[0].status_code == 404


def test_signed_out_it_is_closed(navegador, rosa):
    assert pide(navegador.otro())[0].status_code == 303


def ended(cuenta) -> None:
    Sesion.delete().execute()


def old(cuenta) -> None:
    Sesion.update(caduca=utcnow() - timedelta(seconds=1)).execute()


def temporary(cuenta) -> None:
    Sesion.update(nivel="temporal").execute()


def blocked(cuenta) -> None:
    Cuenta.update(bloqueada=utcnow()).execute()


def erased(cuenta) -> None:
    Cuenta.update(eliminada=utcnow()).execute()


@pytest.mark.parametrize("act", [ended, old, temporary, blocked, erased])
def test_whoever_may_no_longer_enter_is_sent_to_the_door(navegador, rosa, act):
    act(rosa)
    assert pide(navegador)[0].status_code == 303


def test_a_code_that_was_let_go_takes_its_bills_along(navegador, rosa):
    Asociacion.delete().execute()
    assert pide(navegador)[0].status_code == 404


def test_a_former_holder_loses_the_bills_of_the_new_one(navegador, rosa):
    Asociacion.update(revisar=utcnow(), ve_hasta=date(2026, 1, 1)).execute()
    assert pide(navegador)[0].status_code == 404


def test_a_former_holder_does_not_get_the_copy_with_the_name(navegador, rosa):
    whole = pide(navegador)[0].data
    Asociacion.update(revisar=utcnow(), ve_hasta=hoy()).execute()
    limited, queries = pide(navegador)
    assert queries > 1
    assert limited.data != whole
    assert por_el_atajo(navegador)
    assert pide(navegador)[0].data == limited.data


def test_after_a_delivery_the_view_is_asked_again(navegador, rosa):
    before = pide(navegador)[0].data
    latest = una_entrega()
    for table in (FacturaVersion, ConceptoVersion):
        table.update(baja=latest).where(table.numero == NUMERO).execute()
    assert pide(navegador)[0].status_code == 404
    fresh = una_factura("1001", numero=NUMERO, total=99_000_00, vence=hoy() + timedelta(days=5))
    assert fresh.numero == NUMERO
    after, queries = pide(navegador)
    assert queries > 1
    assert after.data != before
    assert por_el_atajo(navegador)


def test_the_next_day_the_view_is_asked_again(app, navegador, rosa):
    assert por_el_atajo(navegador)
    made = app.extensions[atajo.MADE]
    made.update({key: bill._replace(dia=bill.dia - timedelta(days=1)) for key, bill in made.items()})
    assert not por_el_atajo(navegador)
    assert por_el_atajo(navegador)


@pytest.mark.parametrize("harm", ["gone", "cut", "changed"])
def test_a_file_that_is_gone_or_damaged_is_made_again(app, navegador, rosa, harm):
    before = pide(navegador)[0].data
    (bill,) = app.extensions[atajo.MADE].values()
    path = Path(bill.path)
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-100] if harm == "cut" else data[:500] + bytes([data[500] ^ 1]) + data[501:])
    again, queries = pide(navegador)
    assert queries > 1
    assert again.data[:5] == b"%PDF-"
    assert len(again.data) == len(before)
    assert por_el_atajo(navegador)


def test_a_session_due_to_be_renewed_is_left_to_the_view(navegador, rosa):
    navegador.ya_dentro(rosa, hace=62)
    answer, queries = pide(navegador)
    assert (answer.status_code, queries > 1) == (200, True)
    assert "Set-Cookie" in answer.headers
    assert por_el_atajo(navegador)


def test_a_session_idle_for_too_long_is_over(navegador, rosa):
    navegador.ya_dentro(rosa, hace=31 * 60)
    assert pide(navegador)[0].status_code == 303


def test_a_forged_cookie_opens_nothing(navegador, rosa):
    cookie = navegador.client.get_cookie("oficina").value
    other = "A" if cookie[-5] != "A" else "B"  # not the last one, of which some bits say nothing
    for forged in (f"{cookie[:-5]}{other}{cookie[-4:]}", cookie.split(".")[0], "x", ""):
        navegador.client.set_cookie("oficina", forged)
        assert pide(navegador)[0].status_code == 303


def con_cookie(navegador, header: str, url: str = PDF):
    """The answer to a browser that sends just this header."""
    other = navegador.otro()
    other.client = navegador.app.test_client(use_cookies=False)
    return other.pide("GET", url, headers={"Cookie": header})


def test_a_cookie_of_another_site_that_is_no_text_changes_nothing(navegador, rosa):
    ours = f"oficina={navegador.client.get_cookie('oficina').value}"
    for theirs in ("z=\xff", "z=" + "x" * 3000, "oficina=forged-but-for-another-path; z"):
        for header in (f"{theirs}; {ours}", f"{ours}; {theirs}"):
            fast, slow = (con_cookie(navegador, header, url) for url in (PDF, f"{PDF}?x=1"))
            assert (fast.status_code, fast.data) == (slow.status_code, slow.data)


def test_strangers_cannot_fill_the_memory(app, navegador, rosa):
    access.read_cookie.cache_clear()
    for n in range(20):
        con_cookie(navegador, f"z={n}" + "x" * 3000)
    assert access.read_cookie.cache_info().currsize == 0


@pytest.mark.ajustes(URL_PUBLICA="http://localhost")
def test_a_host_that_is_not_ours_is_refused(navegador, rosa):
    assert por_el_atajo(navegador)
    assert pide(navegador, headers={"Host": "otro.example"})[0].status_code == 400


def test_a_head_is_left_to_the_view(navegador, rosa):
    assert navegador.pide("HEAD", PDF).data == b""


@pytest.mark.ajustes(PAGO_GLN="7709998000018")
def test_a_payment_of_the_bill_comes_by_a_delivery_and_is_seen(navegador, rosa):
    before = pide(navegador)[0].data
    una_entrega()
    un_pago("1001", factura=NUMERO)
    assert pide(navegador)[0].data != before


@pytest.mark.ajustes(PAGO_GLN="7709998000018")
def test_what_becomes_of_a_payment_online_is_seen_at_once(navegador, rosa):
    """Begun, at the bank, approved, given back: whatever changes the copy, the next request has the new one."""
    made = [pide(navegador)[0].data]

    def next_one(changed: bool):
        again, queries = pide(navegador)
        assert queries > 1
        made.append(again.data)
        assert (made[-1] != made[-2]) == changed
        assert pide(navegador)[0].data == made[-1]
        assert por_el_atajo(navegador)

    intento = un_intento({"1001": NUMERO}, rosa)
    next_one(changed=False)  # a bank would still take it: the gateway knows of nothing
    Intento.update(estado="pendiente").execute()
    next_one(changed=True)
    Intento.update(estado="revision").execute()
    next_one(changed=False)
    PagoAbierto.delete().execute()
    next_one(changed=True)
    assert made[-1] == made[0]
    intento = pago_en_linea({"1001": NUMERO}, rosa)
    next_one(changed=True)
    row = Movimiento.get(Movimiento.intento == intento.id)
    Movimiento.create(
        **{name: getattr(row, name) for name in ("intento", "transaccion", "codigo", "factura", "fecha", "momento")},
        **{"tipo": "reverso", "valor": -row.valor, "saldo": 0},
    )
    next_one(changed=True)
    assert made[-1] == made[0]


@pytest.mark.ajustes(PAGO_GLN="7709998000018")
def test_a_delivery_with_what_was_paid_online_and_its_end_are_seen(navegador, rosa):
    intento = pago_en_linea({"1001": NUMERO}, rosa)
    paid = pide(navegador)[0].data
    una_entrega()
    un_pago("1001", id="P1", factura=NUMERO, referencia_pasarela=intento.referencia)
    Movimiento.update(pago="P1").execute()
    assert not por_el_atajo(navegador)
    assert pide(navegador)[0].data == paid
    assert por_el_atajo(navegador)


def test_what_another_code_pays_changes_nothing(navegador, rosa):
    una_factura("2001", numero="F-2")
    pago_en_linea({"2001": "F-2"})
    assert por_el_atajo(navegador)


def test_what_is_remembered_is_bounded(app, monkeypatch):
    monkeypatch.setattr(atajo, "MOST", 3)
    cache.keep("pdf", "0" * 64, b"%PDF-")
    for n in range(10):
        atajo.remember(f"F{n}", "1001", Vista(None, 0, None, None), hoy(), "0" * 64)
    assert len(app.extensions[atajo.MADE]) <= 3


@pytest.mark.parametrize("numero", ["Ñ 1", "F🚰", 'a"b;c', "A\x01B\x7f", "FE/123"])
def test_other_numbers_go_through_the_view_with_headers_that_a_server_can_send(navegador, rosa, numero):
    una_factura("1001", numero=numero, expedida=date(2026, 1, 1))
    for _ in range(2):
        with consultas() as asked:
            answer = navegador.pide("GET", f"/facturas/factura-{quote(numero, safe='/')}.pdf")
        assert answer.status_code == 200
        assert sum("SELECT" in statement for statement in asked) > 1
    name = answer.headers["Content-Disposition"]
    assert name.isascii()
    assert name.isprintable()
    assert name.endswith(f"filename*=UTF-8''{quote(f'factura-{numero}.pdf', safe='')}")
