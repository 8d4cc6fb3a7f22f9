"""Which words of a caption a box shows."""

from collections.abc import Sequence

from core.inference.words import Word


def grounded_words(
    words: Sequence[Word], scores: Sequence[float], caption: str, threshold: float
) -> tuple[int, int, float] | None:
    """The run of words around the best one that names something.

    The run takes its neighbours as long as they reach `threshold`; punctuation ends it, and so
    does the last word that names something: “with a red hat” is “red hat”.

    Parameters
    ----------
    scores : of each word, 0 to 1.

    Returns
    -------
    First character, the one after the last, and the mean score of the run's tokens; None where
    no word names anything.
    """
    naming = [place for place, word in enumerate(words) if word.names]
    if not naming:
        return None
    best = max(naming, key=lambda place: scores[place])
    first = last = best
    if scores[best] >= threshold:
        while first > 0 and _belongs(words, scores, caption, threshold, first - 1, first):
            first -= 1
        while last + 1 < len(words) and _belongs(words, scores, caption, threshold, last + 1, last):
            last += 1
    while not words[first].names:
        first += 1
    while not words[last].names:
        last -= 1
    run = range(first, last + 1)
    tokens = [words[place].last - words[place].first for place in run]
    total = sum(scores[place] * count for place, count in zip(run, tokens, strict=True))
    return words[first].start, words[last].end, total / sum(tokens)


def _belongs(
    words: Sequence[Word],
    scores: Sequence[float],
    caption: str,
    threshold: float,
    place: int,
    beside: int,
) -> bool:
    left, right = sorted((words[place], words[beside]), key=lambda word: word.start)
    return scores[place] >= threshold and not caption[left.end : right.start].strip()
