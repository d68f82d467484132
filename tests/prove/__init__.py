"""Other people's SDKs against the simulator, each in an environment of its own; run by ``./infra/local/prove``.

Nothing of Zeta's packages can be imported here: what these tests share is the standard library alone.
"""
