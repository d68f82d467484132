"""``GET /api/openapi.json``: the OpenAPI 3.1 document, made of the endpoints and their handlers' type hints."""
