"""The bundled writer: a small Llama trained on generated findings and reports."""
