"""Signed-in pages against a bare Flask view under the same server, in one run; ratios are what counts."""

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONNECTIONS = 16
SECONDS = int(os.environ.get("SEGUNDOS", "6"))
ROUNDS = 3
LUA = """
local cookies = {}
for line in io.lines("%s") do cookies[#cookies + 1] = line end
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", nil, {["Cookie"] = cookies[n %% #cookies + 1]})
end
"""


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("Falta wrk: apt-get install -y wrk")
    sizes = [int(n) for n in sys.argv[1:]] or [1000, 130_000]
    folder = Path(tempfile.mkdtemp(prefix="oficina-bench-"))
    try:
        results = {size: measure(folder / str(size), size) for size in sizes}
    finally:
        shutil.rmtree(folder)
    report(sizes, results)


def measure(folder: Path, predios: int) -> dict[str, tuple[float, float]]:
    """Per page the median requests per second and p50 in ms; rounds of all pages are interleaved."""
    folder.mkdir()
    started = time.monotonic()
    script = "import json, sys; from bench.datos import fill; from oficina import create_app; "
    script += "print(json.dumps(fill(create_app(), int(sys.argv[1]))))"
    environment = os.environ | {"OFICINA_INSTANCIA": str(folder)}
    made = subprocess.run(
        [sys.executable, "-c", script, str(predios)], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    (folder / "cookies").write_text("\n".join(json.loads(made.stdout)) + "\n")
    (folder / "cookies.lua").write_text(LUA % (folder / "cookies"))
    print(f"{predios} predios: base de {size_of(folder)} MB llena en {time.monotonic() - started:.0f} s", flush=True)
    bare, portal = free_port(), free_port()
    servers = [serve("bench.desnuda:app", bare, environment), serve("app:app", portal, environment)]
    try:
        pages = {"desnuda": f"{bare}/", "Factura": f"{portal}/facturas", "Pagos": f"{portal}/pagos"}
        for port in (bare, portal):
            wait_for(port)
        runs = {name: [] for name in pages}
        for address in pages.values():
            load(address, folder, 2)
        for _ in range(ROUNDS):
            for name, address in pages.items():
                runs[name].append(load(address, folder, SECONDS))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    return {name: tuple(statistics.median(values) for values in zip(*some, strict=True)) for name, some in runs.items()}


def load(address: str, folder: Path, seconds: int, connections: int = CONNECTIONS) -> tuple[float, float]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(folder / "cookies.lua")]
    text = subprocess.run([*command, f"http://127.0.0.1:{address}"], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text:
        sys.exit(f"Hubo respuestas con error en {address}:\n{text}")
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", text).groups()
    p50 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), p50


def serve(target: str, port: int, environment: dict) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", target, "--log-level", "error"], cwd=ROOT, env=environment | {"PORT": str(port)}
    )


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("El servidor no arrancó.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) // 1_000_000


def report(sizes: list[int], results: dict[int, dict[str, tuple[float, float]]]) -> None:
    print(f"\n{'predios':>9}  {'página':<8} {'pet./s':>8} {'de la desnuda':>14} {'p50 ms':>8} {'del menor':>10}")
    for size in sizes:
        base = results[size]["desnuda"][0]
        for name, (rate, p50) in results[size].items():
            smallest = results[sizes[0]][name][1]
            print(f"{size:>9}  {name:<8} {rate:>8.0f} {rate / base:>14.2f} {p50:>8.1f} {p50 / smallest:>10.2f}")


if __name__ == "__main__":
    main()
