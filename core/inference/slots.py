"""How the model of an entry is built: the fake one, one on another server, or from a checkpoint."""

from dataclasses import replace

from core.inference.addresses import is_remote
from core.inference.architectures import ARCHITECTURES, detector_for
from core.inference.asked import DetectorLimits
from core.inference.catalog import is_fake
from core.inference.device import device_name
from core.inference.fake import REVISION, FakeDetector
from core.inference.fake_text import FakeGenerator
from core.inference.loader import LoadedDetector, LoadedTextModel, load_detector, load_text_model
from core.inference.remote import RemoteDetector
from core.inference.remote_text import RemoteGenerator
from core.inference.slot import Slot
from core.inference.textengine import build_generator
from core.inference.types import Detector, Generator, ModelEntry, ModelInfo


class DetectorSlot(Slot[Detector]):
    def _build(self, entry: ModelEntry) -> Detector:
        if is_fake(entry):
            fake = FakeDetector(entry)
            self.info = replace(self.info, revision=REVISION, device="cpu")
            return fake
        if is_remote(entry):
            return RemoteDetector(entry, self._settings)
        loaded = load_detector(entry, self._settings.device, tuple(ARCHITECTURES))
        detector = detector_for(loaded, DetectorLimits.from_settings(self._settings))
        known = _noted(self.info, loaded)
        self.info = replace(known, grounds_captions=detector.grounds_captions)
        return detector

    def clear_cache(self) -> None:
        """Of a model that is loaded."""
        if self._engine is not None:
            self._engine.clear_cache()


class GeneratorSlot(Slot[Generator]):
    def _build(self, entry: ModelEntry) -> Generator:
        if is_fake(entry):
            fake = FakeGenerator(entry, self._settings)
            self.info = replace(
                self.info,
                revision=REVISION,
                device="cpu",
                chat_template=True,
                abilities=fake.abilities,
            )
            return fake
        if is_remote(entry):
            return RemoteGenerator(entry, self._settings)
        loaded = load_text_model(entry, self._settings.device)
        generator = build_generator(loaded, self._settings)
        self.info = replace(
            _noted(self.info, loaded),
            context_tokens=loaded.context_tokens,
            chat_template=bool(getattr(loaded.tokenizer, "chat_template", None)),
            abilities=generator.abilities,
        )
        return generator


def _noted(info: ModelInfo, loaded: LoadedDetector | LoadedTextModel) -> ModelInfo:
    """`info` with what a checkpoint tells once it is loaded."""
    return replace(
        info,
        revision=loaded.revision,
        device=device_name(loaded.device),
        parameters=loaded.model.num_parameters(),
        dtype=str(loaded.model.dtype).removeprefix("torch."),
        memory_bytes=sum(one.nbytes for one in loaded.model.parameters())
        + sum(one.nbytes for one in loaded.model.buffers()),
    )
