"""`python -m billing PROCESS`: api, worker, timers and what runs once, see `careflow_service.main`."""

from careflow_service.garbage import look_for_none

if __name__ == "__main__":
    look_for_none()
    from billing.bootstrap import SERVICE
    from careflow_service.main import main

    main(SERVICE)
