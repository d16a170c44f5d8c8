"""What an expression asks for, and what there is: metrics with their labels, and what labels may say."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getsource
from itertools import chain
from typing import Any, Final

import promql_parser
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase
from promql_parser import AggModifierType, AggregateExpr, MatchOp, VectorSelector

from careflow_cli.stack.services import SERVICES
from careflow_events.kafka.runner import EventsRunner
from careflow_events.positions import Standing
from careflow_events.topics import TOPICS
from screening.domain.paging import PageResult

OF_TARGETS: Final = frozenset({"job", "instance", "service", "process"})
"""What Prometheus adds to each, see `relabel_configs`."""
FOREIGN: Final[Mapping[str, frozenset[str]]] = {
    "up": frozenset(),
    "process_resident_memory_bytes": frozenset(),
    "probe_success": frozenset(),
    "probe_ssl_earliest_cert_expiry": frozenset(),
    "node_filesystem_avail_bytes": frozenset({"device", "fstype", "mountpoint"}),
    "node_filesystem_size_bytes": frozenset({"device", "fstype", "mountpoint"}),
}
"""Of Prometheus, its exporters and its client library."""


def _literals() -> Iterator[MetricWrapperBase]:
    modules = ["careflow_events.metrics", "careflow_service.telemetry.metrics", "screening.metrics", "booking.metrics"]
    for module in map(import_module, modules):
        yield from (each for each in vars(module).values() if isinstance(each, MetricWrapperBase))


def known() -> dict[str, frozenset[str]]:
    """The labels of every series there is, by name."""
    series: dict[str, frozenset[str]] = dict(FOREIGN)
    for metric in _literals():
        labels = frozenset(metric._labelnames)
        match metric:
            case Counter():
                series[f"{metric._name}_total"] = labels
            case Histogram():
                series |= {f"{metric._name}_{part}": labels for part in ("count", "sum")}
                series[f"{metric._name}_bucket"] = labels | {"le"}
            case Gauge():
                series[metric._name] = labels
    return series


def values() -> dict[str, frozenset[str]]:
    """What these labels can say."""
    descriptions = [import_module(f"{spec.name}.bootstrap").SERVICE for spec in SERVICES]
    of_workers = re.findall(r'"(\w+)":', getsource(EventsRunner.checks))
    return {
        "service": frozenset(spec.name for spec in SERVICES),
        "process": frozenset({"api", "worker", "timers"}),
        "check": frozenset({"store", "not_fenced", *of_workers, *chain(*(each.ready for each in descriptions))}),
        "cause": frozenset(each.value for each in Standing),
        "topic": frozenset(topic.name for topic in TOPICS),
        "result": frozenset(each.value for each in PageResult),
    }


def faults(expression: str) -> list[str]:
    """What is wrong with an expression: metrics and labels there are not, and words no label says."""
    tree = _parsed(expression)
    return [*_faults_of_selectors(tree), *_faults_of_groups(tree)]


def labels_of(expression: str) -> frozenset[str]:
    """The labels of what an expression answers, as far as its groups say."""
    groups = [frozenset(each.modifier.labels) for each in _parts(_parsed(expression)) if _is_group(each)]
    return frozenset().union(*groups)


def _parsed(expression: str) -> Any:
    return promql_parser.parse(expression.replace('"$service"', '".*"'))


def _faults_of_selectors(tree: Any) -> Iterator[str]:
    series, said = known(), values()
    for each in _parts(tree):
        if not isinstance(each, VectorSelector):
            continue
        if each.name not in series:
            yield f"there is no {each.name}"
            continue
        for matcher in each.matchers.matchers:
            if matcher.name not in series[each.name] | OF_TARGETS:
                yield f"{each.name} has no label {matcher.name}"
            elif matcher.name in said and not any(_matches(matcher, value) for value in said[matcher.name]):
                yield f"{matcher.name} of {each.name} is never {matcher.value}"


def _faults_of_groups(tree: Any) -> Iterator[str]:
    series = known()
    for group in filter(_is_group, _parts(tree)):
        for each in _parts(group.expr):
            if isinstance(each, VectorSelector) and each.name in series:
                missing = set(group.modifier.labels) - series[each.name] - OF_TARGETS
                yield from (f"{each.name} has no label {label}" for label in sorted(missing))


def _is_group(part: Any) -> bool:
    return isinstance(part, AggregateExpr) and part.modifier is not None and part.modifier.type == AggModifierType.By


def _matches(matcher: Any, value: str) -> bool:
    match matcher.op:
        case MatchOp.Equal:
            return bool(value == matcher.value)
        case MatchOp.Re:
            return re.fullmatch(matcher.value, value) is not None
    return True


def _parts(tree: Any) -> Iterator[Any]:
    """The expression and all that it is made of."""
    yield tree
    for name in ("lhs", "rhs", "expr", "vector_selector", "args", "param"):
        inner = getattr(tree, name, None)
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, promql_parser.Expr):
                yield from _parts(each)
