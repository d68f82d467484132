"""The database handle and key ring of the integration tests, for tests that ask Postgres how it would work."""

from tests.integration.conftest import database, keyring, settings

__all__ = ["database", "keyring", "settings"]
