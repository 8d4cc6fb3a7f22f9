# syntax=docker/dockerfile:1
# Two images of one recipe, `--target cpu` and `--target cuda`: they differ in the build of torch, which
# is the package index's to choose. docs/operate.md has the commands.
# Pinned by version; who needs the very bytes passes PYTHON_IMAGE with a digest.
ARG PYTHON_IMAGE=python:3.11.16-slim-bookworm

# Wheels only, so no compiler is needed here either. pip reads both arguments as its own settings.
# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE} AS packages
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
COPY requirements.txt /
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --only-binary :all: -r requirements.txt \
    && /opt/venv/bin/python -m pip uninstall --yes pip

# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE} AS glimpse
LABEL org.opencontainers.image.title="Glimpse" \
      org.opencontainers.image.description="Grounded detection and text generation, and what people say of them"
# A new volume belongs to whom the folder belonged that it is mounted over; where there is none, to root.
RUN groupadd --gid 10001 glimpse \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin glimpse \
    && install --directory --owner glimpse --group glimpse --mode 0700 /data /data/huggingface
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY pyproject.toml Home.py manage.py models.toml ./
COPY .streamlit .streamlit
COPY models models
COPY db db
COPY core core
COPY api api
COPY ui ui
COPY pages pages
COPY plugins plugins
# All that is written goes to /data and /tmp: the rest may be read-only.
RUN /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    HOME=/data \
    HF_HOME=/data/huggingface \
    GLIMPSE_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/healthz', timeout=3)"]
CMD ["python", "-m", "streamlit", "run", "Home.py", "--server.address", "0.0.0.0", "--server.port", "8501"]

FROM glimpse AS cpu
RUN ["python", "-c", "import sys, torch; torch.version.cuda and sys.exit('This torch is a CUDA build. Name the index of CPU builds with --build-arg PIP_EXTRA_INDEX_URL=..., or build --target cuda.')"]

FROM glimpse AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN ["python", "-c", "import sys, torch; torch.version.cuda or sys.exit('This torch is a CPU build; build --target cpu, or leave PIP_EXTRA_INDEX_URL out.')"]
