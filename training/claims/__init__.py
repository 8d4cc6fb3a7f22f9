"""Reports as many models word them, true and with planted errors: to measure a check of claims."""
