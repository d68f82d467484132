"""Who calls: users, roles and their permissions, tokens, the audit log."""
