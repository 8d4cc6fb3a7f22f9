"""Is this the tokenizer the model was trained with? A missing one loads bare, in silence."""

from transformers import PreTrainedTokenizerBase

from core.errors import Unavailable

_SAMPLE = 50


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, embedding_rows: int) -> None:
    """Raise `Unavailable` unless the vocabulary is there, fits, and some of it comes back.

    Parameters
    ----------
    embedding_rows : token ids the model has a vector for.
    """
    special = set(tokenizer.all_special_ids)
    words = {w: i for w, i in tokenizer.get_vocab().items() if i not in special}
    if not words:
        raise Unavailable(
            "Its tokenizer has no vocabulary: tokenizer.json is missing or empty. Restore it."
        )
    highest = max(words.values())
    if highest >= embedding_rows:
        raise Unavailable(
            f"Its tokenizer has the token id {highest}, but the model only knows ids below "
            f"{embedding_rows}: they do not belong together. Restore the right tokenizer.",
        )
    if not any(_comes_back(tokenizer, token_id) for token_id in _sample(tokenizer, words)):
        raise Unavailable(
            "Its tokenizer does not give back the words it is given: it is damaged. Restore it."
        )


def _sample(tokenizer: PreTrainedTokenizerBase, words: dict[str, int]) -> list[int]:
    """Token ids whose text is plain letters or digits, spread over the vocabulary."""
    plain = [i for w, i in sorted(words.items(), key=lambda x: x[1]) if any(map(str.isalnum, w))]
    return plain[:: max(1, len(plain) // _SAMPLE)]


def _comes_back(tokenizer: PreTrainedTokenizerBase, token_id: int) -> bool:
    text = str(tokenizer.decode([token_id])).strip()
    ids = tokenizer(text, add_special_tokens=False).input_ids
    return bool(text) and str(tokenizer.decode(ids)).strip() == text
