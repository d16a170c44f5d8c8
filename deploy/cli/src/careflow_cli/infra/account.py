"""As whom the command speaks to a Kafka that asks: `KAFKA_ACCOUNT`, `KAFKA_PASSWORD_FILE` and `KAFKA_CA_FILE` say it,
as in the `topics` container of a deployment.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from careflow_cli.errors import CareflowError
from careflow_events.kafka.account import NO_OPTIONS, KafkaAccount

NAMES = ("KAFKA_ACCOUNT", "KAFKA_PASSWORD_FILE", "KAFKA_CA_FILE")


def options() -> Mapping[str, Any]:
    """What Kafka's clients are given beside the servers; nothing where no account is named. Raises CareflowError when
    it is named only in part, or a file cannot be read.
    """
    account, password, authorities = (os.environ.get(name, "") for name in NAMES)
    if not (account or password or authorities):
        return NO_OPTIONS
    if absent := [name for name in NAMES if not os.environ.get(name)]:
        raise CareflowError(f"{', '.join(absent)} missing beside the rest of Kafka's account")
    try:
        return KafkaAccount(account, Path(password).read_text("utf-8").strip(), Path(authorities)).options()
    except OSError as error:
        raise CareflowError(f"{password} or {authorities} cannot be read ({error.strerror})") from error
