# As cpu.Dockerfile, with the host's GPUs visible.
# The base is plain Python and not a CUDA image: the CUDA libraries come with torch, in the versions that the lock
# pins, and a base with its own would hold them twice and let the two drift apart. The driver is the host's; the
# container runtime mounts it as the two NVIDIA_ variables ask.
FROM python:3.11-slim-bookworm

ENV DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    YOLO_OFFLINE=true \
    YOLO_AUTOINSTALL=false \
    ULTRALYTICS_SAFE_LOAD=1 \
    HF_HUB_OFFLINE=1 \
    UV_NO_CACHE=1 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
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
