"""Renders the chart with each of the values given on standard input, in a process of its own: Helm is a library with
a runtime of its own, which no test's process should be left with.
"""

import json
import sys
from typing import Any


def main() -> None:
    """One list in, one list out: the manifests as text, or what Helm said against the values."""
    from helm_python import Chart, HelmError, lint  # type: ignore[import-not-found]

    folder, asked = sys.argv[1], json.load(sys.stdin)
    said: list[dict[str, Any]] = []
    with Chart.load(folder) as chart:
        for values in asked:
            try:
                rendered = chart.render(values, name="careflow", namespace="clinic", is_install=True)
                found = [each["error"] for each in lint(folder, values)["messages"] if each["severity"] > 1]
                said.append({"manifests": [*rendered.values()], "lint": found})
            except HelmError as refused:
                said.append({"refused": str(refused)})
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
