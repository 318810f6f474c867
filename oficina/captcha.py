"""The security code: five digits as an image and as Spanish audio, derived from a signed nonce.

Nothing is stored in the database until a code is answered; then its nonce is, so that each serves once on every server.
It slows robots down and is never the only defence (see access and limits).
"""

import functools
import hashlib
import hmac
import secrets
import time
from pathlib import Path

from captcha import audio
from captcha.image import ImageCaptcha
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from peewee import IntegrityError

from . import cache, db
from .models import CaptchaUsado

DIGITS = 5
SECONDS = 20 * 60
VOICES = Path(__file__).parent / "voces"
SIZE = (200, 70)
INK = (16, 42, 67, 255)
PAPER = (255, 255, 255)


class CaptchaError(Exception):
    """The token was not made here, or is older than 20 minutes."""


def nuevo() -> str:
    """A new code: the token that goes in the form and in the addresses of its image and sound."""
    return _serializer().dumps(secrets.token_hex(16))


def imagen(token: str) -> bytes:
    """The code as a PNG of 200 x 70 pixels, always the same one: a robot must not compare drawings. Raises CaptchaError."""
    nonce = _unspent(token)
    paint = functools.partial(_painter().generate, _digits(nonce), bg_color=PAPER, fg_color=INK)
    return cache.kept("captcha", f"{nonce}.png", lambda slot: paint().getvalue(), slots=2, patience=1)


def sonido(token: str) -> bytes:
    """The code spoken in Spanish: WAV, 8 kHz, some 10 seconds. Raises CaptchaError, BusyError.

    One at a time on the machine: it costs 0.2 s of a core and anybody may ask for it.
    """
    nonce = _unspent(token)
    return cache.kept("sonido", nonce, lambda slot: bytes(_speaker().generate(_digits(nonce))), slots=1, patience=0.3)


def acierta(token: str | None, digitos: str | None) -> bool:
    """Whether ``digitos`` answers ``token``, which is spent by the try, right or wrong. Blanks are ignored.

    Call it outside any transaction: one that is rolled back later would give the code back.
    """
    if not current_app.config["CAPTCHA"]:
        return True
    typed = "".join((digitos or "").split())
    if not token or not typed:
        return False
    try:
        nonce, expires = _open(token)
    except CaptchaError:
        return False
    return _spend(nonce, expires) and hmac.compare_digest(_digits(nonce).encode(), typed.encode(errors="replace"))


def limpiar() -> int:
    """Forget the spent codes that expired; how many."""
    with db.write():
        return CaptchaUsado.delete().where(CaptchaUsado.vence < int(time.time())).execute()


def _unspent(token: str) -> str:
    """The nonce of a token that nobody answered yet. Raises CaptchaError."""
    nonce, _ = _open(token)
    if CaptchaUsado.select().where(CaptchaUsado.nonce == nonce).exists():
        raise CaptchaError
    return nonce


def _spend(nonce: str, expires: int) -> bool:
    """Whether this was the first answer to ``nonce``; the primary key decides, also in a race."""
    try:
        with db.write():
            CaptchaUsado.create(nonce=nonce, vence=expires)
    except IntegrityError:
        return False
    return True


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="captcha")


def _open(token: str) -> tuple[str, int]:
    """The nonce of a token and when it expires, in Unix seconds. Raises CaptchaError."""
    try:
        nonce, made = _serializer().loads(token, max_age=SECONDS, return_timestamp=True)
    except (BadData, ValueError) as error:
        raise CaptchaError from error
    return nonce, int(made.timestamp()) + SECONDS


def _digits(nonce: str) -> str:
    key = current_app.config["SECRET_KEY"]
    code = hmac.digest(key if isinstance(key, bytes) else key.encode(), f"captcha:{nonce}".encode(), hashlib.sha256)
    return f"{int.from_bytes(code) % 10**DIGITS:0{DIGITS}}"


class Painter(ImageCaptcha):
    """Turned, warped and overlapped less than the library does, for a person to read it at the first try."""

    # The library pastes each digit through its own luminance, which would leave dark ink faint.
    lookup_table = [min(level * 7, 255) for level in range(256)]
    word_offset_dx = 0.1
    character_rotate = (-22, 22)
    character_warp_dx = (0.05, 0.2)
    character_warp_dy = (0.1, 0.2)


class Speaker(audio.AudioCaptcha):
    """The library's sound with shorter pauses and fainter voices behind, so that it lasts some 10 seconds."""

    def create_wave_body(self, chars: str) -> bytearray:
        body = bytearray()
        for char in chars:
            body += audio.create_silence(_samples(0.6, 1.1)) + self._twist_pick(char)
        body += audio.create_silence(_samples(0.6, 0.8))
        noise = audio.change_sound(self.create_background_noise(len(body), chars)[: len(body)], 0.4)
        return audio.BEEP + audio.SILENCE + audio.mix_wave(body, noise) + audio.END_BEEP


def _samples(shortest: float, longest: float) -> int:
    """A random number of samples between two durations in seconds."""
    low, high = (int(seconds * audio.WAVE_SAMPLE_RATE) for seconds in (shortest, longest))
    return low + secrets.randbelow(high - low)


@functools.cache
def _painter() -> ImageCaptcha:
    return Painter(*SIZE, font_sizes=(46, 52, 56))


@functools.cache
def _speaker() -> Speaker:
    speaker = Speaker(str(VOICES))
    speaker.load()  # before any thread sees it: the library's own lazy loading is not safe among threads
    return speaker
