"""Pure building blocks: errors, ids, clock, money, languages. Standard library and pydantic only."""
