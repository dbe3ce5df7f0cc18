# ccserver itself. Build from the top of the clone:
#   docker build -f asterisk-docker/ccserver.Dockerfile -t ccserver .
ARG NODE=node:22-slim
ARG PYTHON=python:3.11-slim-bookworm

FROM ${NODE} AS web
WORKDIR /src/ccserver/webui
COPY ccserver/webui/package.json ccserver/webui/package-lock.json ccserver/webui/.npmrc ./
RUN npm ci --ignore-scripts
COPY ccserver/webui/ ./
RUN npm run build

FROM ${PYTHON}
# espeak-ng and sox speak the callers' prompts.
RUN apt-get update && apt-get install --yes --no-install-recommends espeak-ng sox \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /
RUN pip install --no-cache-dir --require-hashes --requirement /requirements.lock
WORKDIR /srv
COPY ccserver/ ccserver/
COPY agi_scripts/ agi_scripts/
COPY ivr_flows/ ivr_flows/
COPY migrations/ migrations/
COPY asterisk-docker/ asterisk-docker/
COPY pyproject.toml ./
COPY --from=web /src/ccserver/web/static/ ccserver/web/static/
RUN useradd --system --home-dir /srv/var --create-home --uid 990 ccserver
USER ccserver
CMD ["python", "-m", "ccserver", "serve"]
