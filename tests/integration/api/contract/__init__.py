"""What holds for every endpoint, read from the OpenAPI document: a new one is covered by itself."""
