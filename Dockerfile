# One image for web, live, worker, beat, sealer and migrate; docker-compose.yml gives each its command. By itself it is web.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 STATIC_ROOT=/srv/static
WORKDIR /srv/helpline

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

COPY . .
# Collecting needs settings, and settings need secrets: these exist for this one step only
RUN HELPLINE_ENV=production SECRET_KEY=build VAULT_KEYS="k1:$(head -c 32 /dev/urandom | base64)" \
    VAULT_INDEX_KEY="$(head -c 32 /dev/urandom | base64)" \
    SITE_URL=https://build.invalid TOLL_FREE_NUMBER=+18005550123 WHO_PAYS_TEXT=build \
    python manage.py collectstatic --noinput \
 && chmod -R a+rX /srv \
 && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin helpline \
 && install -d -o helpline -m 700 /srv/heads

USER 10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].lstrip('.')}), timeout=3)"]
CMD ["granian", "--interface", "wsgi", "helpline.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws", "--log-level", "warning"]
