# shellcheck shell=sh
# PostgreSQL: rows in and out, transactions whose sums must agree.

POSTGRESQL_ROWS=$((VOLUME / 100))

postgresql() { guest a "export PGHOST=$(address_of b) PGUSER=postgres; $1"; }

start_postgresql() {
    GUEST_LIMIT=300 guest b 'echo "postgres:x:102:65534::/tmp/postgresql:/bin/sh" >>/etc/passwd
        mkdir -p /tmp/postgresql && chown postgres /tmp/postgresql
        su postgres -c "cd /tmp/postgresql && /usr/lib/postgresql/15/bin/initdb --no-sync --no-locale -E UTF8 -A trust data >initdb.log 2>&1" || { tail -n 5 /tmp/postgresql/initdb.log; exit 1; }
        echo "host all all 10.0.0.0/8 trust" >>/tmp/postgresql/data/pg_hba.conf'
    begin b postgresql 'su postgres -c "exec /usr/lib/postgresql/15/bin/postgres -D /tmp/postgresql/data -k /tmp -h 0.0.0.0 -c fsync=off -c shared_buffers=16MB"'
    serves b 5432
}

rows_in_and_out() {
    postgresql "
        psql=/usr/lib/postgresql/15/bin/psql
        seq $POSTGRESQL_ROWS | awk '{ printf \"%d\\t%080d\\n\", \$1, \$1 * 7 }' >/tmp/rows
        \$psql -q -c 'create table r (i int primary key, t text)' && \$psql -q -c '\\copy r from /tmp/rows' &&
            \$psql -q -c '\\copy (select i, t from r order by i) to /tmp/rows-back' && cmp /tmp/rows /tmp/rows-back"
}

transactions_add_up() {
    postgresql '
        cd /usr/lib/postgresql/15/bin
        ./pgbench -q -i -s 1 2>&1 | tail -n 1 && ./pgbench -c 2 -t 50 2>&1 | grep "100/100" &&
            ./psql -At -c "select (select count(*) from pgbench_history), (select sum(abalance) from pgbench_accounts) = (select sum(delta) from pgbench_history),
                (select sum(tbalance) from pgbench_tellers) = (select sum(bbalance) from pgbench_branches)" | tee /dev/stderr | grep -q "^100|t|t$"'
}

try_postgresql() {
    start_postgresql
    trial "PostgreSQL, $POSTGRESQL_ROWS rows" $((POSTGRESQL_ROWS * 80)) $((POSTGRESQL_ROWS * 80)) rows_in_and_out
    trial "PostgreSQL, pgbench" 10000 10000 transactions_add_up
}
