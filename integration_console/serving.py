"""How gunicorn serves the pages: `gunicorn --config python:integration_console.serving ...`.

WEB_CONCURRENCY, which gunicorn reads by itself, is the number of processes.
"""

from integration_console.settings import LOGGING

worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 5
# Now and then a process begins anew, not all of them at once.
max_requests = 5_000
max_requests_jitter = 500
# A disk that is busy must not make a process look dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# Requests are logged by integration_console.request_log, which repeats no search and no link.
accesslog = None
control_socket_disable = True
logconfig_dict = {
    **LOGGING,
    "loggers": {
        **LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
    },
}
