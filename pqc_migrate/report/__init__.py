"""Any result as text or document; every sentence lives in `texts/`."""
