FROM python:3.11-slim

RUN useradd --uid 10001 --create-home line && install -d -o line -g line /data
WORKDIR /app
COPY LICENSE ./
COPY requirements/runtime.txt requirements/
COPY ops/setup.sh ops/link.py ops/
RUN PIP_NO_CACHE_DIR=1 sh ops/setup.sh runtime
COPY src/ src/
RUN .venv/bin/python -m compileall -q src

USER line
WORKDIR /data
VOLUME /data
ENV PYTHONUNBUFFERED=1 INTERSESSION_DATABASE=/data/intersession.sqlite3
ENTRYPOINT ["/app/.venv/bin/intersession"]
CMD ["serve"]
