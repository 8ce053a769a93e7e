"""Plans side by side: what counts as more, what as less, and how they differ."""

from __future__ import annotations

from collections.abc import Callable

from programs.catalog import Catalog
from programs.invariants.look import Look, earned, held, load, plan_load, served_load
from programs.plan import Item, Plan

Less = Callable[[Item, Item, Catalog], bool]


def standing(look: Look, catalog: Catalog) -> int:
    """The load a plan asks for: what it holds, and in a flare or with a flag, where it rests, what is served."""
    resting = look.plan.mode == "flare" or bool(look.plan.locks)
    return served_load(look.full, catalog) if resting else plan_load(look.plan, catalog)


def more_by_less(before: Plan, after: Plan, less: Less, catalog: Catalog) -> int:
    """What the index counts as more of exercises that are less by another measure (`easier` or `lower`).

    Measured on what the person has earned, counted as shown: a lighter week cuts sets and hides which was more.
    """
    earned_then, earned_now = ({item.key: item for item in earned(plan)} for plan in (before, after))
    then = {item.key: item for item in held(before)}
    more = [
        index(item, catalog) - index(then[key], catalog)
        for key, item in ((item.key, item) for item in held(after))
        if key in then and key in earned_then and key in earned_now
        if less(earned_now[key], earned_then[key], catalog) or less(item, then[key], catalog)
    ]
    return sum(each for each in more if each > 0)


def easier(item: Item, old: Item, catalog: Catalog) -> bool:
    """Whether an item is an easier exercise of the chain: it begins at its low end, whatever that adds up to."""
    chain = catalog.exercises[old.exercise].chain
    return item.exercise in chain and chain.index(item.exercise) < chain.index(old.exercise)


def lower(item: Item, old: Item, catalog: Catalog) -> bool:
    """Whether an item stands lower on the ladder: an easier exercise, fewer sets, or less of them.

    A level or a set more begins at the low end, so by the index alone a raise may weigh less than what it raised.
    """
    chain = catalog.exercises[old.exercise].chain
    if item.exercise not in chain:
        return False
    now = chain.index(item.exercise), item.dose.sets, item.dose.amount
    return now < (chain.index(old.exercise), old.dose.sets, old.dose.amount)


def same_chain(item: Item, other: Item, catalog: Catalog) -> bool:
    library = catalog.exercises
    return library[item.exercise].chain == library[other.exercise].chain


def index(item: Item, catalog: Catalog) -> int:
    return load(item.exercise, item.dose.sets, item.dose.amount, catalog)


def text(item: Item) -> str:
    return f"{item.exercise} {item.dose.sets}x{item.dose.amount}"


def changes(before: Plan, after: Plan) -> str:
    """Which items differ, in words."""
    then, now = {item.key: text(item) for item in held(before)}, {item.key: text(item) for item in held(after)}
    differ = [
        f"{then.get(key, 'nothing')} -> {now.get(key, 'nothing')}"
        for key in {**then, **now}
        if then.get(key) != now.get(key)
    ]
    return "; ".join(differ) or "the same items"
