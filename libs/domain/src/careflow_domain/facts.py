"""Finds every fact a domain can record, so that none is forgotten where facts are told to others."""

import importlib
import pkgutil
from types import ModuleType

from careflow_domain.aggregate import Fact


def facts_of(domain: ModuleType) -> frozenset[type[Fact]]:
    """Every fact defined in this module, or in this package's modules, that can be recorded: those no other derives
    from.
    """
    modules = [domain, *_modules_of(domain)]
    # By name, because `slots` makes a dataclass anew and leaves the class it was made of behind in `__subclasses__`.
    found = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Fact) and each.__module__ == module.__name__
    }
    bases = {base for each in found for base in each.__mro__[1:]}
    return frozenset(found - bases)


def _modules_of(package: ModuleType) -> list[ModuleType]:
    places = getattr(package, "__path__", ())
    return [
        importlib.import_module(module.name) for module in pkgutil.walk_packages(places, prefix=f"{package.__name__}.")
    ]
