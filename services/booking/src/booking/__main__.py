"""`python -m booking api | worker [--with-timers] | timers | indexes`."""

from booking.bootstrap import SERVICE
from careflow_service.main import main

if __name__ == "__main__":
    main(SERVICE)
