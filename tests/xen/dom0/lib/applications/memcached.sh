# shellcheck shell=sh
# memcached, by Debian's libmemcached-tools: values of half a megabyte, below the largest that the server takes.

MEMCACHED_VALUES=$((VOLUME / 524288))

start_memcached() {
    begin b memcached '/usr/bin/memcached -u root -m 64'
    serves b 11211
    guest a "
        cd /tmp
        for i in \$(seq $MEMCACHED_VALUES); do
            head -c 524288 /dev/urandom >value-\$i
        done"
}

store_values() {
    guest a "
        cd /tmp
        for i in \$(seq $MEMCACHED_VALUES); do
            memccp --servers=$(address_of b) value-\$i && memccat --servers=$(address_of b) --file=back-\$i value-\$i && cmp value-\$i back-\$i || exit
        done"
}

try_memcached() {
    start_memcached
    trial "memcached" $((MEMCACHED_VALUES * 524288)) $((MEMCACHED_VALUES * 524288)) store_values
}
