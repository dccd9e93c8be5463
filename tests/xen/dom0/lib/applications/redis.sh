# shellcheck shell=sh
# Redis: a large value, and many small ones.

VALUES=300

redis() { guest a "redis-cli -h $(address_of b) $*"; }

start_redis() {
    begin b redis 'redis-server --save "" --protected-mode no --dir /tmp --loglevel warning'
    serves b 6379
}

# redis-cli adds a line's end to what it prints.
store_a_large_value() {
    redis -x set large '</tmp/file' || return
    redis --raw get large "| head -c $VOLUME >/tmp/back-by-redis" || return
    same_file a:/tmp/file a:/tmp/back-by-redis
}

store_small_values() {
    guest a "
        for i in \$(seq $VALUES); do echo set key:\$i value-of-\$i; done | redis-cli -h $(address_of b) | sort | uniq -c
        for i in \$(seq $VALUES); do echo get key:\$i; done | redis-cli -h $(address_of b) >/tmp/values
        for i in \$(seq $VALUES); do echo value-of-\$i; done | cmp - /tmp/values"
}

try_redis() {
    start_redis
    trial "Redis, a large value" "$VOLUME" "$VOLUME" store_a_large_value
    trial "Redis, $VALUES values" $((VALUES * 100)) $((VALUES * 100)) store_small_values
}
