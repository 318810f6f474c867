"""A gateway's server in the tests: a real one, in a thread, that answers what it is told and keeps what it was asked."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Servidor(ThreadingHTTPServer):
    """``cuerpo`` goes out in ``trozos`` pieces, ``espera`` seconds before each.

    ``preguntas`` are what it was asked: method, path, headers and body.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Respuesta)
        self.cuerpo, self.estado, self.cabeceras = b"", 200, {}
        self.espera, self.trozos = 0.0, 1
        self.preguntas = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def dira(self, cuerpo, estado=200, **cabeceras) -> None:
        self.cuerpo = cuerpo if isinstance(cuerpo, bytes) else json.dumps(cuerpo).encode()
        self.estado, self.cabeceras = estado, cabeceras


class Respuesta(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.preguntas.append((self.command, self.path, dict(self.headers), body))
        try:
            time.sleep(server.espera)
            self.send_response(server.estado)
            for name, value in server.cabeceras.items():
                self.send_header(name, value)
            self.end_headers()
            size = len(server.cuerpo) // server.trozos + 1
            for start in range(0, len(server.cuerpo), size):
                self.wfile.write(server.cuerpo[start : start + size])
                self.wfile.flush()
                time.sleep(server.espera)
        except OSError:
            pass  # who asked has gone

    do_POST = do_GET  # noqa: N815 the name is http.server's

    def log_message(self, *args):
        pass


@contextmanager
def servidor() -> Iterator[Servidor]:
    server = Servidor()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
