# shellcheck shell=sh
# nginx and curl: a large file, and many pages over one connection.

PAGES=200

start_nginx() {
    guest b "mkdir -p /tmp/www /var/log/nginx /var/lib/nginx /tmp/nginx
        echo 'the page of guest b' >/tmp/www/page
        cat >/tmp/nginx.conf <<TEXT
user root;
pid /tmp/nginx/pid;
error_log stderr;
events { }
http { include /etc/nginx/mime.types; access_log off; server { listen 80; root /tmp/www; } }
TEXT"
    make_file b /tmp/www/file "$VOLUME"
    begin b nginx "/usr/sbin/nginx -c /tmp/nginx.conf -g 'daemon off;'"
    serves b 80
}

fetch_file() {
    guest a "curl --silent --show-error --fail -o /tmp/fetched http://$(address_of b)/file" || return
    same_file b:/tmp/www/file a:/tmp/fetched
}

fetch_pages() {
    pages=$(guest a "curl --silent --show-error --fail 'http://$(address_of b)/page?[1-$PAGES]' | sort | uniq -c")
    echo "$pages"
    # shellcheck disable=SC2086 # words
    [ "$(echo $pages)" = "$PAGES the page of guest b" ]
}

try_nginx() {
    start_nginx
    trial "nginx, a file" 0 "$VOLUME" fetch_file
    trial "nginx, $PAGES pages" $((PAGES * 100)) $((PAGES * 200)) fetch_pages
}
