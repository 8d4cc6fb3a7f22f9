"""The bundled detector: a small MM-Grounding-DINO trained on generated scenes."""
