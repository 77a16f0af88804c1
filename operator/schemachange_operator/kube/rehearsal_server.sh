# The throw-away server of a rehearsal: any image with a PostgreSQL server, any user id, read-only root.
# Trust is enough: it listens inside its own pod alone and lives as long as one Job.
set -eu

sockets=/rehearsal
data=/rehearsal-data/server

for folder in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /usr/local/bin /usr/pgsql-*/bin /opt/bitnami/postgresql/bin; do
    if [ -x "$folder/initdb" ]; then
        PATH="$folder:$PATH"
        break
    fi
done
if ! command -v initdb >/dev/null; then
    echo "no PostgreSQL server in this image: initdb is neither in PATH nor in a folder where packages put it" >&2
    exit 1
fi

# A restarted server keeps what it had, since a test applies and rolls back in two containers. A half-made cluster is
# made again.
if [ ! -s "$data/PG_VERSION" ]; then
    rm -rf "$data.new"
    for locale in C.UTF-8 C; do
        if initdb --pgdata "$data.new" --username postgres --auth trust --encoding UTF8 --locale "$locale" --no-sync; then
            break
        fi
        rm -rf "$data.new"
    done
    mv "$data.new" "$data"
fi

# /dev/shm is 64 MB in a pod, hence mmap. Autovacuum would take locks that are not the migration's.
rm -f "$data/postmaster.pid"
exec postgres -D "$data" \
    -c listen_addresses=127.0.0.1 -c port=5432 -c unix_socket_directories="$sockets" \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off \
    -c shared_buffers=64MB -c dynamic_shared_memory_type=mmap -c wal_level=logical -c max_connections=50
