"""The cache of features holds what was used last, within its bytes."""

from core.inference.features import BoundedCache


def test_the_least_recently_used_go_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(30)
    for key in "abc":
        cache.put(key, ord(key), 10)
    assert cache.get("a") == ord("a")
    cache.put("d", 1, 10)
    assert [cache.get(key) for key in "abcd"] == [ord("a"), None, ord("c"), 1]
    assert cache.weight == 30


def test_one_heavy_value_replaces_many_light_ones() -> None:
    cache: BoundedCache[str, int] = BoundedCache(30)
    for key in "abc":
        cache.put(key, 0, 10)
    cache.put("d", 1, 25)
    assert [cache.get(key) for key in "abcd"] == [None, None, None, 1]
    assert cache.weight == 25


def test_a_value_over_the_budget_is_not_kept_and_replaces_nothing_else() -> None:
    cache: BoundedCache[str, int] = BoundedCache(30)
    cache.put("a", 0, 10)
    cache.put("b", 0, 31)
    assert (cache.get("a"), cache.get("b"), cache.weight) == (0, None, 10)


def test_the_same_key_is_weighed_once() -> None:
    cache: BoundedCache[str, int] = BoundedCache(30)
    for value in range(5):
        cache.put("a", value, 10)
    assert (cache.get("a"), cache.weight) == (4, 10)
    cache.clear()
    assert (cache.get("a"), cache.weight) == (None, 0)


def test_with_nothing_allowed_nothing_is_kept() -> None:
    cache: BoundedCache[str, int] = BoundedCache(0)
    cache.put("a", 1, 1)
    assert cache.get("a") is None
