"""The administrator's command line, ``./infra/local/zeta``: one module per group of commands."""
