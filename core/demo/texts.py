"""What the demo revisions of a writer wrote: short reports on shapes, some of them wrong.

Mistakes come more often at high temperatures; at none at all, sentences repeat. So the map of
settings has a good middle, and later revisions have a better one.
"""

import random
from dataclasses import asdict

from core.demo.types import Answer, Revision
from core.demo.vocabulary import COLOURS, LANGUAGES, SHAPES, named, plural
from core.generation.types import SamplingParams
from core.runs.types import RunStatus

_TEMPERATURES = (0.0, 0.2, 0.3, 0.5, 0.7, 0.7, 0.7, 0.8, 1.0, 1.2, 1.5)
_TOP_P = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.0, 1.0)
_LANGUAGES = ("en",) * 7 + ("zh", "zh", "ja", "ko")
_STYLES = ("", "", " Style: short.", " Style: detailed.", " Style: list.")
_FAILED, _STOPPED = 0.02, 0.06

Found = list[tuple[int, str, str, float]]
"""How often, which shape, which colour, and the best score."""

_TAILS = {
    "en": "The light is even, and nothing else of note can be seen in the plain background.",
    "zh": "画面光线均匀，背景中没有其他值得注意的东西。",
    "ja": "照明は均一で、背景にほかに目立つものはありません。",
    "ko": "조명이 고르고 배경에 다른 특이한 점은 없습니다.",
}
_ASIDES = {
    "en": "The weather was fine that day, and the harbour was busy until the evening.",
    "zh": "那天天气很好，港口一直忙到晚上。",
    "ja": "その日は天気がよく、港は夕方までにぎわっていました。",
    "ko": "그날은 날씨가 좋았고 항구는 저녁까지 붐볐습니다.",
}


def generation(draw: random.Random, place: int, revision: Revision) -> Answer:
    language = draw.choice(_LANGUAGES)
    found = _found(draw)
    style = draw.choice(_STYLES) if language == "en" else ""
    params = SamplingParams(
        max_new_tokens=draw.choice((64, 128, 256)),
        temperature=draw.choice(_TEMPERATURES),
        top_k=draw.choice((0, 0, 0, 40)),
        top_p=draw.choice(_TOP_P),
        seed=draw.randrange(2**31),
    )
    prompt = _prompt(found, language, style)
    truth = _report(found, language, style)
    issue = _issue(draw, params, revision.skill)
    text = _written(draw, found, language, style, issue)
    status, reason, code = _ended(draw)
    if status is RunStatus.STOPPED:
        text = text[: max(4, int(len(text) * draw.uniform(0.2, 0.7)))]
    elif status is RunStatus.FAILED:
        text = ""
    tokens = (len(prompt) // 4 + 2, len(text) // 4 + 1 if text else 0)
    output: dict[str, object] = {
        "outputs": [{"text": text, "finish_reason": reason, "tokens": []}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
    }
    if code:
        output["error"] = "The model wrote nothing for too long and was stopped; try again."
    _, shape, colour, _ = found[0]
    en, zh, ja, ko = (named(shape, colour, one) for one in LANGUAGES)
    return Answer(
        revision=place,
        status=status,
        prompt=prompt,
        params={**asdict(params), "stop": []},
        output=output,
        error_code=code,
        opinion=_opinion(params, revision.skill, issue, status),
        issue=issue,
        about=(en, zh, ja, ko),
        tokens=tokens,
        corrected=truth if issue in {1, 2, 3, 5} or status is RunStatus.STOPPED else None,
        slow=len(text) / 300,
    )


def _found(draw: random.Random) -> Found:
    kinds = {
        (draw.choice(list(SHAPES)), draw.choice(list(COLOURS))): None
        for _ in range(draw.randint(1, 4))
    }
    return [
        (draw.choice((1, 1, 1, 2, 2, 3, 4)), *kind, round(draw.uniform(0.4, 0.99), 2))
        for kind in kinds
    ]


def _prompt(found: Found, language: str, style: str) -> str:
    named_ones = [(count, named(shape, colour, language)) for count, shape, colour, _ in found]
    if language == "zh":
        return "检测结果：" + "；".join(f"{n} 个{name}" for n, name in named_ones) + "。报告："
    if language == "ja":
        return "検出結果：" + "、".join(f"{name}が{n}個" for n, name in named_ones) + "。報告："
    if language == "ko":
        return "검출 결과: " + ", ".join(f"{name} {n}개" for n, name in named_ones) + ". 보고:"
    return f"Findings: {'; '.join(f'{n} {name}' for n, name in named_ones)}.{style} Report:"


def _report(found: Found, language: str, style: str) -> str:
    """A true one."""
    pairs = [(count, named(shape, colour, language)) for count, shape, colour, _ in found]
    total = sum(count for count, _ in pairs)
    if language == "zh":
        return f"图中有{'、'.join(f'{n}个{name}' for n, name in pairs)}，一共{total}个。"
    if language == "ja":
        return (
            f"画像には{'、'.join(f'{name}が{n}個' for n, name in pairs)}、合計{total}個あります。"
        )
    if language == "ko":
        things = ", ".join(f"{name} {n}개" for n, name in pairs)
        return f"그림에는 {things}, 모두 {total}개가 있습니다."
    if "list" in style:
        return "\n".join(f"- {plural(name, n)}" for n, name in pairs)
    parts = [plural(name, n) for n, name in pairs]
    things = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    said = f" The image shows {things}."
    if "detailed" in style:
        score, shape, colour = max((score, shape, colour) for _, shape, colour, score in found)
        said += f" The most certain detection is a {named(shape, colour)} at {score:.2f}."
        said += f" That makes {total} objects in total."
    return said


def _issue(draw: random.Random, params: SamplingParams, skill: float) -> int:
    """A place in `ISSUES`, 0 where the text is as it should be."""
    heat = max(0.0, params.temperature - 0.6)
    likely = (0.34 - 0.26 * skill) + 0.38 * heat * params.top_p
    likely += 0.12 if params.temperature == 0 else 0.0
    if draw.random() >= likely:
        return 0
    if params.temperature == 0 and draw.random() < 0.6:
        return 3
    return draw.choices((1, 2, 3, 4, 5, 6), (6, 1 + 3 * heat, 1, 2, 2, 2))[0]


def _written(draw: random.Random, found: Found, language: str, style: str, issue: int) -> str:
    true = _report(found, language, style)
    gap = " " if language in {"en", "ko"} else ""
    if issue == 1:
        wrong = list(found)
        count, *rest = wrong[0]
        wrong[0] = (count + draw.choice((1, 2, 3)), *rest)  # type: ignore[assignment]
        return _report(wrong, language, style)
    if issue == 2:
        return f"{true}{gap}{_ASIDES[language]}"
    if issue == 3:
        return gap.join([true.strip()] * draw.choice((2, 3)))
    if issue == 4:
        return f"{true}{gap}{_TAILS[language]}{gap}{_TAILS[language]}"
    if issue == 5:
        return _report(found[: len(found) // 2] or found, language, "")[: len(true) // 2]
    if issue == 6:
        return true.replace(" The image shows", " well, there's").replace("图中有", "嗯，有")
    return true


def _ended(draw: random.Random) -> tuple[RunStatus, str, str | None]:
    chance = draw.random()
    if chance < _FAILED:
        return RunStatus.FAILED, "timeout", "timeout"
    if chance < _FAILED + _STOPPED:
        return RunStatus.STOPPED, "cancelled", None
    return RunStatus.DONE, "stop" if chance < 0.97 else "length", None


def _opinion(params: SamplingParams, skill: float, issue: int, status: RunStatus) -> float:
    if status is RunStatus.FAILED:
        return 1.2
    opinion = 3.9 + 0.8 * skill - (0.0, 2.1, 1.9, 1.6, 0.9, 1.3, 0.7)[issue]
    opinion -= 0.45 * max(0.0, abs(params.temperature - 0.6) - 0.2)
    opinion -= 0.6 * max(0.0, 0.9 - params.top_p) + 0.15 * (params.top_p == 1)
    return opinion - (0.8 if status is RunStatus.STOPPED else 0.0)
