"""The commands of docs/operators/compose.md, in the order the test of this folder runs them on its deployment."""

COMMANDS = (
    "docker-compose build",
    "docker-compose up -d",
    "docker-compose ps",
    ".venv/bin/careflow doctor --deployment .",
    "docker-compose logs --tail 50 booking-api",
    "docker-compose run --rm -T operator ops status",
    "docker-compose restart edge",
    "docker-compose up -d booking-api booking-worker booking-timers",
    "docker-compose up -d billing-api billing-worker billing-timers",
    "docker-compose up -d --force-recreate booking-store-init booking-indexes booking-api booking-worker "
    "booking-timers",
    "docker-compose up -d --scale booking-api=2 --scale booking-worker=2",
    "docker-compose stop",
    "docker-compose down",
)
