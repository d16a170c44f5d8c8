"""The `careflow` command for a stack of the sample service alone."""

from careflow_cli.stack import services

services.SERVICES = (services.ServiceSpec("sample_service"),)

if __name__ == "__main__":
    from careflow_cli.main import run  # only now: the stack reads the table when it is imported

    run()
