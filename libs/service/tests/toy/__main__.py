"""`python -m libs.service.tests.toy <process>`; at the end it says on stdout which Kafka clients it had loaded."""

import atexit
import sys

from careflow_service.main import main
from libs.service.tests.toy.service import SERVICE

atexit.register(lambda: print(*(name for name in ("aiokafka", "faststream") if name in sys.modules)))
main(SERVICE)
