#!/bin/sh
# The web-app of the exercises: answers /, /health and /ready on port 3000. RELEASE and MODE are set in the image.
if [ "$MODE" = strict ] || [ "$DB_PASSWORD_REQUIRED" = true ]; then
  if [ -z "$DB_PASSWORD" ]; then
    echo "DB_PASSWORD is not set" >&2
    exit 1
  fi
fi
echo "web-app $RELEASE listening on port 3000"
if [ "$MODE" = crash ]; then
  sleep 2
  echo "fatal: cannot read the price list" >&2
  exit 1
fi
www=/tmp/www
mkdir -p "$www"
echo "web-app $RELEASE on $(hostname)" > "$www/index.html"
echo ok > "$www/health"
case $MODE in
  slow) (sleep 20; echo ok > "$www/ready") & ;;
  broken) ;;
  *) echo ok > "$www/ready" ;;
esac
trap 'exit 0' TERM INT # without a trap process 1 ignores the signal, and every Pod would take its whole grace period to end
httpd -f -p 3000 -h "$www" &
if [ "$MODE" = leak ]; then
  sleep 5
  # tail keeps what it reads: 512 MiB and no more, for this may be the learner's own machine. When it is killed, the container ends.
  head -c 536870912 /dev/zero | tail > /dev/null || exit 137
fi
wait
