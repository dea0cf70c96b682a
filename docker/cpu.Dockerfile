# The environment of the lock on a bare Debian, by the verbs of the Makefile; models run on the CPU.
# torch from the registry is one build for both kinds of device, so this image is no smaller than the GPU one.
FROM python:3.11-slim-bookworm

ENV DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    YOLO_OFFLINE=true \
    YOLO_AUTOINSTALL=false \
    ULTRALYTICS_SAFE_LOAD=1 \
    HF_HUB_OFFLINE=1 \
    UV_NO_CACHE=1 \
    CUDA_VISIBLE_DEVICES="" \
    PATH=/opt/medregion/.venv/bin:$PATH

WORKDIR /opt/medregion
COPY Makefile ./
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && make system \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home medregion \
    && install --directory --owner=medregion --group=medregion /opt/medregion /corpus
USER 10001

# The dependencies change rarely and the sources often: two layers.
COPY --chown=medregion:medregion .ci/uv.txt .ci/uv.txt
COPY --chown=medregion:medregion requirements.txt ./
RUN make requirements
COPY --chown=medregion:medregion . .
RUN make setup

# Configs and sources are mounted here, and work directories and releases come out here.
VOLUME ["/corpus"]
WORKDIR /corpus
ENTRYPOINT ["medregion"]
CMD ["--help"]
