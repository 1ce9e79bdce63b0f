# Everything that Framefarm runs, from one base: the farm itself (one image for all of its services), and
# the redis, RTMP and Prometheus servers that it stands on.
#
#   docker build --target farm -t framefarm .
#
# Where packages come from is the build host's business. Behind a mirror or a proxy, give the build its
# pip.conf and, if that has its own, the certificate authority (as `cert = /run/secrets/pip_ca` in pip.conf):
#
#   docker build --secret id=pip_conf,src=pip.conf --secret id=pip_ca,src=ca.pem ...
#
# Neither becomes part of the image.

FROM debian:bookworm-slim AS base
ENV LANG=C.UTF-8
# One user for all images: a number, so that Kubernetes can see that it is not root.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin farm


# --- The farm: compile what has to be compiled, then leave the compilers behind ---

FROM base AS builder
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      python3-venv python3-dev gcc libc6-dev \
      libjpeg-dev zlib1g-dev libfreetype-dev libwebp-dev libraqm-dev libfribidi-dev libharfbuzz-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/framefarm
RUN python3 -m venv venv
COPY requirements.lock ./
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=pip_ca,target=/run/secrets/pip_ca \
    --mount=type=cache,target=/root/.cache/pip \
    venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
COPY . src
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=pip_ca,target=/run/secrets/pip_ca \
    --mount=type=cache,target=/root/.cache/pip \
    venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -e src \
 # The root file system is read-only at run time, so the bytecode is written now.
 && venv/bin/python -m compileall -q src \
 && venv/bin/python -m pip uninstall -q -y pip setuptools \
 && rm -rf src/build

FROM base AS farm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      python3 tini ca-certificates \
      libjpeg62-turbo zlib1g libfreetype6 libwebp7 libwebpmux3 libwebpdemux2 libraqm0 libfribidi0 libharfbuzz0b \
      fonts-dejavu-core fonts-dejavu-extra fonts-noto-core fonts-noto-color-emoji \
      fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o farm -g farm -m 0700 /var/lib/framefarm
COPY --from=builder /opt/framefarm /opt/framefarm
COPY deploy/docker/keep /usr/local/bin/
ENV PATH=/opt/framefarm/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATE_DIR=/var/lib/framefarm \
    LOG_FORMAT=json \
    HOST=0.0.0.0
# Fails the build when a library, a font or one of Pillow's features is missing from this stage.
RUN python -c "import av, cv2, workers.kernel, workers.scanline; from workers.imaging import check_imaging; check_imaging()"
USER 10001:10001
WORKDIR /var/lib/framefarm
VOLUME /var/lib/framefarm
ENTRYPOINT ["tini", "--"]
CMD ["framefarm", "--help"]


# --- The servers that are not ours ---

FROM base AS redis
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o farm -g farm -m 0700 /var/lib/framefarm-redis
COPY deploy/redis/redis.conf /etc/framefarm/redis.conf
COPY deploy/docker/redis /usr/local/bin/start
USER 10001:10001
WORKDIR /var/lib/framefarm-redis
VOLUME /var/lib/framefarm-redis
ENTRYPOINT ["start"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -qx PONG

FROM base AS rtmp
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx-light libnginx-mod-rtmp gettext-base \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/rtmp/nginx.conf.template /etc/framefarm/nginx.conf.template
COPY deploy/docker/rtmp deploy/docker/rtmp-alive /usr/local/bin/
USER 10001:10001
ENTRYPOINT ["rtmp"]
HEALTHCHECK --interval=10s --timeout=3s CMD rtmp-alive

FROM base AS prometheus
RUN apt-get update \
 && apt-get install -y --no-install-recommends prometheus \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o farm -g farm -m 0700 /var/lib/framefarm-prometheus
COPY deploy/prometheus /etc/framefarm/prometheus
USER 10001:10001
WORKDIR /var/lib/framefarm-prometheus
VOLUME /var/lib/framefarm-prometheus
ENTRYPOINT ["prometheus", \
  "--config.file=/etc/framefarm/prometheus/prometheus.yml", \
  "--storage.tsdb.path=/var/lib/framefarm-prometheus", \
  "--storage.tsdb.retention.time=15d", \
  "--storage.tsdb.retention.size=2GB"]

# What `docker build .` makes when no target is named.
FROM farm
