# Two images: `app` is gunicorn, `proxy` is nginx with the static files. compose.yaml puts them
# together with a MariaDB; docs/deployment.md says how.

FROM python:3.13-slim-trixie AS build

# The driver for MariaDB is compiled. Debian keeps one version of each package per release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc pkg-config libmariadb-dev \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt requirements-mysql.txt requirements-postgres.txt requirements-proof.txt /build/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        -r /build/requirements.txt \
        -r /build/requirements-mysql.txt \
        -r /build/requirements-postgres.txt \
        -r /build/requirements-proof.txt


FROM python:3.13-slim-trixie AS app

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin holdfast \
    && install -d -o 10001 -m 700 /var/lib/holdfast

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

COPY --from=build /venv /venv
COPY . /srv/holdfast
WORKDIR /srv/holdfast

# The key is for this one command; the real one comes with the container.
RUN SECRET_KEY=for-collectstatic-only python manage.py collectstatic --no-input --verbosity 0

USER 10001
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as ask; ask.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# The other containers reach it by the network of compose.yaml, nobody else does.
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]


FROM nginx:1.28 AS proxy

COPY deploy/nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=app /srv/holdfast/staticfiles /srv/holdfast/staticfiles
RUN sed -i 's/server 127\.0\.0\.1:8000;/server app:8000;/' /etc/nginx/conf.d/default.conf
