import sys
from itertools import pairwise

import pytest

from core.detection.types import Box, Detection
from core.generation.claims import Claim, ClaimKind, check

_BOX = Box(0, 0, 1, 1)
_FOUND = {
    "red circle": (0.91, 0.64, 0.5),
    "blue circle": (0.7, 0.3),
    "cat": (0.88,),
    "traffic light": (0.45,),
}


def _detections(found: dict[str, tuple[float, ...]]) -> list[Detection]:
    return [Detection(label, score, _BOX) for label, scores in found.items() for score in scores]


def _claims(text: str, kind: str, found: dict[str, tuple[float, ...]] = _FOUND) -> list[Claim]:
    return [c for c in check(text, _detections(found)) if c.kind == kind]


def _said(text: str, kind: str) -> list[tuple[str, str, bool]]:
    """The claims of a kind: their text, value, and whether they are supported."""
    return [(text[slice(*c.span)], c.value, c.supported) for c in _claims(text, kind)]


@pytest.mark.parametrize(
    ("text", "span", "value", "supported"),
    [
        ("Three red circles.", "Three red circles", "3 red circles", True),
        ("There are 3 red circle.", "3 red circle", "3 red circle", True),
        ("I see 2 red circles.", "2 red circles", "2 red circles", False),
        ("Five circles are visible.", "Five circles", "5 circles", True),
        ("There is a cat.", "a cat", "1 cat", True),
        ("The image shows a red circle.", "a red circle", "1 red circle", False),
        ("There are thirty-two cats.", "thirty-two cats", "32 cats", False),
        ("There are twenty one cats.", "twenty one cats", "21 cats", False),
        ("Only one cat is shown.", "Only one cat", "1 cat", True),
        ("A single cat.", "A single cat", "1 cat", True),
        ("Both blue circles overlap.", "Both blue circles", "2 blue circles", True),
        ("Both red circles overlap.", "Both red circles", "2 red circles", False),
        ("A pair of blue circles.", "A pair of blue circles", "2 blue circles", True),
        ("A couple of cats.", "A couple of cats", "2 cats", False),
        ("A dozen circles.", "A dozen circles", "12 circles", False),
        ("Several circles.", "Several circles", "at least 2 circles", True),
        ("Many cats.", "Many cats", "at least 3 cats", False),
        ("At least two red circles.", "At least two red circles", "at least 2 red circles", True),
        ("No more than two cats.", "No more than two cats", "at most 2 cats", True),
        ("More than five circles.", "More than five circles", "at least 6 circles", False),
        ("Two or three blue circles.", "Two or three blue circles", "2 to 3 blue circles", True),
        ("4–6 blue circles.", "4–6 blue circles", "4 to 6 blue circles", False),
        ("About six circles.", "About six circles", "5 to 7 circles", True),
        ("One of the red circles.", "One of the red circles", "at least 1 red circles", True),
        ("- **Red circles**: 3", "Red circles**: 3", "3 red circles", True),
        ("| cat | 2 | 0.88 |", "cat | 2", "2 cat", False),
        ("Cat (1)", "Cat (1", "1 cat", True),
        ("Cat ×3", "Cat ×3", "3 cat", False),
        ("1. Cats – 2 detected", "Cats – 2", "2 cats", False),
        ("The cat appears three times.", "cat appears three times", "3 cat", False),
        ("Of these, two are labelled as cat.", "two are labelled as cat", "2 cat", False),
        ("A total of two cats.", "A total of two cats", "2 cats", False),
    ],
)
def test_counts(text: str, span: str, value: str, supported: bool) -> None:
    assert (span, value, supported) in [
        (said.removeprefix("The "), *rest) for said, *rest in _said(text, "count")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Three red and two blue circles can be seen.",
        "There are five circles: three are red, two are blue.",
        "Three circles are red.",
        "Two red circles are on the left and one red circle is on the right.",
        "There is a red circle near the edge, and another red circle in the middle.",
        "Two of the three red circles overlap.",
        "Two red circles score above 0.6.",
        "In total there are 7 objects: 5 circles, 1 cat and 1 traffic light.",
        "Three of the seven objects are red circles. Two of them are blue circles.",
    ],
)
def test_parts_of_a_group_add_up(text: str) -> None:
    assert all(c.supported for c in check(text, _detections(_FOUND)))


@pytest.mark.parametrize(
    ("text", "span", "supported"),
    [
        ("The cat is asleep.", "The cat", True),
        ("Traffic lights are there.", "Traffic lights", True),
        ("There is a dog.", "a dog", False),
        ("The image shows dogs.", "dogs", False),
        ("Two old dogs.", "Two old dogs", False),
        ("A dog is visible as well.", "A dog", False),
        ("A cat and a dog can be seen.", "a dog", False),
        ("- Dogs: 2", "Dogs", False),
        ("| dog | 2 |", "dog", False),
        ("The dog has a score of 0.7.", "The dog", False),
        ("The most certain detection is a dog.", "a dog", False),
        ("Two are labelled as dogs.", "dogs", False),
        ("Among them are a dog and one cat.", "a dog", False),
    ],
)
def test_labels(text: str, span: str, supported: bool) -> None:
    assert (span, supported) in [(said, ok) for said, _, ok in _said(text, "label")]


@pytest.mark.parametrize(
    "text",
    [
        "The image has a clear background, and there is a slight contrast between its sides.",
        "Here is a short summary of the report. Two remarks: scores are rounded to two decimals.",
        "The picture has a resolution of 640 by 480 pixels and the confidence is high.",
        "There is no sign of damage. On the one hand, the view is a bit blurry.",
        "There may be a dog. Perhaps two dogs are hidden. Is there a dog? If a dog comes, run.",
        "A closer look at the details of the scene is needed.",
        "The group of animals is in the middle; some of them overlap.",
        "三只狗。 Der Hund ist rot. Il y a deux chiens.",
    ],
)
def test_text_without_a_claim_is_not_flagged(text: str) -> None:
    assert all(c.supported for c in check(text, _detections(_FOUND)))


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("box", "boxes"), ("body", "bodies"), ("knife", "knives"), ("person", "people"),
        ("man", "men"), ("woman", "women"), ("child", "children"), ("mouse", "mice"),
        ("foot", "feet"), ("bus", "buses"), ("horse", "horses"), ("cactus", "cacti"),
        ("fireman", "firemen"), ("glass", "glasses"), ("sheep", "sheep"), ("cookie", "cookies"),
    ],
)  # fmt: skip
def test_plurals_name_the_label_and_labels_may_be_plurals(singular: str, plural: str) -> None:
    for label, word in ((singular, plural), (plural, singular)):
        (claim,) = _claims(f"There are 2 {word}.", "count", {label: (0.5, 0.5)})
        assert claim.supported


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("The Red Circle", "one red circle"),
        ("stop-sign", "one stop sign"),
        ("person with a hat", "one person"),
        ("gray cat", "one grey cat"),
        ("café", "one cafe\u0301"),
        ("crème brûlée", "one CRÈME BRÛLÉE"),
    ],
)
def test_labels_are_read_as_words(label: str, text: str) -> None:
    assert [c.supported for c in _claims(text, "count", {label: (0.5,)})] == [True]


@pytest.mark.parametrize(
    ("text", "span", "supported"),
    [
        ("There are no dogs.", "no dogs", True),
        ("There are no cats.", "no cats", False),
        ("The image does not show a cat.", "not show a cat", False),
        ("It is without any dogs.", "without any dogs", True),
        ("Neither a dog nor a cat is present.", "nor a cat", False),
        ("Cats were not detected.", "Cats", False),
        ("The cat is nowhere to be seen.", "The cat", False),
        ("Not a single cat was found.", "Not a single cat", False),
        ("Zero cats.", "Zero cats", False),
        ("Cats: 0", "Cats: 0", False),
        ("No objects were found.", "No objects", False),
        ("Nothing was detected.", "Nothing", False),
        ("A cat. Nothing else was found.", "Nothing else", False),
        ("Circles, a cat and a traffic light. No other objects.", "No other objects", True),
    ],
)  # fmt: skip
def test_absences(text: str, span: str, supported: bool) -> None:
    assert (span, supported) in [(said, ok) for said, _, ok in _said(text, "absence")]


def test_nothing_is_true_of_no_detections() -> None:
    text = "No objects were found in the image. Nothing was detected."

    assert [c.supported for c in check(text, [])] == [True, True]


@pytest.mark.parametrize(
    ("text", "span", "value", "supported"),
    [
        ("A green circle.", "A green circle", "green circle", False),
        ("The circle is red.", "The circle is red", "circle: red", True),
        ("The circle is green.", "The circle is green", "circle: green", False),
        ("The circles are red and blue.", "The circles are red and blue",
         "circles: red and blue", True),
        ("All circles are red.", "circles are red", "circles: red", False),
        ("The circle is not green.", "The circle is not green", "circle: green", True),
    ],
)  # fmt: skip
def test_colours(text: str, span: str, value: str, supported: bool) -> None:
    assert _said(text, "colour") == [(span, value, supported)]


def test_a_colour_that_no_label_speaks_of_is_no_claim() -> None:
    assert not _claims("The cat is black. A black cat.", "colour")


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("The most certain detection is a red circle at 0.91.", True),
        ("The most certain detection is the cat.", False),
        ("The cat has the highest score.", False),
        ("The red circle, at 91 %, is the most certain detection.", True),
        ("The least certain one is a blue circle.", True),
        ("The lowest confidence belongs to the cat.", False),
        ("The most common object is the red circle.", True),
        ("The largest group is the blue circles.", False),
        ("Most of the objects are circles.", True),
        ("There are more cats than circles.", False),
        ("Circles outnumber cats.", True),
    ],
)
def test_superlatives(text: str, supported: bool) -> None:
    assert [c.supported for c in _claims(text, "superlative")] == [supported]


@pytest.mark.parametrize(
    ("text", "span", "supported"),
    [
        ("There are 7 objects.", "7 objects", True),
        ("A total of 6 objects was found.", "A total of 6 objects", False),
        ("Seven items in all.", "Seven items", True),
        ("8 detections altogether.", "8 detections", False),
        ("Total: 7", "7", True),
        ("**Total count:** 6", "6", False),
        ("Objects detected: 7", "7", True),
        ("There are four kinds of objects.", "four kinds", True),
    ],
)
def test_totals(text: str, span: str, supported: bool) -> None:
    assert [(said, ok) for said, _, ok in _said(text, "total")] == [(span, supported)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The cat has a score of 0.88.", {"0.88": True}),
        ("The cat was found with 91 % confidence.", {"0.91": False}),
        ("The cat (88%) and the traffic light (.45).", {"0.88": True, "0.45": True}),
        ("The cat scored 0.9, rounded.", {"0.90": True}),
        ("The red circles have scores from 0.5 to 0.91.", {"0.50 to 0.91": True}),
        ("The scores range between 0.30 and 0.90.", {"0.30 to 0.90": False}),
        ("The cat and the traffic light have scores of 0.45 and 0.88 respectively.",
         {"0.45": False, "0.88": False}),
        ("There is a cat. Its score is 0.91.", {"0.91": False}),
        ("The highest score is 0.88.", {"0.88": False}),
        ("The most certain red circle has 0.64.", {"0.64": False}),
        ("The average score is 0.63.", {"mean 0.63": True}),
        ("All scores are above 0.4.", {"above 0.40": False}),
        ("0.88 for the cat, and 0.45 for the traffic light.", {"0.88": True, "0.45": True}),
        ("The threshold was 0.35, and 50% of the image is empty, 0.5 s.", {}),
    ],
)  # fmt: skip
def test_scores(text: str, values: dict[str, bool]) -> None:
    said = {value: ok for _, value, ok in _said(text, "score")}
    assert said == values


def test_spans_are_of_the_text_as_it_is_sorted_and_apart() -> None:
    text = (
        "İ😀 „THREE ﬁne red circles“,\u00a0two dogs — ３ cats; ẞ 91 % 👩‍👩‍👧 and no traffic light."
    )

    claims = check(text, _detections(_FOUND))

    assert [text[slice(*c.span)] for c in claims if not c.supported] == [
        "two dogs", "３ cats", "no traffic light",
    ]  # fmt: skip
    assert [c.span for c in claims] == sorted(c.span for c in claims)
    for kind in ClaimKind:
        spans = [c.span for c in claims if c.kind == kind]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_a_reason_names_what_was_detected() -> None:
    (claim,) = _claims("Two red circles.", "count")

    assert claim.reason == "detected: 3 × red circle"


@pytest.mark.parametrize("text", ["", " \n", "…", "5", "0.5", "no", "the", "a", "?", "1" * 500])
def test_text_that_says_nothing_has_no_unsupported_claims(text: str) -> None:
    assert not [c for c in check(text, []) if c.kind != "score"]


@pytest.mark.parametrize(
    "part",
    [
        "a", "one ", "no ", "a red ", "cat, ", "red and ", "the most certain ", "0.9 ", "0.9 and ",
        "not a cat or ", "cat\t", "((", "There is ", "9" * 50, "\u0301", "\n", "1,000",
    ],
)  # fmt: skip
def test_work_grows_with_the_text_only(part: str) -> None:
    """Counted in calls, not in seconds; work that grows with the square would make it four."""
    short, long = ((part * size)[:size] for size in (2_500, 5_000))

    assert _calls(long) < 2.6 * _calls(short)


def _calls(text: str) -> int:
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    detections = _detections(_FOUND)
    sys.setprofile(count)
    try:
        check(text, detections)
    finally:
        sys.setprofile(None)
    return calls


def test_emoji_and_other_wordless_labels_are_passed_over() -> None:
    text = "A cat. Nothing else was found."

    assert all(c.supported for c in check(text, _detections({"😀": (0.5,), "cat": (0.9,)})))
