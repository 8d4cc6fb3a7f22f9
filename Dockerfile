# One image, CPU or CUDA alike: torch brings what it needs. State lives in /data, or in the
# PostgreSQL named by GLIMPSE_DATABASE_URL.
FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements.txt .
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home glimpse && install -d -o glimpse /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
USER glimpse
ENV GLIMPSE_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["/app/.venv/bin/python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/healthz', timeout=3)"]
CMD [".venv/bin/python", "-m", "streamlit", "run", "Home.py", \
    "--server.address", "0.0.0.0", "--server.port", "8501"]
