"""`python -m screening api | worker | timers | indexes`."""

from careflow_service.main import main
from screening.bootstrap import SERVICE

if __name__ == "__main__":
    main(SERVICE)
