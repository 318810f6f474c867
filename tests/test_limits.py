"""What is counted: exact among many at once, on both engines; waits that grow and are not prolonged."""

import time

import pytest
from fabrica import a_la_vez
from flask import Flask

from oficina import limits
from oficina.limits import FORGET_AFTER, WAIT_MOST, TableStorage, admit, forget, key_of, take_back, within
from oficina.models import Espera, Limite

pytestmark = pytest.mark.ajustes(LIMITES=True)


def dentro(app: Flask, act):
    def run():
        with app.app_context():
            return act()

    return run


# -- counters -----------------------------------------------------------------------------------------


def test_a_counter_counts_and_says_when_it_ends(app):
    storage = TableStorage()
    assert [storage.incr("k", 60) for _ in range(3)] == [1, 2, 3]
    assert storage.incr("k", 60, amount=5) == 8
    assert (storage.get("k"), storage.get("other")) == (8, 0)
    assert 0 < storage.get_expiry("k") - time.time() <= 60


def test_a_window_that_is_over_begins_anew_and_one_that_is_not_keeps_its_end(app):
    storage = TableStorage()
    storage.incr("k", 60)
    end = storage.get_expiry("k")
    storage.incr("k", 6000)
    assert storage.get_expiry("k") == end
    Limite.update(vence=int(time.time())).execute()
    assert storage.get("k") == 0
    assert storage.incr("k", 60) == 1


def test_twenty_at_once_are_all_counted_once(app):
    TableStorage().incr("k", 60)
    counts = a_la_vez(*[dentro(app, lambda: TableStorage().incr("k", 60))] * 20)
    assert sorted(counts, key=str) == sorted(range(2, 22), key=str)


def test_twenty_at_once_that_make_the_counter_are_all_counted_once(app):
    for serial in range(5):
        counts = a_la_vez(*[dentro(app, lambda key=f"k{serial}": TableStorage().incr(key, 60))] * 20)
        assert sorted(counts, key=str) == sorted(range(1, 21), key=str)


def test_clearing_forgets_one_counter_and_resetting_all(app):
    storage = TableStorage()
    for key in ("a", "b", "c"):
        storage.incr(key, 60)
    storage.clear("a")
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    assert storage.reset() == 2


def test_within_lets_so_many_through_and_names_nobody(app):
    assert [within("prueba", "rosa@correo.example", 2, 60) for _ in range(3)] == [True, True, False]
    assert within("prueba", "tomas@correo.example", 2, 60)
    assert "rosa" not in repr(list(Limite.select().tuples()))


def test_what_was_right_is_taken_back_once_and_never_below_nothing(app):
    for _ in range(3):
        assert within("prueba", "rosa@correo.example", 1, 60)
        take_back("prueba", "rosa@correo.example")
    take_back("prueba", "rosa@correo.example")
    take_back("prueba", "tomas@correo.example")
    assert [within("prueba", "rosa@correo.example", 1, 60) for _ in range(2)] == [True, False]


@pytest.mark.ajustes(LIMITES=False)
def test_switched_off_nothing_is_counted(app):
    assert all(within("prueba", "x", 1, 60) for _ in range(3))
    assert [admit("k", 1) for _ in range(3)] == [0, 0, 0]
    assert not Limite.select().exists()
    assert not Espera.select().exists()


# -- waits --------------------------------------------------------------------------------------------


def falla(key: str, free: int) -> int:
    """A try when the wait is over; how long the next one must wait."""
    Espera.update(hasta=0).execute()
    before = int(time.time())
    assert admit(key, free) == 0
    row = Espera.get_by_id(key)
    return round((row.hasta - before) / 10) * 10 if row.hasta > before else 0


def test_waits_double_from_thirty_seconds_to_fifteen_minutes(app):
    key = key_of("ingreso", "x")
    assert [falla(key, 3) for _ in range(9)] == [0, 0, 30, 60, 120, 240, 480, WAIT_MOST, WAIT_MOST]


def test_who_waits_is_told_how_long_and_does_not_prolong_it(app):
    key = key_of("ingreso", "x")
    for _ in range(3):
        admit(key, 3)
    until = Espera.get_by_id(key).hasta
    told = [admit(key, 3) for _ in range(50)]
    assert all(0 < seconds <= 30 for seconds in told)
    row = Espera.get_by_id(key)
    assert (row.hasta, row.fallos) == (until, 3)


def test_an_hour_after_the_wait_all_is_forgotten(app):
    key = key_of("ingreso", "x")
    for _ in range(3):
        admit(key, 3)
    row = Espera.get_by_id(key)
    assert row.vence - row.hasta == FORGET_AFTER
    Espera.update(hasta=0, vence=int(time.time()) - 1).execute()
    admit(key, 3)
    assert Espera.get_by_id(key).fallos == 1


def test_success_forgets(app):
    keys = [key_of("ingreso", name) for name in ("a", "b", "c")]
    for key in keys:
        admit(key, 1)
    forget(*keys[:2])
    assert [admit(key, 1) > 0 for key in keys] == [False, False, True]


def test_of_twenty_tries_at_once_only_the_free_ones_go_on(app):
    for serial in range(5):
        key = key_of("ingreso", str(serial))
        answers = a_la_vez(*[dentro(app, lambda key=key: admit(key, 5))] * 20)
        assert sum(answer == 0 for answer in answers) == 5, answers


def test_cleaning_forgets_only_what_is_over(app):
    TableStorage().incr("old", 60)
    admit(key_of("old"), 1)
    Limite.update(vence=1).execute()
    Espera.update(vence=1).execute()
    TableStorage().incr("new", 60)
    admit(key_of("new"), 1)
    limits.clean()
    assert [row.clave for row in Limite.select()] == ["new"]
    assert [row.clave for row in Espera.select()] == [key_of("new")]


# -- whom ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "desconocida"),
        ("1.2.3.4:5678", "desconocida"),
    ],
)
def test_a_household_is_counted_as_one(app, remote, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": remote} if remote else {}):
        assert limits.address() == counted
