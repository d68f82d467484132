"""The embedded services: Postgres, Redis and Azurite, started by ``up`` and by the tests alike.

Each is a class with ``start()``, ``stop()``, ``kill()`` and its address; all listen on 127.0.0.1 only.
"""
