"""Owns an ephemeral stack of the sample service and says what it is at; ends as the `careflow` command does."""

import signal
import time

from careflow_cli.processes.signals import raise_interrupted
from careflow_cli.stack.services import ServiceSpec
from careflow_cli.stack.stack import Stack

if __name__ == "__main__":
    # Whoever runs tests in the background hands down an ignored SIGINT; this owner is one that listens.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_interrupted)
    with Stack.ephemeral([ServiceSpec("sample_service")], say=lambda note: print(note, flush=True)):
        print("ready", flush=True)
        time.sleep(120)
