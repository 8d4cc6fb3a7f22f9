"""Pictures of pages, and a clip of them: light files to be looked at on a page of text."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

_CLIP_WIDTH = 960
_CLIP_QUALITY = 60
_COLOURS = 256


@dataclass
class Camera:
    """Looks at one page. A frame of the clip stands for so many milliseconds."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)
    lasting_ms: list[int] = field(default_factory=list)

    def look(self, lasting_ms: int = 1500) -> None:
        """The next frame of the clip."""
        seen = Image.open(BytesIO(self.page.screenshot(type="png"))).convert("RGB")
        height = round(seen.height * _CLIP_WIDTH / seen.width)
        self.frames.append(seen.resize((_CLIP_WIDTH, height), Image.Resampling.LANCZOS))
        self.lasting_ms.append(lasting_ms)

    def watch(self, seconds: float, every_ms: int = 200) -> None:
        """Frames of what goes on meanwhile, shown as fast as it went."""
        for _ in range(round(seconds * 1000 / every_ms)):
            self.look(every_ms)
            self.page.wait_for_timeout(every_ms)

    def picture(self, path: Path) -> None:
        """The page as it stands, as PNG with so few colours that it is small."""
        seen = Image.open(BytesIO(self.page.screenshot(type="png"))).convert("RGB")
        few = seen.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, "PNG", optimize=True)

    def clip(self, path: Path) -> None:
        """All frames as an animated WebP file, which runs for ever."""
        first, *others = self.frames
        first.save(
            path,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=self.lasting_ms,
            loop=0,
            quality=_CLIP_QUALITY,
            method=4,
        )
