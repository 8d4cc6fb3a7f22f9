"""What demo pictures show, in four languages. The English words are those the bundled detector
knows."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "zh", "ja", "ko")

SHAPES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "circle": ("圆形", "円", "원"),
        "square": ("正方形", "四角", "정사각형"),
        "triangle": ("三角形", "三角", "삼각형"),
        "diamond": ("菱形", "ひし形", "마름모"),
        "pentagon": ("五边形", "五角形", "오각형"),
        "star": ("星形", "星", "별"),
        "cross": ("十字", "十字", "십자"),
        "heart": ("心形", "ハート", "하트"),
        "arrow": ("箭头", "矢印", "화살표"),
        "ring": ("圆环", "リング", "고리"),
        "crescent": ("月牙", "三日月", "초승달"),
        "semicircle": ("半圆", "半円", "반원"),
    }
)
"""In Chinese, Japanese and Korean."""

COLOURS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "red": ("红色", "赤い", "빨간"),
        "orange": ("橙色", "オレンジ色の", "주황색"),
        "yellow": ("黄色", "黄色い", "노란"),
        "green": ("绿色", "緑の", "초록색"),
        "cyan": ("青色", "水色の", "청록색"),
        "blue": ("蓝色", "青い", "파란"),
        "purple": ("紫色", "紫の", "보라색"),
        "pink": ("粉色", "ピンクの", "분홍색"),
        "brown": ("棕色", "茶色の", "갈색"),
        "white": ("白色", "白い", "흰색"),
        "black": ("黑色", "黒い", "검은색"),
        "grey": ("灰色", "灰色の", "회색"),
    }
)


def named(shape: str, colour: str, language: str = "en") -> str:
    """`red circle`, in the language."""
    if language == "en":
        return f"{colour} {shape}"
    place = LANGUAGES.index(language) - 1
    gap = " " if language == "ko" else ""
    return f"{COLOURS[colour][place]}{gap}{SHAPES[shape][place]}"


def plural(phrase: str, count: int) -> str:
    """An English phrase with its number in front."""
    if count == 1:
        return f"1 {phrase}"
    return f"{count} {phrase}es" if phrase.endswith("cross") else f"{count} {phrase}s"
