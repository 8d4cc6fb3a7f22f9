from __future__ import annotations

import random

import numpy as np

from training.dataset import EASY, object_rows
from training.detector.prompts import encode, token_targets
from training.domain import COLOUR_NAMES, SHAPES, held_out
from training.phrases import prompt, word
from training.scenes import Placed, scene

RED_CIRCLE = object_rows([Placed(0, 0, 0, 10, 10, 40, 40)], (100, 100))


def test_a_phrase_means_the_objects_it_describes_and_no_others() -> None:
    assert word(shape=0, colour=0).matches(RED_CIRCLE).tolist()[0]
    assert word(size="large").matches(RED_CIRCLE).sum() == 1
    assert not word(shape=0, colour=5).matches(RED_CIRCLE).any()
    assert not word(size="small").matches(RED_CIRCLE).any()


def test_only_the_tokens_of_a_fitting_phrase_are_wanted() -> None:
    phrases = [[word(shape=0, colour=0), word(shape=5, colour=5)]]
    prompts = encode(phrases)
    wanted = token_targets(prompts, phrases, RED_CIRCLE[None])[0, 0]
    assert wanted.bool().tolist() == (prompts.phrase[0] == 0).tolist()


def test_training_prompts_never_name_a_pair_kept_for_measuring() -> None:
    rng = random.Random(0)  # noqa: S311
    for _ in range(200):
        for phrase in prompt(RED_CIRCLE, rng, 8):
            if phrase.shape is not None and phrase.colour is not None:
                assert not held_out(phrase.shape, phrase.colour)


def test_some_pairs_of_every_shape_and_colour_are_trained() -> None:
    kept = np.array(
        [[held_out(s, c) for c in range(len(COLOUR_NAMES))] for s in range(len(SHAPES))]
    )
    assert 10 <= kept.sum() <= 25
    assert not kept.all(0).any()
    assert not kept.all(1).any()


def test_the_same_seed_draws_the_same_scene() -> None:
    first, second = (scene(random.Random(5), EASY) for _ in range(2))  # noqa: S311
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1] == second[1]
