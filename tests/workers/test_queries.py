"""Every named query is used, and every function of a store as well: what is not used is deleted."""

import ast
import re
from pathlib import Path

import pytest

from schema.queries import NAME

HOME = Path(__file__).parents[2]
STORES = sorted(HOME.glob("service/**/*.sql")) + sorted(HOME.glob("workers/**/*.sql"))


@pytest.mark.parametrize("file", STORES, ids=lambda file: str(file.relative_to(HOME)))
def test_query_is_used(file: Path) -> None:
    """Each query of a store is run by the module beside it."""
    module = file.with_suffix(".py").read_text(encoding="utf-8")
    names = NAME.findall(file.read_text(encoding="utf-8"))
    assert names
    assert [name for name in names if not re.search(rf"\bSQL\.{name}\b", module)] == []


@pytest.mark.parametrize("file", STORES, ids=lambda file: str(file.relative_to(HOME)))
def test_function_is_used(file: Path) -> None:
    """Each public function of a store is called by somebody in its room."""
    store = file.with_suffix(".py")
    room = "\n".join(
        other.read_text(encoding="utf-8")
        for other in (HOME / file.relative_to(HOME).parts[0]).rglob("*.py")
        if other != store
    )
    tree = ast.parse(store.read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name[0] != "_"]
    assert [name for name in names if not re.search(rf"\b{name}\b", room)] == []
