#!/usr/bin/env bash
# Entrypoint of the stand-in images that scripts/offline-image builds.
#
# It keeps the contract of the official postgres image, so that a Compose file cannot tell the
# difference: the same variables, the same directories, the same order of events. The comments
# say which part of that contract a step keeps.
set -Eeuo pipefail

fail() {
    printf 'Error: %s\n' "$@" >&2
    exit 1
}

# Takes VARIABLE from the file that VARIABLE_FILE names, else from the environment, else the
# default. Both at once is a mistake of the caller.
take() {
    local variable=$1 default=${2-} file=$1_FILE value
    if [ -n "${!variable-}" ] && [ -n "${!file-}" ]; then
        fail "both $variable and $file are set (but are exclusive)"
    fi
    if [ -n "${!file-}" ]; then
        [ -r "${!file}" ] || fail "$file names ${!file}, which cannot be read"
        value=$(<"${!file}")
    else
        value=${!variable-$default}
        [ -n "$value" ] || value=$default
    fi
    export "$variable=$value"
    unset "$file"
}

# Whether the server is really to run: not for `postgres --help` and its like, nor for another
# command such as `bash` or `psql`.
starts_server() {
    [ "${1-}" = postgres ] || return 1
    local argument
    for argument in "$@"; do
        case $argument in
            -\? | --help | --describe-config | -V | --version | -C) return 1 ;;
        esac
    done
}

# The directories as a container may find them: a fresh volume belongs to root.
prepare_directories() {
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" || true
    mkdir -p /var/run/postgresql
    chmod 3777 /var/run/postgresql || true
    [ -z "${POSTGRES_INITDB_WALDIR-}" ] || mkdir -p "$POSTGRES_INITDB_WALDIR"
    if [ "$(id -u)" = 0 ]; then
        find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
        [ -z "${POSTGRES_INITDB_WALDIR-}" ] || find "$POSTGRES_INITDB_WALDIR" \! -user postgres -exec chown postgres '{}' +
    fi
}

# From 18 on the data stands in a directory named after the major, and the volume is one level
# up. A mount at the old path would stay empty, and its data would be ignored: refuse both.
refuse_old_layout() {
    [ "$PG_MAJOR" -ge 18 ] && [ "$PGDATA" = "/var/lib/postgresql/$PG_MAJOR/docker" ] || return 0
    [ ! -s "$PGDATA/PG_VERSION" ] || return 0
    local found=() directory
    for directory in /var/lib/postgresql /var/lib/postgresql/data /var/lib/postgresql/*/docker; do
        [ ! -s "$directory/PG_VERSION" ] || found+=("$directory")
    done
    if [ "${#found[@]}" = 0 ] && awk '$5 == "/var/lib/postgresql/data" { seen = 1 } END { exit !seen }' /proc/self/mountinfo; then
        found+=("/var/lib/postgresql/data (unused mount/volume)")
    fi
    [ "${#found[@]}" != 0 ] || return 0
    fail "in 18+, these Docker images are configured to store database data in $PGDATA" \
        "there appears to be PostgreSQL data in: ${found[*]}" \
        "mount the volume at /var/lib/postgresql, and bring old data over with pg_upgrade or a dump"
}

check_password() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        fail "Database is uninitialized and superuser password is not specified." \
            "You must specify POSTGRES_PASSWORD to a non-empty value for the superuser," \
            "or set POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one."
    fi
    if [ "$POSTGRES_HOST_AUTH_METHOD" = trust ]; then
        echo "WARNING: POSTGRES_HOST_AUTH_METHOD has been set to trust: anyone who reaches the port gets in" >&2
    fi
}

# initdb wants a name for its user; `docker run --user 1234` gives it none.
lend_a_name() {
    ! getent passwd "$(id -u)" >/dev/null || return 0
    local wrapper
    wrapper=$(find /usr/lib -name libnss_wrapper.so -print -quit)
    [ -n "$wrapper" ] || return 0
    NSS_WRAPPER_PASSWD=$(mktemp)
    NSS_WRAPPER_GROUP=$(mktemp)
    export LD_PRELOAD=$wrapper NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
    echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$NSS_WRAPPER_PASSWD"
    echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
}

take_name_back() {
    [ -n "${NSS_WRAPPER_PASSWD-}" ] || return 0
    rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
    unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

initialise() {
    lend_a_name
    local waldir=()
    [ -z "${POSTGRES_INITDB_WALDIR-}" ] || waldir=(--waldir "$POSTGRES_INITDB_WALDIR")
    # POSTGRES_INITDB_ARGS is shell text by contract: '--data-checksums --locale="C"'.
    local extra=()
    eval "extra=(${POSTGRES_INITDB_ARGS-})"
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        "${waldir[@]}" "${extra[@]}" -D "$PGDATA"
    take_name_back
    # initdb trusts the socket and the loopback; everybody else has to show the password.
    # The server's own arguments may choose another way of keeping passwords
    # (postgres -c password_encryption=md5).
    local method=$POSTGRES_HOST_AUTH_METHOD
    shift # the word postgres
    [ -n "$method" ] || method=$(postgres -C password_encryption -D "$PGDATA" "$@")
    printf '\n' >>"$PGDATA/pg_hba.conf"
    if [ "$method" = trust ]; then
        printf '# warning: trust is enabled for all connections\n' >>"$PGDATA/pg_hba.conf"
    fi
    printf 'host all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# Runs psql against the server of the initialisation, over its socket.
process_sql() {
    local arguments=(-v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc)
    [ -z "$POSTGRES_DB" ] || arguments+=(--dbname "$POSTGRES_DB")
    PGHOST='' PGHOSTADDR='' psql "${arguments[@]}" "$@"
}
# Init scripts of the official image call it by this name.
docker_process_sql() { process_sql "$@"; }

run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                if [ -x "$file" ]; then
                    echo "$0: running $file"
                    "$file"
                else
                    echo "$0: sourcing $file"
                    # shellcheck source=/dev/null
                    . "$file"
                fi
                ;;
            *.sql) echo "$0: running $file"; process_sql -f "$file"; echo ;;
            *.sql.gz) echo "$0: running $file"; gunzip -c "$file" | process_sql; echo ;;
            *.sql.xz) echo "$0: running $file"; xzcat "$file" | process_sql; echo ;;
            *.sql.zst) echo "$0: running $file"; zstd -dc "$file" | process_sql; echo ;;
            '/docker-entrypoint-initdb.d/*') ;;
            *) echo "$0: ignoring $file" ;;
        esac
    done
}

# The database and the init files are made on a server that listens on the socket only. This is
# the time in which `pg_isready` in the container already says yes and nobody outside gets in.
fill() {
    shift # the word postgres: pg_ctl adds it itself
    PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -w start \
        -o "$(printf '%q ' "$@" -c listen_addresses='' -p "${PGPORT:-5432}")"
    local database=$POSTGRES_DB exists
    export PGPASSWORD=${PGPASSWORD-$POSTGRES_PASSWORD}
    exists=$(POSTGRES_DB='' process_sql --dbname postgres --set db="$database" --tuples-only <<<"SELECT 1 FROM pg_database WHERE datname = :'db';")
    if [ -z "$exists" ]; then
        POSTGRES_DB='' process_sql --dbname postgres --set db="$database" <<<"CREATE DATABASE :\"db\";"
        printf '\n'
    fi
    run_init_files
    PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
    unset PGPASSWORD
}

main() {
    # `docker run IMAGE -c work_mem=8MB` gives flags alone.
    case ${1-} in -*) set -- postgres "$@" ;; esac
    if ! starts_server "$@"; then
        exec "$@"
    fi
    prepare_directories
    if [ "$(id -u)" = 0 ]; then
        exec gosu postgres "${BASH_SOURCE[0]}" "$@"
    fi
    echo "townpass: this is a stand-in for the image postgres:$PG_MAJOR (PostgreSQL $PG_VERSION), not the official one" >&2
    if [ -s "$PGDATA/PG_VERSION" ]; then
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
        take POSTGRES_PASSWORD
        take POSTGRES_USER postgres
        take POSTGRES_DB "$POSTGRES_USER"
        take POSTGRES_INITDB_ARGS
        : "${POSTGRES_HOST_AUTH_METHOD:=}"
        check_password
        refuse_old_layout
        # Fails early where the files of the init directory cannot be read.
        ls /docker-entrypoint-initdb.d/ >/dev/null
        initialise "$@"
        fill "$@"
        printf '\nPostgreSQL init process complete; ready for start up.\n\n'
    fi
    exec "$@"
}

# Init scripts may source this file for its functions.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    main "$@"
fi
