"""`python -m sessions api | worker | timers | indexes`."""

from careflow_service.main import main
from sessions.bootstrap import SERVICE

if __name__ == "__main__":
    main(SERVICE)
