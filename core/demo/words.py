"""What raters say: tags and comments, by what is wrong with an answer and how it was rated."""

import random
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from core.feedback.types import SUGGESTED_TAGS
from core.runs.types import Task

ISSUES: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {task: ("", *tags) for task, tags in SUGGESTED_TAGS.items()}
)
"""Each task's issues are its suggested tags; the first is none."""

CLASSES = ("bad", "middling", "good")
"""Of a rating: 1 and 2, 3, 4 and 5."""
SLOTS = (0, 0, 1, 2, 3)
"""The languages, by their places, of the comments there are for each answer and class."""
TAG_SETS = 16
"""How many sets of tags are to choose from for each issue and rating."""

_FREE: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {
        Task.DETECTION: (
            "crowded",
            "low contrast",
            "edge case",
            "for training",
            "小目标",
            "重なり",
        ),
        Task.GENERATION: ("numbers", "units", "for training", "needs expert", "语气", "敬語"),
    }
)
_PRAISE: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {Task.DETECTION: ("clean", "tight boxes"), Task.GENERATION: ("clear", "concise", "准确")}
)

_BY_ISSUE: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "missed object": (
            ("The {it} was missed.", "There is a {it} that nothing was drawn around."),
            ("漏掉了{it}。", "图里明明有{it}，没有框出来。"),
            ("{it}が検出されていません。", "{it}を見落としている。"),
            ("{it}을(를) 찾지 못했습니다.", "{it}이(가) 빠졌어요."),
        ),
        "wrong label": (
            ("What is called a {it} here is something else.", "Wrong name on the {it}."),
            ("{it}的标签错了。", "把别的东西标成了{it}。"),
            ("{it}のラベルが違います。", "{it}ではないものに付いている。"),
            ("{it} 라벨이 틀렸습니다.", "{it}이(가) 아닌데 그렇게 표시됨."),
        ),
        "loose box": (
            ("The box of the {it} is too wide.", "Loose box, the {it} fills half of it."),
            ("{it}的框太松。", "{it}的边框应该再紧一些。"),
            ("{it}の枠が大きすぎます。", "{it}の枠がずれている。"),
            ("{it} 상자가 너무 큽니다.", "{it} 테두리가 느슨해요."),
        ),
        "false alarm": (
            ("No {it} in this picture.", "It sees a {it} where there is only background."),
            ("图中没有{it}。", "误报了{it}。"),
            ("{it}はこの画像にありません。", "{it}の誤検出。"),
            ("이 그림에는 {it}이(가) 없습니다.", "{it} 오탐입니다."),
        ),
        "duplicate": (
            ("Two boxes around one {it}.", "The {it} was counted twice."),
            ("同一个{it}框了两次。", "{it}重复了。"),
            ("{it}が二重に検出された。", "同じ{it}に枠が二つ。"),
            ("{it}이(가) 두 번 잡혔습니다.", "같은 {it}에 상자가 둘."),
        ),
        "untrue": (
            ("The number of {it} is wrong.", "It makes up a score for the {it}."),
            ("{it}的数量不对。", "关于{it}的说法不属实。"),
            ("{it}の数が違います。", "{it}についての記述は誤り。"),
            ("{it}의 개수가 틀렸습니다.", "{it}에 대한 내용이 사실과 달라요."),
        ),
        "off topic": (
            ("Says little about the {it} that was asked for.", "Drifts away after the {it}."),
            ("跑题了，没有说{it}。", "问的是{it}，答的不是。"),
            ("{it}の話になっていない。", "質問は{it}についてでした。"),
            ("{it} 이야기가 아닙니다.", "질문과 무관한 답, {it}은(는) 없음."),
        ),
        "repetitive": (
            ("Repeats the sentence on the {it}.", "The {it} again and again."),
            ("{it}重复说了好几遍。", "句子重复。"),
            ("{it}の文が繰り返される。", "同じ文が続く。"),
            ("{it} 문장이 반복됩니다.", "같은 말이 되풀이돼요."),
        ),
        "too long": (
            ("Too long for one {it}.", "Half of it would do."),
            ("太长了，说{it}一句就够。", "啰嗦。"),
            ("{it}だけなら長すぎる。", "半分の長さでよい。"),
            ("{it} 하나에 너무 깁니다.", "절반이면 충분해요."),
        ),
        "too short": (
            ("Stops before the {it}.", "Too short, the {it} is missing."),
            ("太短，没有提到{it}。", "没写完。"),
            ("{it}の前で終わっている。", "短すぎます。"),
            ("{it} 전에 끝났습니다.", "너무 짧아요."),
        ),
        "style": (
            ("Reads like a list of {it}.", "Not how we word reports."),
            ("{it}的写法不像报告。", "语气不对。"),
            ("{it}の言い方が報告書らしくない。", "文体が合わない。"),
            ("{it} 표현이 보고서 같지 않습니다.", "문체가 어색해요."),
        ),
    }
)
_IN_GENERAL: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "bad": (
            ("Not usable for the {it}.", "Had to do the {it} by hand.", "Worse than last week."),
            ("{it}的结果不能用。", "{it}这次很差。"),
            ("{it}の結果は使えません。", "{it}は手でやり直した。"),
            ("{it} 결과를 쓸 수 없습니다.", "{it}은(는) 다시 해야 해요."),
        ),
        "middling": (
            ("The {it} is all right, the rest is not.", "Usable after a look.", "So-so."),
            ("{it}还行，其他一般。", "{it}基本可用。"),
            ("{it}はまあまあ。", "{it}を直せば使える。"),
            ("{it}은(는) 그럭저럭입니다.", "{it}만 고치면 됩니다."),
        ),
        "good": (
            ("Found every {it}.", "The {it} is just right.", "Good.", "Much better now."),
            ("{it}很准确。", "{it}没问题，很好。"),
            ("{it}は正確です。", "{it}、問題なし。"),
            ("{it} 정확합니다.", "{it} 아주 좋아요."),
        ),
    }
)  # fmt: skip

NOTES = (
    "Seen before; belongs to the batch of low-contrast pictures.",
    "Asked the team about the labels.",
    "同样的问题上周也有。",
    "Candidate for the next training set.",
)
ANSWERS = (
    "Thank you, this will be in the next revision.",
    "The threshold was raised for this phrase; please try again.",
    "谢谢，下个版本会改。",
    "ご指摘ありがとうございます。次の版で直します。",
    "확인했습니다. 감사합니다.",
)


def comments(
    draw: random.Random, issue: str, about: tuple[str, ...]
) -> Iterator[tuple[int, int, str]]:
    """Class, slot and comment: one for each, about an answer with that issue."""
    for place, name in enumerate(CLASSES):
        for slot, language in enumerate(SLOTS):
            texts = _IN_GENERAL[name][language]
            if issue and name != "good" and (name == "bad" or draw.random() < 0.6):
                texts = _BY_ISSUE[issue][language]
            text = draw.choice(texts).format(it=about[language])
            if language == 0 and draw.random() < 0.2:
                text += draw.choice((" Second time today.", " See the tags.", " Otherwise fine."))
            yield place, slot, text


def tag_sets(draw: random.Random) -> Iterator[tuple[Task, int, int, int, tuple[str, ...]]]:
    """Task, issue, rating, number of the set, and its tags."""
    for task, issues in ISSUES.items():
        for issue, name in enumerate(issues):
            for rating in range(1, 6):
                for number in range(TAG_SETS):
                    yield task, issue, rating, number, tuple(_tags(draw, task, name, rating))


def _tags(draw: random.Random, task: Task, issue: str, rating: int) -> list[str]:
    chosen = []
    if issue and draw.random() < (0.85, 0.75, 0.5, 0.2, 0.04)[rating - 1]:
        chosen.append(issue)
    if rating <= 3 and draw.random() < 0.25:
        chosen.append(draw.choice(ISSUES[task][1:]))
    if rating >= 4 and draw.random() < 0.1:
        chosen.append(draw.choice(_PRAISE[task]))
    if draw.random() < 0.08:
        chosen.append(draw.choice(_FREE[task]))
    return list(dict.fromkeys(chosen))
