"""The exporter: which page is made of what."""

from core.plugins.types import (
    PROTOCOL,
    DetectionSubject,
    GenerationSubject,
    Subject,
    Takes,
)
from plugins.pdf.detection import detection_report
from plugins.pdf.generation import generation_report
from plugins.pdf.review import review_report


class PdfReport:
    protocol = PROTOCOL
    title = "PDF report"
    media_type = "application/pdf"
    suffix = "pdf"
    takes = frozenset(Takes)

    def export(self, subject: Subject, /) -> bytes:
        if isinstance(subject, DetectionSubject):
            return detection_report(subject)
        if isinstance(subject, GenerationSubject):
            return generation_report(subject)
        return review_report(subject)
