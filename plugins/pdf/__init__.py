"""A report as PDF: of a detection, of a text, or of a view of the dashboard."""

from plugins.pdf.report import PdfReport

exporter = PdfReport()
