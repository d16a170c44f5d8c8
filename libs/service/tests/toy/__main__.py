"""`python -m libs.service.tests.toy <process>`."""

from careflow_service.main import main

from .service import SERVICE

main(SERVICE)
