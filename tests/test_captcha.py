"""The security code: image and sound of the same digits, good for one answer."""

import io
import random
import threading
import wave

import pytest
from itsdangerous import TimestampSigner
from PIL import Image

from oficina import captcha, db
from oficina.models import CaptchaUsado

pytestmark = pytest.mark.ajustes(CAPTCHA=True)


def digits_of(token: str) -> str:
    return captcha._digits(captcha._open(token)[0])


def an_old_token(monkeypatch, seconds: int) -> str:
    now = TimestampSigner.get_timestamp
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) - seconds)
        return captcha.nuevo()


def test_the_right_digits_are_accepted_once(app):
    token = captcha.nuevo()
    assert captcha.acierta(token, digits_of(token))
    assert not captcha.acierta(token, digits_of(token))


def test_blanks_typed_between_digits_do_not_matter(app):
    token = captcha.nuevo()
    assert captcha.acierta(token, f" {digits_of(token)[:2]} {digits_of(token)[2:]}\t")


def test_a_wrong_answer_spends_the_code(app):
    token = captcha.nuevo()
    assert not captcha.acierta(token, "no")
    assert not captcha.acierta(token, digits_of(token))
    assert CaptchaUsado.select().count() == 1


@pytest.mark.parametrize("digits", ["٣٣٣٣٣", "ñ", "\ud800", "1" * 50_000])
def test_strange_answers_are_only_wrong(app, digits):
    assert not captcha.acierta(captcha.nuevo(), digits)


def test_a_missing_answer_is_wrong_and_spends_nothing(app):
    token = captcha.nuevo()
    assert not captcha.acierta(token, None)
    assert not captcha.acierta(token, "   ")
    assert not captcha.acierta(None, "12345")
    assert captcha.acierta(token, digits_of(token))


@pytest.mark.parametrize("token", ["", "x", "ñandú", "\ud800", "a.b.c", "." * 500])
def test_a_forged_token_is_refused(app, token):
    assert not captcha.acierta(token, "12345")
    for make in (captcha.imagen, captcha.sonido):
        with pytest.raises(captcha.CaptchaError):
            make(token)


def test_a_token_of_another_secret_is_refused(app):
    token = captcha.nuevo()
    app.config["SECRET_KEY"] = "otro secreto"
    with pytest.raises(captcha.CaptchaError):
        captcha.imagen(token)


def test_a_token_serves_twenty_minutes(app, monkeypatch):
    fresh, expired = an_old_token(monkeypatch, 19 * 60), an_old_token(monkeypatch, 20 * 60 + 1)
    digits = digits_of(fresh)
    assert captcha.acierta(fresh, digits)
    assert not captcha.acierta(expired, digits)
    with pytest.raises(captcha.CaptchaError):
        captcha.sonido(expired)


def test_only_one_of_many_simultaneous_answers_is_accepted(app):
    token = captcha.nuevo()
    digits, answers = digits_of(token), []

    def answer():
        with app.app_context():
            answers.append(captcha.acierta(token, digits))
            db.db.close()

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 7 + [True]


def test_the_digits_do_not_depend_on_the_global_random(app):
    tokens = set()
    for _ in range(3):
        random.seed(1)
        tokens.add(captcha.nuevo())
    assert len(tokens) == 3
    token = tokens.pop()
    assert digits_of(token) == digits_of(token)
    assert len(digits_of(token)) == 5


def test_the_image_is_a_legible_png(app):
    image = Image.open(io.BytesIO(captcha.imagen(captcha.nuevo())))
    assert (image.format, image.size) == ("PNG", (200, 70))
    darkest, lightest = image.convert("L").getextrema()
    assert darkest < 60
    assert lightest == 255


def test_the_sound_is_a_short_wav(app):
    data = captcha.sonido(captcha.nuevo())
    assert len(data) < 250_000
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 1)
        assert 5 < sound.getnframes() / sound.getframerate() < 20


def test_every_digit_has_its_voices(app):
    voices = {folder.name: len(list(folder.glob("*.wav"))) for folder in captcha.VOICES.iterdir() if folder.is_dir()}
    assert voices == {str(digit): 3 for digit in range(10)}


def test_cleaning_forgets_only_the_expired(app, monkeypatch):
    captcha.acierta(captcha.nuevo(), "no")
    captcha._spend("0" * 32, 1)
    assert captcha.limpiar() == 1
    assert CaptchaUsado.select().count() == 1


@pytest.mark.ajustes(CAPTCHA=False)
def test_switched_off_it_asks_for_nothing(app):
    assert captcha.acierta(None, None)
    assert CaptchaUsado.select().count() == 0
