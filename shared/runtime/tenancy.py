"""The company of the transaction, as SQL names it; ``Database.session_scope`` sets it.

Row level security refuses any other company's rows by itself. New rows still have to name theirs, and a query that
names it can use an index that begins with the company.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

__all__ = ["CURRENT_COMPANY", "TENANT"]

CURRENT_COMPANY: Final = "nullif(current_setting('app.company_id', true), '')::uuid"
"""For a statement that is written out."""
TENANT: Final = text(CURRENT_COMPANY)
"""The same for a statement that is built: what every new row gets as its company."""
