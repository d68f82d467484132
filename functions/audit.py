"""The audit log."""

from functions._endpoints import Endpoints

audit = Endpoints("audit")

audit.get("list_audit_entries", "audit", handler="audit.list", permission="audit:read")
