# One image for the operator and for the runner of its Jobs: they differ in the first argument only.
#
# BASE may be any Debian whose client tools are not older than the newest server. What it lacks is installed.
ARG BASE=debian:forky-slim
FROM ${BASE}

ARG POSTGRES=18
RUN missing=""; \
    [ -x /usr/bin/python3 ] && python3 -c 'import ensurepip, venv' 2>/dev/null || missing="python3 python3-venv"; \
    [ -x /usr/lib/postgresql/${POSTGRES}/bin/pg_dump ] || missing="$missing postgresql-client-${POSTGRES}"; \
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"; \
    [ -z "$missing" ] || { \
        apt-get update && apt-get install --yes --no-install-recommends $missing && rm -rf /var/lib/apt/lists/*; \
    }

# A user with an entry in /etc/passwd: libpq and the database's own programs ask for the name of the user they run as.
RUN echo 'schemachange:x:65532:65532::/nonexistent:/usr/sbin/nologin' >>/etc/passwd \
    && echo 'schemachange:x:65532:' >>/etc/group

COPY requirements.lock /opt/requirements.lock
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /opt/requirements.lock

# The client tools themselves, before Debian's wrappers of the same names, which look for local clusters first.
# The root file system may be read-only: nothing is compiled at run time, so all is compiled below.
ENV PATH=/opt/venv/bin:/usr/lib/postgresql/${POSTGRES}/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/operator \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# Last, because it changes most: a changed source redoes these two layers and nothing else.
COPY operator/schemachange_operator /opt/operator/schemachange_operator
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/operator

USER 65532:65532
ENTRYPOINT ["python", "-m", "schemachange_operator"]
