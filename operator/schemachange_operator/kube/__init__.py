"""The operator's hands and eyes: the only package that knows how objects look on the wire and calls the API server."""
