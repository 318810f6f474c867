# Read by gunicorn wherever it is started from this folder; docs/instalacion.md says how in production.
import os

wsgi_app = "app:app"
bind = os.environ.get("OFICINA_ESCUCHA", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
# Threads: with sync workers two customers who open a PDF would stop everybody else.
worker_class = "gthread"
workers = os.cpu_count() or 2
threads = 4
# Without it, keep-alive browsers may all be accepted by one worker.
reuse_port = not bind.startswith("unix:")
timeout = 60
graceful_timeout = 30
max_requests = 20000
max_requests_jitter = 2000
limit_request_line = 4094
limit_request_fields = 60
