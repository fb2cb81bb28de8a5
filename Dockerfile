# digitwise in a container. The page, with the token that is printed at its start:
#   docker build -t digitwise .
#   docker run --rm -p 8000:8000 --read-only --tmpfs /tmp digitwise
# Reading a folder:
#   docker run --rm --read-only --tmpfs /tmp --user "$(id -u)" -v "$PWD/scans:/scans:ro" digitwise read /scans
# Nothing is written but to /tmp and what is mounted at /data; compiled kernels are in /tmp, too, made anew by
# each container that reads many pictures or trains.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY digitwise digitwise
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/digitwise && /opt/digitwise/bin/pip install '.[web,xlsx]'

FROM python:3.13-slim
LABEL org.opencontainers.image.title="digitwise" org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/digitwise /opt/digitwise
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin digitwise \
    && install -d -o digitwise /data
USER 10001:10001
WORKDIR /data
ENV PATH=/opt/digitwise/bin:$PATH HOME=/tmp XDG_CACHE_HOME=/tmp/cache PYTHONUNBUFFERED=1
EXPOSE 8000
# 401: it is there, and wants the token.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client, sys; asked = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); asked.request('GET', '/api/health'); sys.exit(asked.getresponse().status not in (200, 401))"]
ENTRYPOINT ["digitwise"]
CMD ["serve", "--host", "0.0.0.0", "--examples", "/tmp/examples", "--models", "/tmp/models"]
