"""`python -m billing api | worker [--with-timers] | timers | indexes`."""

from billing.bootstrap import SERVICE
from careflow_service.main import main

if __name__ == "__main__":
    main(SERVICE)
