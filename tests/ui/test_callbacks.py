"""Callbacks and fragments run later than the page that made them: they ask anew who acts.

Told from the syntax trees: none takes an actor with it, as a parameter, in what is bound to it, or
from the function it stands in. So whoever calls a service in one has asked the guard for the actor.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LATER = frozenset({"on_click", "on_change", "on_select", "on_submit", "on_dismiss", "on_press"})
_BOUND = _LATER | {"args", "kwargs"}
_ASKING = frozenset({"actor", "require", "actor_or_recalled", "signed_in"})
_ACTORS = frozenset({"Actor", "Recalled"})


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.Lambda]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            yield node


def _parameters(function: ast.FunctionDef | ast.Lambda) -> list[ast.arg]:
    asked = function.args
    return [*asked.posonlyargs, *asked.args, *asked.kwonlyargs]


def _is_actor(annotation: ast.expr | None) -> bool:
    """Whether it is one, or a union with one; not a function that takes one."""
    if isinstance(annotation, ast.BinOp):
        return _is_actor(annotation.left) or _is_actor(annotation.right)
    return isinstance(annotation, ast.Name) and annotation.id in _ACTORS


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _held_actors(scope: ast.AST) -> set[str]:
    """Names that stand for an actor in a function, or at the top of a page."""
    found = set()
    if isinstance(scope, ast.FunctionDef):
        found |= {arg.arg for arg in _parameters(scope) if _is_actor(arg.annotation)}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Name) and called.id in _ASKING:
                found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return found


def _registered(tree: ast.AST) -> set[str]:
    """Names of the functions that are given as callbacks, or run again as fragments."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _LATER:
            found |= _names(node.value)
        elif isinstance(node, ast.FunctionDef) and node.decorator_list:
            decorators = map(ast.unparse, node.decorator_list)
            found |= {node.name} if any("fragment" in each for each in decorators) else set()
    return found


def wrong_in(source: str) -> list[str]:
    """Where a callback or fragment takes along an actor of an earlier run."""
    tree = ast.parse(source)
    later = _registered(tree)
    wrong = [
        f"{function.name} takes an actor"
        for function in _functions(tree)
        if isinstance(function, ast.FunctionDef)
        and function.name in later
        and any(_is_actor(arg.annotation) for arg in _parameters(function))
    ]
    scopes = [tree, *(each for each in _functions(tree) if isinstance(each, ast.FunctionDef))]
    for scope in scopes:
        held = _held_actors(scope) if not isinstance(scope, ast.Module) else _at_top(tree)
        for node in ast.walk(scope):
            if isinstance(node, ast.keyword) and node.arg in _BOUND and held & _names(node.value):
                wrong.append(f"line {node.value.lineno}: {node.arg} holds an actor")
            elif isinstance(node, ast.FunctionDef) and node is not scope and node.name in later:
                own = _held_actors(node) | {arg.arg for arg in _parameters(node)}
                if (held - own) & _names(node):
                    wrong.append(f"{node.name} looks outside itself for the actor")
    return wrong


def _at_top(tree: ast.Module) -> set[str]:
    top = ast.Module([each for each in tree.body if isinstance(each, ast.Assign)], [])
    return _held_actors(top)


def test_none_of_ours_takes_an_actor_along() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {what}"
        for folder in ("ui", "pages")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for what in wrong_in(path.read_text("utf-8"))
    ]
    assert not wrong


def test_one_that_does_is_found() -> None:
    asked = "def page():\n    actor = require()\n"
    for late in (
        "    st.button('x', on_click=act, args=(actor,))",
        "    st.button('x', on_click=partial(act, actor))",
        "    st.button('x', on_click=lambda: act(actor))",
        "    def act():\n        service.end(actor)\n    st.button('x', on_click=act)",
        "    @st.fragment\n    def part():\n        service.read(actor)",
    ):
        assert wrong_in(asked + late), late
    assert wrong_in("@st.fragment(run_every=5)\ndef part(actor: Actor): ...")
    assert wrong_in("actor = require()\ndef act():\n    end(actor)\nst.button(on_click=act)")
    fine = (
        "    def act():\n        actor = require()\n        end(actor)\n    st.button(on_click=act)"
    )
    assert not wrong_in(asked + fine)
