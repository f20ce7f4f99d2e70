# One image for all of it: pages, workers, beat and migrations differ by their command
# (docker-compose.yml).
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS built
WORKDIR /console
COPY requirements-production.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes -r requirements-production.lock
COPY . .
# The names of the files that browsers keep carry a hash of their content. What the settings need
# is made up: nothing is signed or asked here.
RUN SECRET_KEY=only-for-building DATABASE_URL=postgres:///none \
        /venv/bin/python manage.py collectstatic --no-input \
    && /venv/bin/python -m compileall -q . /venv

FROM python:${PYTHON}-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin console
WORKDIR /console
COPY --from=built /venv /venv
COPY --from=built /console /console
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["script/healthy", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "--config", "python:integration_console.serving", "--bind", "0.0.0.0:8000", "integration_console.wsgi"]
